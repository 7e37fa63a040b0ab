"""Every public figure, drawn of older data and other arguments than a report's: words follow them.

Terms
-----
words: title, subtitle, alt text, note, table and all texts in the drawing.
last: no later year is in what the figure was given, so none may stand in its words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from matplotlib.text import Text

import analysis
from analysis import explore, flows, paths, regions
from analysis.errors import InputError
from analysis.figures import (
    capacity,
    commuting,
    markets,
    matrix,
    measures,
    nation,
    national,
    overview,
    population,
    residents,
    scenario,
    service_maps,
    service_matrix,
    service_timeline,
    style,
    workplaces,
)
from analysis.figures import flows as flow_figures
from analysis.figures.investigation import charts as options
from analysis.investigation.texts import Picture
from analysis.loaders import boundaries
from analysis.loaders import commuting as commuting_tables
from analysis.loaders import national as national_tables
from analysis.loaders import population as people_tables
from analysis.metrics.capacity import staff_per_1000
from analysis.metrics.labour_markets import Thresholds
from analysis.metrics.services import population_centres
from analysis.regions import municipalities
from analysis.views.commuting import commuting as commuting_view
from analysis.views.investigation import dossier, money, needs
from analysis.views.investigation.places import places as places_view
from analysis.views.national import nations
from analysis.views.population import residents as residents_view
from analysis.views.scenario import make_scenario
from analysis.views.services import sharing

AREA = regions.get("bergslagen")
DAY, LAST = "2013-06-30", 2013


@dataclass(frozen=True)
class Case:
    """How a figure is drawn, and what stands in its title or subtitle."""

    draw: Callable[[], object]
    said: tuple[str, ...]
    last: int = LAST


@cache
def land():
    return boundaries.load_boundaries()


@cache
def places():
    return people_tables.load_localities()


def until(table, last=LAST):
    """The rows by code and year up to a year."""
    found = table.set_index(["code", "year"])
    return found[found.index.get_level_values("year") <= last]


@cache
def people():
    return until(people_tables.load_population())["population"]


@cache
def margins():
    return until(commuting_tables.load_margins())


@cache
def seen():
    return residents_view(AREA, DAY)


@cache
def shared():
    return sharing(AREA, analysis.load_inventory(), DAY)


@cache
def worked():
    return commuting_view(AREA, DAY)


def commuters():
    """Those of the year that the view of `worked` looks at, so that the model is fitted once."""
    return flows.commuting_of(2012)


def in_2005(draw):
    return draw(people().xs(2005, level="year"), year=2005)


def staffed():
    staff = until(people_tables.load_staff(), 2011)["staff"]
    rates = staff_per_1000(staff, people())
    return capacity.plot_staff(AREA, rates, population=people().xs(2011, level="year"))


def delineated():
    own = flows.markets_of(commuters(), thresholds=Thresholds(0.3, 0.15, 1))
    return markets.plot_delineation(AREA, commuters(), own, boundaries=land())


def theme(plot, key, **options):
    found = explore.theme_of(key)
    return plot(AREA, found.measure, explore.values(key), **options)


def nation_now():
    table = national_tables.load_national("livsmedelskontroll")
    about = style.Description("riket", "En egen titel", "", ("national_bodies",))
    return nation.plot_nation(table, about, boundaries=land(), region=AREA)


def asked(draw):
    return draw(make_scenario(AREA, "upphandling", inventory=analysis.load_inventory(), as_of=DAY))


@cache
def asked_about():
    """An investigation on a date before the newest inhabitants and evidence."""
    return dossier.look(paths.EXAMPLES / "bygg-och-miljo", "2019-06-30")


def weighed(draw):
    return draw(asked_about(), places_view(asked_about()))


def own_picture():
    path = paths.EXAMPLES / "kundtjanst" / "text" / "samtal.png"
    return options.plot_picture(Picture(path, "Samtal per dag"), "nulage-1")


def balanced():
    changes = people_tables.load_population_change()
    return population.plot_balance(AREA, changes[changes["year"] <= 2020])


CASES = {
    "capacity.plot_capacity": Case(lambda: capacity.plot_capacity(seen()), ("2012–2013",), 2025),
    "capacity.plot_staff": Case(staffed, ("2008–2011",), 2011),
    "commuting.plot_day_night": Case(lambda: commuting.plot_day_night(AREA, margins()), ("2013",)),
    "commuting.plot_rate": Case(
        lambda: commuting.plot_rate(AREA, margins(), boundaries=land()), ("2013",)
    ),
    "commuting.plot_ratio_series": Case(
        lambda: commuting.plot_ratio_series(AREA, margins()), ("2004–2013",)
    ),
    "commuting.plot_series": Case(lambda: commuting.plot_series(AREA, margins()), ("2004–2013",)),
    "explore.plot_map": Case(
        lambda: explore.plot_map(AREA, "out_commuting_share", year=2007), ("2007",), 2007
    ),
    "explore.plot_nation": Case(
        lambda: explore.plot_nation(AREA, "raddningstjanst"), ("räddningstjänst",), 2025
    ),
    "explore.plot_ranking": Case(
        lambda: explore.plot_ranking(AREA, "tax_rate", year=2010, compare="county"), ("2010",), 2010
    ),
    "explore.plot_series": Case(
        lambda: explore.plot_series(AREA, "population", years=(1990, 2010), index=1995),
        ("1990–2010, index (1995 = 100)",),
        2010,
    ),
    "flows.plot_flows": Case(
        lambda: flow_figures.plot_flows(AREA, commuters(), boundaries=land(), localities=places()),
        ("2012", "modellskattning"),
    ),
    "investigation.charts.plot_bases": Case(
        lambda: options.plot_bases(asked_about(), "bygglov"), ("2018",), 2024
    ),
    "investigation.charts.plot_needs": Case(
        lambda: options.plot_needs(asked_about(), needs.indicators(asked_about())), (), 2025
    ),
    "investigation.charts.plot_picture": Case(own_picture, ("Ur utredarens text",)),
    "investigation.charts.plot_places": Case(
        lambda: weighed(lambda view, where: options.plot_places(view, where, boundaries=land())),
        ("2020",),
        2020,
    ),
    "investigation.charts.plot_reach": Case(
        lambda: weighed(options.plot_reach), ("2020", "10, 20 och 30 km"), 2020
    ),
    "investigation.charts.plot_shares": Case(
        lambda: options.plot_shares(asked_about(), money.allocations(asked_about())[0]),
        ("Andel",),
        2025,
    ),
    "markets.plot_delineation": Case(
        delineated, ("Högst 30 procent ut, högst 15 procent", "högst ett led", "2012", "modell")
    ),
    "markets.plot_markets": Case(
        lambda: markets.plot_markets(worked(), boundaries=land()), ("SCB, 2022",), 2022
    ),
    "matrix.plot_matrix": Case(
        lambda: matrix.plot_matrix(AREA, commuters()), ("2012", "modellskattning")
    ),
    "measures.plot_measure_map": Case(
        lambda: theme(measures.plot_measure_map, "commuting_ratio", year=2008, boundaries=land()),
        ("Pendlingskvot 2008",),
        2008,
    ),
    "measures.plot_measure_ranking": Case(
        lambda: theme(measures.plot_measure_ranking, "population", year=1960, compare="peers"),
        ("Folkmängd 1960",),
        1960,
    ),
    "measures.plot_measure_series": Case(
        lambda: theme(
            measures.plot_measure_series,
            "population",
            years=(1970, 1990),
            index=1980,
            compare="county",
        ),
        ("Folkmängd 1970–1990, index (1980 = 100)",),
        1990,
    ),
    "nation.plot_nation": Case(nation_now, ("En egen titel",)),
    "national.plot_bases": Case(
        lambda: in_2005(
            lambda found, year: national.plot_bases(nations(AREA, found, year=year)[0])
        ),
        ("2005", "livsmedelskontroll"),
        2024,  # the year of the layer
    ),
    "overview.plot_first": Case(
        lambda: overview.plot_first(
            AREA, people().reset_index(), places(), boundaries=land(), year=2001
        ),
        ("31 december 2001", "2020"),
        2020,  # the year of the localities, which are told with their own
    ),
    "overview.plot_region": Case(lambda: overview.plot_region(AREA, land()), ("Bergslagen",)),
    "population.plot_age": Case(
        lambda: population.plot_age(AREA, seen().indicators["mean_age"]), ("1998–2012",), 2012
    ),
    "population.plot_balance": Case(balanced, ("2020",), 2020),
    "population.plot_history": Case(
        lambda: population.plot_history(AREA, people(), base=1970, compare="peers"),
        ("1950–2013, 1970 = 100",),
    ),
    "population.plot_localities": Case(
        lambda: population.plot_localities(AREA, places(), boundaries=land()), ("2020",), 2020
    ),
    "population.plot_members": Case(
        lambda: population.plot_members(AREA, people(), base=1970), ("1950–2013, 1970 = 100",)
    ),
    "population.plot_population": Case(
        lambda: population.plot_population(
            AREA, people(), boundaries=land(), localities=places().iloc[:0]
        ),
        ("2013",),
    ),
    "population.plot_pyramid": Case(
        lambda: population.plot_pyramid(AREA, people_tables.load_age_sex()), ("2016",), 2016
    ),
    "residents.plot_change": Case(
        lambda: residents.plot_change(seen(), boundaries=land()), ("2002–2012",), 2012
    ),
    "residents.plot_people": Case(lambda: residents.plot_people(seen()), ("1975–2012",), 2012),
    "scenario.plot_bases": Case(
        lambda: asked(lambda case: scenario.plot_bases(case, people().reset_index())),
        ("2012",),
        2012,
    ),
    "scenario.plot_circle": Case(
        lambda: asked(
            lambda case: scenario.plot_circle(
                case, boundaries=land(), centres=population_centres(places())
            )
        ),
        ("upphandling",),
    ),
    "service_maps.plot_bodies": Case(
        lambda: service_maps.plot_bodies(shared(), boundaries=land()), ("30 juni 2013",), 2022
    ),
    "service_matrix.plot_compact": Case(
        lambda: service_matrix.plot_compact(shared()), ("30 juni 2013",)
    ),
    "service_matrix.plot_matrix": Case(
        lambda: service_matrix.plot_matrix(shared()), ("30 juni 2013",)
    ),
    "service_timeline.plot_timeline": Case(
        lambda: service_timeline.plot_timeline(shared()), ("30 juni 2013",), 2022
    ),
    "workplaces.plot_workplaces": Case(
        lambda: workplaces.plot_workplaces(worked()), ("2012", "modellskattning"), 2012
    ),
}


WORDS_GIVEN = ("charts.plot_lines", "charts.plot_ranking")  # by who calls them
ROOMS = ("analysis.figures", "analysis.explore.themes")


def public_figures():
    """Module and name of every function that draws a described figure."""
    for module in map(import_module, modules()):
        short = module.__name__.removeprefix("analysis.").removeprefix("figures.")
        for name in re.findall(r"^def (plot_\w+)", Path(module.__file__).read_text("utf-8"), re.M):
            said = f"{short.removesuffix('.themes')}.{name}"
            if said not in WORDS_GIVEN:
                yield said


def modules():
    folder = Path(style.__file__).parents[1]
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(("analysis", *path.relative_to(folder).with_suffix("").parts))
        if name.startswith(ROOMS) and path.stem != "__init__":
            yield name


def test_every_public_figure_has_a_row_here():
    assert sorted(public_figures()) == sorted(CASES)


def drawn_texts(axes):
    """What stands in the axes of a figure, legends inside them, too."""
    inside = (text for part in axes.get_figure(root=True).axes for text in part.findobj(Text))
    return [text.get_text() for text in inside if text.get_visible()]


def words_of(about, axes):
    table = "" if about.table is None else about.table.title
    said = (about.title, about.subtitle, about.alt, about.note, table)
    return " ".join([*said, *drawn_texts(axes)])


@pytest.mark.parametrize("name", CASES)
def test_the_words_are_those_of_what_was_drawn(name):
    case = CASES[name]
    axes = case.draw()
    about = style.description_of(axes.figure)
    head = f"{about.title} {about.subtitle}"
    for part in case.said:
        assert part in head, head
    words = words_of(about, axes)
    years = [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", words)]
    assert [year for year in years if year > case.last] == []
    drawn = " ".join([*drawn_texts(axes), *table_cells(about.table)])
    told = {name for name in NAMES if re.search(rf"\b{name}\b", f"{head} {about.alt}")}
    assert {name for name in told if name not in drawn} == set()
    assert kind_of(about) == about.kind


NAMES = sorted(one.name for one in municipalities().values())


def table_cells(table):
    if table is None:
        return []
    return [*map(str, table.frame.columns), *(str(cell) for cell in table.frame.to_numpy().flat)]


def kind_of(about):
    return about.kind if about.table is None else about.table.kind


WITHOUT = {
    "population.plot_members": lambda: population.plot_members(AREA, others(people())),
    "population.plot_population": lambda: population.plot_population(
        AREA, others(people()), boundaries=land(), localities=places()
    ),
    "population.plot_localities": lambda: population.plot_localities(
        AREA, places()[~places()["code"].isin(AREA.members)], boundaries=land()
    ),
    "population.plot_pyramid": lambda: population.plot_pyramid(
        AREA, people_tables.load_age_sex().iloc[:0]
    ),
    "commuting.plot_rate": lambda: commuting.plot_rate(AREA, others(margins()), boundaries=land()),
}


def others(table):
    return table[~table.index.get_level_values("code").isin(AREA.members)]


@pytest.mark.parametrize("name", WITHOUT)
def test_a_table_without_the_region_is_an_error_in_words(name):
    with pytest.raises(InputError, match=r"has no row.*: nothing to draw"):
        WITHOUT[name]()


OUT_OF_RANGE = {
    "a page of the matrix": (
        lambda: service_matrix.plot_matrix(shared(), part=9),
        "there is no part 9; give 1 to 1",
    ),
    "a page of the timeline": (
        lambda: service_timeline.plot_timeline(shared(), part=0),
        "there is no part 0; give 1 to 1",
    ),
    "a page of maps": (
        lambda: service_maps.plot_bodies(shared(), boundaries=land(), part=9),
        "there is no part 9; give 1 to 1",
    ),
    "a year without inhabitants": (
        lambda: overview.plot_first(
            AREA, people().reset_index(), places(), boundaries=land(), year=1900
        ),
        "known years: 1950–2013",
    ),
    "per cent for a share": (lambda: Thresholds(20, 7.5), "out_share=20 is no share; give 0 to 1"),
    "links": (lambda: Thresholds(max_links=0), "give 1 to 10"),
    "three years for two": (
        lambda: explore.plot_series(AREA, "population", years=(2000, 2005, 2010)),
        "write the first and the last",
    ),
    "a year of flows": (lambda: flows.commuting_of("1990"), "valid are 2004 to 2021"),
}


@pytest.mark.parametrize("case", OUT_OF_RANGE)
def test_an_argument_out_of_range_is_an_error_with_the_range(case):
    call, words = OUT_OF_RANGE[case]
    with pytest.raises(InputError, match=words):
        call()


def test_how_a_series_is_known_depends_on_the_years_that_are_drawn():
    whole = explore.plot_series(AREA, "population")
    early = explore.plot_series(AREA, "population", years=(1970, 2000))
    assert style.description_of(whole.figure).kind == "derived"
    assert style.description_of(early.figure).kind == "observed"
