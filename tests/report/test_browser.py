"""The real reports in a real browser: accessibility by a gate, reflow, keyboard, no requests."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("report")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PAGES = ["karlstad/report.html", "malardalen/report.html", "index.html"]
APPENDIX = "malardalen/appendix.html"
SPACING = (
    "* {line-height: 1.5 !important; letter-spacing: .12em !important; "
    "word-spacing: .16em !important} p {margin-bottom: 2em !important}"
)


@pytest.fixture
def open_page(browser, reports):
    pages = []

    def opened(path, width=1280):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((reports / path).as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()


@pytest.mark.parametrize("path", PAGES[1:])  # the report with groups has all that one can have
def test_axe_finds_nothing(open_page, path):
    page = open_page(path)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    lines = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in found.response["violations"]
    ]
    assert not lines


@pytest.mark.parametrize("path", [*PAGES, APPENDIX])
def test_nothing_overflows_the_window(open_page, path):
    """A page has no script, so it is the same in a window that was always as wide."""
    widths = (320, 768, 1280)
    page = open_page(path, widths[0])

    def overflowing():
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                yield width

    assert not list(overflowing())
    page.add_style_tag(content=SPACING)
    assert not list(overflowing()), "with the spacing that a reader may choose"


@pytest.mark.parametrize("path", PAGES[:2])
def test_no_table_of_a_report_goes_on_beside_what_is_seen(open_page, path):
    cut = """() => [...document.querySelectorAll(".table .scroll")]
        .map(part => [part.innerText.slice(0, 60), part.scrollWidth - part.clientWidth])"""
    found = open_page(path).evaluate(cut)
    assert len(found) > 4
    assert [name for name, over in found if over > 1] == []


@pytest.mark.parametrize("part", ["report", "appendix"])
def test_a_telephone_sees_whole_figures_and_nothing_lies_over_them(open_page, part):
    page = open_page(f"malardalen/{part}.html", 390)
    widths = page.evaluate(
        "[...document.querySelectorAll('figure')].map(f => [f.id,"
        " [...f.querySelectorAll('svg')].map(s => s.getBoundingClientRect().right)])"
    )
    assert len(widths) > 8
    for name, right in widths:
        assert 300 < max(right) <= 390, name
    page.evaluate("window.scrollTo(0, 3000)")
    fixed = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => getComputedStyle(e).position === "
        "'fixed').length"
    )
    assert fixed == 0
    bar = page.locator("nav.contents")
    up = bar.get_by_role("link", name="Till början")
    expect(up).to_be_in_viewport()
    assert bar.bounding_box()["height"] < 60
    up.click()
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


def test_on_a_telephone_a_long_table_keeps_its_rows_and_the_column_that_names_them(open_page):
    page = open_page(APPENDIX, 390)
    moved = page.evaluate(
        """() => [...document.querySelectorAll(".table table.long")].map(table => {
            const scroll = table.closest(".scroll"), name = table.querySelector("tbody th")
            scroll.scrollLeft = 9999
            return [scroll.scrollLeft, name.getBoundingClientRect().left,
                    table.getBoundingClientRect().height / table.rows.length]
        })"""
    )
    assert moved, "all measures of all members"
    for far, left, row in moved:
        assert far > 0
        assert left >= 0, "who the row is about stays in sight"
        assert row < 160, "a card of as many columns is twice as high"


@pytest.mark.parametrize("path", PAGES)
def test_the_page_asks_for_nothing_outside_its_folder(open_page, path, reports):
    page = open_page(path)
    outside = [url for url in page.asked if not url.startswith(("data:", reports.as_uri()))]
    assert not outside


@pytest.mark.parametrize(("path", "least"), [("karlstad/report.html", 8), ("index.html", 2)])
def test_every_picture_is_drawn(open_page, path, least):
    page = open_page(path)
    widths = page.evaluate("[...document.images].map(i => i.complete && i.naturalWidth)")
    drawn = page.evaluate(
        "[...document.querySelectorAll('svg[role=img]:not(.narrow)')]"
        ".map(s => s.getBoundingClientRect().height > 60)"
    )
    assert len(widths) + len(drawn) >= least
    assert all([*widths, *drawn])


def test_the_index_works_from_a_file_share(open_page, reports):
    page = open_page("index.html")
    cards = page.locator(".reports > li")
    assert cards.count() >= 2
    for place in range(cards.count()):
        words = cards.nth(place).inner_text()
        assert "per den 31 augusti 2026" in words
        assert "Underlag den" in words
        assert "kB)" in words
        assert cards.nth(place).locator("img").bounding_box()["height"] > 100
    page.get_by_role("link", name="Webbsida för Karlstadsregionen").click()
    expect(page).to_have_url((reports / "karlstad" / "report.html").as_uri())
    expect(page.locator(".kicker")).to_contain_text("Karlstadsregionen")


def test_a_formula_is_one_step_from_its_number(open_page):
    page = open_page("karlstad/report.html")
    page.locator("p.source a[href*='#formel-out_commuting_share']").first.click()
    expect(page).to_have_url(re.compile(r"/appendix\.html#formel-out_commuting_share$"))
    expect(page.locator("#formel-out_commuting_share")).to_be_visible()


def test_the_keyboard_reaches_skip_link_and_tables(open_page):
    page = open_page("karlstad/report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#innehall"
    summary = page.locator("details.data summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.data table").first).to_be_visible()


def test_links_of_a_source_lead_to_its_entry(open_page):
    page = open_page("karlstad/report.html")
    page.locator("figure p.source a").first.click()
    expect(page).to_have_url(re.compile("#kalla-"))
    expect(page.locator(page.evaluate("location.hash"))).to_be_visible()
