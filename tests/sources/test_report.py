"""A report built from updated data says so, table by table."""

import json

import pytest

from analysis.loaders import tables

pytestmark = pytest.mark.xdist_group("sources")  # one server, one full update


def test_a_report_cites_the_updated_tables_it_was_built_from(command, everything, tmp_path):
    # `everything` last: its folder is the one in use
    done = command("build", "karlstad", "--format", "html", "--out", tmp_path, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "karlstad" / "report.html").read_text(encoding="utf-8")
    for key in ("population", "population_change", "commuting_margins", "commuting_matrix"):
        assert tables.vintage(key).source in page, key
    record = json.loads((tmp_path / "karlstad" / "build.json").read_text(encoding="utf-8"))
    sources = {entry["dataset"]: entry for entry in record["data"]}
    assert sources["population_change"]["source"] == tables.vintage("population_change").source
    assert sources["population_change"]["years"] == tables.vintage("population_change").years


def test_an_update_makes_reports_stale(server, folder):
    from analysis.update import update

    before = tables.files_in_use()
    update(["tax_rate_total"], base_urls=server.urls)
    after = tables.files_in_use()
    assert set(after) - set(before) == {
        "updated/tax_rate_total.json",
        f"updated/tax_rate_total/{tables.updated_file('tax_rate_total').name}",
    }
