"""Numbers as reports write them, and the skeleton of a text; written apart from the library."""

import re
from decimal import ROUND_HALF_UP, Decimal

SMALL = (
    *("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju"),
    *("åtta", "nio", "tio", "elva", "tolv"),
)
"""The numbers from 0 that are written as words; apart from the library's."""
WORDS = {word: number for number, word in enumerate(SMALL) if word != "en"}  # for that see _ONE
_DIRECTIONS = (
    *("ökade", "ökat", "minskade", "minskat", "växte", "växt", "krympte", "krympt", "gick"),
    *("oförändrad", "högst", "högsta", "lägst", "lägsta", "störst", "största", "minst", "minsta"),
    *("mest", "fler", "färre", "högre", "lägre", "alla", "båda", "inga", "ingen", "inget", "bara"),
    *("topp", "botten", "aldrig", "samma"),
)
_ONE = r"\b[Ee](?:n|tt)(?= (?:av|tjänst|organ|område|till|kommun|grupp|lokal)\b)"
_SIDE = r"\b(?:[Öö]ver|[Uu]nder)(?= (?:landets|rikets|riket|median|länets|länet|i ))"
NARROW = "\u202f"  # between thousands
NUMBER = rf"[+−]?\d{{1,3}}(?:{NARROW}\d{{3}})+(?:,\d+)?|[+−]?\d+(?:,\d+)?"


def number(value: float | None, decimals: int = 0) -> str:
    """10 587 710 and 3,14; a missing value is an en dash."""
    if value is None or value != value:
        return "–"
    step = Decimal(1).scaleb(-decimals)
    exact = Decimal(f"{float(value):.14g}")  # 14.15, not the 14.149999999999999 of 0.1415 x 100
    rounded = exact.quantize(step, ROUND_HALF_UP) + 0
    return f"{rounded:,f}".translate(str.maketrans({",": NARROW, ".": ",", "-": "−"}))


def count(value: int) -> str:
    """A small number as a word."""
    return SMALL[value] if value < len(SMALL) else number(value)


def as_float(text: str) -> float:
    """A number as it is written, read."""
    plain_ = str.maketrans({NARROW: None, ",": ".", "−": "-"})
    return float(text.translate(plain_))


def signed(value: float | None, decimals: int = 0) -> str:
    """As `number` with a plus: +1 204, −35, 0."""
    text = number(value, decimals)
    return f"+{text}" if value is not None and value > 0 and text.strip("0,") else text


def percent(share: float | None, decimals: int = 1) -> str:
    """A share 0-1 as the number of a percentage: 0.0932 -> 9,3."""
    return number(None if share is None else share * 100, decimals)


def listed(words) -> str:
    """A, B och C."""
    words = list(words)
    return " och ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def plain(text: object) -> str:
    """A text without soft hyphens, Markdown's signs and addresses, with single spaces."""
    text = re.sub(r"\]\(<[^>]*>\)", "]", str(text))
    return re.sub(r"[^\S\u202f]+", " ", re.sub(r"[\u00ad*]", "", text)).strip()


class Skeletons:
    """Makes skeletons; `names` are the proper names that count, each a whole word."""

    def __init__(self, names) -> None:
        longest = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
        self.names = "|".join(map(re.escape, longest))
        words = "|".join(word for word in (*WORDS, *_DIRECTIONS))
        self.pattern = re.compile(
            rf"(?P<name>(?<!\w)(?:{self.names})(?=s?(?!\w)))|(?P<number>{NUMBER})"
            rf"|(?P<one>{_ONE})|(?P<side>{_SIDE})|(?P<word>(?<!\w)(?i:{words})(?!\w))"
        )

    def of(self, text: str) -> list[str]:
        """The numbers, names and directions of a text, in their order."""
        found = []
        for match in self.pattern.finditer(plain(text)):
            token, kind = match.group(), match.lastgroup
            if kind == "number":
                token = token.replace(NARROW, "")
            elif kind == "name":
                token = token.casefold()
            elif kind == "one":
                token = "1"
            elif kind in ("word", "side"):
                token = str(WORDS.get(token.casefold(), token.casefold()))
            found.append(token)
        return found


def sentences(text: str) -> list[str]:
    """The sentences of a text: what ends in a stop before a capital, a line, or an item."""
    return [
        part
        for part in re.split(r"(?<=[.:])\s+(?=[A-ZÅÄÖ”\d])|\n+", str(text).replace("*", ""))
        if part.strip()
    ]
