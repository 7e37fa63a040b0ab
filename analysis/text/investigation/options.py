"""The alternatives side by side: differences against today, and evidence for each criterion.

Terms
-----
difference: what changes against today, in a cell of words; "okänt" where today is not known.
evidence: what the product knows for a criterion; "" where it knows nothing, never a judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from analysis.investigation.question import Alternative
from analysis.metrics import national
from analysis.text import swedish
from analysis.text.investigation.rules import short_law
from analysis.text.investigation.words import (
    bounds,
    kronor,
    listed,
    name,
    numbered,
    service,
    short_body,
    who,
)
from analysis.views.commuting import Link
from analysis.views.investigation import money
from analysis.views.investigation.dossier import Course, View
from analysis.views.investigation.places import Places
from analysis.views.services import rows_of

UNKNOWN = "okänt"
ASSUMED = "Med de belopp som utredaren antar"
_WAYS = {
    "share": "gemensamt",
    "alone": "var och en för sig",
    "purchase": "köp av",
    "merge": "organ slås ihop",
}
ROWS = {
    "way": "Sätt",
    "form": "Form och värd",
    "same": "Jämfört med i dag",
    "base": "Invånare bakom",
    "staff": "Anställda i kommunerna",
    "posts": "Helårstjänster, uppgivna",
    "left": "Organ som lämnas",
    "joined": "Organ som tillkommer eller växer",
    "stay": "Blir kvar",
    "commuting": "Starkaste pendling",
    "distance": "Avstånd till värdorten",
    "law": "Enligt lag",
    "back": "Vägen tillbaka",
}


def _body_names(view: View, keys: Iterable[str]) -> str:
    return swedish.listed([short_body(view.sharing.names[key]) for key in keys])


def way_text(view: View, other: Alternative) -> str:
    """How the services are done in an alternative."""
    if other.way == "purchase":
        return f"köp av {other.seller}"
    if other.way == "merge":
        return f"{_body_names(view, other.bodies)} slås ihop"
    return _WAYS[other.way]


def form_text(view: View, other: Alternative) -> str:
    """Legal form, host and start, as far as they are chosen."""
    form = (
        "–"
        if other.way in ("alone", "purchase")
        else view.sharing.form_names.get(other.form, "ej vald")
    )
    host = (
        f", värd {name(other.host)}"
        if other.host
        else (", värd ej vald" if other.form in ("gemensam-namnd", "avtal") else "")
    )
    return f"{form}{host}" + (f"; start {other.start}" if other.start else "")


def same_text(view: View, course: Course) -> str:
    """Whether the alternative is what there is today already."""
    change = course.change
    if change.same:
        return f"som i dag: {_body_names(view, [change.same])}"
    if course.alternative.way == "alone" and not change.left:
        silent = view.unknown(course.service)
        if silent:
            return f"kan vara som i dag; uppgift saknas för {who(view, silent)}"
        return "som i dag" if not change.unclear else "kan vara som i dag; läget är oklart"
    if change.unclear:
        return f"kan vara som i dag; oklart om {_body_names(view, change.unclear)} finns kvar"
    return "ändrar"


def base_text(course: Course) -> str:
    """Inhabitants of the circle, or of the smallest and largest of several."""
    known = [base for base in course.bases if base == base]  # NaN is not itself
    if len(known) < len(course.bases) or not known:
        return UNKNOWN
    if len(known) == 1:
        return swedish.number(known[0])
    return f"{swedish.number(min(known))} till {swedish.number(max(known))}"


def staff_text(view: View, course: Course, staff: dict[str, float]) -> str:
    """Municipal staff of the circle in the latest known year."""
    if course.alternative.way in ("alone", "purchase"):
        return "som i dag"
    codes = course.change.circles[0]
    if any(code not in staff for code in codes):
        return UNKNOWN
    return swedish.number(sum(staff[code] for code in codes))


def posts_text(view: View, course: Course) -> str:
    """Full-time posts that the members have stated together."""
    if course.alternative.way not in ("share", "merge"):
        return "som i dag"
    total = money.total(view, course.service, "posts", course.change.circles[0])
    if total is None:
        return UNKNOWN
    if total["low"] == total["high"]:
        return swedish.number(total["base"], 1)
    return (
        f"{swedish.number(total['base'], 1)} ({swedish.number(total['low'], 1)} till "
        f"{swedish.number(total['high'], 1)})"
    )


def left_text(view: View, course: Course) -> str:
    """Bodies that are left, and what is unclear."""
    change = course.change
    if change.left:
        hosts = (
            f"; värden är bland dem som lämnar {_body_names(view, change.hostless)}"
            if change.hostless
            else ""
        )
        return f"{_body_names(view, change.left)}{hosts}"
    if change.unclear:
        return f"oklart: {_body_names(view, change.unclear)}"
    silent = view.unknown(course.service)
    return f"inget känt; uppgift saknas för {who(view, silent)}" if silent else "inget"


def joined_text(view: View, course: Course) -> str:
    """Bodies that come or grow."""
    change, other = course.change, course.alternative
    if change.same or other.way in ("alone", "purchase"):
        return "inget"
    if change.grown:
        return f"{_body_names(view, change.grown)} växer"
    form = view.sharing.form_names.get(other.form, "")
    return f"nytt: {form}" if form else "nytt, form ej vald"


def stay_text(view: View, course: Course) -> str:
    """Who stays behind in the bodies that are left."""
    change = course.change
    said = []
    for body, codes in change.stay.items():
        if codes:
            alone = " ensam; organet kan inte fortsätta gemensamt" if body in change.lone else ""
            said.append(f"{listed(codes)}{alone} ({_body_names(view, [body])})")
    return "; ".join(said) or "ingen"


def distance_text(view: View, course: Course, where: Places) -> str:
    """Mean straight distance for people in localities to the largest locality of the host."""
    host = course.alternative.host
    if not host:
        return "–" if course.alternative.way in ("alone", "purchase") else "värd ej vald"
    rows = where.table[where.table["code"] == host]
    if rows.empty:
        return UNKNOWN
    row = rows.iloc[0]
    return (
        f"{swedish.number(row['mean_km'], 1)} km till {where.name(row['place'])} i genomsnitt, "
        "fågelvägen"
    )


_HOLDS = {
    "yes": "möjlig",
    "limited": "möjlig med förbehåll",
    "no": "inte möjlig",
    "": "ingen läst regel",
}


def law_text(view: View, course: Course) -> str:
    """Whether the form is possible for the service, with its paragraph."""
    other = course.alternative
    if other.way in ("alone", "purchase"):
        return (
            "köpet ska upphandlas om inget undantag gäller (LOU)"
            if other.way == "purchase"
            else "möjlig"
        )
    if not other.form:
        return "form ej vald"
    held = view.possible(course.service, other.form)
    rules = view.rules(course.service, other.form, "possible")
    said = rules[rules["holds"] == held]  # the rule that decides, not the first
    if said.empty:
        return _HOLDS[held]
    first = said.iloc[0]
    return f"{_HOLDS[held]} ({short_law(str(first['law']))} {first['paragraph']})"


def back_text(view: View, course: Course) -> str:
    """How a member can leave again."""
    other = course.alternative
    if other.way == "alone":
        return "samverkan kan inledas när som helst"
    if other.way == "purchase":
        return "avtalets tid och villkor"
    rules = view.rules(course.service, other.form, "leaves") if other.form else None
    if rules is None or rules.empty:
        return "form ej vald" if not other.form else UNKNOWN
    return {
        "kommunalforbund": "tre års uppsägning om inte förbundsordningen säger kortare",
        "gemensam-namnd": "enligt överenskommelsen",
        "avtal": "enligt avtalet",
    }.get(other.form, UNKNOWN)


def commuting_text(course: Course, links: Mapping[str, Link]) -> str:
    """Whose strongest commuting link lies within the group: what is observed, or likely."""
    if course.alternative.way not in ("share", "merge"):
        return "–"
    group = set(course.change.circles[0])
    inside = [code for code in group if code in links and links[code].work in group]
    if not inside:
        return "ingen känd inom gruppen"
    likely = "" if all(links[code].basis == "observed" for code in inside) else "troligen "
    return f"{likely}inom gruppen för {listed(inside)}"


def differences(
    view: View, course: Course, *, staff: dict[str, float], where: Places, links: Mapping[str, Link]
) -> dict[str, str]:
    """All cells of one alternative in the table of differences, by row of `ROWS`."""
    other = course.alternative
    return {
        "way": way_text(view, other),
        "form": form_text(view, other),
        "same": same_text(view, course),
        "base": base_text(course),
        "staff": staff_text(view, course, staff),
        "posts": posts_text(view, course),
        "left": left_text(view, course),
        "joined": joined_text(view, course),
        "stay": stay_text(view, course),
        "commuting": commuting_text(course, links),
        "distance": distance_text(view, course, where),
        "law": law_text(view, course),
        "back": back_text(view, course),
    }


def today_cells(view: View, key: str, *, staff: dict[str, float]) -> dict[str, str]:
    """The same cells for today."""
    present = view.present(key)
    counted = present[present["counted"]]
    total = money.total(view, key, "posts")
    return {
        "way": _today_way(view, key, [short_body(name) for name in counted["name"]]),
        "form": swedish.listed(
            sorted({view.sharing.form_names[form] for form in counted["legal_form"]})
        )
        or "–",
        "same": "–",
        "base": _today_base(view, key, counted),
        "staff": swedish.number(sum(staff[code] for code in view.members))
        if all(code in staff for code in view.members)
        else UNKNOWN,
        "posts": UNKNOWN if total is None else swedish.number(total["base"], 1),
        **dict.fromkeys(("left", "joined", "stay", "commuting", "distance", "law", "back"), "–"),
    }


def _today_way(view: View, key: str, bodies: list[str]) -> str:
    """Who does the service how today; what is unknown or unclear is said for whom."""
    alone, silent = view.alone(key), view.unknown(key)
    unclear = [code for code in view.unsure(key) if code not in silent]
    said = [f"gemensamt i {swedish.listed(bodies)}"] if bodies else []
    said += [f"i egen regi: {listed(alone)}"] if alone else []
    said += [f"oklart för {who(view, unclear)}"] if unclear else []
    said += [f"uppgift saknas för {who(view, silent)}"] if silent else []
    return "; ".join(said)


def _today_base(view: View, key: str, counted: pd.DataFrame) -> str:
    """Inhabitants behind each body, or each municipality alone; unknown for the others."""
    said = []
    for row in rows_of(counted):
        codes = [code for part in (row.inside, row.outside) for code in part.split("; ") if code]
        people = float(view.population.reindex(codes).sum(skipna=False))
        said.append(f"{_people(people)} ({short_body(row.name)})")
    said += [f"{_people(view.population.get(code))} ({name(code)})" for code in view.alone(key)]
    unsure = view.unsure(key)
    said += [f"{UNKNOWN} för {who(view, unsure)}"] if unsure else []
    return "; ".join(said)


def _people(value: float | None) -> str:
    return UNKNOWN if value is None or value != value else swedish.number(value)


# --- evidence for the criteria -------------------------------------------------------------------


def evidence(view: View, course: Course, criterion: str, where: Places) -> str:
    """What is known for a criterion of one service in one alternative; "" when nothing is."""
    return _EVIDENCE[criterion](view, course, where)


def _capacity(view: View, course: Course, where: Places) -> str:
    said = base_text(course)
    if said == UNKNOWN:
        return ""
    text = f"{said} invånare bakom tjänsten ({view.population_year})."
    nation = view.nation(course.service)
    if nation is not None and course.base == course.base:
        smaller, total = national.rank(nation, course.base)
        text += (
            f" {swedish.number(smaller)} av {swedish.number(total)} kända organ i landet har färre."
        )
    return text


def _vulnerability(view: View, course: Course, where: Places) -> str:
    codes = course.alternative.members
    posts = view.dossier.own.values(course.service, "posts")
    stated = [code for code in codes if code in posts.index]
    silent = [code for code in codes if code not in posts.index]
    if not stated:
        return ""
    small = [code for code in stated if posts[code] < 2]
    few = (
        f"{listed(small)} {'anger' if len(small) == 1 else 'anger var för sig'} färre än två "
        "helårstjänster."
        if small
        else "Ingen som har svarat anger färre än två helårstjänster."
    )
    missing = f" Uppgift saknas från {listed(silent)}." if silent else ""
    total = money.total(view, course.service, "posts", codes)
    if total is not None and course.alternative.way in ("share", "merge"):
        return f"{few} Tillsammans anger de {swedish.number(total['base'], 1)}."
    return f"{few}{missing}"


def _cost(view: View, course: Course, where: Places) -> str:
    other = course.alternative
    today = money.today_total(view, other.members)
    said = []
    if today is not None:
        said.append(
            f"I dag uppger {listed(other.members)} tillsammans "
            f"{bounds(today['low'], today['base'], today['high'])} om året."
        )
    if other.yearly is not None:
        said.append(f"Utredaren antar {bounds(*other.yearly.as_tuple())} om året.")
    if other.one_off is not None:
        said.append(f"Engångskostnad: {bounds(*other.one_off.as_tuple())}.")
    return " ".join(said)


def _steering(view: View, course: Course, where: Places) -> str:
    other = course.alternative
    if other.way == "alone":
        return "Varje fullmäktige styr sin egen verksamhet."
    if other.way == "purchase":
        return "Styrningen sker genom avtalet med säljaren."
    rules = view.rules(course.service, other.form, "steers") if other.form else None
    return "" if rules is None or rules.empty else str(rules["statement"].iloc[0])


def _closeness(view: View, course: Course, where: Places) -> str:
    nature = view.nature(course.service)
    if nature == "back-office":
        return "Tjänsten utförs på kontor; invånarna besöker den inte."
    said = distance_text(view, course, where)
    kind = "besöks av invånare" if nature == "visited" else "utförs ute i kommunerna"
    return f"Tjänsten {kind}. {swedish.capitalised(said)}." if "km" in said else ""


def _law(view: View, course: Course, where: Places) -> str:
    said = law_text(view, course)
    return "" if said == "form ej vald" else f"{swedish.capitalised(said)}."


def _reversibility(view: View, course: Course, where: Places) -> str:
    said = back_text(view, course)
    return "" if said in ("form ej vald", UNKNOWN) else f"{swedish.capitalised(said)}."


_EVIDENCE: dict[str, Callable[[View, Course, Places], str]] = {
    "capacity": _capacity,
    "vulnerability": _vulnerability,
    "cost": _cost,
    "steering": _steering,
    "closeness": _closeness,
    "law": _law,
    "reversibility": _reversibility,
}


# --- sentences -----------------------------------------------------------------------------------


def warnings_text(view: View) -> list[str]:
    """What a reader must not miss in the alternatives, a sentence each."""
    found = []
    for course in view.courses:
        number, change = course.alternative.number, course.change
        key = service(view, course.service)
        found += _strangers(view, course)
        if change.same:
            found.append(
                f"Alternativ {number} är för {key} detsamma som i dag "
                f"({view.sharing.names[change.same]})."
            )
        for body in change.lone:
            found.append(
                f"I alternativ {number} blir bara {listed(change.stay[body])} kvar i "
                f"{view.sharing.names[body]}, som då inte kan fortsätta gemensamt."
            )
        for body in change.hostless:
            found.append(
                f"I alternativ {number} är värdkommunen bland dem som lämnar "
                f"{view.sharing.names[body]}; {listed(change.stay[body])} blir kvar utan "
                "värd."
            )
        if view.possible(course.service, course.alternative.form) == "no" and (
            course.alternative.way in ("share", "merge")
        ):
            rule = view.rules(course.service, course.alternative.form, "possible").iloc[0]
            found.append(
                f"Formen i alternativ {number} är inte möjlig för {key}: {rule['statement']}"
            )
    return list(dict.fromkeys(found))


def _strangers(view: View, course: Course) -> list[str]:
    """Bodies that are to be merged and do not have the service today."""
    state = view.sharing.state
    having = set(state.loc[(state["area"] == course.service) & state["counted"], "arrangement"])
    return [
        f"Alternativ {course.alternative.number} slår ihop {view.sharing.names[body]}, som enligt "
        f"inventeringen inte har {service(view, course.service)} i dag."
        for body in course.alternative.bodies
        if body not in having
    ]


def bases_text(view: View) -> list[str]:
    """How large the population bases become, and among which bodies they stand."""
    found = []
    for key in view.question.services:
        together = [
            c
            for c in view.courses
            if c.service == key and c.alternative.way in ("share", "merge") and c.base == c.base
        ]
        if not together:
            continue
        largest = max(course.base for course in together)
        numbers = [course.alternative.number for course in together if course.base == largest]
        today = view.today_base(key)
        before = (
            f"I dag är det minsta underlaget {swedish.inhabitants(today)}."
            if today == today
            else "Hur stort det minsta underlaget är i dag är okänt, "
            f"eftersom säker uppgift saknas för {who(view, view.unsure(key))}."
        )
        found.append(
            f"Störst underlag för {service(view, key)} ger {numbered(view, numbers)}: "
            f"{swedish.inhabitants(largest)} ({view.population_year}). {before} Ett "
            "större underlag är inte i sig billigare eller bättre."
        )
    return found


def payback_text(view: View) -> list[str]:
    """Payback at best, at base and at worst, for each alternative with amounts."""
    found = []
    for row in money.paybacks(view).to_dict("records"):
        if row["base"] != row["base"]:
            found.append(
                f"Återbetalningstiden för alternativ {row['number']} kan inte räknas: "
                "antingen är dagens kostnad inte uppgiven av alla, eller så saknas "
                "engångskostnad eller årskostnad."
            )
            continue
        said = [_years(row[bound]) for bound in ("best", "base", "worst")]
        found.append(
            f"{ASSUMED} är engångskostnaden i alternativ {row['number']} återbetald efter "
            f"{said[1]} i grundfallet; i bästa fall efter {said[0]}, i sämsta fall {said[2]}."
            if row["base"] != float("inf")
            else f"{ASSUMED} blir alternativ {row['number']} i grundfallet inte billigare än i "
            f"dag, och engångskostnaden betalas därför inte tillbaka; i bästa fall: {said[0]}."
        )
    return found


def _years(value: float) -> str:
    if value == float("inf"):
        return "aldrig"
    return f"{swedish.number(value, 1)} år"


def amount_or_dash(value: float) -> str:
    """Kronor, or an en dash where there is none."""
    return swedish.MISSING if value != value else kronor(value)
