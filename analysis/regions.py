"""Regions: named sets of municipalities, from the registry or from any list of codes.

Terms
-----
municipality: one of Sweden's 290, known by its four-character code ("0381", never 381).
gone: a municipality that has merged into another, or has a new code; its history stays.
region: a set of municipalities that a report is about; its key is a slug, never a display name.
group: a cooperation whose members are shown together inside the report of a larger region.

Read with the standard library only, so that the command line answers at once.
"""

from __future__ import annotations

import csv
import getpass
import hashlib
import json
import re
import tempfile
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis import hints, lazy, paths, placenames, textfiles, whole
from analysis.errors import InputError, raise_faults

_LONGEST = 80  # characters of a name and of a key: it becomes a folder
_CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
_WINDOWS = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)),
}
_LIGATURES = str.maketrans({"æ": "ae", "ø": "o", "đ": "d", "ł": "l"})

DEFAULT_KEYS = ("malardalen", "bergslagen", "karlstad")


@dataclass(frozen=True)
class Municipality:
    """One municipality as the registry of all 290 has it.

    >>> municipalities()["1780"].labour_market_name
    'Karlstad'
    """

    code: str
    name: str
    county_code: str
    county: str
    skr_group: str
    labour_market: str
    labour_market_name: str


@dataclass(frozen=True)
class Region:
    """A frozen set of municipalities with a key, a Swedish name and the groups inside it.

    >>> get("kak")
    <Region 'kak' KAK: Kungsör 1960, Arboga 1984, Köping 1983>

    >>> get("malardalen").groups[0].member_names
    ('Kungsör', 'Arboga', 'Köping')
    """

    key: str
    name: str
    members: tuple[str, ...]
    groups: tuple[Region, ...] = ()

    @property
    def counties(self) -> tuple[str, ...]:
        """Two-digit codes of the counties the members lie in, sorted."""
        return tuple(sorted({code[:2] for code in self.members}))

    @property
    def member_names(self) -> tuple[str, ...]:
        """Names of the members, in the order of `members`."""
        return tuple(municipalities()[code].name for code in self.members)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.member_names)})"

    def __repr__(self) -> str:
        """Name, members and their codes, as a prompt shows a region."""
        known = municipalities()
        named = (f"{known[code].name} {code}" if code in known else code for code in self.members)
        return f"<Region {self.key!r} {self.name}: {', '.join(named)}>"

    def _repr_html_(self) -> str:
        """Name, members and a small map, as JupyterLab shows a region."""
        return str(lazy.through("html of a region")(self))  # late: drawing needs slow libraries


CHANGES = "municipality_changes.csv"
_CHANGE_COLUMNS = ("code", "name", "valid_from", "valid_to", "became")


@dataclass(frozen=True)
class Change:
    """From and to which day (ISO, either may be empty) a code is valid, and what it became."""

    code: str
    name: str
    valid_from: str
    valid_to: str
    became: tuple[str, ...] = ()


def changes_path() -> Path:
    """The user's own list of changes, beside the updated data; it need not be there.

    >>> changes_path().name
    'municipality_changes.csv'
    """
    return paths.user_data() / CHANGES


@cache
def changes() -> dict[str, Change]:
    """Codes that began or ended, by code: the shipped ones, and those of the user's own list.

    Raises InputError with every fault of a list.

    >>> changes()["1917"].became, changes()["0330"].valid_from
    (('0331',), '2003-01-01')
    """
    found: dict[str, Change] = {}
    for path in (paths.data_path(CHANGES), changes_path()):
        if path.is_file():
            rows = textfiles.read_rows(path, _CHANGE_COLUMNS)
            read = {
                row: Change(code, name, first, last, tuple(became.split()))
                for row, (code, name, first, last, became) in rows.records
            }
            raise_faults(
                InputError,
                [
                    fault
                    for row, change in read.items()
                    for fault in _change_faults(f"{path} row {row}", change)
                ],
            )
            found |= {change.code: change for change in read.values()}
    return found


def _change_faults(place: str, change: Change) -> list[str]:
    faults = [
        f"{place}: {word!r} is no municipality code; codes have four digits"
        for word in (change.code, *change.became)
        if not re.fullmatch(r"\d{4}", word)
    ]
    faults += [
        f"{place}: {day!r} is no date; write it as 2027-01-01"
        for day in (change.valid_from, change.valid_to)
        if day and not re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    ]
    if not change.name or not (change.valid_from or change.valid_to):
        faults.append(f"{place}: name, and valid_from or valid_to, must be given")
    return faults


def gone() -> dict[str, Change]:
    """Municipalities with a history here that are no more.

    >>> "1780" in gone()
    False
    """
    return {
        code: change
        for code, change in changes().items()
        if change.valid_to and code in municipalities()
    }


def current() -> dict[str, Municipality]:
    """Municipalities that are not gone, by code.

    >>> len(current())
    290
    """
    return {code: entry for code, entry in municipalities().items() if code not in gone()}


def is_new(code: str) -> bool:
    """True for a municipality of the user's own list, which the shipped figures do not know.

    >>> is_new("1780")
    False
    """
    return not municipalities()[code].labour_market


def country(codes: Collection[str]) -> list[str]:
    """The municipalities of the country in a table that has rows of `codes`.

    Those of the shipped list must be there, so that one without a row is missed; those that are
    new or gone only where the table has them.

    >>> len(country([])), len(country(["1780"]))
    (290, 290)
    """
    return [
        code for code in municipalities() if code in codes or not (code in gone() or is_new(code))
    ]


def _became(code: str) -> str:
    """What has become of a code that is gone, in words."""
    change = changes()[code]
    new = [
        f"{to} {municipalities()[to].name}" if to in municipalities() else to
        for to in change.became
    ]
    return f"{code} {change.name} ended on {change.valid_to}" + (
        f" and became {' and '.join(new)}; use that instead" if new else "; leave it out"
    )


@cache
def municipalities() -> dict[str, Municipality]:
    """All municipalities by code: the 290 that are shipped, and new ones of the user's own list.

    >>> municipalities()["0381"].name
    'Enköping'
    """
    with paths.data_path("municipalities.csv").open(encoding="utf-8", newline="") as file:
        found = {
            row["code"]: Municipality(
                row["code"],
                row["name"],
                row["county_code"],
                row["county"],
                row["skr_group"],
                row["labour_market"],
                row["labour_market_name"],
            )
            for row in csv.DictReader(file)
        }
    names = {entry.county_code: entry.county for entry in found.values()}
    found |= {
        code: Municipality(code, new.name, code[:2], names.get(code[:2], ""), "", "", "")
        for code, new in changes().items()
        if not new.valid_to and code not in found
    }
    return found


def names_of(codes: Iterable[str]) -> list[str]:
    """Names of municipalities, in the order of `codes`.

    >>> names_of(["1984", "0381"])
    ['Arboga', 'Enköping']
    """
    known = municipalities()
    return [known[code].name for code in codes]


@cache
def counties() -> dict[str, str]:
    """Names of the 21 counties by two-digit code.

    >>> counties()["17"]
    'Värmlands län'
    """
    return {entry.county_code: entry.county for entry in municipalities().values()}


def registry_path() -> Path:
    """The file that `add` writes named regions to: a checkout's own, else the user's.

    >>> registry_path().name
    'regions.toml'
    """
    return paths.kept_by_user("regions.toml")


def slug(name: str) -> str:
    """ASCII folder name of `name`: å, ä, ö become a, a, o, everything else a hyphen.

    >>> slug("Fyra Mälarstäder")
    'fyra-malarstader'
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def registry() -> dict[str, Region]:
    """All registered regions by key, in the order of the file; the user's follow the shipped ones.

    Raises InputError with every fault of a file: wrong codes, duplicates, unknown groups or words.

    >>> list(registry())[:3]
    ['malardalen', 'bergslagen', 'karlstad']
    """
    files = dict.fromkeys([paths.data_path("regions.toml"), registry_path()])
    entries: dict[str, Any] = {}
    for path in files:
        if path.exists() or len(files) == 1:
            own = _entries_of(path)
            raise_faults(
                InputError,
                [
                    f"{path.name}: region {key!r} is one of the shipped ones; choose another key"
                    for key in own
                    if key in entries
                ],
            )
            entries |= own
    faults = [
        f"region {key!r}: unknown group {group!r}; valid are {', '.join(entries)}"
        for key, entry in entries.items()
        for group in entry.get("groups", ())
        if group not in entries or group == key or entries[group].get("groups")
    ]
    raise_faults(InputError, faults)
    plain = {
        key: Region(key, entry["name"], tuple(entry.get("members", ())))
        for key, entry in entries.items()
    }
    return {key: _with_groups(plain, key, entries[key].get("groups", ())) for key in entries}


def _entries_of(path: Path) -> dict[str, Any]:
    try:
        entries = tomllib.loads(textfiles.read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML, {error}; mend the file") from error
    raise_faults(
        InputError, [fault for key, entry in entries.items() for fault in _entry_faults(key, entry)]
    )
    return entries


_WORDS = ("name", "members", "groups")


def _entry_faults(key: str, entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{key!r} is no region; write [{slug(key) or 'ny-region'}] with name and members"]
    strange = [
        f"region {key!r}: {hints.unknown('word', word, _WORDS)}"
        for word in entry
        if word not in _WORDS
    ]
    if strange:
        return strange
    members, groups = entry.get("members", []), entry.get("groups", [])
    lists = all(
        isinstance(part, list) and all(isinstance(code, str) for code in part)
        for part in (members, groups)
    )
    if not lists or not isinstance(entry.get("name", ""), str):
        return [f"region {key!r}: name must be text, members and groups lists of text in quotes"]
    faults = [] if entry.get("name") else [f"region {key!r}: name is missing; add one"]
    if slug(key) != key or key.isdigit():
        faults.append(f"region {key!r}: the key must be a slug such as {slug(key) or 'ny-region'}")
    if members or not groups:
        faults += [f"region {key!r}: {fault}" for fault in _unknown_faults(members)]
    return faults


def _with_groups(plain: dict[str, Region], key: str, groups: Sequence[str]) -> Region:
    region = plain[key]
    inside = tuple(plain[group] for group in groups)
    union = dict.fromkeys([*region.members, *(code for g in inside for code in g.members)])
    return Region(key, region.name, tuple(union), inside)


def code_faults(codes: Sequence[str]) -> list[str]:
    """Every fault of a list of municipality codes: empty, unknown, given twice, gone.

    >>> code_faults(["1780", "381"])[0].split(";")[0]
    "unknown municipality code '381': did you mean 0381 (Enköping)?"
    """
    return [*_unknown_faults(codes), *_gone_faults(codes)]


def _gone_faults(codes: Sequence[str]) -> list[str]:
    return [_became(code) for code in dict.fromkeys(codes) if code in gone()]


def _unknown_faults(codes: Sequence[str]) -> list[str]:
    if not codes:
        return ["no municipalities given; name at least one four-digit code, such as 1780"]
    known = municipalities()
    faults = [
        f"unknown municipality code {code!r}{_code_hint(code)}; "
        "codes have four digits and stand in data/municipalities.csv"
        for code in dict.fromkeys(codes)
        if code not in known
    ]
    faults += [
        f"municipality code {code!r} is given {count} times; give it once"
        for code, count in Counter(codes).items()
        if count > 1
    ]
    return faults


def _code_hint(word: str) -> str:
    if word in changes() and changes()[word].valid_to:
        return f": {_became(word)}"
    code = placenames.code_of(word, municipalities())
    if code:
        return f": {municipalities()[code].name} has code {code}"
    return placenames.hint(word, municipalities())


def get(key: str) -> Region:
    """The registered region `key`; raises InputError that suggests the nearest key.

    >>> get("kak").member_names
    ('Kungsör', 'Arboga', 'Köping')
    """
    known = registry()
    if key in known:
        raise_faults(
            InputError,
            [
                f"region {key!r}: {fault}; give the codes themselves, or edit {registry_path()}"
                for fault in _gone_faults(known[key].members)
            ],
        )
        return known[key]
    hint = hints.did_you_mean(slug(key), list(known)) or _code_hint(key).removeprefix(": ")
    hint = f"{hint.strip()} " if hint.endswith(("?", "? ")) else f"{hint}; " if hint else ""
    raise InputError(
        f"unknown region {key!r}: {hint}valid are {', '.join(known)}; any municipalities work by "
        "code or name, with commas, a county by name, and all of Sweden as riket"
    )


def from_members(codes: Iterable[str], *, name: str | None = None) -> Region:
    """A region of any municipalities; the key is the slug of `name` or of the members' names.

    A municipality is written as code or name; text is split at commas and semicolons. Raises
    InputError with all faults: wrong or repeated codes, a name that is no safe folder or that
    belongs to another set of members.

    >>> from_members(["1960", "1983"], name="Västra Mälaren").key
    'vastra-malaren'
    >>> from_members("Köping, 1984 Arboga").members
    ('1983', '1984')
    """
    words = placenames.parts(codes) if isinstance(codes, str) else [str(c).strip() for c in codes]
    members = tuple(placenames.code_of(word, municipalities()) or word for word in words)
    faults = code_faults(members)
    if name is not None:
        faults += name_faults(name)
    raise_faults(InputError, faults)
    return _named(
        members, name.strip() if name is not None else _joined(members), given=name is not None
    )


def _named(members: tuple[str, ...], label: str, *, given: bool) -> Region:
    """The region of checked members; raises InputError for the name of other members."""
    known = registry()
    if not given and slug(label) in known:  # the municipality of Karlstad is not its region
        label = f"{_owning(label)} kommun"
    key = slug(label)[:_LONGEST].strip("-")
    existing = known.get(key)
    if existing and set(existing.members) != set(members):
        raise InputError(
            f"the name {label!r} makes the folder {key!r}, which is registered for other members "
            f"({', '.join(existing.members)}); choose another name"
        )
    return existing or Region(key, label, members)


def _owning(name: str) -> str:
    """The genitive of a name: "Kils", but "Västerås"."""
    return name if name[-1] in "sxz" else f"{name}s"


def _joined(members: tuple[str, ...]) -> str:
    known = municipalities()
    names = [known[code].name for code in members]
    if len(names) <= 4:
        return ", ".join(names[:-1]) + " och " + names[-1] if len(names) > 1 else names[0]
    return f"{names[0]}, {names[1]} och {len(names) - 2} kommuner till"


def name_faults(name: str) -> list[str]:
    """Why `name` cannot be the name, and so the folder, of a region.

    >>> name_faults("a/b")
    ["the name 'a/b' is no safe folder name; leave out slashes and leading dots"]
    """
    if not name.strip():
        return ['the name is empty; give one such as "KAK och vänner"']
    if re.search(r"[/\\]", name) or name.strip().startswith("."):
        return [f"the name {name!r} is no safe folder name; leave out slashes and leading dots"]
    if any(unicodedata.category(letter) in _CONTROL for letter in name):
        return [f"the name {name!r} has control characters; type it anew"]
    if sign := textfiles.acting(name.strip()):
        return [f"the name {name!r} has {sign!r}, which would not be printed; leave it out"]
    if not re.search(r"[a-z]", slug(name)):
        # a key of digits would be taken for the code of a municipality, a county or the nation
        return [f'the name {name!r} has no letters; give one such as "KAK"']
    if slug(name) in _WINDOWS:
        return [f"the name {name!r} is reserved on Windows; choose another, such as '{name} län'"]
    if len(name) > _LONGEST:
        return [f"the name {name[:20]!r}… has {len(name)} characters; {_LONGEST} are the most"]
    return []


def resolve(value: str | Iterable[str], *, name: str = "") -> Region:
    """The region that somebody names: a registered key or name, municipalities, a county, a market.

    Municipalities are written as code or name, as a list or with commas; a county as name or
    two-digit code, a labour market as "Örebro arbetsmarknad", neighbours as "Köping med grannar",
    and all municipalities as "riket".
    Raises InputError for a word that names nothing, or several things.

    >>> resolve("bergslagen").name, resolve("1863,1864").name, resolve("KAK").key
    ('Bergslagen', 'Hällefors och Ljusnarsberg', 'kak')
    >>> resolve("Örebro län").key, len(resolve("18").members)
    ('orebro-lan', 12)
    >>> resolve("riket").key, len(resolve("riket").members)
    ('sverige', 290)
    >>> resolve("Örebro")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: 'Örebro' can mean several; write 1880 (municipality) or Örebro l...
    """
    if isinstance(value, Iterable) and not isinstance(value, str):
        return from_members(value, name=name or None)
    value = str(value)  # a code that is written as a number still says what was meant
    if value in registry():
        return get(value)
    words = placenames.parts(value)
    return from_members(words, name=name or None) if len(words) > 1 else _one(value, name)


_WITH_NEIGHBOURS = re.compile(r"(.+?) (?:med grannar|with neighbours)", re.IGNORECASE)


def with_neighbours(word: str, *, name: str = "") -> Region:
    """A municipality and those that it has a land border with.

    >>> with_neighbours("Köping").member_names[:3]
    ('Köping', 'Lindesberg', 'Skinnskatteberg')
    """
    (code,) = from_members([word]).members
    near = lazy.through("land borders")()  # late: the tables are slow to read
    codes = (code, *near.loc[near["code"] == code, "neighbour_code"].map(str))
    return from_members(codes, name=name or f"{municipalities()[code].name} med grannar")


def _one(word: str, name: str) -> Region:
    """The region of a single word that is no key of the registry."""
    beside = _WITH_NEIGHBOURS.fullmatch(" ".join(word.split()))
    if beside:
        return with_neighbours(beside[1], name=name)
    found = placenames.meanings(word, current())
    named = [
        region
        for region in registry().values()
        if word.strip().casefold() in (region.key, region.name.casefold())
    ]
    if len(found) + len(named) > 1:
        choices = [
            *(f"{region.key} (region)" for region in named),
            *(f"{meaning.written} ({meaning.kind})" for meaning in found),
        ]
        raise InputError(f"{word!r} can mean several; write {' or '.join(choices)}")
    if named:
        return get(named[0].key)
    if not found:
        if word.strip().isdigit():
            return from_members([word])
        return get(word)
    kind, codes = found[0].kind, found[0].codes
    if kind == "municipality" or name:
        return from_members(codes, name=name or None)
    return _named(codes, found[0].written, given=True)


EACH = ("county", "labour-market")


def each(kind: str) -> list[Region]:
    """One region for each county or labour market, or for each group of a CSV file.

    The file has the columns `group` and `code`. Raises InputError for anything else.

    >>> len(each("county")), len(each("labour-market"))
    (21, 67)
    """
    if kind == "county":
        names = {entry.code: entry.county for entry in municipalities().values()}
    elif kind == "labour-market":
        names = {
            entry.code: f"{_owning(entry.labour_market_name)} arbetsmarknad"
            for entry in municipalities().values()
        }
    elif kind.casefold().endswith(".csv"):
        return _each_group(Path(kind))
    else:
        raise InputError(
            hints.unknown("kind of region", kind, EACH)
            + ", or a CSV file with the columns group and code"
        )
    members: dict[str, list[str]] = {}
    for code, label in names.items():
        members.setdefault(label, []).append(code)
    return [_named(tuple(codes), label, given=True) for label, codes in members.items()]


def _each_group(path: Path) -> list[Region]:
    groups: dict[str, list[str]] = {}
    for _, (group, code) in textfiles.read_rows(path, ("group", "code")).records:
        groups.setdefault(group, []).append(code)
    faults, found = [], []
    for group, codes in groups.items():
        try:
            found.append(from_members(codes, name=group))
        except InputError as error:
            faults += [f"{path.name}, group {group!r}: {fault}" for fault in error.faults]
    raise_faults(InputError, faults)
    return found


def add(key: str, name: str, members: Sequence[str]) -> Region:
    """Write a new region to the registry and return it; the file is replaced as a whole.

    Raises InputError with all faults: key taken or no slug, bad name, bad codes.

    >>> add("kak", "KAK", ["1960"])
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: the key 'kak' is taken; choose another or edit regions.toml
    """
    path = registry_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        raise_faults(InputError, [*_key_faults(key), *name_faults(name), *code_faults(members)])
        listed = ", ".join(json.dumps(code) for code in members)
        quoted = json.dumps(name.strip(), ensure_ascii=False)
        text = textfiles.read_text(path).rstrip("\n") if path.exists() else ""
        whole.write(
            path, f"{text}\n\n[{key}]\nname = {quoted}\nmembers = [{listed}]\n".lstrip("\n")
        )
    return get(key)


def _alone(path: Path) -> AbstractContextManager[Any]:
    """Hold `path` for one writer at a time; the lock lies apart, for it must not be deleted."""
    from filelock import FileLock  # late: only writers need it

    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"samverkan-{getpass.getuser()}-{name}.lock")


def _key_faults(key: str) -> list[str]:
    faults = []
    if key in registry():
        faults.append(f"the key {key!r} is taken; choose another or edit {registry_path().name}")
    if key.isdigit():
        faults.append(
            f"the key {key!r} would be taken for a code; write a word, such as 'ny-{key}'"
        )
    elif not key or slug(key) != key or len(key) > _LONGEST:
        faults.append(
            f"the key {key[:_LONGEST]!r} is no slug; use a-z, digits and hyphens, "
            f"such as {slug(key) or 'ny-region'!r}"
        )
    return faults


__dir__ = lazy.public(globals())
