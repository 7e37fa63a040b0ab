"""Thousands of odd inputs: the registry, the inventory, a workbook, the arguments of the command.

Whatever comes in, there is one of three exit codes, no traceback, no hang. Each test draws its cases
from a fixed seed; `make faults` draws many more than `make test`.
"""

import csv
import io
import shutil
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import cli, paths, regions
from analysis.errors import DataError, InputError
from analysis.inventory_desk import desk, store
from analysis.investigation import folder
from analysis.loaders import services
from analysis.report import build, single

PATIENCE = 120  # seconds after which a case hangs
FEW = pytest.mark.parametrize("cases", [100, pytest.param(2500, marks=pytest.mark.faults)])
pytestmark = pytest.mark.xdist_group("fuzz")

ODD = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "nan",
        "9" * 400,
        "1780",
        "1780,1780",
        "381",
        "karlstad",
        "Örebro",
        "..",
        "../../x",
        "/",
        "/dev/null",
        "C:\\x",
        "a/b",
        "\x00",
        "\x1b[31m",
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "\u202e",
        "\u2028",
        "=1+1",
        "'",
        '"',
        "<b>",
        "**x**",
        "$x$",
        "#panic()",
        "{{ x }}",
        "%s",
        "x" * 300,
        "å" * 300,
        "0001-01-01",
        "9999-12-31",
        "2020-13",
        "2020-02-30",
        "vmkf",
        "vaxel",
        "--help",
        "-",
        ",",
        ";",
        "\n",
        "\r",
        "\t",
        "１７８０",
    ]
) | st.text(max_size=12)


def try_all(cases, strategy, check, record_property):
    """Call `check` with so many values of `strategy`, always the same ones."""
    record_property("cases", cases)

    @settings(
        max_examples=cases, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def each(value):
        with in_time():
            check(value)

    each()


@contextmanager
def in_time():
    """A case that hangs fails."""

    def hangs(number, frame):
        raise AssertionError(f"no answer in {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def spoiled(content):
    """`content` with bytes cut out, repeated, or put in."""
    place = st.integers(0, len(content))
    put_in = st.binary(max_size=6) | ODD.map(lambda text: text.encode("utf-8", "replace"))
    return st.tuples(place, place, put_in).map(
        lambda given: content[: min(given[:2])] + given[2] + content[max(given[:2]) :]
    )


# --- the registry ----------------------------------------------------------------------------

ENTRY = st.dictionaries(
    st.sampled_from(["name", "members", "groups", "x"]),
    ODD | st.lists(ODD, max_size=3) | st.integers() | st.booleans() | st.none(),
    max_size=4,
)


def as_toml(entries):
    """TOML of tables; what it cannot hold is left to be wrong."""
    lines = []
    for key, entry in entries.items():
        lines.append(f"[{key}]" if key.isalnum() else f'["{key}"]')
        lines += [f"{word} = {value!r}" for word, value in entry.items()]
    return "\n".join(lines).encode("utf-8", "replace")


@FEW
def test_odd_registries(cases, record_property, tmp_path, monkeypatch):
    monkeypatch.setenv(paths.USER_DIR_VARIABLE, str(tmp_path))
    shipped = paths.data_path("regions.toml").read_bytes()
    own = as_toml(
        {"ny": {"name": "Ny", "members": ["1780"]}, "tva": {"name": "X", "groups": ["ny"]}}
    )

    def check(content):
        (tmp_path / "regions.toml").write_bytes(content)
        with suppress(InputError):
            for region in regions.registry().values():
                assert str(region)
                assert repr(region)
                assert region.counties
        with suppress(InputError):
            regions.add("annan", "En annan", ["1780"])
            assert "annan" in regions.registry()

    strategy = st.dictionaries(ODD, ENTRY, max_size=3).map(as_toml)
    try_all(
        cases,
        spoiled(own) | spoiled(shipped) | strategy | st.binary(max_size=50),
        check,
        record_property,
    )


# --- the inventory ---------------------------------------------------------------------------


def small():
    """The rows of the inventory on one body, as text by file."""
    tables = store.tables_of(services.load_inventory())
    body = "bergslagens-raddningstjanst"
    found = {}
    for name, rows in tables.items():
        columns = store.COLUMNS[name]
        place = columns.index("arrangement") if "arrangement" in columns else None
        if name == "arrangements":
            place = 0
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([columns, *(row for row in rows if place is None or row[place] == body)])
        found[f"{name}.csv"] = text.getvalue()
    return found


@st.composite
def edits(draw, files):
    """A file of the inventory with one cell, row or some bytes changed."""
    name = draw(st.sampled_from(sorted(files)))
    if draw(st.booleans()):
        return name, draw(spoiled(files[name].encode()))
    rows = list(csv.reader(io.StringIO(files[name])))
    row = draw(st.integers(0, len(rows) - 1))
    if draw(st.booleans()):
        rows[row][draw(st.integers(0, len(rows[row]) - 1))] = draw(ODD)
    else:
        rows.insert(draw(st.integers(0, len(rows))), draw(st.lists(ODD, max_size=8)))
    text = io.StringIO()
    csv.writer(text, delimiter=draw(st.sampled_from(",;\t"))).writerows(rows)
    return name, text.getvalue().encode(
        draw(st.sampled_from(["utf-8", "utf-16", "cp1252"])), "replace"
    )


@FEW
def test_odd_inventories(cases, record_property, tmp_path):
    files = small()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    services.load_inventory(tmp_path)

    def check(edit):
        name, content = edit
        (tmp_path / name).write_bytes(content)
        try:
            with suppress(DataError, InputError):
                services.load_inventory(tmp_path)
                desk.stale_lines(regions.get("bergslagen"), as_of="2026-06-30", folder=tmp_path)
        finally:
            (tmp_path / name).write_text(files[name], encoding="utf-8")

    try_all(cases, edits(files), check, record_property)


# --- the workbook of an investigation --------------------------------------------------------

CELL = ODD | st.integers() | st.floats() | st.booleans() | st.none() | st.datetimes() | st.dates()


@FEW
def test_odd_workbooks(cases, record_property, tmp_path):
    made = folder.new("prov", ["1983", "1984"], ["vaxel"], parent=tmp_path)
    path = made / "own_figures" / "1983.xlsx"
    content = path.read_bytes()

    def check(given_values):
        spot, sheet, value, broken = given_values
        if broken is not None:
            path.write_bytes(broken)
        else:
            book = openpyxl.load_workbook(io.BytesIO(content))
            there = book.worksheets[sheet % len(book.worksheets)]
            with suppress(
                ValueError, openpyxl.utils.exceptions.IllegalCharacterError, AttributeError
            ):
                there.cell(*spot).value = value
            book.save(path)
        with suppress(InputError):
            found, faults = folder.check(made)
            assert found is not None or faults

    spot = st.tuples(st.integers(1, 30), st.integers(1, 8))
    one = st.tuples(spot, st.integers(0, 9), CELL, st.none() | spoiled(content))
    try_all(cases, one, check, record_property)


# --- the arguments ---------------------------------------------------------------------------


def commands(group, *before):
    """Every command with its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        yield (*before, name), command


LIKELY = {
    "members": "1983,1984",
    "service": "vaxel",
    "area": "vaxel",
    "key": "karlstad",
    "region": "karlstad",
    "code": "1983",
    "codes": "1983",
    "as_of": "2026-06-30",
    "task": "vmkf:loner",
    "day": "2026-06-01",
    "source": "kungsor-2016",
    "year": "2021",
    "dataset": "population",
    "kind": "county",
}
SAFE = {
    ("build",): ["--dry-run"],
    ("services", "confirm"): ["--dry-run"],
    ("data", "update"): ["--dry-run"],
}


@st.composite
def calls(draw, places):
    """The words of a call: a command with its options, likely and odd values."""
    words, command = draw(st.sampled_from(places))
    line = list(words)
    for option in command.params:
        if not (option.required or draw(st.integers(0, 3)) == 0):
            continue
        value = draw(ODD | st.just(LIKELY.get(option.name, "x")))
        if isinstance(option, click.Argument):
            line.append(value)
        elif option.is_flag:
            line.append(option.opts[0])
        else:
            line += [option.opts[0], value]
    return [*line, *draw(st.lists(ODD, max_size=1)), *SAFE.get(words, [])]


def called(arguments):
    """The exit code of a call and what it wrote to standard error."""
    heard, before = io.StringIO(), sys.stderr
    sys.stderr = heard
    try:
        cli.main(arguments)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stderr = before
    return code, heard.getvalue()


@FEW
def test_odd_arguments(cases, record_property, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "services"
    shutil.copytree(services.inventory_path(), copy)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(services, "inventory_path", lambda: copy)
    monkeypatch.setattr(store, "write", lambda folder, after: [])
    monkeypatch.setattr(single, "run", lambda job, plan, **rest: Path("x"))
    monkeypatch.setattr("analysis.update.update", lambda *words, **rest: None)  # asks the network
    monkeypatch.setattr(build, "build", lambda plan, **rest: [])
    monkeypatch.setenv(paths.USER_DIR_VARIABLE, str(tmp_path / "own"))
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path / "updated"))
    monkeypatch.setattr(sys, "argv", ["samverkan"])

    def check(arguments):
        code, heard = called(arguments)
        assert code in (0, 1, 2), arguments
        assert "Traceback" not in heard, arguments
        assert "run again with --debug" not in heard, (arguments, heard)
        capsys.readouterr()

    places = [found for found in commands(cli.cli) if found[0] != ("preview",)]
    try_all(cases, calls(places), check, record_property)
