"""The command as its users meet it: exit codes, messages, nothing half-written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis import cli, regions
from analysis.errors import InputError
from analysis.views import population as population_view

ROOT = Path(__file__).resolve().parents[1]


def test_only_some_chapters_are_built(call, tmp_path):
    out = tmp_path / "out"
    done = call("build", "karlstad", "--only", "commuting", "--out", out, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "commuting.ipynb" in done.stdout
    assert "population.ipynb" not in done.stdout
    wrong = call("build", "karlstad", "--only", "comuting", "--out", out)
    assert wrong.returncode == 2
    assert "unknown chapter 'comuting': did you mean 'commuting'?" in wrong.stderr
    assert not out.exists()


def test_an_unknown_region_is_suggested_and_nothing_is_written(samverkan, tmp_path):
    done = samverkan("build", "bergslagn", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "did you mean 'bergslagen'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_all_faults_come_together_one_a_line(call, tmp_path):
    done = call(
        "build",
        "bergslagn",
        "--members",
        "9999,1780,1780",
        "--as-of",
        "igår",
        "--format",
        "pfd",
        "--name",
        "a/b",
        "--out",
        tmp_path / "out",
    )
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert all(line.startswith("error: ") for line in lines)
    for part in ("bergslagen", "'9999'", "2 times", "'igår'", "did you mean 'pdf'", "'a/b'"):
        assert any(part in line for line in lines), part
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--members", ""),
        ("build", "--name", "X"),
        ("build", "--jobs", "0"),
        ("build", "--chapters", "finns-inte.ipynb"),
        ("build", "--nonsense"),
        ("nonsense",),
        ("regions", "show", "nowhere"),
        ("regions", "add", "kak", "--name", "KAK", "--members", "1"),
        ("services", "list", "--region", "nowhere"),
        ("services", "list"),
        ("services", "list", "--region", "kak", "--service", "raddningtjanst"),
        ("data", "export", "margins", "--year", "1900", "--out", "x.csv"),
        ("data", "export", "flows", "--year", "1900", "--out", "x.csv"),
        ("scenario", "--service", "vaxell", "--members", "1863,1864"),
        ("build", "kak", "--only", " "),
        ("build", "kak", "--scheduler", "tcp://"),
        ("regions", "add", "1960", "--name", "X", "--members", "1960"),
        ("services", "list", "--region", "kak", "--json", "--csv"),
        ("services", "import", ROOT / "data" / "peers.csv"),
        ("data", "update", "population", "--timeout", "nan"),
        ("--data-dir", ROOT / "README.md", "data", "status"),
        ("investigation", "check", "."),
    ],
)
def test_wrong_input_exits_2_with_one_clear_line(call, arguments, tmp_path):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert "--debug" not in done.stderr
    assert list(tmp_path.iterdir()) == []


NOWHERE = "/proc/samverkan"  # the right to write there is no use


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a system without /proc")
@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "kak", "--out", NOWHERE),
        ("scenario", "--service", "vaxel", "--members", "kak", "--out", NOWHERE),
        (
            "investigation",
            "new",
            "ny",
            "--members",
            "kak",
            "--service",
            "vaxel",
            "--parent",
            NOWHERE,
        ),
        ("investigation", "build", ROOT / "examples" / "lonecenter", "--out", NOWHERE),
        ("services", "form", "kak", "--out", "/proc"),
        ("services", "export", f"{NOWHERE}.xlsx"),
        ("partners", "1984", "--service", "loner", "--csv", f"{NOWHERE}.csv"),
        ("data", "export", "margins", "--year", "2021", "--out", f"{NOWHERE}.csv"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:2])),
)
def test_a_place_that_cannot_be_written_to_is_wrong_input(call, arguments):
    done = call(*arguments)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "/proc" in done.stderr
    assert "name another" in done.stderr


def test_a_folder_that_is_not_there_is_said_to_be_missing(call, tmp_path):
    done = call("preview", "nodir/x", "--no-browser", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no folder 'nodir/x'" in done.stderr


def test_codes_names_and_cooperations_may_be_mixed(call, tmp_path):
    done = call("services", "form", "KAK", "Surahammar", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    codes = {path.stem[-4:] for path in tmp_path.iterdir()}
    assert codes == {"1960", "1983", "1984", "1907"}, sorted(tmp_path.iterdir())


def test_debug_shows_the_traceback(call):
    done = call("--debug", "build", "bergslagn")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_help_and_regions(samverkan):
    assert "Maps and honest numbers" in samverkan("--help").stdout
    listed = samverkan("regions")
    assert listed.returncode == 0
    assert "bergslagen: Bergslagen (Hällefors, Ljusnarsberg, Lindesberg, Nora)" in listed.stdout
    shown = samverkan("regions", "show", "malardalen").stdout
    assert "0381 Enköping, Uppsala län (fyra-malarstader)" in shown


def test_dry_run_prints_the_plan_and_writes_nothing(call, tmp_path):
    done = call("build", "--dry-run", "--out", tmp_path / "out", "--as-of", "2018-06-30")
    assert done.returncode == 0
    assert "as of 2018-06-30" in done.stdout
    for key in ("malardalen", "bergslagen", "karlstad"):
        assert f"{key}: " in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_folder_of_another_region_is_refused(call, tmp_path):
    folder = tmp_path / "out" / "mitt"
    folder.mkdir(parents=True)
    facts = {
        "product": "samverkan",
        "name": "Mitt",
        "members": ["1780"],
        "as_of": "2026-06-30",
        "snapshot": "2026-06-30",
        "chapters": ["summary"],
        "digest": "0" * 64,
        "finish": "0" * 64,
        "files": {},
    }
    (folder / "build.json").write_text(json.dumps(facts), encoding="utf-8")
    done = call("build", "--members", "1960,1983", "--name", "Mitt", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "report on other members" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["build.json"]


def test_a_folder_with_foreign_files_is_refused(call, tmp_path):
    folder = tmp_path / "out" / "karlstad"
    folder.mkdir(parents=True)
    (folder / "avhandling.txt").write_text("viktigt", encoding="utf-8")
    done = call("build", "karlstad", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "was not made by samverkan" in done.stderr
    assert (folder / "avhandling.txt").read_text(encoding="utf-8") == "viktigt"


def test_data_status_and_verify(call):
    status = call("data", "status")
    assert status.returncode == 0
    assert "population: Folkmängd 31 december, 1950–2025; SCB, BE0101" in status.stdout
    verified = call("data", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "commuting_margins: ok" in verified.stdout


def test_services_list_prints_names_form_status_and_source(call):
    done = call(
        "services",
        "list",
        "--region",
        "bergslagen",
        "--as-of",
        "2018-06-30",
        "--service",
        "raddningstjanst",
    )
    assert done.returncode == 0, done.stderr
    assert "Nerikes Brandkår" in done.stdout
    assert "kommunalförbund" in done.stdout
    assert "Lindesberg" in done.stdout
    assert "1885" not in done.stdout, "members are shown by name"


def test_services_check_accepts_the_shipped_inventory(call):
    done = call("services", "check")
    assert done.returncode == 0, done.stderr


def test_export_margins(call, tmp_path):
    target = tmp_path / "margins.csv"
    done = call("data", "export", "margins", "--year", "2014", "--out", target)
    assert done.returncode == 0, done.stderr
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "year,code,in_commuters,out_commuters,live_and_work,kind"
    assert len(lines) == 291
    assert "2014,1980,14165,11136,56222,observed" in lines


def test_a_terminal_of_an_older_code_page_gets_plain_signs_and_keeps_its_letters(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp850")
    command = [sys.executable, "-m", "analysis.cli", "data", "status"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=100)
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode("cp850")
    assert "Kommuner som har bildats, upphört eller bytt kod" in told
    assert "1950-2025" in told
    assert "?" not in told


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent/x"])
def test_a_home_that_holds_nothing_is_no_news(samverkan, monkeypatch, home):
    for name in ("SAMVERKAN_DATA_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", home)
    done = samverkan("data", "status")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["services", "list", "--region", "1960,1983"], "Kungsör och Köping"),
        (["build", "1980", "--dry-run"], "Västerås"),
        (["build", "riket", "--dry-run"], "sverige: Sverige"),
        (["partners", "Arboga kommun", "--service", "loner", "--within", "20"], "Kungsör"),
    ],
)
def test_codes_are_a_region_wherever_one_is_asked_for(words, told):
    done = CliRunner().invoke(cli.cli, words)
    assert told in done.output, done.output


def test_a_year_for_a_date_is_told_how_to_write_it():
    with pytest.raises(InputError, match="write it as 2026-06-30"):
        population_view.residents(regions.get("kak"), 2018)
