"""What a scenario says: who leaves and who stays, both halves of the research, the unknown."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from analysis import regions
from analysis.errors import InputError
from analysis.figures import scenario as figures
from analysis.figures import style
from analysis.figures.national import plot_bases
from analysis.loaders.commuting import load_neighbours
from analysis.loaders.population import load_localities, load_peers, load_population
from analysis.loaders.services import load_inventory
from analysis.metrics.scenario import commuting_links
from analysis.metrics.services import population_centres
from analysis.text import national
from analysis.text import scenario as text
from analysis.text.summary import research
from analysis.views.scenario import make_scenario, nations_of
from analysis.views.services import population_on

PEERS = load_peers("rescue")


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


def case_of(inventory, service, members, **options):
    return make_scenario(regions.resolve(members), service, inventory=inventory, **options)


@pytest.fixture(scope="module")
def switchboard(inventory):
    return case_of(inventory, "vaxel", "1863,1864,1884,1885", host="1885", as_of="2026-06-30")


@pytest.fixture(scope="module")
def rescue(inventory):
    return case_of(
        inventory, "raddningstjanst", "1960,1983,1984,1961", host="1983", as_of="2026-06-30"
    )


def people(case):
    return population_on(case.view, load_population())


@pytest.fixture(scope="module")
def food(inventory):
    return case_of(inventory, "livsmedelskontroll", "1960,1983,1984", as_of="2026-06-30")


def test_what_a_member_does_alone_is_known(food):
    said = " ".join(text.today_text(food))
    assert "Köping sköter tjänsten själv (egen regi 2024)." in said
    assert "ingen uppgift" not in said
    assert not any("Köping" in line for line in text.unknowns(food, None))
    drawn = style.description_of(figures.plot_bases(food, load_population()).figure)
    assert "Köping, egen regi 2024" in drawn.alt


def test_the_scenario_stands_among_all_authorities_of_the_nation(food):
    population, _ = people(food)
    (nation,) = nations_of(food, load_population())
    members = population[["1960", "1983", "1984"]].sum()
    smaller = (nation.whole["population"] < members).sum()
    assert nation.proposed == members
    assert f"större än {smaller} av de 249 organ" in national.proposed_text(nation)
    axes = plot_bases(nation)
    line = next(line for line in axes.get_lines() if line.get_label() == "scenariot")
    assert set(line.get_xdata()) == {members}


def test_a_member_without_inhabitants_is_no_smaller_base(food):
    population = load_population()
    assert nations_of(food, population[population["code"] != "1960"]) == []


@pytest.mark.parametrize(
    ("service", "as_of"), [("vaxel", "2026-06-30"), ("livsmedelskontroll", "2019-06-30")]
)
def test_no_nation_where_none_is_known_on_the_day(inventory, service, as_of):
    case = case_of(inventory, service, "1960,1984", as_of=as_of)
    assert nations_of(case, load_population()) == []


def test_lindesberg_joins_the_three(switchboard):
    said = " ".join(text.today_text(switchboard))
    assert "Hällefors, Ljusnarsberg och Nora har tjänsten i Gemensam växel" in said
    assert "fanns 2020, inget slut känt" in said
    assert "I scenariot tillkommer Lindesberg" in said
    assert not switchboard.leaves
    population, year = people(switchboard)
    base = " ".join(text.base_text(switchboard, load_population()))
    total = f"{population[list(switchboard.members)].sum():,}".replace(",", "\u202f")
    assert f"Scenariots krets har {total} invånare ({year})" in base


def test_within_three_years_the_switchboard_is_evidenced(inventory):
    case = case_of(inventory, "vaxel", "1863,1864,1884,1885", as_of="2022-06-30")
    assert case.present["state"].tolist() == ["evidenced"]
    assert "Alla dess medlemmar ingår" in " ".join(text.today_text(case))


def test_surahammar_and_vasteras_stay(rescue):
    said = " ".join(text.today_text(rescue))
    assert "kvar blir Surahammar och Västerås" in said
    assert "lämna ett organ som finns" in said
    assert rescue.leaves
    base = " ".join(text.base_text(rescue, load_population()))
    assert "Kvar i Räddningstjänsten Mälardalen blir Surahammar och Västerås med" in base


def test_a_scenario_that_equals_today_says_so(inventory):
    """KAK's payroll is today's VMKF: nothing changes, and the circle is not smaller than itself."""
    case = case_of(inventory, "loner", "1960,1983,1984", as_of="2026-08-31")
    assert case.same is not None
    said = " ".join([*text.today_text(case), *text.base_text(case, load_population())])
    assert "Scenariot är detsamma som i dag" in said
    assert "Varken krets eller befolkningsunderlag ändras" in said
    assert "Scenariots krets är densamma som i dag: 48\u202f089 invånare (2025)" in said
    hosted = case_of(inventory, "loner", "1960,1983,1984", host="1983", as_of="2026-08-31")
    assert "Om Köping är värd i dag framgår inte" in text.same_text(hosted)


def test_no_other_scenario_says_that_it_equals_today(inventory, switchboard, rescue):
    for case in (
        switchboard,
        rescue,
        case_of(inventory, "loner", "1960,1983"),
        case_of(inventory, "loner", "1960,1983,1984,1885"),
    ):
        assert case.same is None
        assert text.same_text(case) == ""


@pytest.mark.parametrize(
    ("sizes", "after", "said"),
    [
        ([100], 50, "mindre än det"),
        ([100], 200, "större än det"),
        ([100], 100, "lika stor som det"),
        ([100, 300], 50, "mindre än dem alla"),
        ([100, 300], 400, "större än dem alla"),
        ([100, 300], 200, "större än ett av dem"),
        ([100, 300], 100, "lika stor som det minsta av dem"),
    ],
)
def test_the_place_among_other_bodies(sizes, after, said):
    assert text._place(pd.Series(sizes), after) == said


def test_one_who_leaves_and_one_who_stays_are_singular(inventory):
    one = case_of(inventory, "raddningstjanst", "1960,1884", as_of="2026-06-30")
    said = " ".join(text.today_text(one))
    assert "I scenariot lämnar Kungsör det; kvar blir" in said
    assert "lämnar de " not in said
    most = case_of(inventory, "raddningstjanst", "1960,1961,1980,1983,1984", as_of="2026-06-30")
    base = " ".join(text.base_text(most, load_population()))
    assert "Kvar i Räddningstjänsten Mälardalen blir Surahammar med" in base
    assert "i sex kommuner" in base


def test_procurement_in_karlstad_is_an_intention(inventory):
    case = case_of(inventory, "upphandling", "karlstad")
    assert case.present.empty
    said = " ".join(text.today_text(case))
    assert "ingen uppgift om att tjänsten delas i drift" in said
    assert "Det betyder inte att den inte delas" in said
    assert "Det finns en avsikt (avsikt 2021): Karlstadsregionen" in said
    assert "Det är ingen tjänst i drift" in said
    assert "inget avstånd i dag att jämföra med" in text.host_before_text(case)


def test_contradictory_sources_are_both_told(inventory):
    case = case_of(inventory, "bygglov", "bergslagen", as_of="2018-06-30")
    said = " ".join(text.today_text(case))
    assert "källorna skiljer sig om den juridiska formen" in said
    said = said.casefold()
    assert said.index("gemensam nämnd enligt") < said.index("kommunalförbund enligt")


def without(inventory, area):
    """The inventory as if nobody had told anything of one service."""
    told = {
        name: table[table["area"] != area]
        for name, table in inventory.tables().items()
        if "area" in table
    }
    return replace(inventory, **told)


def test_a_service_that_nobody_shares(inventory):
    case = case_of(without(inventory, "modersmal"), "modersmal", "karlstad")
    population, _ = people(case)
    assert "har inget organ för modersmålsundervisning" in text.sizes_text(case, population)
    assert "ingen uppgift" in text.sources_text(case)


def test_a_body_that_is_unclear_today_is_no_size_to_compare_with(inventory):
    """The payroll board of 2007 is drawn with its words, and not told as one that has the service."""
    case = case_of(inventory, "loner", "1960,1983,1984", as_of="2026-08-31")
    population, _ = people(case)
    assert "inget annat organ" in text.sizes_text(case, population)
    drawn = style.description_of(figures.plot_bases(case, load_population()).figure)
    assert "lönenämnd [N]: oklart i dag, senast belagd 2007" in drawn.alt


def test_a_date_before_everything(inventory):
    case = case_of(inventory, "raddningstjanst", "karlstad", as_of="1990-01-01")
    assert case.present.empty
    assert "ingen uppgift" in " ".join(text.today_text(case))


def test_an_arrangement_with_unknown_start_is_said_to_be_so(inventory):
    case = case_of(inventory, "overformyndare", "1764,1781")  # Grums
    assert case.present["words"].tolist() == ["oklart i dag, odaterad uppgift"]
    assert any(
        line.startswith("När ") and "inte känt" in line for line in text.unknowns(case, None)
    )


def test_a_member_in_two_regions_and_a_body_elsewhere(inventory):
    case = case_of(inventory, "avfall", "1980,1780")  # Västerås and Karlstad
    assert case.present["arrangement"].tolist() == ["vafabmiljo"]
    assert "1983" in case.outside


def test_all_faults_together(inventory):
    with pytest.raises(InputError) as caught:
        make_scenario(
            regions.Region("x", "x", ("1863", "9999")),
            "vaxl",
            inventory=inventory,
            host="1885",
            low=0.5,
            high=-0.5,
        )
    said = "\n".join(caught.value.faults)
    assert "did you mean 'vaxel'" in said
    assert "'9999'" in said
    assert "'1885' is not among the members" in said
    assert "no range" in said


def test_one_municipality_is_too_few(inventory):
    with pytest.raises(InputError, match="takes two"):
        case_of(inventory, "vaxel", "1863")


def test_a_date_that_is_none_comes_with_the_other_faults(inventory):
    with pytest.raises(InputError) as caught:
        case_of(inventory, "vaxl", "1863,1864", as_of="i går")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("date", "expected"), [("2018-06-30", "bara med stöd i särskild lag"), ("2018-07-01", "ja")]
)
def test_contracts_became_a_general_right(inventory, date, expected):
    case = case_of(inventory, "vaxel", "1863,1864", as_of=date)
    assert text.form_possible(case, "avtal").startswith(expected)


def test_private_forms_and_authority(switchboard, rescue):
    assert "bara för delar utan myndighetsutövning" in text.form_possible(rescue, "bolag")
    assert text.form_possible(switchboard, "bolag").startswith("ja")
    assert "myndighetsutövning" in text.forms_text(rescue)
    assert text.form_possible(switchboard, "gemensam-namnd") == "ja, med Lindesberg som värd"


def test_unknown_cost_is_printed_and_no_other_cost_stands_in(switchboard, rescue):
    population, _ = people(rescue)
    (said,) = text.cost_text(switchboard, None, population, PEERS)
    assert "okänd" in said
    assert "ingen annan kostnad används" in said
    (said,) = text.cost_text(rescue, None, population, PEERS)
    assert "N07009" in said
    assert "inte hämtad" in said
    assert "inget intervall" in said


def test_known_cost_gives_spread_and_a_stated_range(rescue):
    alike = set(PEERS.loc[PEERS["code"].isin(rescue.members), "peer_code"]) - set(rescue.members)
    codes = [*rescue.members, *sorted(alike)]
    costs = pd.DataFrame(
        {
            "code": codes,
            "year": 2024,
            "area": "raddningstjanst",
            "cost": [1000.0 + k for k in range(len(codes))],
        }
    )
    population, _ = people(rescue)
    known, spread, assumed = text.cost_text(rescue, costs, population, PEERS)
    assert "2024" in known
    assert "liknande kommuner" in spread
    assert "−5 procent till +5 procent" in assumed
    assert "ingen beräknad besparing" in assumed
    assert not any("Kostnaden per invånare i dag" in line for line in text.unknowns(rescue, costs))


def test_costs_of_some_members_only_give_no_range(rescue):
    costs = pd.DataFrame(
        {"code": ["1983"], "year": [2024], "area": ["raddningstjanst"], "cost": [1000.0]}
    )
    population, _ = people(rescue)
    said = text.cost_text(rescue, costs, population, PEERS)
    assert "Uppgift saknas för Arboga, Hallstahammar och Kungsör" in said[0]
    assert "räknas inget intervall" in said[-1]


def test_distances_borders_and_their_limits(switchboard):
    said = text.distance_text(switchboard, load_localities())
    assert "i genomsnitt 16,9 km fågelvägen till Lindesberg;" in said
    assert "värdkommunens egna invånare har i genomsnitt 7,5 km" in said
    assert "Längst är det för Hällefors" in said
    assert "namnger ingen värdkommun" in text.host_before_text(switchboard)
    border = text.border_text(switchboard, load_neighbours())
    assert "Fem av sex par" in border
    assert "Gränser i vatten finns inte i underlaget" in border


def test_municipalities_apart_are_said_to_be_apart(inventory):
    case = case_of(inventory, "vaxel", "0381,0486")  # only water between Enköping and Strängnäs
    assert "hänger inte ihop landvägen i underlaget" in text.border_text(case, load_neighbours())


def test_a_municipality_without_locality_makes_the_distance_unknown(switchboard):
    places = load_localities()
    assert "okända" in text.distance_text(switchboard, places[places["code"] != "1863"])
    table = figures.host_table(switchboard, places[places["code"] != "1863"])
    assert table.frame[["mean", "own", "largest"]].isna().all(axis=None)


def test_assumptions_name_every_choice(switchboard):
    said = dict(
        text.assumptions(
            switchboard, population_year=2025, commuting_year=2021, modelled=True, costs=None
        )
    )
    assert said["Värdkommun"] == "Lindesberg"
    assert said["Pendling"] == "2021, modellskattning"
    change = said["Antagen ändring av kostnaden"]
    assert change.startswith("−5 procent till +5 procent; används inte")
    assert "30 juni 2026" in said.values()


def test_the_assumed_change_is_used_where_every_cost_is_known(rescue):
    costs = pd.DataFrame(
        {"code": list(rescue.members), "year": 2024, "area": "raddningstjanst", "cost": 1000.0}
    )
    said = dict(
        text.assumptions(
            rescue, population_year=2025, commuting_year=2024, modelled=False, costs=costs
        )
    )
    assert said["Antagen ändring av kostnaden"] == "−5 procent till +5 procent"
    assert said["Pendling"] == "2024, observerad"


def test_what_is_unknown_names_the_body_and_the_municipality(switchboard, rescue):
    leaving = text.unknowns(rescue, None)
    assert "Kostnaden per invånare i dag är okänd i alla kommunerna." in leaving
    assert any(
        line.startswith("Villkoren för att lämna Räddningstjänsten Mälardalen") for line in leaving
    )
    assert any("Räddningstjänsten Mälardalen" in line and "2022" in line for line in leaving)
    assert not any("Villkoren" in line for line in text.unknowns(switchboard, None))
    some = pd.DataFrame(
        {"code": ["1983"], "year": [2024], "area": ["raddningstjanst"], "cost": [1000.0]}
    )
    assert text.unknowns(rescue, some)[0] == (
        "Kostnaden per invånare i dag är okänd i Arboga, Hallstahammar och Kungsör."
    )


def test_a_modelled_link_stands_with_the_measured_error(switchboard):
    links = pd.DataFrame(
        {
            "code_a": ["1884"],
            "code_b": ["1885"],
            "there": [780.0],
            "back": [300.0],
            "kind": ["modelled"],
        }
    )
    said = text.commuting_text(switchboard, links, year=2021)
    assert "modellskattad och inte observerad" in said
    assert "I prov var medianfelet" in said
    assert "troligen länken mellan Nora och Lindesberg" in said
    assert "1\u202f080" not in said
    near = pd.concat([links, links.assign(code_a="1863", there=700.0)])
    assert "går inte att säga" in text.commuting_text(switchboard, near, year=2021)
    table = figures.pair_table(
        switchboard,
        population_centres(load_localities()),
        load_neighbours(),
        links.assign(there_status="published", back_status="published"),
        year=2021,
        sources=("commuting_margins",),
    )
    assert "–" in table.frame.loc[0, "there"], "a small modelled number is an interval"
    observed = text.commuting_text(switchboard, links.assign(kind="observed"), year=2021)
    assert "modellskatt" not in observed
    assert "I prov" not in observed


def test_nothing_promises_a_saving(switchboard, rescue):
    for case in (switchboard, rescue):
        said = f"{text.question_text(case)} {research()}"
        assert "lovar ingen besparing" in said
        assert not re.search(r"sparar|kommer att spara|billigare", said)


def test_unknown_links_are_not_counted_as_zero(switchboard):
    """Half a pair is an unknown pair; the strongest is then the strongest that is known."""
    flows = pd.DataFrame(
        [
            (home, work, persons, "observed", "published" if persons == persons else "suppressed")
            for home, work, persons in [
                ("1884", "1885", 780.0),
                ("1885", "1884", float("nan")),
                ("1863", "1884", 20.0),
                ("1884", "1863", 10.0),
            ]
        ],
        columns=["home", "work", "persons", "kind", "status"],
    )
    links = commuting_links(switchboard.members, flows)
    said = text.commuting_text(switchboard, links, year=2024)
    assert said == (
        "Starkast pendlingslänk, av vad som är känt, har Hällefors och Nora: 30 "
        "pendlare i båda riktningarna 2024. För fem par är pendlingen okänd, helt "
        "eller delvis."
    )
    table = figures.pair_table(
        switchboard,
        population_centres(load_localities()),
        load_neighbours(),
        links,
        year=2024,
        sources=("commuting_margins",),
    )
    assert "1 uppgift om pendlare är skyddad av sekretess och 8 saknas i källan." in table.notes


def test_a_protected_cost_is_told_from_a_missing_one(rescue):
    costs = pd.DataFrame(
        {
            "code": ["1983", "1984"],
            "year": 2024,
            "area": "raddningstjanst",
            "cost": [1000.0, None],
            "status": ["published", "suppressed"],
        }
    )
    population, _ = people(rescue)
    said = " ".join(text.cost_text(rescue, costs, population, PEERS))
    assert "Uppgift saknas för Hallstahammar och Kungsör." in said or (
        "Uppgift saknas för Kungsör och Hallstahammar." in said
    )
    assert "Uppgiften för Arboga är skyddad av sekretess." in said
    (table,) = figures.cost_tables_of(rescue, costs)
    assert table.notes == ("1 uppgift är skyddad av sekretess och 2 saknas i källan.",)


@pytest.mark.parametrize(("as_of", "year"), [("2026-06-30", 2025), ("2020-06-30", 2019)])
def test_inhabitants_are_of_the_last_year_by_the_day_of_the_scenario(inventory, as_of, year):
    """The year is chosen from the figures: no caller can name another beside them."""
    case = case_of(inventory, "raddningstjanst", "1960,1983,1984", as_of=as_of)
    table = load_population()
    known = table[(table["year"] == year) & table["code"].isin(case.members)]["population"].sum()
    drawn = style.description_of(figures.plot_bases(case, table).figure)
    assert drawn.title == f"Befolkningsunderlaget före och efter, folkmängd {year}"
    assert f"Scenariots krets {known:,}".replace(",", "\u202f") in drawn.alt
    assert f"({year})" in " ".join(text.base_text(case, table))


def test_an_unknown_population_is_no_part_sum(switchboard):
    population = load_population()
    first, second = text.base_text(switchboard, population[population["code"] != "1884"])
    assert "Scenariots krets har ett okänt antal invånare" in first
    assert "kan inte jämföras" in second
