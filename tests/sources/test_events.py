"""The events of a year or two, each as its user meets it: new ids, codes, years, municipalities.

Nothing here edits code: what a user writes goes into the folder of updated data.
"""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from analysis import catalog, datasets, paths, regions
from analysis.errors import InputError, SourceError
from analysis.live import ANY, LIVE
from analysis.loaders import population, tables
from analysis.sources import own
from analysis.text.citation import source_line
from analysis.update import update

pytestmark = pytest.mark.xdist_group("sources")  # one server

KEY, TABLE = "tax_rate_total", "TAB2017"


def run(server, *keys, **options):
    """What an update says, and the outcomes."""
    said = []
    outcomes = update(keys, base_urls=server.urls, backoff=0.01, tell=said.append, **options)
    return outcomes, said


def refused(server, *keys, **options):
    with pytest.raises(SourceError) as caught:
        run(server, *keys, **options)
    return "\n".join(caught.value.faults)


@pytest.fixture
def write(folder):
    """Write a file of the user into the folder of updated data; heeded at once."""

    def to(name, text):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        forget()

    def forget():
        regions.changes.cache_clear()
        regions.municipalities.cache_clear()

    yield to
    forget()


def line_of(text):
    """The line that an error tells to write."""
    return text.split("write the line `")[1].split("`")[0]


# --- ids and codes ------------------------------------------------------------------------------


def test_a_table_with_another_id(server, folder, write):
    server.fault("gone", TABLE)
    text = refused(server, KEY)
    assert "has no such table any more (404" in text
    assert f"at the top of {folder}/sources.toml" in text
    line = line_of(text)
    assert line == 'TAB2017.table = "TABnnnn"'
    line = line.replace("TABnnnn", "TAB9001")
    write("sources.toml", line)
    text = refused(server, KEY)
    assert "TAB9001 has changed: 'ContentsCode' has no 'OE0101D1'" in text, "it is held to the rest"
    second = line_of(text).replace("TAB9001", "TAB2017").replace("…", "skattesats, total kommunal")
    write("sources.toml", f"{line}\n{second}\n")
    (outcome,), _ = run(server, KEY)
    assert outcome.state == "updated"
    record = tables.record(KEY).facts
    assert [part["id"] for part in record["tables"]] == ["TAB9001"]
    assert record["tables"][0]["verified"]["basis"] == "sources.toml"
    assert record["own_sources"][0] == "TAB2017.table = TAB9001"
    assert tables.vintage(KEY).source.startswith("SCB, TAB9001 (")
    (state,) = (one for one in datasets.status_lines() if one.startswith(KEY))
    assert "after sources.toml: TAB2017.table = TAB9001" in state
    assert f"own sources: {folder}/sources.toml" in datasets.status_lines()


def test_a_variable_with_another_name(server, folder, write):
    server.fault("renamed", TABLE, old="Region", new="Område")
    text = refused(server, KEY)
    write("sources.toml", line_of(text).replace("…", "Område"))
    (outcome,), _ = run(server, KEY)
    assert outcome.state == "updated"
    assert len(tables.load(KEY)) == 290 * 27


def test_a_value_with_another_code_is_known_by_its_text(server, folder, write):
    server.fault("recoded", "TAB5169", variable="Period", old="hel", new="ar")
    (outcome,), _ = run(server, "population_change")
    assert outcome.state == "updated", "the text 'hela året' is proven, the code is not"
    server.fault("recoded", TABLE, variable="ContentsCode", old="OE0101D1", new="X1")
    text = refused(server, KEY)
    write("sources.toml", line_of(text).replace("…", "X1"))
    (outcome,), _ = run(server, KEY)
    assert outcome.state == "updated"


def test_a_series_that_is_split_over_one_more_table(server, folder, write):
    write("sources.toml", 'TAB9002.like = "TAB5557"\nTAB9002.first = 2026\n')
    run(server, "population", "population_age")
    assert [part["id"] for part in tables.record("population").facts["tables"]] == [
        "TAB638",
        "TAB5557",
        "TAB9002",
    ]
    people = tables.load("population")
    assert people["year"].max() == 2026
    assert tables.perturbed_years("population") == (2025, 2026)
    assert set(population.load_ages()["year"]) == {2026}, "the newest year alone"


def test_a_layer_with_another_name(server, folder, write):
    server.fault("gone", "stat:RegSO_2025")
    text = refused(server, "boundaries")
    line = line_of(text)
    assert line == '"stat:RegSO_2025".layer = "stat:RegSO_2025"'
    write("sources.toml", line.replace('= "stat:RegSO_2025"', '= "stat:RegSO_2027"'))
    (outcome,), _ = run(server, "boundaries", dry_run=True)
    assert "the layer stat:RegSO_2027 of" in outcome.lines[0]


def test_what_a_layer_with_another_name_holds_is_in_use(server, folder, write):
    server.fault("gone", "stat:Tatorter_2023")
    line = line_of(refused(server, "localities"))
    write("sources.toml", line.replace('= "stat:Tatorter_2023"', '= "stat:Tatorter_2025"'))
    (outcome,), _ = run(server, "localities")
    assert outcome.state == "updated"
    assert tables.vintage("localities").tables == ("stat:Tatorter_2025",)
    assert tables.record("localities").facts["own_sources"] == [
        "stat:Tatorter_2023.layer = stat:Tatorter_2025"
    ]
    assert len(tables.load("localities")) > 1_000


def test_a_key_figure_with_another_title(server, folder, write):
    server.fault("title", "kolada", title="Landareal, km²")
    text = refused(server, "land_area")
    assert "if it still is the same" in text
    write("sources.toml", line_of(text))
    (outcome,), _ = run(server, "land_area")
    assert outcome.state == "updated"


def test_a_comma_in_a_title_is_no_drift_but_another_word_is(server, folder):
    server.fault("title", "kolada", title="Landareal (kvadratkilometer)")
    (outcome,), _ = run(server, "land_area", dry_run=True)
    assert outcome.state == "planned"
    server.clear()
    server.fault("title", "kolada", title="Nettokostnad räddningstjänst, kr/inv")
    assert "is now 'Nettokostnad räddningstjänst, kr/inv'" in refused(server, "area_costs")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TAB2017.tabel = 'x'", "TAB2017.tabel: unknown field 'tabel': did you mean 'table'?"),
        ("TAB217.table = 'TAB1'", "unknown id 'TAB217': did you mean 'TAB2017'?"),
        ("TAB2017.first = '2000'", "TAB2017.first is '2000'; it must be a whole number"),
        ("TAB9.like = 'TAB5557'", "TAB9.first is missing"),
        (
            "TAB9.like = 'TAB555'\nTAB9.first = 2027",
            "unknown table 'TAB555': did you mean 'TAB5557'?",
        ),
        ("TAB2017 = 'x'", "'TAB2017' stands alone"),
        ("TAB2017.table", "not valid TOML"),
    ],
)
def test_a_fault_of_the_file_is_told_and_nothing_is_asked(
    server, command, folder, write, text, said
):
    write("sources.toml", text)
    with pytest.raises(InputError, match=said.replace("?", r"\?").split(": ")[0]) as caught:
        run(server, KEY)
    assert said in str(caught.value)
    assert not server.calls("metadata")
    assert any(line.startswith("BROKEN: ") and said in line for line in datasets.status_lines())


def test_the_file_is_told_through_the_command(server, command, folder, write):
    write("sources.toml", "TAB217.table = 'TAB1'")
    done = command("data", "update", KEY, *server.options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {folder}/sources.toml: unknown id 'TAB217'")


def test_every_id_can_be_changed(folder):
    """A patch with its own values changes nothing but who vouches for it."""
    for live in LIVE.values():
        for query in live.queries:
            new = own.patched(live, {query.table: {"table": "TABX", "last": 2000}})
            assert "TABX" in {part.table for part in new.queries}
        for part in live.indicators:
            assert "N1" in own.patched(live, {part.kpi: {"kpi": "N1"}}).ids


# --- the end of a table, and years --------------------------------------------------------------


@pytest.mark.parametrize("fault", [{"flag": True}, {"notes": ["Tabellen uppdateras inte längre."]}])
def test_a_table_that_gets_no_more_years(server, folder, fault):
    server.fault("discontinued", TABLE, **fault)
    (outcome,), said = run(server, KEY)
    assert outcome.state == "updated"
    (warning,) = (line for line in said if "warning" in line)
    assert "TAB2017 gets no more years" in warning
    assert '`TABnnnn.like = "TAB2017"` and `TABnnnn.first = YEAR`' in warning
    (state,) = (one for one in datasets.status_lines() if one.startswith(KEY))
    assert "warning: TAB2017 gets no more years" in state
    assert tables.notes(KEY)[-1].startswith("Källan uppdaterar inte längre TAB2017"), "in reports"


def test_an_old_table_of_a_series_may_end_in_peace(server, folder):
    server.fault("discontinued", "TAB5839", flag=True)
    _, said = run(server, "commuting_margins", dry_run=True)
    assert not [line for line in said if "no more years" in line]


def test_a_table_that_is_late(server, folder, monkeypatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2031, 1, 1, tzinfo=tz)

    monkeypatch.setattr("analysis.update.plan.datetime", Later)
    _, said = run(server, KEY, dry_run=True)
    assert any(
        "TAB2017 has no year after 2026: look up whether a successor" in line for line in said
    )


def test_only_what_has_a_new_year(server, updated):
    server.clear()
    (tax, land, towns), _ = run(server, KEY, "land_area", "localities", only_new=True)
    assert (tax.state, land.state, towns.state) == ("unchanged", "skipped", "skipped")
    assert not server.calls()
    facts = json.loads((updated / "land_area.json").read_text(encoding="utf-8"))
    (updated / "land_area.json").write_text(json.dumps({**facts, "years": facts["years"][:-1]}))
    server.fault("newer", TABLE)
    (tax, land), _ = run(server, KEY, "land_area", only_new=True)
    assert (tax.state, land.state) == ("skipped", "updated"), "a revision is not a new year"


def test_an_estimate_before_it_starts(server, folder):
    _, said = run(server, KEY, "mean_age")
    assert said[0] == "2 of 2 datasets to fetch: 4 calls, about 1 min"


def test_settings_and_tables_are_read_once(server, folder):
    run(server, "population", "population_age_sex", "share_65plus", "net_migration_rate")
    looked = [call["table"] for call in server.calls("metadata")]
    assert looked.count("TAB638") == 1, "to plan; the replies tell whether it was updated since"
    assert len(server.calls("config")) == 1


# --- municipalities -----------------------------------------------------------------------------


def test_a_municipality_that_has_merged_stops_nothing_and_keeps_its_history(server, updated):
    before = tables.load(KEY)
    server.fault("missing", TABLE, variable="Region", codes=["1864"])
    (outcome,), said = run(server, KEY)
    assert outcome.state == "updated"
    assert any(
        "TAB2017 no longer has 1864 Ljusnarsberg: its rows in use are kept" in line
        and "municipality_changes.csv" in line
        for line in said
    )
    after = tables.load(KEY)
    assert after[after["code"] == "1864"].equals(before[before["code"] == "1864"])


def test_a_merged_municipality_is_asked_for_no_more(server, updated, write):
    write(
        "municipality_changes.csv",
        "code,name,valid_from,valid_to,became\n1864,Ljusnarsberg,,2026-12-31,1885\n",
    )
    server.fault("missing", TABLE, variable="Region", codes=["1864"])
    _, said = run(server, KEY)
    assert not [line for line in said if "no longer has" in line]
    assert "1864" in set(tables.load(KEY)["code"]), "its history stays"
    with pytest.raises(
        InputError,
        match="1864 Ljusnarsberg ended on 2026-12-31 and became 1885 Lindesberg; use that instead",
    ):
        regions.get("bergslagen")
    with pytest.raises(InputError, match="became 1885 Lindesberg"):
        regions.from_members(["1864", "1885"])
    assert regions.get("karlstad"), "other regions are as they were"
    with pytest.raises(InputError, match="1917 Heby ended on 2006-12-31 and became 0331 Heby"):
        regions.from_members(["1917"])


def test_a_new_municipality_is_asked_for_when_it_is_known(server, folder, write):
    server.fault("stranger", TABLE, variable="Region", code="1870", name="Norra Bergslagen")
    _, said = run(server, KEY, dry_run=True)
    assert any(
        "TAB2017 has 1870 Norra Bergslagen, which is not known here" in line for line in said
    )
    write(
        "municipality_changes.csv",
        "code;name;valid_from;valid_to;became\n1870;Norra Bergslagen;2027-01-01;;\n",
    )
    assert regions.municipalities()["1870"].county == "Örebro län"
    assert regions.from_members(["1870", "1885"]).member_names == ("Norra Bergslagen", "Lindesberg")
    _, said = run(server, KEY, dry_run=True)
    assert not [line for line in said if "not known here" in line]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("187,Ny,2027-01-01,,", "'187' is no municipality code"),
        ("1870,Ny,nyår,,", "'nyår' is no date"),
        ("1870,Ny,,,", "valid_from or valid_to"),
    ],
)
def test_a_fault_of_the_list_of_changes(folder, write, row, said):
    write("municipality_changes.csv", f"code,name,valid_from,valid_to,became\n{row}\n")
    with pytest.raises(InputError, match=f"municipality_changes.csv row 2: .*{said}"):
        regions.municipalities()


@pytest.mark.parametrize(
    ("key", "fault", "table", "more", "said"),
    [
        (
            "area_costs",
            "lost-municipality",
            "N07009",
            {"codes": ["1780"]},
            "warning: N07009 has nothing on 1780 Karlstad",
        ),
        ("peers", "lost-group", "kolada", {"codes": ["1780"]}, None),
        (
            "boundaries",
            "lost-municipality",
            "stat:RegSO_2025",
            {"codes": ["1864"]},
            "warning: no area of 1864 Ljusnarsberg",
        ),
    ],
)
def test_one_municipality_that_is_not_there_stops_nothing(
    server, folder, key, fault, table, more, said
):
    server.fault(fault, table, **more)
    (outcome,), lines = run(server, key)
    assert outcome.state == "updated"
    assert said is None or any(said in line for line in lines)


# --- what may come in ---------------------------------------------------------------------------


def test_deleted_values_of_kolada_are_no_figures(everything):
    assert (tables.load("tax_base")["value"] > 100).all(), "each deleted value is 7"
    assert tables.record("tax_base").facts["tables"][0]["signs"] == {"Missing": 3, "Private": 3}


@pytest.mark.parametrize(
    ("table", "fault", "sign"),
    [(TABLE, {"sign": "r"}, "r"), (TABLE, {"sign": "Ny definition"}, "Ny definition")],
)
def test_a_note_beside_numbers_is_kept_and_told(server, folder, table, fault, sign):
    server.fault("note", table, **fault)
    (outcome,), said = run(server, KEY)
    assert outcome.state == "updated"
    assert len(tables.load(KEY)) == 290 * 27, "the numbers count"
    assert any(f"warning: 7830 numbers have the note {sign!r} beside them" in line for line in said)
    signs = tables.statuses(KEY)
    assert set(signs["status"]) == {"noted"}
    assert tables.record(KEY).facts["tables"][0]["signs"] == {sign: 7830}


def test_a_status_beside_a_figure_of_kolada_is_a_note(server, folder):
    server.fault("sign", "kolada", sign="Reviderad", value=1200)
    (outcome,), said = run(server, "land_area")
    assert outcome.state == "updated"
    assert any("2 numbers have the note 'Reviderad'" in line for line in said)


def test_the_time_of_one_content_is_no_sign_of_a_change(server, folder):
    """Replies have the time of the contents in them, metadata that of all: both are right."""
    (outcome,), _ = run(server, "population_age_sex")
    assert outcome.state == "updated"
    assert tables.record("population_age_sex").facts["tables"][0]["updated"].startswith("2026-02")


def test_sums_that_do_not_add_up_need_an_accept(server, folder):
    server.fault("plus", "TAB5169", variable="Forandringar", code="115", by=40)  # births
    text = refused(server, "population_change")
    assert "22620 rows" not in text
    assert "do not add up (births - deaths - natural_increase is not 0)" in text
    assert "run the update again with --accept" in text
    assert "`samverkan data reset population_change` goes back to the snapshot" in text
    (outcome,), said = run(server, "population_change", accept=True)
    assert outcome.state == "updated"
    assert any("accepted: " in line for line in said)


def test_figures_that_have_changed_greatly_need_an_accept(server, updated, command, contents):
    before = contents()
    server.fault("times", TABLE, by=0.75)
    done = command("data", "update", KEY, *server.options)
    assert done.returncode == 1
    assert "100% of the values of 'value' have changed by more than a fifth" in done.stderr
    assert "this may be another measure" in done.stderr
    assert contents() == before
    done = command("data", "update", KEY, "--accept", *server.options)
    assert done.returncode == 0, done.stderr


def test_what_is_no_longer_delivered_is_not_called_revised(everything):
    lines = everything.stdout.splitlines()
    assert (
        "  no longer delivered: share_under_30, share_30_39, share_40_49, share_50_54, "
        "share_55_59, share_60plus, mean_age"
    ) in lines
    assert not [line for line in lines if "mean_age: 2" in line]


# --- odd servers --------------------------------------------------------------------------------


def test_a_slow_drip_ends(server, folder):
    server.fault("drip", TABLE, seconds=0.05)
    assert "was not whole after 1 seconds" in refused(server, KEY, timeout=0.2)


@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_a_body_without_end_is_left(server, folder, monkeypatch, kind):
    monkeypatch.setattr("analysis.sources.http._LARGEST", 5_000_000)
    server.fault(kind, TABLE)
    assert "is larger than 5 MB" in refused(server, KEY)


def test_a_redirect_to_itself_is_followed(server, folder):
    server.fault("redirect", TABLE, to=f"/api/v2/tables/{TABLE}/metadata?lang=sv", times=1)
    (outcome,), _ = run(server, KEY, dry_run=True)
    assert outcome.state == "planned"


def test_one_that_breaks_the_reader_does_not_stop_the_others(server, folder):
    server.fault("deep", TABLE)
    text = refused(server, KEY, "mean_age")
    assert text.count("\n") == 0
    assert tables.vintage("mean_age").live


# --- editions and dates -------------------------------------------------------------------------


def test_a_shared_folder_is_read_by_those_who_may_not_write(server, updated, command, monkeypatch):
    """Thirty read it, one updates: nothing but an update writes there."""
    share = updated
    for path in [share, *share.rglob("*")]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    before = {path: path.stat().st_mtime_ns for path in share.rglob("*")}
    try:
        alone = [sys.executable, "-m", "analysis.cli"]
        who = (
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            if os.getuid() == 0
            else []
        )
        if who:
            for path in (share, *share.parents):
                if (
                    path.stat().st_uid == os.getuid()
                    and path != path.parent
                    and not (path.stat().st_mode & stat.S_IXOTH)
                ):
                    path.chmod(path.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
        env = {
            **os.environ,
            paths.DATA_DIR_VARIABLE: str(share),
            "PYTHONPATH": str(paths.ROOT),
            "HOME": "/tmp",
        }
        done = subprocess.run(
            [*who, *alone, "data", "status"],
            cwd=paths.ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].endswith(
            "which you may only read: whoever keeps it updates it"
        )
        assert "updated" in next(line for line in done.stdout.splitlines() if line.startswith(KEY))
        done = subprocess.run(
            [*who, *alone, "--data-dir", str(share), "data", "update", KEY, *server.options],
            cwd=paths.ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "cannot be written to" in done.stderr
        assert "whoever keeps it can update it" in done.stderr
        assert before == {path: path.stat().st_mtime_ns for path in share.rglob("*")}
    finally:
        for path in [share, *share.rglob("*")]:
            path.chmod(path.stat().st_mode | stat.S_IWUSR)


def test_the_date_of_the_data_is_that_of_the_last_update(server, folder, updated):
    today = datetime.now(UTC).date()
    assert tables.data_date() == max(today, catalog.SNAPSHOT_DATE)
    for path in updated.glob("*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        old = (datetime(2026, 8, 1, tzinfo=UTC) + timedelta(days=len(path.name))).isoformat()
        path.write_text(json.dumps({**facts, "retrieved": old}), encoding="utf-8")
    assert tables.data_date() == catalog.SNAPSHOT_DATE, "never older than the snapshot"
    path = updated / f"{KEY}.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**facts, "retrieved": "2027-02-24T08:00:00+00:00"}))
    assert tables.data_date().isoformat() == "2027-02-24"
    assert "date of the data: 2027-02-24, of the last update" in datasets.status_lines()


def test_kolada_is_not_the_source_of_what_we_computed(updated):
    land = tables.vintage("land_area").source
    assert source_line(["land_area"], "observed") == f"Källa: {land}"
    assert source_line(["land_area", "population"], "derived") == (
        "Källa: SCB, BE0101 Folkmängd; bearbetning: Samverkan. Egen bearbetning av data från "
        f"Kolada: {land.removeprefix('RKA, Kolada, ')}"
    )


def test_what_is_computed_follows_its_formula(everything):
    """Real income: of 2025 it is the published one; a share and a rate of their parts."""
    income = tables.load("median_income_real").set_index(["code", "year"])["value"]
    assert income["1780", 2024] == pytest.approx(338_995, abs=60), "as the snapshot has it"
    base = tables.load("taxable_income_real")
    assert base["year"].max() == 2025, "2026 has no price index yet: it is unknown, not nominal"
    assert tables.perturbed_years("net_migration_rate") == (2025,)
    assert [part["id"] for part in tables.record("taxable_income_real").facts["tables"]] == [
        "TAB3600",
        "TAB4352",
    ]


def test_every_series_ends_with_a_table_that_is_asked_for_all_years_to_come():
    for key, live in LIVE.items():
        if live.queries:
            assert any(query.last == ANY for query in live.queries), key
