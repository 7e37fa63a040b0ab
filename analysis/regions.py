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

from analysis import paths
from analysis.errors import InputError, raise_faults

DEFAULT_KEYS = ("malardalen", "bergslagen", "karlstad")


@dataclass(frozen=True)
class Municipality:
    """One municipality as the registry of all 290 has it; `land_km2` is land area 2015 in km²."""

    code: str
    name: str
    county_code: str
    county: str
    skr_group: str
    labour_market: str
    labour_market_name: str
    land_km2: float


@dataclass(frozen=True)
class Region:
    """A frozen set of municipalities with a key, a Swedish name and the groups inside it."""

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

    def _repr_html_(self) -> str:
        """Name, members and a small map, as JupyterLab shows a region."""
        from analysis.figures.thumbnail import region_html  # late: drawing needs slow libraries

        return region_html(self)


@cache
def municipalities() -> dict[str, Municipality]:
    """All 290 municipalities by code."""
    with paths.data_path("municipalities.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Municipality(
                row["code"], row["name"], row["county_code"], row["county"], row["skr_group"],
                row["labour_market"], row["labour_market_name"], float(row["land_km2"]),
            )
            for row in csv.DictReader(file)
        }


@cache
def counties() -> dict[str, str]:
    """Names of the 21 counties by two-digit code."""
    return {entry.county_code: entry.county for entry in municipalities().values()}


def registry_path() -> Path:
    """The file that defines the named regions."""
    return paths.data_path("regions.toml")


def slug(name: str) -> str:
    """ASCII folder name of `name`: å, ä, ö become a, a, o, everything else a hyphen."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def registry() -> dict[str, Region]:
    """All registered regions by key, in the order of the file.

    Raises InputError with every fault of the file: wrong codes, duplicates, unknown groups.
    """
    path = registry_path()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML, {error}; mend the file") from error
    faults = [fault for key, entry in entries.items() for fault in _entry_faults(key, entry)]
    faults += [
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


def _entry_faults(key: str, entry: dict[str, object]) -> list[str]:
    members, groups = entry.get("members", ()), entry.get("groups", ())
    if not isinstance(members, list | tuple) or not isinstance(groups, list | tuple):
        return [f"region {key!r}: members and groups must be lists of text"]
    faults = [] if entry.get("name") else [f"region {key!r}: name is missing; add one"]
    if slug(key) != key:
        faults.append(f"region {key!r}: the key must be a slug such as {slug(key) or 'ny-region'}")
    if members or not groups:
        faults += [f"region {key!r}: {fault}" for fault in code_faults([str(m) for m in members])]
    return faults


def _with_groups(plain: dict[str, Region], key: str, groups: Sequence[str]) -> Region:
    region = plain[key]
    inside = tuple(plain[group] for group in groups)
    union = dict.fromkeys([*region.members, *(code for g in inside for code in g.members)])
    return Region(key, region.name, tuple(union), inside)


def code_faults(codes: Sequence[str]) -> list[str]:
    """Every fault of a list of municipality codes: empty, unknown, given twice."""
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
    """The registered region `key`; raises InputError that suggests the nearest key."""
    known = registry()
    if key in known:
        return known[key]
    near = difflib.get_close_matches(slug(key), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise InputError(
        f"unknown region {key!r}: {hint}valid are {', '.join(known)}; "
        "any set of municipalities works with --members CODE,CODE"
    )


def from_members(codes: Iterable[str], *, name: str | None = None) -> Region:
    """A region of any municipalities; the key is the slug of `name` or of the members' names.

    Raises InputError with all faults: wrong or repeated codes, a name that is no safe folder or
    that belongs to another set of members.
    """
    members = tuple(code.strip() for code in codes)
    faults = code_faults(members)
    if name is not None:
        faults += name_faults(name)
    raise_faults(InputError, faults)
    label = name.strip() if name is not None else _joined(members)
    key = slug(label)[:80].strip("-")
    existing = registry().get(key)
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
    """Why `name` cannot be the name, and so the folder, of a region."""
    if not name.strip():
        return ["the name is empty; give one such as \"KAK och vänner\""]
    if re.search(r"[/\\\x00-\x1f]", name) or name.strip().startswith("."):
        return [f"the name {name!r} is no safe folder name; leave out slashes and leading dots"]
    if not slug(name):
        return [f"the name {name!r} has no letters or digits; give one such as \"KAK\""]
    return []


def resolve(value: str, *, name: str = "") -> Region:
    """The region that notebook parameters name: a registered key, or codes with commas."""
    codes = [part.strip() for part in value.split(",")]
    if all(re.fullmatch(r"\d{4}", code) for code in codes):
        return from_members(codes, name=name or None)
    return get(value)


def add(key: str, name: str, members: Sequence[str]) -> Region:
    """Write a new region to the registry and return it; the file is replaced as a whole.

    Raises InputError with all faults: key taken or no slug, bad name, bad codes.
    """
    faults = []
    if key in registry():
        faults.append(f"the key {key!r} is taken; choose another or edit data/regions.toml")
    if not key or slug(key) != key:
        faults.append(f"the key {key!r} is no slug; use lower-case a-z, digits and hyphens, "
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
