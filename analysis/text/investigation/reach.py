"""Where an office can lie, in sentences: who has how far, and what is not known."""

from __future__ import annotations

from analysis.text import swedish
from analysis.text.investigation.words import listed, services
from analysis.views.investigation.dossier import View
from analysis.views.investigation.places import STAFF_LIMIT, Places

NOT_TRAVEL = (
    "Avstånden är fågelvägen, och som jämförelse vägen från tätort till tätort runt "
    "vatten. Ingen av dem är restid."
)
_ALIKE = 0.9  # of the most: fewer by less than a tenth is told as about as many
_NATURES = {
    "visited": "besöks av invånare",
    "field": "utförs ute i kommunerna",
    "back-office": "utförs på kontor",
}


def _share(value: float) -> str:
    return swedish.percent(value, 0)


def reach_message(where: Places) -> str:
    """Title of the figure: the place that most people in localities are near."""
    best = where.table.sort_values("within20", ascending=False, kind="stable").iloc[0]
    return (
        f"Inom 20 km från {where.name(best['place'])} bor {_share(best['within20'])} av "
        f"invånarna i tätorter {where.year}"
    )


def nature_text(view: View) -> str:
    """How each service is met, which decides what distance means."""
    kinds: dict[str, list[str]] = {}
    for key in view.question.services:
        kinds.setdefault(view.nature(key), []).append(view.service_name(key))
    said = [f"{swedish.listed(names)} {_NATURES[nature]}" for nature, names in kinds.items()]
    return f"{'; '.join(said)}."


def location_text(view: View, where: Places) -> list[str]:
    """Reach and mean distance of the best places, the bounds, and the way around water."""
    table = where.table
    best = table.iloc[0]
    found = [
        f"{nature_text(view)} {NOT_TRAVEL}",
        f"Kortast har invånarna i tätorter ({where.year}) till {where.name(best['place'])}: i genomsnitt "
        f"{swedish.number(best['mean_km'], 1)} km fågelvägen "
        f"({swedish.number(best['around_km'], 1)} km runt vatten). Inom 20 km bor "
        f"{_share(best['within20'])} av dem.",
    ]
    if len(table) > 1:
        pair = where.pairs.iloc[0]
        found.append(
            f"Med två orter blir det kortast med {where.name(pair['places'])}: "
            f"{swedish.number(pair['mean_km'], 1)} km i genomsnitt till den närmaste, och "
            f"{_share(pair['within20'])} inom 20 km."
        )
    found.append(outside_text(where))
    if all(view.nature(key) == "back-office" for key in view.question.services):
        found.append(staff_text(view, where))
    return found


def outside_text(where: Places) -> str:
    """Residents outside localities, who have no known point: the bound they give."""
    crossing = list(where.outside.index[where.outside.isna()])
    if crossing:
        return (
            f"Hur många som bor utanför tätorter är okänt för {listed(crossing)}, där en "
            "tätort går över kommungränsen. Andelarna gäller därför bara invånare i tätorter."
        )
    best = where.table.iloc[0]
    left = float(where.outside.sum())
    return (
        f"{swedish.number(left)} invånare ({where.year}) bor utanför tätorter, och var är inte "
        f"känt. Av alla invånare bor därför mellan {_share(best['low20'])} och "
        f"{_share(best['high20'])} inom 20 km från {where.name(best['place'])}."
    )


def staff_text(view: View, where: Places) -> str:
    """Employed residents within reach of each place: what a back office can recruit among."""
    rows = where.table.dropna(subset=["staff"]).sort_values("staff", ascending=False)
    if rows.empty:
        return ""
    best, head = rows.iloc[0], f"För {services(view)} betyder läget mest för att rekrytera."
    within = (
        f"i kommuner vars befolkningscentrum ligger inom {STAFF_LIMIT} km ({where.staff_year})."
    )
    near = rows[rows["staff"] >= _ALIKE * best["staff"]]
    if len(near) > 1:  # a small difference is no finding
        low, high = swedish.number(near["staff"].min()), swedish.number(best["staff"])
        names = swedish.listed([where.name(str(place)) for place in near["place"]])
        return f"{head} Kring {names} bor ungefär lika många förvärvsarbetande, {low} till {high}, {within}"
    return (
        f"{head} Flest förvärvsarbetande invånare har {where.name(best['place'])} omkring sig: "
        f"{swedish.number(best['staff'])} bor {within}"
    )
