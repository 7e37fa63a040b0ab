"""The guard of the last metre: see the package's docstring."""

import ast
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.guard import files, given, listed, prints
from tests.guard.capture import built, chapters, notebook
from tests.guard.compare import BOOK, faults, faults_of, near, place_of
from tests.guard.scenarios import Case

HERE = Path(__file__).parent
MAY_ASK = {"given.py": {"analysis"}, "capture.py": {"analysis", "analysis.exhibits.model"}}
REGIONS = ("bergslagen", "karlstad", "malardalen")


@pytest.fixture(scope="module")
def shown(reports):
    """What every chapter of the built reports shows; of Bergslagen, which the tests do not build,
    what its chapters show when they are run in this process."""
    return {
        "bergslagen": chapters("bergslagen"),
        **{key: built(reports / key) for key in ("karlstad", "malardalen")},
    }


SCENARIOS = {  # members would leave a body; two bodies; one joins; as today; a plan; own hands
    "lämnar": ("raddningstjanst", "1960,1983,1984,1961", "1983"),
    "två organ": ("raddningstjanst", "1863,1864,1884,1885", "1885"),
    "tillkommer": ("vaxel", "1863,1864,1884,1885", ""),
    "som i dag": ("loner", "1960,1983,1984", ""),
    "avsikt": ("upphandling", "1763,1764,1761,1780,1715", "1780"),
    "egen regi": ("livsmedelskontroll", "1960,1983,1984", "1984"),
}


@pytest.fixture(scope="module")
def tried():
    """Scenarios, and what each shows."""
    found = {}
    for name, (service, members, host) in SCENARIOS.items():
        case = Case("scenario", "scenario", tuple(members.split(",")), (), service, host)
        given_ = {"region": "", "members": members, "service": service, "host": host}
        found[name] = case, notebook("scenario", given_)
    return found


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_number_of_a_scenario_is_recomputed_from_the_files(tried, name):
    case, exhibits = tried[name]
    assert faults_of(case, {"scenario": exhibits}) == []


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", REGIONS)
def test_every_number_is_recomputed_from_the_files(shown, region):
    assert faults(region, shown[region]) == []


BUILT = ("karlstad", "malardalen")


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", BUILT)
def test_page_and_workbook_show_what_the_exhibits_carry(reports, shown, region):
    carried = {
        prints.carried(table)
        for exhibits in shown[region].values()
        for exhibit in exhibits
        for table in [exhibit if exhibit.type == "table" else getattr(exhibit, "table", None)]
        if table is not None
    }
    pages, _ = prints.on_pages(reports / region)
    assert carried - set(pages) == set()
    filled = {prints.without_blanks(table) for table in carried}
    assert filled ^ set(prints.in_workbook(reports / region / "report.xlsx")) == set()


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", BUILT)
def test_the_page_says_what_the_exhibits_say(reports, shown, region):
    _, words = prints.on_pages(reports / region)
    lacking = [
        part
        for exhibits in shown[region].values()
        for exhibit in exhibits
        for text in prints.said(exhibit)
        for part in text
        if part not in words
    ]
    assert lacking == []


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", BUILT)
def test_numbers_in_the_workbook_are_numbers(reports, region):
    assert list(prints.text_numbers(reports / region / "report.xlsx")) == []


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", BUILT)
def test_key_figures_are_written_as_they_were_recorded(reports, shown, region):
    recorded = [
        vars(item)
        for exhibits in shown[region].values()
        for exhibit in exhibits
        if exhibit.type == "key_figures"
        for item in exhibit.items
    ]
    path = reports / region / "key_figures.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    assert sorted(map(str, written)) == sorted(map(str, recorded))


# --- the guard itself: faults that it must find --------------------------------------------------


def _faults_with(shown, chapter, change):
    """The faults of Karlstadsregionen when `change` has been made to each exhibit of a chapter."""
    found = {chapter: [change(exhibit) for exhibit in shown["karlstad"][chapter]]}
    return "\n".join(faults("karlstad", found))


def _reversed_values(exhibit):
    """The classic one: names in their order, values in the other."""
    if getattr(exhibit, "id", "") != "folkmangd-karta":
        return exhibit
    rows = exhibit.table.rows
    mixed = tuple((row[0], other[1]) for row, other in zip(rows, rows[::-1], strict=True))
    return replace(exhibit, table=replace(exhibit.table, rows=mixed))


def _reword(old, new):
    def change(exhibit):
        if exhibit.type == "tiles":
            items = [replace(i, value=i.value.replace(old, new)) for i in exhibit.items]
            return replace(exhibit, items=tuple(items))
        if exhibit.type == "findings":
            return replace(exhibit, items=tuple(i.replace(old, new) for i in exhibit.items))
        if exhibit.type == "text":
            return replace(exhibit, markdown=exhibit.markdown.replace(old, new))
        return exhibit

    return change


@pytest.mark.xdist_group("report")
def test_reversed_values_under_the_population_map_are_found(shown):
    found = _faults_with(shown, "population", _reversed_values)
    assert "row 'Karlstad', 'Folkmängd (invånare)': shown '8 854', recomputed '99 007'" in found
    assert "(tests/guard/people.py, size_map)" in found


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize(
    ("chapter", "old", "new"),
    [
        ("summary", "67", "33"),  # the inverted share on page one
        ("summary", "Minst är Grums", "Minst är Kil"),
        ("summary", "störst Karlstad", "minst Karlstad"),
        ("population", "i riket med 7,7", "i riket med 7,8"),
        ("population", "över landets median i Hammarö", "under landets median i Hammarö"),
        ("commuting", "ökade", "minskade"),
        ("services", "delar mellan", "delar 1 mellan"),
    ],
)
def test_a_wrong_number_name_or_direction_is_found(shown, chapter, old, new):
    assert _faults_with(shown, chapter, _reword(old, new))


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("page", ["tjanst-tidslinje-2", "organ-kartor-3"])
def test_rows_that_no_page_has_are_found(shown, page):
    exhibits = shown["malardalen"]["services"]
    rest = [exhibit for exhibit in exhibits if getattr(exhibit, "id", "") != page]
    assert len(rest) == len(exhibits) - 1
    assert f"{page[:-2]}: rows of all pages: nothing where" in str(
        faults("malardalen", {"services": rest})
    )


@pytest.mark.parametrize(
    ("label", "known", "same"),
    [("67", "66,5", True), ("66,5", "67", True), ("66,4", "66,5", False), ("3", "4", False)],
)
def test_a_label_may_have_fewer_decimals_and_no_other_number(label, known, same):
    assert near(label, known) == same


@pytest.mark.xdist_group("report")
def test_other_words_for_the_same_are_no_fault(shown):
    assert _faults_with(shown, "summary", _reword("är känt", "finns noterat")) == ""


@pytest.mark.xdist_group("report")
def test_a_new_exhibit_must_be_recomputed_or_listed(shown):
    def renamed(exhibit):
        new = getattr(exhibit, "id", "") == "behov"
        return replace(exhibit, id="behov-av-annat") if new else exhibit

    found = _faults_with(shown, "population", renamed)
    assert "nobody recomputes it" in found
    assert "tests/guard/listed.py" in found


def test_the_guard_reads_files_and_nothing_of_the_library():
    for path in HERE.glob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            imported |= {name for name in names if name.split(".")[0] == "analysis"}
        allowed = MAY_ASK.get(path.name, set())
        assert path.name == "test_guard.py" or imported <= allowed, f"{path.name}: {imported}"


def test_the_fitted_matrix_meets_the_observed_margins():
    table = files.read("commuting_margins.parquet")
    table = table[table["year"] == 2021].set_index("code").sort_index()
    flows = given.matrix().sort_index()
    np.testing.assert_allclose(flows.sum(axis=1), table["out_commuters"], rtol=0, atol=1)
    come = flows[list(table.index)].sum()
    np.testing.assert_allclose(come, table["in_commuters"], rtol=0, atol=1)


@pytest.mark.xdist_group("report")
def test_what_a_report_lacks_and_another_has_is_listed_with_its_reason(shown):
    ids = {
        (chapter, place_of(chapter, exhibit, files.region(region))[0], region)
        for region, found in shown.items()
        for chapter, exhibits in found.items()
        for exhibit in exhibits
        if exhibit.type in ("figure", "table")
    }
    every = {(chapter, name, region) for chapter, name, _ in ids for region in shown}
    assert every - ids == set(listed.ABSENT)


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize(
    ("chapter", "figure", "old", "new", "said"),
    [  # the words of the marks that a figure of Bergslagen carries: see `marks`
        ("population", "alderspyramid", '"Kvinnor, de', '"Män, de', "the bar of Män"),
        ("population", "alderspyramid", '"0\\u20134"', '"0\\u20130"', "has no row of that name"),
        ("population", "alder-share-65plus", '["25"', '["26"', "tick '26' stands at"),
        ("population", "folkmangd-karta", '["5\\u202f000"', '["6\\u202f000"', "not of one scale"),
        ("commuting", "utpendling-karta", '"42 till 48"', '"47 till 48"', "Nora has the colour of"),
        ("commuting", "utpendling-karta", '"Nora", "', '"Lindesberg", "', "has the colour of"),
    ],
)
def test_a_mark_that_disagrees_with_its_label_is_found(shown, chapter, figure, old, new, said):
    (whole,) = (one for one in shown["bergslagen"][chapter] if getattr(one, "id", "") == figure)
    assert old in whole.wide.svg
    wide = replace(whole.wide, svg=whole.wide.svg.replace(old, new))
    found = faults("bergslagen", {chapter: [replace(whole, wide=wide)]})
    assert any(said in fault for fault in found)


@pytest.mark.xdist_group("report")
def test_what_is_listed_is_shown_and_little(shown, tried):
    """Each entry of the list has something to excuse, and nearly all is recomputed."""
    ids: Counter = Counter()
    told = [
        (files.region(region), chapter, exhibits)
        for region, found in shown.items()
        for chapter, exhibits in found.items()
    ]
    told += [(case, "scenario", exhibits) for case, exhibits in tried.values()]
    for area, chapter, exhibits in told:
        for exhibit in exhibits:
            if exhibit.type in ("figure", "table"):
                ids[chapter, place_of(chapter, exhibit, area)[0]] += 1
    # those of investigations: tests/report/test_investigation.py
    both = {*listed.EXHIBITS, *BOOK.exhibits}
    assert {key for key in both if key[0] != "investigation"} <= set(ids)
    recomputed = sum(number for key, number in ids.items() if key in BOOK.exhibits)
    print(f"{recomputed} of {sum(ids.values())} figures and tables are recomputed")
    assert recomputed >= 0.9 * sum(ids.values())
