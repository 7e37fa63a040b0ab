"""What a build is asked to compare with: told in words, in figures and sources, and in its record."""

from dataclasses import replace
from datetime import date

import pytest

from analysis import regions
from analysis.errors import InputError
from analysis.figures import capacity, population, residents
from analysis.report.manifest import Inputs
from analysis.report.plan import make_plan
from analysis.text import population as text
from analysis.views import comparators as views
from analysis.views import population as view

BERGSLAGEN = regions.get("bergslagen")
ASKED = ("peers, county", "Sala, Fagersta")
NAMES = ["Liknande kommuner", "Örebro län", "Sala och Fagersta"]


@pytest.fixture(scope="module")
def seen():
    return view.residents(BERGSLAGEN, "", ASKED)


def test_what_is_asked_for_stands_beside_the_members_everywhere(seen):
    (said,) = text.compared_sentences(seen)
    assert said.startswith("I det här kapitlet jämförs kommunerna med liknande kommuner (")
    assert "i liknande kommuner minskade den" in text.growth_sentences(seen)[0].casefold()
    change = residents.change_table(seen)
    assert list(change.frame["name"].tail(3)) == NAMES
    people = seen.latest[["1981", "1982"]].sum()
    assert change.frame.set_index("name")["now"]["Sala och Fagersta"] == people
    values = capacity.value_table(seen, seen.pick(("tax_rate_total",)))
    rates = seen.indicators["tax_rate_total"].latest
    county = [code for code in rates.index if code.startswith("18")]
    shown = values.frame.set_index("name").iloc[:, 0]
    assert shown["Median, Örebro län"] == pytest.approx(rates[county].median())
    for table in (change, values, *population.ages_tables(*ages_of(seen), compare=seen.asked)):
        assert {"peers", "municipalities"} <= set(table.sources), table.id
        assert "Riket" not in set(table.frame["name"])


def test_a_median_of_fewer_than_all_says_of_how_many(seen):
    (rate,) = seen.pick(("tax_rate_total",))
    assert capacity.value_table(seen, [rate]).notes == ()
    fewer = replace(rate, values=rate.values.drop("1981", level=0))
    assert capacity.value_table(seen, [fewer]).notes == (
        "Total skattesats, kommun och region: medianen för Sala och Fagersta är av 1 av 2 kommuner.",
    )


def ages_of(seen):
    return BERGSLAGEN, seen.ages, seen.values


def test_the_long_index_has_a_line_for_each_and_cites_what_it_is():
    people = view.residents(BERGSLAGEN).values
    axes = population.plot_history(BERGSLAGEN, people, compare=ASKED)
    about = population.style.description_of(axes.figure)
    assert list(about.table.frame["name"]) == ["Bergslagen", *NAMES]
    assert {"peers", "municipalities"} <= set(about.sources)


def test_what_cannot_be_compared_with_is_said():
    day = date(2010, 1, 1)  # before RKA's list, and the county is the region
    gotland = view.residents(regions.resolve("Gotland"), day.isoformat(), "peers, county")
    assert gotland.against == ()
    assert text.compared_sentences(gotland) == [
        "Med liknande kommuner och Gotlands län går det inte: inga andra kommuner ingår."
    ]
    assert set(view.beside(gotland.region, gotland.values, gotland.asked)) == {"Riket"}


def test_kinds_are_also_understood_with_commas_and_nothing_is_nothing():
    listed = views.comparators(BERGSLAGEN, ["peers", "nation"])
    assert views.comparators(BERGSLAGEN, "Peers, nation") == listed
    assert views.comparators(BERGSLAGEN, listed) == listed
    assert views.comparators(BERGSLAGEN, "") == []


def inputs_of(tmp_path, *compare):
    return Inputs.of(make_plan([BERGSLAGEN], out=tmp_path, compare=compare))


def test_a_report_with_another_comparison_is_another_report(tmp_path, monkeypatch):
    plain, asked = inputs_of(tmp_path), inputs_of(tmp_path, *ASKED)
    jobs = {job.chapter: job for job in asked.plan.chapters_of(BERGSLAGEN)}
    assert jobs["population"].parameters["compare"] == list(ASKED)
    keys = {name: asked.chapter_key(job) for name, job in jobs.items()}
    before = {job.chapter: plain.chapter_key(job) for job in plain.plan.chapters_of(BERGSLAGEN)}
    assert {name for name in keys if keys[name] != before[name]} == {"population"}
    assert plain.finish_key(BERGSLAGEN) != asked.finish_key(BERGSLAGEN)
    other = views.Comparator("Sala och Fagersta", ("1981",))  # the set is another one since
    monkeypatch.setattr(views, "comparators", lambda *given, **more: [other])
    assert asked.chapter_key(jobs["population"]) != keys["population"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"compare": ["contry"]}, "compare takes peers, county, labour market, nation"),
        ({"compare": ["peers"], "only": ["commuting"]}, "none of the chapters compares"),
    ],
    ids=["an unknown word", "no chapter for it"],
)
def test_a_comparison_that_cannot_be_is_told_before_the_build(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        make_plan([BERGSLAGEN], out=tmp_path, **options)


def test_the_country_that_was_asked_for_stands_once_among_the_medians():
    seen = view.residents(BERGSLAGEN, compare="county, nation")
    measured = seen.pick(("tax_rate_total", "employment_rate"))
    names = list(capacity.value_table(seen, measured).frame["name"])
    assert names[-2:] == ["Median, Örebro län", "Median, alla kommuner"]
    rows = [
        label.get_text()
        for axes in capacity.plot_capacity(seen).figure.axes
        for label in axes.get_yticklabels()
    ]
    assert "Örebro län" in rows
    assert "Riket" not in rows
