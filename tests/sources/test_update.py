"""Updates against a real server process: what comes in, what is kept, what is told."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from analysis import catalog, datasets, paths, regions
from analysis.errors import DataError, InputError, NotFetchedError, SourceError
from analysis.exhibits import figure_exhibit
from analysis.figures import nation, overview, service_maps, style
from analysis.loaders import tables
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.national import load_national
from analysis.loaders.services import load_inventory
from analysis.metrics import commuting, population
from analysis.report import manifest
from analysis.sources import geodata, jsonstat, tidy
from analysis.update import difference, moved, reset, update
from analysis.views.services import sharing

pytestmark = pytest.mark.xdist_group("sources")  # one server, one full update

LIST = list(regions.municipalities())
LIVE = [entry.key for entry in catalog.CATALOG.values() if entry.live]


def test_every_dataset_is_updated_for_all_municipalities(everything):
    assert everything.returncode == 0, everything.stderr
    assert everything.stderr == ""
    for key in LIVE:
        assert f"{key}: updated" in everything.stdout
        record = tables.record(key)
        facts = record.facts
        assert facts["retrieved"].endswith("+00:00")
        assert all(file.is_file() for file in record.files)
        assert tables.checksum(record.path) == facts["files"]["table"]["sha256"]
        assert all(table["id"] and table["title"] and table["query"] for table in facts["tables"])
        if catalog.dataset(key).columns:
            table = tables.load(key)
            code = "code" if "code" in table else "home"
            codes = set(table.loc[table["year"] == table["year"].max(), code])
            assert key == "localities" or codes == set(regions.municipalities()), key
            assert not table.duplicated(list(catalog.dataset(key).index)).any()


def test_the_snapshot_is_as_it_was(everything):
    recorded = tables.recorded_checksums()
    assert all(tables.checksum(entry.path) == recorded[entry.file] for entry in catalog.tabular())


def test_status_and_verify_know_the_updated_datasets(everything):
    lines = datasets.status_lines()
    assert sum(", 0 days old" in line or ", 1 day old" in line for line in lines) == len(LIVE)
    assert any("TAB1830" in line for line in lines)
    assert datasets.verify() == []


def test_the_record_says_everything_about_the_fetch(everything):
    facts = json.loads(tables.record_path("population").read_text(encoding="utf-8"))
    assert [table["id"] for table in facts["tables"]] == ["TAB638", "TAB5557"]
    assert facts["tables"][0]["updated"] == "2026-02-24T07:00:00Z"
    assert facts["tables"][0]["url"].endswith("/tables/TAB638/data")
    query = {
        part["variableCode"]: part["valueCodes"]
        for part in facts["tables"][0]["query"][0]["selection"]
    }
    assert query["Alder"] == ["tot"]
    assert len(query["Region"]) == 290
    assert "Civilstand" not in query, "left to the source, which sums it"
    assert query["Kon"] == ["1", "2"]
    assert facts["perturbed_years"] == [2025] == list(tables.perturbed_years("population"))
    assert facts["carried_years"] == list(range(1950, 2000)), "the server begins in 2000"
    assert facts["years"] == list(range(1950, 2026))


def test_published_totals_are_asked_for_where_figures_are_perturbed(everything):
    facts = tables.record("population").facts
    query = {
        part["variableCode"]: part["valueCodes"]
        for part in facts["tables"][1]["query"][0]["selection"]
    }
    assert (query["Alder"], query["Civilstand"], query["Kon"]) == (["TotSA"], ["SC"], ["TotSa"])


def test_ages_are_grouped_alike_before_and_after_the_perturbed_tables(everything):
    table = tables.load("population_age_sex", years=[2024, 2025])
    table["age_to"] = table["age_to"].fillna(-1)
    groups = table.groupby("year")[["age_from", "age_to"]].agg(lambda ages: sorted(set(ages)))
    assert groups.loc[2024].equals(groups.loc[2025])
    assert groups.loc[2024, "age_from"] == list(range(0, 105, 5))
    assert len(table) == 2 * 290 * 2 * 21


def test_the_updated_dataset_is_used_and_cited(server, folder):
    shipped = tables.load("tax_rate_total")
    update(["tax_rate_total"], base_urls=server.urls)
    table = tables.load("tax_rate_total")
    assert len(table) == 290 * 27 > len(shipped)
    source = tables.source_of(table)
    today = tables.vintage("tax_rate_total").retrieved
    assert source.citation == f"Källa: SCB, TAB2017 (uppdaterad 2026-02-24, hämtad {today})"
    assert source.sha256 == tables.record("tax_rate_total").facts["files"]["table"]["sha256"]
    assert tables.record("tax_rate_total").path.is_relative_to(folder)
    assert any(
        line.startswith("tax_rate_total") and f"updated {today}, 0 days old" in line
        for line in datasets.status_lines()
    )


def test_years_of_the_snapshot_that_are_kept_are_cited_too(server, folder):
    update(["population"], base_urls=server.urls)
    assert tables.vintage("population").source.endswith("övriga år: BE0101 Folkmängd")


def test_suppressed_not_applicable_and_zero_stay_apart(everything):
    table = tables.load("population_change")
    gotland = table[table["code"] == "0980"]
    assert gotland.loc[gotland["year"] < 2025, "in_county"].isna().all()
    signs = tables.statuses("population_change")
    assert set(signs["column"]) == {"in_county", "out_county", "net_county"}
    assert set(signs["status"]) == {"not-applicable"}
    assert set(signs["symbol"]) == {"."}
    assert (table["adjustment"] == 0).any(), "a zero is a zero"
    assert tables.record("population_change").facts["tables"][0]["signs"] == {".": len(signs)}


def test_kolada_tells_missing_from_suppressed(everything):
    table = tables.load("area_costs")
    assert set(table["status"]) == {"published", "unavailable", "suppressed"}
    assert table.loc[table["status"] != "published", "cost"].isna().all()
    assert table.loc[table["status"] == "published", "cost"].notna().all()
    assert tables.record("area_costs").facts["tables"][0]["signs"].keys() == {"Missing", "Private"}


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        ("tax_rate", "value"),
        ("tax_base", "value"),
        ("staff", "staff"),
        ("land_area", "value"),
        ("finances", "expenditures"),
    ],
)
def test_a_single_figure_of_kolada_keeps_its_signs_apart(everything, key, figure):
    """Three municipalities have no figure of 2019, and three a secret one: Karlstad is of those."""
    table = tables.load(key)
    assert set(table["year"]) == set(range(2016, 2026)), "no year of the snapshot is left"
    assert len(table) == 290 * 10 - 6
    assert (table[figure] > 0).all()
    signs = tables.statuses(key)
    assert list(signs.columns) == ["code", "year", "column", "symbol", "status"]
    assert signs["column"].eq(figure).all()
    assert signs["year"].eq(2019).all()
    assert dict(zip(signs["symbol"], signs["status"], strict=True)) == {
        "Missing": "unavailable",
        "Private": "suppressed",
    }
    assert signs.set_index("code").at["1780", "status"] == "suppressed"
    (source,) = tables.record(key).facts["tables"]
    assert source["signs"] == {"Missing": 3, "Private": 3}


def test_columns_that_the_source_does_not_have_are_missing(everything):
    staff = tables.load("staff")
    assert list(staff.columns) == [part.name for part in catalog.dataset("staff").columns]
    assert staff.drop(columns=["code", "year", "staff"]).isna().all(axis=None)
    assert pd.api.types.is_integer_dtype(staff["staff"])
    assert tables.notes("staff") == ("Anställda i kommunalförbund och bolag ingår inte.",)


def test_the_matrix_takes_the_fewest_requests(everything):
    line = next(line for line in everything.stdout.splitlines() if "commuting_matrix" in line)
    assert "(25 requests," in line, "four tables looked at once, twenty-one parts"


def test_the_matrix_has_series_that_are_never_joined(everything):
    table = tables.load("commuting_matrix", years=[2010, 2011, 2020])
    assert set(table.loc[table["year"] == 2020, "series"]) == {"rams-2019", "bas-2020"}
    assert set(table.loc[table["year"] == 2010, "series"]) == {"rams-2004"}
    assert set(table.loc[table["year"] == 2011, "series"]) == {"rams-2011"}
    bas = table[table["series"] == "bas-2020"]
    assert len(bas) == 290 * 290
    hidden = bas[bas["status"] == "unavailable"]
    assert len(hidden)
    assert hidden["persons"].isna().all(), "a protected figure is no zero"
    assert set(tables.statuses("commuting_matrix")["symbol"]) == {".."}
    assert (bas.loc[bas["status"] == "published", "persons"] == 0).any()


def test_boundaries_keep_their_common_borders(everything):
    import geopandas
    import shapely

    frame = geopandas.read_parquet(tables.updated_file("boundaries"))
    assert list(frame["code"]) == sorted(regions.municipalities())
    assert frame.crs.to_epsg() == 3006
    assert frame["territory"].is_valid.all()
    assert all(
        shapely.coverage_is_valid(frame[kind].to_numpy()) for kind in ("territory", "land", "water")
    )
    corners = shapely.get_num_coordinates(frame["territory"].to_numpy()).sum()
    assert 20_000 < corners < 250_000, "simplified once: the areas have 480 000"
    shipped = load_boundaries()  # the test's areas follow the coarse borders, shores are the same
    assert frame["land"].area.sum() == pytest.approx(shipped.area.sum(), rel=0.03)
    around = ["0381", "0484", "0486", "1960", "1980"]  # Mälaren: no far shore is one's own
    reach = frame.set_index("code")["land"].bounds - shipped.bounds
    assert reach.loc[around].abs().max(axis=None) < 1_000


@pytest.mark.parametrize("key", ["karlstad", "malardalen", "bergslagen", "kak"])
def test_maps_of_fetched_boundaries_stay_small_and_show_the_lakes(everything, key):
    borders, region = load_boundaries(), regions.get(key)
    axes = overview.plot_region(region, borders)
    lakes = {text.get_text() for text in axes.texts} & {"Vänern", "Mälaren", "Hjälmaren"}
    assert lakes or key == "bergslagen", "far from the four great lakes"
    assert style.cited(axes.figure) == ("boundaries", "shores")
    bodies = service_maps.maps_of(
        sharing(region, load_inventory(), "2026-06-30"), boundaries=borders
    )
    for figure in (axes.figure, bodies[0].figure):
        drawn = figure_exhibit(figure)
        assert max(len(drawn.wide.svg), len(drawn.narrow.svg)) < 150_000


def test_a_map_of_the_country_with_fetched_boundaries_stays_small(everything):
    about = style.Description("riket", "Livsmedelskontroll", "", ("national_bodies",))
    axes = nation.plot_nation(
        load_national("livsmedelskontroll"), about, boundaries=load_boundaries()
    )
    assert len(figure_exhibit(axes.figure).wide.svg) < 150_000


def test_areas_over_each_other_are_refused():
    import geopandas
    import shapely

    codes = list(regions.municipalities())
    squares = [
        shapely.box(500_000 + 900 * place, 6_500_000, 501_000 + 900 * place, 6_501_000)
        for place in range(len(codes))
    ]
    areas = geopandas.GeoDataFrame({"kommunkod": codes}, geometry=squares, crs=geodata.CRS)
    with pytest.raises(SourceError, match="lie over each other"):
        geodata.municipalities(areas, catalog.dataset("boundaries").live.layer)


def test_localities_have_a_point_inside(everything):
    table = tables.load("localities")
    assert len(table) == 2_017
    assert set(table["year"]) == {2023}
    assert table["easting"].between(200_000, 1_000_000).all()


def test_what_was_not_fetched_says_so(folder):
    assert not tables.is_available("commuting_matrix")
    with pytest.raises(NotFetchedError, match="data update commuting_matrix"):
        tables.vintage("commuting_matrix")


def test_an_unchanged_table_is_not_fetched_again(server, folder):
    update(["tax_rate_total"], base_urls=server.urls)
    before = len(server.calls())
    (outcome,) = update(["tax_rate_total"], base_urls=server.urls)
    assert outcome.state == "unchanged"
    assert len(server.calls()) == before


def test_a_newer_table_replaces_the_old_one(server, folder):
    update(["tax_rate_total"], base_urls=server.urls)
    old = tables.record("tax_rate_total")
    server.fault("newer", "TAB2017")
    server.fault("sign", "TAB2017", sign="..", times=1)
    (outcome,) = update(["tax_rate_total"], base_urls=server.urls)
    new = tables.record("tax_rate_total")
    assert outcome.state == "updated"
    assert tables.vintage("tax_rate_total").updated == "2026-04-01"
    assert "7829 rows (+0, -1)" in outcome.lines
    assert new.facts["tables"][0]["signs"] == {"..": 1}
    assert len(tables.statuses("tax_rate_total")) == 1
    assert new.path != old.path
    assert old.path.exists(), "somebody may be reading it"
    server.clear()
    server.fault("sign", "TAB2017", sign="x", times=1)
    update(["tax_rate_total"], base_urls=server.urls)
    assert not old.path.exists()
    assert new.path.exists()


def test_dry_run_says_what_would_be_fetched_and_writes_nothing(server, command, folder):
    keys = ("commuting_matrix", "population", "area_costs", "peers", "localities")
    done = command("data", "update", *keys, "--dry-run", *server.options)
    assert done.returncode == 0, done.stderr
    assert "TAB1830" in done.stdout
    assert "2020-2024, 420500 cells in 3 requests" in done.stdout
    assert "  years that are new: 1993–2024" in done.stdout
    assert "  years that are new: none" in done.stdout, "of the population"
    assert "  years that are new: 2018–2025" in done.stdout, "the costs are asked for ten years"
    assert "the groups 'Liknande kommuner' of Kolada, 2024–2025: 4060 rows" in done.stdout
    assert re.search(r"^5 of 5 datasets to fetch: \d+ calls, about \d min$", done.stdout, re.M)
    assert f"the layer stat:Tatorter_2023 of {server.urls['geodata']}: 2017 areas" in done.stdout
    assert not server.calls()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("key", "kind", "table", "more", "said"),
    [
        ("localities", "gone", "stat:Tatorter_2023", {}, "has no such table any more (404"),
        ("localities", "field", "stat:Tatorter_2023", {"field": "bef"}, "the field 'bef' is gone"),
        (
            "localities",
            "shape",
            "stat:Tatorter_2023",
            {"path": ["features"], "value": []},
            "the layer is empty",
        ),
        ("peers", "lost-group", "kolada", {"codes": LIST[:6]}, "of kind 'övergripande' for 284"),
        (
            "peers",
            "shape",
            "kolada",
            {"path": ["values", 0, "members"], "value": None},
            "Kolada's group 'Liknande kommuner, övergripande, Upplands Väsby, 2025' has no list",
        ),
    ],
)
def test_a_dry_run_sees_what_has_vanished(server, folder, key, kind, table, more, said):
    server.fault(kind, table, **more)
    with pytest.raises(SourceError, match=re.escape(said)):
        update([key], base_urls=server.urls, dry_run=True)
    assert not folder.exists()


def test_a_dry_run_tells_the_years_that_are_new(server, updated):
    for key in ("tax_rate_total", "land_area"):
        path = updated / f"{key}.json"
        facts = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**facts, "years": facts["years"][:-2]}), encoding="utf-8")
    tax, area = update(["tax_rate_total", "land_area"], base_urls=server.urls, dry_run=True)
    assert "years that are new: 2025–2026" in tax.lines
    assert "years that are new: 2024–2025" in area.lines


def test_a_cell_that_was_answered_with_a_sign_is_not_filled_from_the_snapshot(server, folder):
    shipped = tables.load("population").set_index(["code", "year"])["population"]
    server.fault("blank", "TAB638", cells={"Region": ["1780"], "Tid": ["2010"]})
    update(["population"], base_urls=server.urls)
    people = tables.load("population").set_index(["code", "year"])["population"]
    assert shipped["1780", 2010] == 85753
    assert ("1780", 2010) not in people.index
    assert people["1780", 1990] == shipped["1780", 1990], "the source has no such year"
    assert 2010 not in tables.record("population").facts["carried_years"]
    signs = tables.statuses("population")
    assert signs[["code", "year", "symbol"]].to_numpy().tolist() == [["1780", 2010, ".."]]


def test_a_sign_for_one_municipality_in_the_last_year_holds_up_nothing(server, folder):
    server.fault("blank", "TAB2017", cells={"Region": ["1780"], "Tid": ["2026"]}, sign="x")
    update(["tax_rate_total"], base_urls=server.urls)
    rates = tables.load("tax_rate_total").set_index(["code", "year"])["value"]
    assert ("1780", 2026) not in rates.index
    assert len(rates.xs(2026, level="year")) == 289
    signs = tables.statuses("tax_rate_total")
    assert signs[["code", "year", "status"]].to_numpy().tolist() == [["1780", 2026, "suppressed"]]


def test_a_cell_that_is_missing_beside_known_ones_stays_missing(server, folder):
    cells = {"Region": ["1780"], "Tid": ["2021"]}
    server.fault("blank", "TAB5839", cells={**cells, "ContentsCode": ["00000547"]}, sign="x")
    server.fault("blank", "TAB5169", cells={**cells, "Forandringar": ["115"], "Kon": ["1+2"]})
    server.fault("blank", "TAB3266", cells={"Region": ["1715"], "Tid": ["2018"]})
    update(["commuting_margins", "population_change"], base_urls=server.urls)
    margins = tables.load("commuting_margins").set_index(["code", "year"])
    assert margins.loc[("1780", 2021)].isna().to_dict() == {
        "in_commuters": True,
        "out_commuters": False,
        "live_and_work": False,
        "series": False,
    }
    assert commuting.night_population(margins)["1780", 2021] > 0
    unknown = [
        measure(margins)["1780", 2021]
        for measure in (
            commuting.day_population,
            commuting.net_commuting,
            commuting.commuting_ratio,
            commuting.in_commuting_share,
        )
    ]
    assert all(np.isnan(value) for value in unknown), "never zero"
    sums = commuting.group_margins(margins, ["1780", "1761"]).xs(2021, level="year").iloc[0]
    assert sums["night_population"] > 0
    assert np.isnan(sums["day_population"])
    assert np.isnan(commuting.night_population(margins)["1715", 2018]), "the row is there"
    births = tables.load("population_change").set_index(["code", "year", "sex"])["births"]
    assert np.isnan(births["1780", 2021, "total"])
    assert births["1780", 2021, "women"] > 0
    assert set(tables.statuses("commuting_margins")["status"]) == {"suppressed", "unavailable"}


def test_an_age_that_is_missing_leaves_a_row_that_sums_can_see(server, folder):
    server.fault(
        "blank",
        "TAB638",
        sign="x",
        cells={"Region": ["1780"], "Tid": ["2020"], "Alder": ["70"], "Kon": ["1"]},
    )
    update(["population_age_sex"], base_urls=server.urls)
    ages = tables.load("population_age_sex", years=[2020])
    rows = ages[ages["code"] == "1780"]
    assert len(rows) == 2 * 21
    unknown = rows[rows["persons"].isna()]
    assert unknown[["age_from", "sex"]].to_numpy().tolist() == [[70, "men"]]
    assert np.isnan(rows.groupby("code")["persons"].sum(skipna=False)["1780"])


def test_a_year_without_any_figure_is_no_year(server, folder):
    server.fault("blank", "TAB1828", cells={"Tid": ["2024"]})
    update(["commuting_margins"], base_urls=server.urls)
    assert tables.load("commuting_margins")["year"].max() == 2023


def test_a_group_of_ages_has_the_strictest_status_of_its_ages():
    query = catalog.dataset("population_projection").live.queries[0]
    texts = {
        "Region": ["1780"],
        "Alder": [str(age) for age in range(100)] + ["100+"],
        "Kon": ["1"],
        "ContentsCode": ["000004LG"],
        "Tid": ["2024"],
    }
    variables = {
        name: jsonstat.Variable(name, name, dict(zip(codes, codes, strict=True)))
        for name, codes in texts.items()
    }
    values = np.ones(101)
    signs = {3: "..", 8: "x", 9: "..", 12: "x", 20: "-"}
    values[list(signs)] = np.nan
    cube = jsonstat.Cube("", "", variables, "Tid", (), values, signs)
    table, _ = tidy.tidy([cube], query)
    status = table.set_index("age")["status"]
    assert status[["0-4", "5-9", "10-14", "15-19", "20-24"]].tolist() == [
        "unavailable",
        "suppressed",
        "suppressed",
        "published",
        "published",
    ]
    assert table.set_index("age").at["20-24", "persons"] == 4, "a sign that means zero is zero"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_municipality_that_is_not_known_here_is_told(server, folder, dry_run):
    server.fault("stranger", "TAB2017", variable="Region", code="9999", name="Nystad")
    (outcome,) = update(["tax_rate_total"], base_urls=server.urls, dry_run=dry_run)
    assert outcome.lines[-1] == (
        "warning: TAB2017 has 9999 Nystad, which is not known here: if it is new, say so in "
        f"{folder}/municipality_changes.csv"
    )


def test_a_table_without_a_time_of_update_is_fetched_each_time(server, folder):
    server.fault("undated", "TAB2017")
    for _ in range(2):
        (outcome,) = update(["tax_rate_total"], base_urls=server.urls)
        assert outcome.state == "updated"


def test_a_table_that_says_when_it_was_updated_is_looked_at_once(server, folder):
    update(["tax_rate_total"], base_urls=server.urls)
    assert len(server.calls("metadata")) == 1
    server.clear()
    server.fault("undated", "TAB2017")
    update(["tax_rate_total"], base_urls=server.urls)
    assert len(server.calls("metadata")) == 2


def test_kolada_is_read_to_its_last_page(small_server, updated):
    whole = tables.load("land_area")
    update(["land_area"], base_urls=small_server.urls)
    assert len(small_server.calls("kolada")) == 8
    assert tables.load("land_area").equals(whole)


def test_peers_that_changed_are_told():
    peers = tables.load("peers")
    changed = peers.copy()
    changed.loc[0, "peer_code"] = next(
        code
        for code in regions.municipalities()
        if code not in set(peers.loc[(peers["code"] == peers.at[0, "code"]), "peer_code"])
    )
    assert difference(peers, changed, catalog.dataset("peers")) == ["4060 rows (+1, -1)"]


def test_areas_that_changed_are_told(everything):
    import geopandas
    import shapely

    entry = catalog.dataset("boundaries")
    old = geopandas.read_parquet(tables.updated_file("boundaries"))
    new = old.set_geometry(
        old.geometry.where(
            old["code"] != "1780",
            shapely.affinity.scale(old.set_index("code").geometry["1780"], 1.1, 1.0),
        )
    )
    assert moved(entry, old) == ["290 areas"]
    assert moved(entry, new) == ["290 areas", "area: 1 changed, most 1780 +10.0%"]
    areas = pd.DataFrame({"kommunkod": [*old["code"], "9999"]})
    assert geodata.strangers(areas, entry.live.layer) == ["9999"]


def test_verify_checks_every_file_of_an_updated_dataset(server, folder):
    server.fault("blank", "TAB2017", cells={"Region": ["1780"], "Tid": ["2010"]})
    update(["tax_rate_total"], base_urls=server.urls)
    names = [file["name"] for file in tables.record("tax_rate_total").facts["files"].values()]
    assert len(names) == 2, "the table and its signs"
    for name in names:
        (folder / name).write_bytes((folder / name).read_bytes() + b"x")
    faults = datasets.verify()
    assert len(faults) == 2
    for name, fault in zip(names, faults, strict=True):
        assert f"{name} differs from its checksum; run `samverkan data update " in fault


def test_reset_goes_back_to_the_snapshot(server, command, folder):
    update(["tax_rate_total", "land_area"], base_urls=server.urls)
    done = command("data", "reset", "tax_rate_total")
    assert done.returncode == 0
    assert "back to the snapshot: tax_rate_total" in done.stdout
    assert not tables.vintage("tax_rate_total").live
    assert tables.vintage("land_area").live
    assert reset() == ["land_area"]
    assert set(tables.load("land_area")["year"]) == {2015}
    assert reset() == []


def test_kept_replies_that_cannot_be_removed_are_told(server, folder, monkeypatch):
    update(["tax_rate_total"], base_urls=server.urls)
    real = shutil.rmtree

    def refused(path, **options):
        if path.parent.name == ".kept":
            raise PermissionError(13, "Permission denied")
        real(path, **options)

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(SourceError, match="Permission denied"):
        reset(["tax_rate_total"])


def test_the_server_is_not_hurried(start_server, folder):
    server = start_server("--cells", 1000, "--calls", 4, "--window", 1)
    (outcome,) = update(["tax_rate_total"], base_urls=server.urls)
    assert outcome.state == "updated"
    assert len(server.calls()) == 8
    assert not server.calls("refused"), "the client kept the pace by itself"


def test_a_run_of_years_is_told_shortly():
    entry = catalog.dataset("tax_rate_total")
    old = pd.DataFrame({"code": ["1780"] * 2, "year": [2000, 2001], "value": [30.0, 31.0]})
    new = pd.DataFrame(
        {"code": ["1780"] * 4, "year": [2001, 2002, 2003, 2005], "value": [31.5, 32.0, 32.0, 32.0]}
    )
    assert difference(old, new, entry) == [
        "years added: 2002–2003, 2005",
        "years gone: 2000",
        "4 rows (+3, -1)",
        "value: 1 values revised, most 1780 2001 31 -> 31.5",
    ]


def test_wrong_input_is_refused_at_once(command, folder):
    with pytest.raises(InputError, match="did you mean 'population'"):
        update(["poplation"])
    with pytest.raises(InputError, match="'neighbours' has no live source"):
        update(["neighbours"])
    done = command("data", "update", "population", "--base-url", "ftp://x")
    assert done.returncode == 2
    assert "is no address" in done.stderr
    assert not folder.exists()


def test_without_a_network_nothing_breaks(command, folder):
    done = command(
        "data", "update", "population", "--base-url", "http://127.0.0.1:9/api/v2", "--timeout", "1"
    )
    assert done.returncode == 1
    assert "check the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert command("data", "status").returncode == 0


def test_a_broken_record_is_never_passed_over(server, folder):
    update(["land_area"], base_urls=server.urls)
    path = folder / "land_area.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:100], encoding="utf-8")
    with pytest.raises(DataError, match="data reset land_area"):
        tables.load("land_area")
    path.write_text(text, encoding="utf-8")
    tables.record("land_area").path.write_bytes(b"x")
    with pytest.raises(DataError, match="differs from its checksum"):
        tables.load("land_area")


def test_the_command_answers_without_the_slow_libraries(command):
    code = (
        "import sys, analysis.cli; "
        "slow = {'pandas', 'requests', 'geopandas', 'pyarrow'} & set(sys.modules); "
        "sys.exit(str(slow) if slow else 0)"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, check=False).returncode == 0


def test_each_id_says_what_it_was_verified_against():
    for key in LIVE:
        live = catalog.dataset(key).live
        assert live.ids, key
        for evidence in live.ids.values():
            assert evidence.basis in ("documentation", "recorded reply", "third-party code")
            assert evidence.where
    assert catalog.dataset("commuting_matrix").live.unproven == ("TAB334", "TAB333", "TAB5850")


def test_the_command_warns_of_ids_that_nobody_verified(everything, server, command):
    lines = everything.stdout.splitlines()
    place = next(row for row, line in enumerate(lines) if line.startswith("population_change: "))
    assert "known only from third-party code: TAB5169, TAB6481; compare" in lines[place + 1]
    done = command(
        "data", "update", "commuting_margins", "population", "--dry-run", *server.options
    )
    assert done.stdout.count("known only from third-party code") == 1
    assert "third-party code: TAB1828; compare some figures" in done.stdout


def test_the_record_tells_evidence_unit_and_signs_of_each_source(everything):
    for key in LIVE:
        live = catalog.dataset(key).live
        sources = tables.record(key).facts["tables"]
        assert {source["id"]: source["verified"]["basis"] for source in sources} == {
            name: evidence.basis for name, evidence in live.ids.items()
        }
        assert all(isinstance(source["signs"], dict) for source in sources)
    costs = tables.record("area_costs").facts["tables"]
    assert {source["unit"][0] for source in costs} == {"kr/inv"}
    assert all(source["title"].startswith("Kostnad ") for source in costs)


def test_decimals_are_kept_as_published(everything):
    projected = tables.load("population_projection")["persons"]
    assert (projected % 1 != 0).any()
    assert (projected.round(4) == projected).all(), "a sum of ages has no more decimals than they"
    assert tables.record("population_projection").facts["tables"][0]["unit"] == [
        "antal",
        "antal personer",
    ]
    rates = tables.load("tax_rate_total")["value"]
    assert (rates.round(2) == rates).all()


def test_perturbed_totals_are_those_that_were_published(everything):
    """The parts of 2025 do not add up, and nothing makes them."""
    changes = tables.load("population_change")
    assert tables.perturbed_years("population_change") == (2025,)
    noisy = changes[(changes["year"] == 2025) & (changes["sex"] == "total")]
    sexes = changes[(changes["year"] == 2025) & (changes["sex"] != "total")].groupby("code")
    assert (noisy.set_index("code")["births"] != sexes["births"].sum()).any()
    parts = population.balance(changes, ["1780", "1715"])
    assert (
        parts.loc[2025, "increase"]
        == noisy.loc[noisy["code"].isin(["1780", "1715"]), "increase"].sum()
    )
    components = list(population.COMPONENTS)
    assert (noisy[components].sum(axis=1) != noisy["increase"]).mean() > 0.5
    ages = tables.load("population_age_sex", years=[2025]).groupby("code")["persons"].sum()
    totals = tables.load("population").query("year == 2025").set_index("code")["population"]
    assert (ages != totals).any()
    assert (ages - totals).abs().max() < 200, "noise, no more"


def test_a_server_that_is_not_there_is_asked_once(command, folder):
    done = command(
        "data",
        "update",
        "--base-url",
        "http://127.0.0.1:9/api/v2",
        "--base-url",
        "kolada=http://127.0.0.1:9/v3",
        "--base-url",
        "geodata=http://127.0.0.1:9/wfs",
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.count("Connection refused") == 3, "each server, with one cause for all its datasets"
    assert "the data you have is untouched, check the network and try again" in line
    assert line.endswith(f"not updated: {', '.join(LIVE)}")
    assert done.stdout == "", "nothing else is said"


def test_an_update_makes_reports_stale(server, folder):
    before = manifest.data_digest()
    update(["tax_rate_total"], base_urls=server.urls)
    assert manifest.data_digest() != before
