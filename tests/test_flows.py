"""The choice between observed and modelled flows, labour markets and the export."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import flows, paths, reads, shelf
from analysis.errors import InputError
from analysis.loaders import commuting, tables
from analysis.metrics import commuting as metrics

KARLSTAD = ("1715", "1761", "1763", "1764", "1780")


@pytest.fixture(autouse=True)
def _only_the_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the person who runs the tests has fetched stays out of them."""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path / "none"))


def full_matrix(year: int, series: str) -> pd.DataFrame:
    """A whole matrix in the form of the catalogue, made from the rounded model."""
    cells = flows.flows_of(2021)
    cells = cells[cells["work"] != metrics.ABROAD]
    persons = cells["persons"].round().astype("Int64")
    table = pd.DataFrame(
        {
            "series": series,
            "year": year,
            "home": cells["home"],
            "work": cells["work"],
            "sex": "total",
            "persons": persons,
            "status": "published",
        }
    )
    return table.reset_index(drop=True)


def install(folder: Path, table: pd.DataFrame, key: str = flows.MATRIX) -> None:
    """Put `table` in `folder` as an updated dataset."""
    path = folder / f"{key}.parquet"
    table.to_parquet(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = {
        "retrieved": "2026-09-01",
        "years": [2020, 2021],
        "tables": [{"id": "TAB5850", "updated": "2026-08-01"}],
        "files": {"table": {"name": path.name, "sha256": digest}},
        "contract": tables.contract(flows.catalog.dataset(key)),
    }
    (folder / f"{key}.json").write_text(json.dumps(facts), encoding="utf-8")


@pytest.fixture
def observed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's data folder with an observed matrix of 2021 (RAMS) and 2020 (BAS)."""
    table = pd.concat(
        [full_matrix(2021, "rams-2019"), full_matrix(2020, "bas-2020")], ignore_index=True
    )
    hidden = (table["home"] == "1763") & (table["work"] == "1715") & (table["year"] == 2021)
    table.loc[hidden, "persons"] = pd.NA
    install(tmp_path, table)
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path))
    return tmp_path


def test_offline_the_flows_are_modelled_and_margins_hold() -> None:
    found = flows.commuting_of()
    assert found.kind == "modelled"
    assert found.modelled
    assert found.year == int(commuting.load_margins()["year"].max())
    assert set(found.table["kind"]) == {"modelled", "observed"}
    off = found.table[found.table["home"] != found.table["work"]]
    assert set(off["kind"]) == {"modelled"}
    sums = off.groupby("home")["persons"].sum()
    published = found.by_code["out_commuters"]
    assert np.allclose(sums, published.reindex(sums.index), atol=0.02)


def test_flows_are_computed_once_per_process() -> None:
    flows.commuting_of(2021)
    start = time.perf_counter()
    assert flows.flows_of(2021) is flows.commuting_of(2021).table
    assert time.perf_counter() - start < 0.2


def test_a_year_without_margins_is_refused_with_the_valid_years() -> None:
    with pytest.raises(InputError, match=r"1999.*2004 to"):
        flows.commuting_of(1999)


def test_observed_flows_replace_modelled_ones_without_a_code_change(observed: Path) -> None:
    found = flows.commuting_of(2021)
    assert found.kind == "observed"
    assert found.derived_kind == "derived"
    assert set(found.table["kind"]) == {"observed"}
    assert found.sources == ("commuting_matrix", "commuting_margins")
    figures = metrics.group_figures(found.table, KARLSTAD, margins=found.margins).iloc[0]
    assert figures["unknown_cells"] == 1  # the suppressed cell is unknown, not zero
    assert np.isnan(figures["group_internal"])


def test_the_series_of_the_margins_is_chosen_where_two_overlap(observed: Path) -> None:
    """2020 is in the matrix only as BAS, the margins are RAMS: the two are never mixed."""
    assert flows.commuting_of(2020).kind == "modelled"


def test_bas_years_that_the_margins_lack_come_from_the_matrix(observed: Path) -> None:
    found = flows.bas_margins()
    assert set(found["series"]) == {"bas-2020"}
    assert set(found.index.get_level_values("year")) == {2020}
    assert len(found) == 290


def test_without_the_matrix_there_are_no_bas_margins() -> None:
    assert flows.bas_margins().empty


def test_labour_markets_agree_with_the_official_ones() -> None:
    now = flows.commuting_of()
    markets = flows.markets_of(now)
    assert set(markets.found.index) == set(markets.official.index)
    assert markets.agreement["adjusted_rand"] > 0.8
    assert markets.agreement["precision"] > 0.85
    assert markets.agreement["recall"] > 0.75
    assert markets.found.loc[list(KARLSTAD), "market"].nunique() == 1


def test_observed_cells_are_named_and_the_rest_stays_modelled() -> None:
    found = flows.commuting_of(2021)
    named = found.informed.set_index(["home", "work"])
    assert set(named["year"]) == {2015, 2016, 2017, 2020}
    assert (named.loc[[("1884", "1885")], "sex"] == "women").all()
    cells = found.table.set_index(["home", "work"])
    assert cells.at[("1884", "1885"), "kind"] == "modelled"
    assert ("0484", "0486") not in named.index


def test_the_date_of_a_report_decides_the_year() -> None:
    of_2012 = flows.commuting_on(date(2012, 6, 30))
    assert of_2012 is not None
    assert of_2012.year == 2011
    assert flows.commuting_on(date(2003, 12, 31)) is None


def test_export_writes_every_pair_without_the_diagonal(tmp_path: Path) -> None:
    out = flows.export_flows(2021, tmp_path / "flows.csv")
    table = pd.read_csv(out, dtype={"home": str, "work": str})
    assert list(table.columns) == ["year", "home", "work", "persons", "kind"]
    assert (table["home"] != table["work"]).all()
    assert set(table["kind"]) == {"modelled"}
    assert set(table["year"]) == {2021}
    assert set(table["home"]) | set(table["work"]) == set(flows.distances().index)
    come = table.groupby("work")["persons"].sum()
    published = flows.commuting_of(2021).by_code["in_commuters"]
    assert (come - published.reindex(come.index)).abs().max() < 1.5


def test_export_of_observed_flows_leaves_unknown_cells_out(observed: Path, tmp_path: Path) -> None:
    table = pd.read_csv(flows.export_flows(2021, tmp_path / "flows.csv"), dtype=str)
    assert set(table["kind"]) == {"observed"}
    assert not ((table["home"] == "1763") & (table["work"] == "1715")).any()
    assert table["persons"].str.fullmatch(r"\d+").all()


def test_export_names_all_faults_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        flows.export_flows(1999, tmp_path / "nowhere" / "flows.txt")
    assert len(error.value.faults) == 2


@pytest.mark.slow
def test_another_edition_of_the_places_gives_other_distances(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update in a long session: the model must not stay on what it read before."""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path))
    before, cells = flows.distances(), flows.flows_of(2021)
    assert flows.distances() is before
    places = tables.load("localities")
    moved = places.assign(
        easting=places["easting"].where(places["code"] != "1780", places["easting"] + 20_000)
    )
    moved.attrs = {}
    install(tmp_path, moved, "localities")
    after = flows.distances()
    assert after.at["1780", "1761"] != before.at["1780", "1761"]
    assert not flows.flows_of(2021)["persons"].equals(cells["persons"])


def test_distances_are_recorded_as_a_read_without_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv(reads.TRACE, str(trace))
    flows.distances()
    monkeypatch.delenv(reads.TRACE)
    (read,) = reads.of_trace(trace)
    assert (read.door, read.arguments) == ("analysis.flows:distances", {})
    assert reads.holds(read)


def test_the_model_cites_all_that_it_reads() -> None:
    """Boundaries and inhabitants decide the distances."""
    assert {"localities", "boundaries", "population", "commuting_margins"} <= set(
        flows.commuting_of(2021).sources
    )


def test_observed_cells_keep_their_status(observed: Path) -> None:
    assert set(flows.flows_of(2021)["status"]) == {"published"}


def test_what_another_build_computed_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(shelf.FOLDER, str(tmp_path))
    monkeypatch.setenv(shelf.CONTEXT, "context")
    made: list[int] = []
    table = pd.DataFrame({"home": ["0114"], "persons": [0.1 + 0.2]}, index=[3])
    for key in (("a", "1"), ("a", "1"), ("a", "2")):
        monkeypatch.setattr(flows, "_known", {})  # as in another process
        found = flows._once(key, lambda: made.append(1) or table)
        pd.testing.assert_frame_equal(found, table, check_exact=True)
        assert reads.digest(found) == reads.digest(table)
    assert len(made) == 2
    for entry in tmp_path.iterdir():
        entry.write_bytes(entry.read_bytes()[:-1])
    monkeypatch.setattr(flows, "_known", {})
    flows._once(("a", "1"), lambda: made.append(1) or table)
    assert len(made) == 3
