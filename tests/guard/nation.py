"""Recomputed: how large the nation's bodies are, and where a region's own stand among them."""

from functools import cache

import pandas as pd

from tests.guard.files import LAST, Area, names, people, read
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.swedish import listed, number

SERVICES = {
    "livsmedelskontroll": "livsmedelskontroll",
    "raddningstjanst": "räddningstjänst",
    "raddningsledning": "räddningsledning",
}
_HOW = {"alone": "i egen regi", "shared": "delas"}


@cache
def table(area: str) -> pd.DataFrame:
    """Every municipality: body and standing; unknown where no body is known."""
    members, bodies = read("national/members.csv"), read("national/bodies.csv")
    own = members[members["service"] == area].set_index("code")["body"]
    about = bodies[bodies["service"] == area].set_index("key")
    found = pd.DataFrame({"body": own.reindex(list(names()))})
    found["name"] = found["body"].map(about["name"])
    found["complete"] = found["body"].map(about["complete"])
    found["stated"] = found["body"].map(about["stated_members"])
    form = found["body"].map(about["form"])
    found["standing"] = [
        "unknown" if body != body else "alone" if how == "egen" else "shared"
        for body, how in zip(found["body"], form, strict=True)
    ]
    return found


@cache
def bases(area: str) -> pd.DataFrame:
    """Bodies with name, standing, known members and inhabitants, by inhabitants."""
    known = table(area).dropna(subset="body")
    known = known.assign(people=people()[known.index])
    groups = known.groupby("body")
    found = groups[["name", "standing", "complete", "stated"]].first()
    found["members"], found["people"] = groups.size(), groups["people"].sum()
    found["whole"] = found["complete"] == "yes"
    return found.reset_index().sort_values(["people", "body"], ignore_index=True)


def whole(area: str) -> pd.DataFrame:
    """Bodies all of whose members are known."""
    return bases(area)[bases(area)["whole"]]


def own(area: str, region: Area) -> pd.DataFrame:
    """The region's bodies, and how many of the nation's are smaller."""
    mine = bases(area)[bases(area)["body"].isin(table(area)["body"][list(region.members)])]
    return mine.assign(
        smaller=[int((whole(area)["people"] < size).sum()) for size in mine["people"]]
    )


def _counts(area: str) -> tuple[int, int, int, int]:
    """Municipalities alone, sharing and unknown, and bodies that are shared."""
    standing = table(area)["standing"]
    sizes = (int((standing == name).sum()) for name in ("alone", "shared", "unknown"))
    return (*sizes, int((bases(area)["standing"] == "shared").sum()))


def complete(area: str) -> str:
    """How complete what is known of the nation is."""
    alone, shared, unknown, bodies = _counts(area)
    if area == "livsmedelskontroll":
        return (
            f"Livsmedelskontrollen i landet sköttes 2024 av {alone + bodies} myndigheter: {alone} "
            f"kommuner hade den i egen regi och {shared} delade den på {bodies} organ. "
            "Livsmedelskontroll är inte all miljötillsyn."
        )
    own_ = f" och {alone} har den i egen regi" if alone else ""
    return (
        f"Så långt källorna räcker delar {shared} kommuner {SERVICES[area]} i {bodies} organ{own_}; "
        f"för {unknown} av landets 290 kommuner saknas uppgift."
    )


@says("services")
def places(region: Area):
    """Where the region's bodies stand."""
    for area in SERVICES:
        mine, known = own(area, region), len(whole(area))
        if mine.empty:
            continue
        yield complete(area)
        full = mine[mine["whole"]]
        median = number(whole(area)["people"].median())
        if len(full) > 3:
            low, high = full.iloc[0], full.iloc[-1]
            yield (
                f"Underlagen varierar mellan {number(low['people'])} ({low['name']}) och "
                f"{number(high['people'])} ({high['name']})."
            )
            yield f"Medianen för de {known} organ vars medlemmar är kända är {median} invånare."
        elif len(full):
            said = [f"{r.name_} har {number(r.people)}, mer än {r.smaller}" for r in _rows(full)]
            said[0] += f" av de {known} organ"
            yield f"{'; '.join(said)}."
            yield f"Medianen är {median} invånare."
        for row in _rows(mine[~mine["whole"]]):
            of = f" av {int(row.stated)}" if row.stated else ""
            yield f"För {row.name_} är {row.members}{of} kommuner kända."
        lacking = [names()[c] for c in region.members if table(area)["standing"][c] == "unknown"]
        if lacking:
            yield f"Om {listed(lacking)} saknas uppgift."


def _rows(found: pd.DataFrame):
    return found.rename(columns={"name": "name_"}).itertuples(index=False)


def _map(area: str):
    @recomputes("services", f"nationell-karta-{area}")
    def nation_map(at: Place) -> Figure:
        alone, shared, unknown, bodies = _counts(area)
        known = f"de {alone + shared}{' kända' if unknown else ''}"
        title = (
            f"{shared} av {known} kommunerna delar {SERVICES[area]} med andra"
            if alone
            else f"{shared} kommuner är kända i delad {SERVICES[area]}"
        )
        parts = table(area)[table(area)["standing"] == "shared"].groupby("body")
        ranked = sorted(parts, key=lambda one: (-len(one[1]), one[1]["name"].iloc[0]))
        rows = [
            [part["name"].iloc[0], number(len(part)), listed(names()[code] for code in part.index)]
            for _, part in ranked
        ]
        alt = (
            f"{shared} i {bodies} organ, {alone} i egen regi, och om {unknown} finns ingen uppgift."
        )
        return Figure(title, alt, "", Table(title, ["Organ", "Kommuner", "Vilka"], rows))

    return nation_map


def all_bases(area: str, caption: str) -> Table:
    """Every body of the nation with its base."""
    full = _rows(whole(area))
    rows = [[r.name_, _HOW[r.standing], number(r.members), number(r.people)] for r in full]
    return Table(caption, ["Organ", "Hur", "Kommuner", "Underlag (invånare)"], rows)


def _dots(area: str):
    @recomputes("services", f"nationella-underlag-{area}")
    def nation_bases(at: Place) -> Figure:
        full, mine = whole(area), own(area, at.whole)
        mine = mine[mine["whole"]]
        if len(mine) == 1:
            row = mine.iloc[0]
            title = (
                f"{row['name']}: {SERVICES[area]} större än {row['smaller']} av {len(full)} organ"
            )
        else:
            low, high = mine.iloc[0]["people"], mine.iloc[-1]["people"]
            title = (
                f"Underlagen för {SERVICES[area]} varierar mellan {number(low)} och {number(high)}"
            )
        caption = f"Underlag för {SERVICES[area]} i landet, folkmängd {LAST}"
        sizes = full["people"]
        here = listed(f"{row.name_} {number(row.people)}" for row in _rows(mine))
        return Figure(
            title,
            f"{caption}: {len(full)} organ från {number(sizes.min())} till {number(sizes.max())} "
            f"invånare, medianen {number(sizes.median())}. Här: {here}.",
            f"Ett organ är en prick; invånare 31 december {LAST}",
            all_bases(area, caption),
            [complete(area)],
        )

    return nation_bases


for _area in SERVICES:
    _map(_area)
for _area in ("livsmedelskontroll", "raddningstjanst"):  # of the others no body is whole
    _dots(_area)


@recomputes("services", "nationella-underlag")
def base_table(at: Place) -> Table:
    """The region's bodies beside the nation's."""
    rows = [
        [
            SERVICES[area].capitalize(),
            row.name_,
            _HOW[row.standing],
            number(row.members),
            number(row.people) if row.whole else "–",
            f"{row.smaller} av {len(whole(area))}" if row.whole else "okänt",
        ]
        for area in SERVICES
        for row in _rows(own(area, at.whole))
    ]
    heads = ["Tjänst", "Organ", "Hur", "Kända kommuner", "Underlag (invånare)", "Större än"]
    return Table(f"Underlag i landet, folkmängd {LAST}", heads, rows)
