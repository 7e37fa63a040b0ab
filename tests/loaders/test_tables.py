"""Every shipped table keeps its contract, and a broken one is refused with every fault."""

from datetime import date

import pandas as pd
import pytest

from analysis import catalog, datasets, paths
from analysis.errors import DataError, InputError, NotFetchedError
from analysis.loaders import boundaries, commuting, finances, population, tables


@pytest.fixture(autouse=True)
def _only_the_snapshot(tmp_path, monkeypatch):
    """Whatever the person who runs the tests has fetched stays out of them."""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path / "none"))


@pytest.mark.parametrize("entry", catalog.tabular(), ids=lambda entry: entry.key)
def test_every_dataset_keeps_its_contract(entry):
    table = tables.load(entry.key)
    assert list(table.columns) == [column.name for column in entry.columns]
    assert not table.duplicated(list(entry.index)).any()
    assert tables.source_of(table).dataset == entry.key


@pytest.mark.parametrize("entry", catalog.tabular(), ids=lambda entry: entry.key)
def test_every_dataset_has_its_checksum(entry):
    assert tables.recorded_checksums()[entry.file] == tables.checksum(entry.path)


def test_known_population_totals():
    table = population.load_population().set_index(["code", "year"])["population"]
    fyra, kak = ["0381", "0484", "0486", "1980"], ["1960", "1984", "1983"]
    assert sum(table[code, 2019] for code in fyra) == 342_739
    assert sum(table[code, 2005] for code in kak) == 46_329
    assert table.xs(2024, level="year").sum() == 10_587_710


def test_known_commuting_of_vasteras():
    row = commuting.load_margins().set_index(["code", "year"]).loc[("1980", 2014)]
    assert (row["in_commuters"], row["out_commuters"]) == (14_165, 11_136)


def test_land_of_all_municipalities_sums_to_the_nation():
    table = population.load_land_area()
    assert table["value"].sum() == pytest.approx(407_310.56, abs=0.05)
    assert set(table["year"]) == {2015}


def test_age_table_sums_to_the_nation():
    assert population.load_age_sex()["persons"].sum() == 9_995_153


def test_county_flows_cover_all_pairs():
    assert len(commuting.load_county_flows()) == 21 * 21


def test_neighbours_are_symmetric():
    pairs = set(commuting.load_neighbours().itertuples(index=False, name=None))
    assert pairs == {(b, a) for a, b in pairs}


def test_gaps_stay_gaps():
    table = population.load_population_change()
    gotland = table[table["code"] == "0980"]
    assert gotland["in_county"].isna().all()
    assert (finances.load_finances()["code"] == "0330").sum() == 5, "Knivsta is missing in 2002"
    for key, first in (("tax_rate", 2002), ("tax_base", 2003)):
        table = population.load_indicator(key).set_index(["code", "year"])["value"]
        assert len(table) == 6 * 290 - 1
        assert ("0330", first) not in table.index


def test_the_tax_base_is_scbs_of_its_year():
    """It stands in one ratio, that of prices, to the deflated series of the same year."""
    own = population.load_indicator("tax_base").set_index(["code", "year"])["value"]
    real = population.load_indicator("taxable_income_real").set_index(["code", "year"])["value"]
    ratio = (real / own).dropna()
    assert len(ratio) == 6 * 19
    assert (ratio.groupby(level="year").max() / ratio.groupby(level="year").min() < 1.00001).all()


def test_ages_of_2025_fit_the_published_totals():
    """Each cell has noise of its own (CKM): sums may differ by some persons, not by more."""
    ages = population.load_ages()
    people = population.load_population().set_index(["code", "year"])["population"]
    sums = ages.groupby(["code", "year"])["persons"].sum()
    assert len(sums) == 290
    assert (sums - people[sums.index]).abs().max() < 30
    assert (ages.groupby("code")["age_from"].count() == 21).all()
    older = ages[ages["age_from"] >= 65].groupby("code")["persons"].sum() / people.xs(
        2025, level="year"
    )
    share = population.load_indicator("share_65plus").set_index(["code", "year"])["value"]
    assert (100 * older - share.xs(2025, level="year")).abs().max() < 0.4


def test_what_the_publisher_has_since_is_known():
    assert tables.newer_years("commuting_margins") == (2022, 2023, 2024)
    assert tables.newer_years("localities") == (2023,)
    assert tables.newer_years("population") == ()
    for entry in catalog.tabular():
        assert entry.newest is None or entry.newest >= tables.load(entry.key)["year"].max()


@pytest.mark.parametrize(
    ("key", "day", "year"),
    [
        ("population", date(2012, 6, 30), 2011),
        ("population", date(2012, 12, 31), 2012),
        ("tax_rate_total", date(2012, 1, 1), 2012),
        ("staff", date(2012, 11, 30), 2012),
    ],
)
def test_a_figure_stands_for_a_day_of_its_year(key, day, year):
    assert catalog.dataset(key).last_year(day) == year


def test_series_of_the_margins_match_the_catalogue():
    table = commuting.load_margins()
    for part in catalog.dataset("commuting_margins").series:
        years = table.loc[table["series"] == part.key, "year"]
        if part.first > table["year"].max():
            assert years.empty, "the snapshot ends before this series begins"
            continue
        assert (years.min(), years.max()) == (part.first, part.last)


def test_boundaries_are_all_there_in_sweref():
    frame = boundaries.load_boundaries()
    assert len(frame) == 290
    assert frame.crs.to_epsg() == 3006
    assert frame.geometry.is_valid.all()


def test_every_fault_of_a_broken_table_is_listed():
    entry = catalog.dataset("commuting_margins")
    table = tables.load(entry.key).head(4).copy()
    table["code"] = ["0114", "0114", "9999", "0117"]
    table["year"] = [2004, 2004, 2005, 2006]
    table["in_commuters"] = [-1, 5, 5, 5]
    table["series"] = ["rams-2004", "rams-2004", "rams-2004", "bas"]
    with pytest.raises(DataError) as caught:
        tables.validate(table, entry)
    text = "\n".join(caught.value.faults)
    for part in (
        "'9999' is not a municipality code",
        "-1 is not 0 or more",
        "'bas' is not one of",
        "the key (code, year) stands there twice",
        "4 rows, the catalogue says 5220",
    ):
        assert part in text
    assert "commuting_margins.parquet row 4, column 'code'" in text


def test_missing_and_unknown_columns_are_named():
    entry = catalog.dataset("population")
    table = tables.load("population").rename(columns={"population": "folk"})
    with pytest.raises(DataError, match="column 'population' is missing") as caught:
        tables.validate(table, entry)
    assert "unknown column 'folk'" in str(caught.value)


def test_a_word_where_a_number_belongs_is_named_by_row():
    entry = catalog.dataset("land_area")
    table = tables.read(entry.path).astype({"value": "object"})
    table.loc[3, "value"] = "många"
    with pytest.raises(DataError, match="row 5, column 'value': 'många' is no number"):
        tables.validate(table, entry)


def test_a_decimal_where_a_whole_number_belongs_is_refused():
    entry = catalog.dataset("neighbours")
    assert entry.rows == 1456
    staff = catalog.dataset("staff")
    table = tables.load("staff").astype({"staff": "float64"})
    table.loc[0, "staff"] = 3.5
    with pytest.raises(DataError, match="is no whole number"):
        tables.validate(table, staff)


def test_an_unknown_dataset_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'population'"):
        tables.load("poplation")


def test_a_table_of_ones_own_has_no_provenance():
    with pytest.raises(InputError, match="no provenance"):
        tables.source_of(pd.DataFrame())


def test_verify_finds_a_changed_file(tmp_path, monkeypatch):
    assert datasets.verify() == []
    monkeypatch.setattr(tables, "recorded_checksums", dict)
    assert any("differs from its checksum" in fault for fault in datasets.verify())


def test_the_readme_of_the_data_is_generated():
    assert paths.data_path("README.md").read_text(encoding="utf-8") == datasets.describe()


def test_a_dataset_that_was_not_fetched_says_how_to_get_it():
    assert not tables.is_available("commuting_matrix")
    with pytest.raises(NotFetchedError, match="run `samverkan data update commuting_matrix`"):
        tables.load("commuting_matrix")


def test_years_can_be_chosen():
    table = tables.load("commuting_margins", years=[2014])
    assert len(table) == 290
    assert set(table["year"]) == {2014}


def test_what_is_in_use_is_the_snapshot():
    assert tables.record("population") is None
    assert tables.vintage("population").source == "SCB, BE0101 Folkmängd"
    assert tables.vintage("tax_rate").licence == "CC0"
