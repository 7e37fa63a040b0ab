"""Words that the parts of an investigation's report share.

Terms
-----
to write: the mark where the investigator's own text is still missing.
invented: the own figures are made up for an example, and every page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from analysis.investigation.texts import CHAPTERS
from analysis.regions import municipalities
from analysis.text import swedish
from analysis.text.services import alphabetical, lower
from analysis.views.investigation.dossier import View

INVENTED = "Exempel: kommunernas egna uppgifter och utredarens belopp är påhittade."
INVENTED_SHORT = "exempel med påhittade uppgifter"
NO_EVIDENCE = "underlag saknas"
TO_WRITE = "att skriva"


def listed(codes: Iterable[str]) -> str:
    """Names of municipalities as a list in a sentence."""
    return swedish.listed(alphabetical(codes))


def who(view: View, codes: Iterable[str]) -> str:
    """Municipalities by name, or "alla kommunerna" where they are all members of several."""
    chosen = list(codes)
    if len(view.members) > 2 and set(chosen) == set(view.members):
        return "alla kommunerna"
    return listed(chosen)


def some(view: View, codes: Iterable[str]) -> str:
    """Municipalities of whom something is denied: by name, or "någon av kommunerna"."""
    said = who(view, codes)
    return "någon av kommunerna" if said == "alla kommunerna" else said


def name(code: str) -> str:
    """Name of a municipality."""
    return municipalities()[code].name


def service(view: View, key: str) -> str:
    """A service inside a sentence."""
    return lower(view.service_name(key))


def services(view: View) -> str:
    """All services of the investigation inside a sentence."""
    names = [service(view, key) for key in view.question.services]
    return swedish.listed(names, "samt" if any(" och " in name for name in names) else "och")


def short_body(name_: str) -> str:
    """The abbreviation of a body that has one, for narrow cells.

    >>> short_body("Västra Mälardalens Myndighetsförbund (VMMF)"), short_body("Nerikes Brandkår")
    ('VMMF', 'Nerikes Brandkår')
    """
    found = re.search(r"\(([A-ZÅÄÖ]{2,6})\)$", name_)
    return found[1] if found else name_


def kronor(amount: float) -> str:
    """An amount in kronor, in millions from one million on.

    >>> kronor(1_530_000), kronor(900)
    ('1,5 miljoner kr', '900 kr')
    """
    if abs(amount) >= 1e6:
        return f"{swedish.number(amount / 1e6, 1)} miljoner kr"
    return f"{swedish.number(amount)} kr"


def bounds(low: float, base: float, high: float) -> str:
    """An amount with its range, or alone where no range is stated."""
    if low == high:
        return kronor(base)
    return f"{kronor(base)} ({kronor(low)} till {kronor(high)})"


def to_write(chapter: str) -> str:
    """The mark of a chapter without prose."""
    return f"Att skriva: utredarens egen text om ”{CHAPTERS[chapter]}” (filen text/{chapter}.md)."


def invented(view: View) -> str:
    """The sentence that own figures are made up; "" in a real investigation."""
    return INVENTED if view.question.invented else ""


def stated_note(view: View) -> tuple[str, ...]:
    """Notes under every table and figure of own figures, beside the mark "Uppgivet"."""
    return (INVENTED,) if view.question.invented else ()


def numbered(view: View, numbers: Sequence[int]) -> str:
    """Alternatives by number: `alternativ 1`, `alternativ 1 och 3`."""
    return f"alternativ {swedish.listed([str(number) for number in numbers])}"
