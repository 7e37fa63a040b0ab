"""An investigation on disk: made once, read whole, checked with every fault and doubt.

Terms
-----
fault: what keeps an investigation from being built; a doubt does not, see `doubts`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis import hints
from analysis.errors import InputError, raise_faults
from analysis.investigation import forms, question, texts
from analysis.investigation.doubts import Doubt, doubts
from analysis.investigation.forms import OwnFigures
from analysis.investigation.question import Question
from analysis.loaders.services import load_inventory
from analysis.loaders.tables import data_date
from analysis.regions import code_faults, from_members, name_faults, slug


@dataclass(frozen=True)
class Investigation:
    """What a folder holds beside its prose (`texts.chapter`), without fault."""

    path: Path
    question: Question
    own: OwnFigures
    doubts: tuple[Doubt, ...]

    @property
    def key(self) -> str:
        """Name of the folder."""
        return self.path.name


def new(
    name: str,
    members: Sequence[str],
    services: Sequence[str],
    *,
    parent: Path,
    title: str = "",
    more: Callable[[Path], object] = lambda folder: None,
) -> Path:
    """Make the folder of a new investigation in `parent`, whole or not at all; returns its path.

    `more` writes further files into the folder before it takes its place. Raises InputError with
    all faults: a bad name, one that is taken, unknown codes or services, a parent that cannot be
    written to.
    """
    inventory = load_inventory()
    known = dict(zip(inventory.areas["key"], inventory.areas["name"], strict=True))
    target, label = parent / slug(name), title or name
    faults = [*name_faults(name), *_member_faults(members), *question.title_faults(label, "title")]
    faults += [
        hints.unknown("service", service, known) for service in services if service not in known
    ]
    if not services:
        faults.append(f"no service given; valid are {', '.join(known)}")
    if not faults and (target.exists() or target.is_symlink()):
        faults.append(
            f"{target.name!r} is there already and is not overwritten; choose another "
            "name, or move the folder away"
        )
    raise_faults(InputError, faults)
    chosen = {service: known[service] for service in dict.fromkeys(services)}
    volumes = dict(zip(inventory.areas["key"], inventory.areas["volume"], strict=True))
    with _staging(parent) as staging:
        folder = staging / target.name
        folder.mkdir()
        (folder / question.FILE).write_text(_question_text(label, members, chosen), "utf-8")
        (folder / forms.FOLDER).mkdir()
        for code in members:
            forms.write_form(
                folder / forms.FOLDER / f"{code}.xlsx", code, chosen, volumes, title=label
            )
        texts.write_texts(folder / texts.FOLDER)
        more(folder)
        folder.rename(target)  # fails where somebody else has just filled a folder of this name
    return target


def _member_faults(members: Sequence[str]) -> list[str]:
    faults = code_faults(members)
    if not faults and len(members) < 2:
        faults.append(f"only one municipality, {members[0]}: sharing takes two; name another")
    return faults


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """A hidden folder in `parent`, which is made; it is gone afterwards."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = tempfile.TemporaryDirectory(prefix=".new-", dir=parent)
    except OSError as error:
        raise InputError(
            f"--parent {str(parent)!r}: no folder can be made there ({error.strerror}); name "
            "another"
        ) from error
    with staging as name:
        yield Path(name)


_QUESTION = """# Utredningens fråga. Rader som börjar med # är förklaringar.
title = "{title}"
question = "Ska {members} dela {services}, och i så fall hur?"
members = [{codes}]
services = [{keys}]
# as_of = 2026-06-30         # datum för läget i dag; annars underlagets datum
transition_years = 3         # år under vilka en ny fördelning fasas in
# places = ["Västerås"]      # tätorter att pröva; annars den största i varje kommun

# Dagens läge är alternativ 0 och hämtas ur inventeringen. Skriv de andra här, högst sex.
# way: share (gemensamt), alone (var och en för sig), purchase (köp av annan), merge (organ slås
# ihop). form: kommunalforbund, gemensam-namnd, avtal, bolag. members, host och start kan utelämnas.

[[alternatives]]
title = "Gemensam nämnd"
way = "share"
form = "gemensam-namnd"
# host = "{host}"            # värdkommunens kod

[[alternatives]]
title = "Avtal om att en kommun utför tjänsten"
way = "share"
form = "avtal"

[[alternatives]]
title = "Var och en för sig"
way = "alone"

# Belopp som utredaren antar, i kronor, med källa och datum, kan läggas till ett alternativ:
# [alternatives.one_off]     # engångskostnad
# low = 1_000_000
# base = 1_500_000
# high = 2_500_000
# source = "bedömning av projektgruppen"
# date = 2026-05-01
# [alternatives.yearly]      # kostnad per år efter införandet, med samma rader
# [alternatives.assessment]  # utredarens bedömning med ord: {criteria}
# capacity = "..."
"""


def _question_text(title: str, members: Sequence[str], services: Mapping[str, str]) -> str:
    return _QUESTION.format(
        title=title.replace("\\", "/").replace('"', "”"),
        members=from_members(members).name,
        services=", ".join(
            name.lower() if name[1:2].islower() else name for name in services.values()
        ),
        codes=", ".join(f'"{code}"' for code in members),
        keys=", ".join(f'"{key}"' for key in services),
        host=members[0],
        criteria=", ".join(question.CRITERIA),
    )


def read(path: Path) -> Investigation:
    """The investigation in the folder `path`; raises InputError with every fault of every file."""
    found, faults = check(path)
    if found is None:
        raise InputError(*faults)
    return found


def check(path: Path) -> tuple[Investigation | None, list[str]]:
    """The investigation in `path` (None when it has faults), and all faults."""
    if path.name == question.FILE and path.is_file():
        return None, [f"{str(path)!r} is a file; name its folder, {str(path.parent)!r}"]
    if not path.is_dir():
        return None, [f"{str(path)!r} is no folder; make one with `samverkan investigation new`"]
    if not (path / question.FILE).is_file():
        return None, [
            f"{str(path / question.FILE)!r} is missing; make a folder with `samverkan "
            "investigation new`"
        ]
    inventory = load_inventory()
    faults: list[str] = []
    asked = None
    try:
        asked = question.read_question(path / question.FILE, inventory)
    except InputError as error:
        faults += error.faults
    prose, wrong = texts.read_texts(path / texts.FOLDER)
    faults += wrong
    if asked is None:  # the forms cannot be read without knowing what was asked
        return None, faults
    names = dict(zip(inventory.areas["key"], inventory.areas["name"], strict=True))
    own, wrong = forms.read_forms(
        path / forms.FOLDER, asked.everyone, {key: names[key] for key in asked.services}
    )
    faults += wrong
    if faults:
        return None, faults
    found = tuple(doubts(asked, own, prose, names, data_date=data_date()))
    return Investigation(path.resolve(), asked, own, found), []
