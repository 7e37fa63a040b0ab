"""Swedish numbers, dates, lists and word forms, as a careful Swede writes them.

Terms
-----
narrow space: U+202F, the no-break space between thousands and before a unit sign.
minus: U+2212, the true minus sign; a hyphen never stands before a number.
missing: a figure that is not known; prints as an en dash, never as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from numbers import Number

from babel.dates import format_date

NARROW = "\u202f"
MINUS = "\u2212"
MISSING = "\u2013"
_SIGNS = str.maketrans({",": NARROW, ".": ",", "-": MINUS})
DASH = "\u2013"


def is_missing(value: object) -> bool:
    """True for None, NaN and pandas' NA.

    >>> from analysis.text import swedish
    >>> swedish.is_missing(float("nan")), swedish.is_missing(0)
    (True, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Number) and bool(value != value)  # NaN of any library


def number(value: float | None, decimals: int = 0) -> str:
    """`value` with decimal comma and narrow spaces: 10587710 -> 10 587 710; missing -> –.

    >>> print(number(10587710), number(3.14159, 2), number(None))
    10 587 710 3,14 –
    """
    if value is None or is_missing(value):
        return MISSING
    # half away from zero of the 15 digits that a spreadsheet sees: 100 * 0.1415 is 14.15, not
    # 14.149999999999999; + 0 turns -0 into 0: no "−0"
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(f"{float(value):.15g}").quantize(step, ROUND_HALF_UP) + 0
    return f"{rounded:,.{max(decimals, 0)}f}".translate(_SIGNS)


def signed(value: float | None, decimals: int = 0) -> str:
    """As `number`, with a plus before positive values: +1 204, −35, 0.

    >>> print(signed(1204), signed(-35), signed(0))
    +1 204 −35 0
    """
    text = number(value, decimals)
    positive = value is not None and not is_missing(value) and value > 0
    positive = positive and text != number(0, decimals)
    return f"+{text}" if positive else text


def percent(share: float | None, decimals: int = 1) -> str:
    """A share between 0 and 1 in per cent: 0.0932 -> 9,3 procent.

    >>> print(percent(0.0932))
    9,3 procent
    """
    if share is None or is_missing(share):
        return MISSING
    return f"{number(share * 100, decimals)} procent"


def percent_sign(share: float | None, decimals: int = 1) -> str:
    """As `percent`, for tables and labels: 9,3 %.

    >>> print(percent_sign(0.0932))
    9,3 %
    """
    if share is None or is_missing(share):
        return MISSING
    return f"{number(share * 100, decimals)}{NARROW}%"


def percentage_points(difference: float | None, decimals: int = 1) -> str:
    """A difference of two shares: 0.012 -> 1,2 procentenheter, 0.01 -> 1,0 procentenheter.

    >>> print(percentage_points(0.012))
    1,2 procentenheter
    """
    if difference is None or is_missing(difference):
        return MISSING
    amount = number(difference * 100, decimals)
    return f"{amount} procentenhet" if amount in ("1", f"{MINUS}1") else f"{amount} procentenheter"


def persons(value: float | None) -> str:
    """A count of persons: 1 person, 2 personer.

    >>> print(persons(1), persons(2))
    1 person 2 personer
    """
    return counted(value, "person", "personer")


def inhabitants(value: float | None) -> str:
    """A count of inhabitants: 26 048 invånare.

    >>> print(inhabitants(26048))
    26 048 invånare
    """
    return counted(value, "invånare", "invånare")


def counted(value: float | None, one: str, many: str) -> str:
    """`value` with its noun in the right number: 1 kommun, 7 kommuner, 0 kommuner.

    >>> print(counted(7, "kommun", "kommuner"))
    7 kommuner
    """
    return f"{number(value)} {many if is_missing(value) or value != 1 else one}"


_WORDS = (
    "noll",
    "en",
    "två",
    "tre",
    "fyra",
    "fem",
    "sex",
    "sju",
    "åtta",
    "nio",
    "tio",
    "elva",
    "tolv",
)


def in_words(value: int, *, neuter: bool = False) -> str:
    """Small whole numbers as words (to twelve), larger as digits; `ett` when `neuter`.

    >>> in_words(3), in_words(1, neuter=True), in_words(14)
    ('tre', 'ett', '14')
    """
    if value == 1 and neuter:
        return "ett"
    return _WORDS[value] if 0 <= value < len(_WORDS) else number(value)


def listed(items: Iterable[str], conjunction: str = "och") -> str:
    """`A`, `A och B`, `A, B och C`.

    >>> listed(["Arboga", "Kungsör", "Köping"])
    'Arboga, Kungsör och Köping'
    """
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def genitive(name: str) -> str:
    """Swedish genitive: Kungsör -> Kungsörs, Västerås -> Västerås, Grums -> Grums.

    >>> genitive("Kungsör"), genitive("Grums")
    ('Kungsörs', 'Grums')
    """
    return name if name[-1:].casefold() in ("s", "x", "z") else f"{name}s"


def capitalised(sentence: str) -> str:
    """First letter upper-case, the rest as it is.

    >>> capitalised("åtta kommuner")
    'Åtta kommuner'
    """
    return sentence[:1].upper() + sentence[1:]


def day(value: date) -> str:
    """30 juni 2026.

    >>> from datetime import date
    >>> day(date(2026, 6, 30))
    '30 juni 2026'
    """
    return str(format_date(value, format="d MMMM y", locale="sv_SE"))


def span(first: int, last: int) -> str:
    """A range of years with an en dash: 2004–2010, or one year.

    >>> span(2004, 2010), span(2015, 2015)
    ('2004–2010', '2015')
    """
    return str(first) if first == last else f"{first}{DASH}{last}"


def years(values: Sequence[int]) -> str:
    """Years as a list in which unbroken runs are ranges: 2004–2010, 2015 och 2019.

    >>> years([2004, 2005, 2006, 2015, 2019])
    '2004–2006, 2015 och 2019'
    """
    runs: list[list[int]] = []
    for year in sorted(set(values)):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return listed([span(first, last) for first, last in runs])


def change(value: float, *, of: float, decimals: int = 1) -> str:
    """What happened to a positive figure: `ökade med 3,1 procent`, `minskade …`, `var oförändrad`.

    `value` is the change, `of` the figure it is a share of; raises ValueError when `of` <= 0.

    >>> change(310, of=10000), change(-4, of=10000)
    ('ökade med 3,1 procent', 'var i stort sett oförändrad')
    """
    if of <= 0:
        raise ValueError(f"a relative change needs a positive base, not {of}")
    share = value / of
    if round(share * 100, decimals) == 0:
        return "var i stort sett oförändrad" if value else "var oförändrad"
    return f"{'ökade' if share > 0 else 'minskade'} med {percent(abs(share), decimals)}"


def sort_key(name: str) -> str:
    """Key for Swedish alphabetical order: å, ä, ö come last, in that order.

    >>> sorted(["Örebro", "Åmål", "Arboga"], key=sort_key)
    ['Arboga', 'Åmål', 'Örebro']
    """
    return name.casefold().translate(str.maketrans("åäö", "{|}"))
