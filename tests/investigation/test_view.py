"""One example recomputed by hand: alternatives, allocation and location of building permits in KAK;
and what the words say of it."""

import math
import re
import shutil

import pytest

from analysis import paths, shelf
from analysis.errors import InputError
from analysis.figures import style
from analysis.figures.investigation import charts, money_tables, tables
from analysis.investigation import folder
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population
from analysis.text.formulas import all_formulas
from analysis.text.investigation import need_words, options, results, shares, summary
from analysis.text.investigation.words import services
from analysis.views.investigation import dossier, money, needs, outcome, places

KAK = {"Kungsör": "1960", "Köping": "1983", "Arboga": "1984"}


@pytest.fixture(scope="module")
def kak():
    return dossier.look(paths.EXAMPLES / "bygg-och-miljo", "2026-08-31")


@pytest.fixture(scope="module")
def where(kak):
    return places.places(kak)


def people(*codes):
    table = load_population()
    return int(table[(table["year"] == 2025) & table["code"].isin(codes)]["population"].sum())


def course(view, number, service="bygglov"):
    return next(c for c in view.courses if c.alternative.number == number and c.service == service)


# --- alternatives, by hand -----------------------------------------------------------------------


def test_the_alternatives_against_today_by_hand(kak):
    joins, vasteras, two, alone = (course(kak, number) for number in (1, 2, 3, 4))
    assert joins.change.grown == ("vmmf",)  # Arboga and Kungsör have it, Köping joins
    assert joins.bases == (people("1960", "1983", "1984"),)
    assert vasteras.change.left == ("vmmf",)  # another form, with Västerås
    assert vasteras.change.stay == {"vmmf": ()}
    assert vasteras.bases == (people("1960", "1983", "1984", "1980"),)
    assert two.change.lone == ("vmmf",)  # Kungsör is left alone
    assert two.change.stay == {"vmmf": ("1960",)}
    assert alone.bases == tuple(people(code) for code in ("1960", "1983", "1984"))


def test_the_table_of_differences_says_the_same(kak, where):
    table = next(iter(tables.difference_tables(kak, where))).frame.set_index("row")
    grown = table["1. Köping går med i förbundet"]
    assert grown["Organ som tillkommer eller växer"] == "VMMF växer"
    assert grown["Invånare bakom"].replace("\u202f", "") == str(people("1960", "1983", "1984"))
    assert grown["Organ som lämnas"] == "inget känt; uppgift saknas för Köping"
    lone = table["3. Köping och Arboga utan Kungsör"]
    assert lone["Blir kvar"].startswith("Kungsör ensam; organet kan inte fortsätta gemensamt")
    assert "km till Västerås" in table["2. Alla tre med Västerås"]["Avstånd till värdorten"]
    today = table["Dagens läge"].str.replace("\u202f", "")
    assert today["Invånare bakom"] == f"{people('1960', '1984')} (VMMF); okänt för Köping"
    assert today["Sätt"] == "gemensamt i VMMF; uppgift saknas för Köping"
    law = "plan- och bygglagen 12 kap. 1 och 5 §§"  # the rule that limits, not the general one
    assert grown["Enligt lag"].startswith(f"möjlig med förbehåll ({law}")


def test_evidence_stands_beside_each_criterion_and_gaps_are_marked(kak, where):
    first = next(iter(tables.criteria_tables(kak, where))).frame.set_index("criterion")
    assert "invånare bakom tjänsten" in first.at["Kapacitet och kompetens", "evidence"]
    assert "kända organ i landet" in first.at["Kapacitet och kompetens", "evidence"]
    assert first.at["Närhet", "evidence"] == "underlag saknas"  # no host is chosen
    assert first.at["Styrning och demokrati", "assessment"].startswith("Köping får en av tre")
    assert first.at["Kostnad", "assessment"] == "att skriva"


def test_evidence_is_of_those_who_take_part_in_the_alternative(kak, where):
    _, vasteras, two, _ = (
        table.frame.set_index("criterion")["evidence"]
        for table in tables.criteria_tables(kak, where)
    )
    assert "Kungsör" not in two["Sårbarhet"]  # it is not in alternative 3
    assert "Tillsammans anger de 8,1" in two["Sårbarhet"]  # Köping 5,5 and Arboga 2,6
    assert two["Kostnad"].startswith("I dag uppger Arboga och Köping tillsammans 18,4 miljoner kr")
    assert "Uppgift saknas från Västerås" in vasteras["Sårbarhet"]
    assert "I dag uppger" not in vasteras["Kostnad"]  # Västerås has not stated its cost


def test_what_was_shared_once_is_not_told_as_alone():
    """Customer service in northern Örebro län: seen as shared in 2017, unclear today."""
    view = dossier.look(paths.EXAMPLES / "kundtjanst", "2026-08-31")
    assert math.isnan(view.today_base("kundtjanst"))
    cells = options.today_cells(view, "kundtjanst", staff={})
    assert cells["way"] == "oklart för alla kommunerna"
    assert cells["base"] == "okänt för alla kommunerna"
    said = options.bases_text(view)[1]
    assert "eftersom säker uppgift saknas för alla kommunerna" in said
    axes = charts.plot_bases(view, "kundtjanst")
    assert list(style.description_of(axes.figure).table.frame["label"]) == [
        "1. Gemensam nämnd, Lindesberg värd",
        "2. Tre kommuner utan Hällefors",
    ]


def test_the_lowest_unit_cost_is_the_lowest_cost_over_the_highest_volume(made, fill):
    given = {"persons": (None, 3, None), "cost": (900, 1000, 1200), "volume": (80, 100, 120)}
    fill(made / "own_figures" / "1960.xlsx", given)
    (row,) = money.unit_costs(dossier.look(made, "2026-08-31"), "loner").to_dict("records")
    assert (row["low"], row["base"], row["high"]) == (900 / 120, 10, 1200 / 80)


def test_a_small_difference_is_no_finding(kak):
    found = {entry.id: entry for entry in needs.indicators(kak)}
    rows = found["share_65plus"].table.set_index("code")
    assert 0 < rows.at["1984", "value"] - rows.at["1984", "peers"] < 1  # Arboga, half a point
    said = need_words.needs_text(kak, list(found.values()))
    assert "Andel 65 år eller äldre (2025): Ingen av kommunerna ligger minst" in said[1]


def test_bodies_that_lack_the_service_are_told_when_they_are_merged(tmp_path):
    made = folder.new("sammanslaget", list(KAK.values()), ["bygglov"], parent=tmp_path)
    file = made / "investigation.toml"
    head = file.read_text("utf-8").split("[[alternatives]]")[0]
    merge = '[[alternatives]]\ntitle = "A"\nway = "merge"\nbodies = ["vmmf", "vafabmiljo"]\n'
    file.write_text(head + merge, "utf-8")
    said = " ".join(options.warnings_text(dossier.look(made, "2026-08-31")))
    assert "VafabMiljö" in said
    assert "inte har bygglov i dag" in said
    assert "Myndighetsförbund (VMMF), som enligt" not in said


def test_the_reader_is_warned_once_of_what_must_not_be_missed(kak):
    said = options.warnings_text(kak)
    assert len(said) == len(set(said))
    assert any("alternativ 3 blir bara Kungsör kvar" in sentence for sentence in said)


def test_what_is_told_on_the_first_page_has_its_year_and_its_certainty():
    view = dossier.look(paths.EXAMPLES / "kundtjanst", "2026-08-31")
    first = " ".join(summary.findings(view, money.allocations(view), places.places(view)))
    assert "efter invånare 2025 och" in first
    assert "efter kommunens anställda 2017" in first
    assert "av invånarna i tätorter 2020" in first
    given = " ".join(results.outcomes_text(view, outcome.outcomes_of(view)))
    assert "sedan 2020, eller längre (fanns 2020, inget slut känt)" in given
    assert "Kolada har inget nyckeltal som avser just telefoni och växel" in given


def test_a_form_that_the_law_bars_is_told(tmp_path):
    made = folder.new("bolag", list(KAK.values()), ["bygglov"], parent=tmp_path)
    file = made / "investigation.toml"
    file.write_text(file.read_text("utf-8").replace('form = "avtal"', 'form = "bolag"'), "utf-8")
    view = dossier.look(made, "2026-08-31")
    assert any(
        "Formen i alternativ 2 är inte möjlig för bygglov" in sentence
        for sentence in options.warnings_text(view)
    )


# --- who pays what, by hand ----------------------------------------------------------------------

COSTS = {"1960": 1_900_000, "1983": 6_400_000, "1984": 2_900_000}  # of the example's forms


def test_the_allocation_by_hand(kak):
    found = money.allocations(kak)[0]
    total = sum(COSTS.values())
    assert found.cost == total
    members = [*COSTS]
    inhabitants = {code: people(code) for code in members}
    for code in members:
        share = inhabitants[code] / sum(inhabitants.values())
        assert found.share(code, "inhabitants") == pytest.approx(share)
        assert found.share(code, "equal") == pytest.approx(1 / 3)
        assert found.share(code, "fixed20") == pytest.approx(0.2 / 3 + 0.8 * share)
        assert found.share(code, "cost") == pytest.approx(COSTS[code] / total)
        assert found.gaps.at[code, "inhabitants"] == pytest.approx(share * total - COSTS[code])
        assert found.per_head.at[code, "inhabitants"] == pytest.approx(
            total / sum(inhabitants.values())
        )
    volumes = {"1960": 120, "1983": 420, "1984": 190}
    assert found.share("1983", "volume") == pytest.approx(420 / sum(volumes.values()))
    assert found.gaps["cost"].abs().max() == pytest.approx(0, abs=1e-6)
    way = found.transition("equal")
    assert way.at["1983", 1] == pytest.approx(6_400_000 + (total / 3 - 6_400_000) / 3)
    assert way.at["1983", 3] == pytest.approx(total / 3)


def test_stated_and_published_never_share_a_column(kak):
    found = money.allocations(kak)[0]
    kinds = {key.id: key.kind for key in found.keys}
    assert kinds["volume"] == kinds["cost"] == "stated"
    assert kinds["inhabitants"] == kinds["staff"] == "derived"
    headings = [form.heading for form in money_tables.share_table(kak, found).formats.values()]
    assert "Volym (uppgivet) 2025 (%)" in headings


def test_those_who_take_part_share_the_cost_of_their_alternative(kak):
    """By hand: with Västerås the shares are others, and without Kungsör too."""
    vasteras, two = money.other_circles(kak)
    assert (vasteras.numbers, two.numbers) == ((2,), (3,))
    assert two.members == ("1983", "1984")
    whole = people("1960", "1980", "1983", "1984")
    assert vasteras.share("1980", "inhabitants") == pytest.approx(people("1980") / whole)
    assert two.share("1984", "equal") == 0.5
    assert not set(vasteras.shares) & set(money.STATED_KEYS)
    assert money_tables.share_table(kak, two).title == "Andelar i alternativ 3: Arboga och Köping"
    assert "Västerås skulle då betala 77,0 procent" in shares.circles_text(kak, [vasteras])[0]


def test_volumes_in_different_units_make_no_key(tmp_path, fill):
    made = folder.new("volymer", ["1983", "1984"], ["loner"], parent=tmp_path)
    for code, unit in (("1983", "lönespecifikationer"), ("1984", "anställda")):
        fill(made / f"own_figures/{code}.xlsx", {"volume": (None, 5000, None)}, C=unit)
    view = dossier.look(made, "2026-08-31")
    assert "volume" not in money.allocations(view)[0].shares
    line = tables.follow_table(view).frame.set_index("what")["base"]
    assert line["Antal lönespecifikationer: löner och pensioner"] == (
        "okänt, samlas in före start (uppgivet i olika enheter)"
    )


def test_payback_by_hand(kak):
    row = money.paybacks(kak).iloc[0]
    building, environment = 11_200_000, 2_000_000 + 3_000_000 + 6_100_000
    saved = building + environment - 22_500_000
    assert saved < 0
    assert row["base"] == math.inf
    assert 0 < row["best"] < math.inf
    assert row["worst"] == math.inf
    assert any("inte billigare än i dag" in sentence for sentence in options.payback_text(kak))


def test_without_own_figures_shares_are_shown_per_hundred(tmp_path):
    made = folder.new("tomt", list(KAK.values()), ["loner"], parent=tmp_path)
    view = dossier.look(made, "2026-08-31")
    found = money.allocations(view)[0]
    assert found.cost is None
    assert found.paid.sum().round(9).eq(100).all()
    assert "volume" not in found.shares
    assert list(money_tables.kronor_tables(view, found)) == []
    assert any("av 100 kronor" in sentence for sentence in shares.shares_text(view, found))
    assert "inte känt" in summary.cost_finding(view)[0]


def test_one_person_hides_the_cost_and_every_sum_with_it():
    view = dossier.look(paths.EXAMPLES / "upphandling", "2026-08-31")
    shown = money.shown(view)
    assert set(shown.loc[shown["code"] == "1715", "item"]) == {"volume"}
    assert money.total(view, "upphandling", "cost") is None
    assert money.hidden(view, "upphandling", "cost") == ["1715"]
    assert any("ensam person sköter tjänsten" in text for text in shares.stated_text(view))


def test_three_of_five_forms_make_no_share_by_volume():
    view = dossier.look(paths.EXAMPLES / "upphandling", "2026-08-31")
    assert money.allocations(view)[0].shares["volume"].isna().all()


# --- where it lies, by hand ----------------------------------------------------------------------


def test_the_location_by_hand(kak, where):
    towns = load_localities()
    own = towns[towns["code"].isin(list(KAK.values()))]
    town = own[own["name"] == "Köping"].iloc[0]
    km = [
        math.hypot(row.easting - town["easting"], row.northing - town["northing"]) / 1000
        for row in own.itertuples()
    ]
    inhabitants = list(own["population"])
    mean = sum(a * b for a, b in zip(km, inhabitants, strict=True)) / sum(inhabitants)
    within = sum(b for a, b in zip(km, inhabitants, strict=True) if a <= 20) / sum(inhabitants)
    row = where.table[where.table["place"] == town["locality"]].iloc[0]
    assert row["mean_km"] == pytest.approx(mean)
    assert row["within20"] == pytest.approx(within)
    then = load_population()
    all_people = then[(then["year"] == 2020) & then["code"].isin(list(KAK.values()))][
        "population"
    ].sum()
    outside = all_people - sum(inhabitants)
    assert row["low20"] == pytest.approx(within * sum(inhabitants) / all_people)
    assert row["high20"] == pytest.approx((within * sum(inhabitants) + outside) / all_people)


def test_a_host_outside_the_members_is_a_candidate(where):
    assert "1980" in set(where.table["code"])
    assert set(where.localities["code"]) == set(KAK.values())


def test_a_place_that_is_no_locality_is_refused(tmp_path):
    made = folder.new("orter", list(KAK.values()), ["bygglov"], parent=tmp_path)
    file = made / "investigation.toml"
    text = file.read_text("utf-8").replace('# places = ["Västerås"]', 'places = ["Köpinge"]')
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"unknown locality 'Köpinge': did you mean 'Köping'\?"):
        places.places(dossier.look(made, "2026-08-31"))


# --- the rest ------------------------------------------------------------------------------------


def test_need_has_a_year_and_no_index(kak):
    found = needs.indicators(kak)
    assert {entry.id: entry.year for entry in found}["staff_60plus"] == 2017
    assert {entry.id: entry.year for entry in found}["cohort_70_79"] == 2025
    assert all(entry.reading for entry in found)
    assert "index" not in " ".join(entry.label for entry in found)


def test_what_it_gave_never_says_because(kak):
    found = outcome.outcomes_of(kak)
    assert {entry.body for entry in found} == {"vmmf"}
    said = " ".join(results.outcomes_text(kak, found))
    assert "inget nyckeltal är kopplat" in said or "inte hämtat" in said
    assert "därför att" not in said


def test_a_service_that_nobody_shares(tmp_path):
    made = folder.new("arkiv", ["0381", "0484"], ["arkiv"], parent=tmp_path)
    view = dossier.look(made, "2026-08-31")
    assert view.present("arkiv").empty
    assert outcome.outcomes_of(view) == []
    assert results.outcomes_text(view, [])[0].startswith("Inget organ är känt där någon av")
    assert list(tables.today_tables(view)) == []


def test_each_formula_has_a_key_of_its_own_and_names_with_and_are_told_apart():
    keys = [entry.key for entry in all_formulas()]
    assert len(keys) == len(set(keys))
    view = dossier.look(paths.EXAMPLES / "kundtjanst", "2026-08-31")
    assert services(view) == "telefoni och växel samt kundtjänst"


# --- what a figure is kept by --------------------------------------------------------------------


def keys_of_figures(view, monkeypatch):
    """What each figure of an investigation is kept by; none is drawn."""
    found = {}
    monkeypatch.setenv(shelf.CONTEXT, "context")
    monkeypatch.setattr(shelf, "get", lambda key: b"kept")
    make = shelf.key
    monkeypatch.setattr(shelf, "key", lambda name, given: found.setdefault(name, make(name, given)))
    where = places.places(view)
    charts.plot_needs(view, needs.indicators(view))
    charts.plot_places(view, where, boundaries=load_boundaries())
    charts.plot_reach(view, where)
    list(charts.plots_of_bases(view))
    for allocation in money.allocations(view):
        charts.plot_shares(view, allocation)
    monkeypatch.undo()
    return {name.rpartition("_")[2]: key for name, key in found.items()}


def test_another_amount_redraws_no_figure_that_does_not_show_it(tmp_path, monkeypatch):
    path = shutil.copytree(paths.EXAMPLES / "upphandling", tmp_path / "upphandling")
    before = keys_of_figures(dossier.look(path), monkeypatch)
    assert set(before) == {"needs", "places", "reach", "bases", "shares"}
    assert all(before.values())
    question = path / "investigation.toml"
    text = question.read_text(encoding="utf-8")
    changed, count = re.subn(r"^base = 700_000", "base = 710_000", text, flags=re.MULTILINE)
    assert count == 1
    question.write_text(changed, encoding="utf-8")
    assert keys_of_figures(dossier.look(path), monkeypatch) == before
    question.write_text(text.replace("Karlstad utför", "Karlstad gör det"), encoding="utf-8")
    after = keys_of_figures(dossier.look(path), monkeypatch)
    assert {name for name in before if after[name] != before[name]} == {"bases"}
