"""Regions: named sets of municipalities, from the registry or from any list of codes.

Terms
-----
municipality: one of Sweden's 290, known by its four-character code ("0381", never 381).
region: a set of municipalities that a report is about; its key is a slug, never a display name.
group: a cooperation whose members are shown together inside the report of a larger region.

Read with the standard library only, so that the command line answers at once.
"""

from __future__ import annotations

import csv
import difflib
import json
import os
import re
import tempfile
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import InputError, raise_faults

_LONGEST = 80  # characters of a name and of a key: it becomes a folder
_CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
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
        from analysis.figures.thumbnail import region_html  # late: drawing needs slow libraries

        return region_html(self)


@cache
def municipalities() -> dict[str, Municipality]:
    """All 290 municipalities by code.

    >>> municipalities()["0381"].name
    'Enköping'
    """
    with paths.data_path("municipalities.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Municipality(
                row["code"], row["name"], row["county_code"], row["county"], row["skr_group"],
                row["labour_market"], row["labour_market_name"],
            )
            for row in csv.DictReader(file)
        }


@cache
def counties() -> dict[str, str]:
    """Names of the 21 counties by two-digit code.

    >>> counties()["17"]
    'Värmlands län'
    """
    return {entry.county_code: entry.county for entry in municipalities().values()}


def registry_path() -> Path:
    """The file that defines the named regions.

    >>> registry_path().name
    'regions.toml'
    """
    return paths.data_path("regions.toml")


def slug(name: str) -> str:
    """ASCII folder name of `name`: å, ä, ö become a, a, o, everything else a hyphen.

    >>> slug("Fyra Mälarstäder")
    'fyra-malarstader'
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def registry() -> dict[str, Region]:
    """All registered regions by key, in the order of the file.

    Raises InputError with every fault of the file: wrong codes, duplicates, unknown groups.

    >>> list(registry())[:3]
    ['malardalen', 'bergslagen', 'karlstad']
    """
    path = registry_path()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML, {error}; mend the file") from error
    raise_faults(InputError, [fault for key, entry in entries.items()
                              for fault in _entry_faults(key, entry)])
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


def _entry_faults(key: str, entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{key!r} is no region; write [{slug(key) or 'ny-region'}] with name and members"]
    members, groups = entry.get("members", []), entry.get("groups", [])
    lists = all(isinstance(part, list) and all(isinstance(code, str) for code in part)
                for part in (members, groups))
    if not lists or not isinstance(entry.get("name", ""), str):
        return [f"region {key!r}: name must be text, members and groups lists of text in quotes"]
    faults = [] if entry.get("name") else [f"region {key!r}: name is missing; add one"]
    if slug(key) != key or key.isdigit():
        faults.append(f"region {key!r}: the key must be a slug such as {slug(key) or 'ny-region'}")
    if members or not groups:
        faults += [f"region {key!r}: {fault}" for fault in code_faults(members)]
    return faults


def _with_groups(plain: dict[str, Region], key: str, groups: Sequence[str]) -> Region:
    region = plain[key]
    inside = tuple(plain[group] for group in groups)
    union = dict.fromkeys([*region.members, *(code for g in inside for code in g.members)])
    return Region(key, region.name, tuple(union), inside)


def code_faults(codes: Sequence[str]) -> list[str]:
    """Every fault of a list of municipality codes: empty, unknown, given twice.

    >>> code_faults(["1780", "381"])[0].split(";")[0]
    "unknown municipality code '381': did you mean 0381 (Enköping)?"
    """
    if not codes:
        return ["no municipalities given; name at least one four-digit code, such as 1780"]
    known = municipalities()
    faults = [
        f"unknown municipality code {code!r}{_code_hint(code)}; "
        "codes have four digits and stand in data/municipalities.csv"
        for code in dict.fromkeys(codes) if code not in known
    ]
    faults += [
        f"municipality code {code!r} is given {count} times; give it once"
        for code, count in Counter(codes).items() if count > 1
    ]
    return faults


def _code_hint(code: str) -> str:
    known = municipalities()
    by_name = {entry.name.casefold(): entry for entry in known.values()}
    if code.casefold() in by_name:
        return f": {by_name[code.casefold()].name} has code {by_name[code.casefold()].code}"
    if code.isdigit() and code.zfill(4) in known:
        return f": did you mean {code.zfill(4)} ({known[code.zfill(4)].name})?"
    near = difflib.get_close_matches(code.casefold(), by_name, n=1, cutoff=0.75)
    return f": did you mean {by_name[near[0]].code} ({by_name[near[0]].name})?" if near else ""


def get(key: str) -> Region:
    """The registered region `key`; raises InputError that suggests the nearest key.

    >>> get("kak").member_names
    ('Kungsör', 'Arboga', 'Köping')
    """
    known = registry()
    if key in known:
        return known[key]
    near = difflib.get_close_matches(slug(key), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else _code_hint(key).removeprefix(": ")
    hint = f"{hint.strip()} " if hint.endswith(("?", "? ")) else f"{hint}; " if hint else ""
    raise InputError(
        f"unknown region {key!r}: {hint}valid are {', '.join(known)}; "
        "any set of municipalities works with --members CODE,CODE"
    )


def from_members(codes: Iterable[str], *, name: str | None = None) -> Region:
    """A region of any municipalities; the key is the slug of `name` or of the members' names.

    Raises InputError with all faults: wrong or repeated codes, a name that is no safe folder or
    that belongs to another set of members.

    >>> from_members(["1960", "1983"], name="Västra Mälaren").key
    'vastra-malaren'
    """
    listed = codes.split(",") if isinstance(codes, str) else codes
    members = tuple(str(code).strip() for code in listed)
    faults = code_faults(members)
    if name is not None:
        faults += name_faults(name)
    raise_faults(InputError, faults)
    known = registry()
    label = name.strip() if name is not None else _joined(members)
    if name is None and slug(label) in known:  # the municipality of Karlstad is not its region
        label = f"{label}{'' if label[-1] in 'sxz' else 's'} kommun"
    key = slug(label)[:_LONGEST].strip("-")
    existing = known.get(key)
    if existing and set(existing.members) != set(members):
        raise InputError(
            f"the name {label!r} makes the folder {key!r}, which is registered for other members "
            f"({', '.join(existing.members)}); choose another --name"
        )
    return existing or Region(key, label, members)


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
        return ["the name is empty; give one such as \"KAK och vänner\""]
    if re.search(r"[/\\]", name) or name.strip().startswith("."):
        return [f"the name {name!r} is no safe folder name; leave out slashes and leading dots"]
    if any(unicodedata.category(letter) in _CONTROL for letter in name):
        return [f"the name {name!r} has control characters; type it anew"]
    if not re.search(r"[a-z]", slug(name)):
        # a key of digits would be taken for the code of a municipality, a county or the nation
        return [f"the name {name!r} has no letters; give one such as \"KAK\""]
    if len(name) > _LONGEST:
        return [f"the name {name[:20]!r}… has {len(name)} characters; {_LONGEST} are the most"]
    return []


def resolve(value: str | Iterable[str], *, name: str = "") -> Region:
    """The region that notebook parameters name: a registered key, or codes (a list, or commas).

    >>> resolve("bergslagen").name, resolve("1863,1864").name
    ('Bergslagen', 'Hällefors och Ljusnarsberg')
    >>> resolve(["1780", "381"])
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: unknown municipality code '381': did you mean 0381 (Enköping)?...
    """
    if isinstance(value, Iterable) and not isinstance(value, str):
        return from_members(value, name=name or None)
    codes = [part.strip() for part in str(value).split(",")]
    if len(codes) > 1 or codes[0].isdigit():
        return from_members(codes, name=name or None)
    return get(str(value))


def add(key: str, name: str, members: Sequence[str]) -> Region:
    """Write a new region to the registry and return it; the file is replaced as a whole.

    Raises InputError with all faults: key taken or no slug, bad name, bad codes.

    >>> add("kak", "KAK", ["1960"])
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: the key 'kak' is taken; choose another or edit data/regions.toml
    """
    faults = []
    if key in registry():
        faults.append(f"the key {key!r} is taken; choose another or edit data/regions.toml")
    if not key or slug(key) != key or key.isdigit() or len(key) > _LONGEST:
        faults.append(f"the key {key[:_LONGEST]!r} is no slug; use a-z, digits and hyphens, "
                      f"such as {slug(key) or 'ny-region'!r}")
    raise_faults(InputError, [*faults, *name_faults(name), *code_faults(members)])
    listed = ", ".join(json.dumps(code) for code in members)
    quoted = json.dumps(name.strip(), ensure_ascii=False)
    path = registry_path()
    text = path.read_text(encoding="utf-8").rstrip("\n")
    _replace(path, f"{text}\n\n[{key}]\nname = {quoted}\nmembers = [{listed}]\n")
    return get(key)


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(path.stat().st_mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
