"""Sentences about the people of a region: size, change, age and what members can carry alone.

Terms
-----
values: Series of inhabitants indexed by (code, year) for all municipalities.
comparators: the groups, counties and nation a region is compared with; each is always named.
unchanged: a change that rounds to 0.0 per cent.

Every function returns whole sentences, and none about what is missing in the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.metrics import capacity
from analysis.metrics import population as metrics
from analysis.metrics.measure import Measure
from analysis.regions import Region, counties, municipalities
from analysis.text import swedish

FEW_COUNTIES = 3  # with more counties than this only the nation stands beside the region
NATION = "Riket"
_MOST = 4  # names in one enumeration; the tables name the rest
_TOLD = 3  # years of births, deaths and moves that are put into words; the table has them all
_MOVES = {"net_county": "eget län", "net_rest_of_sweden": "övriga Sverige",
          "net_abroad": "utlandet"}
_TURN = 0.02  # a turning point is followed by a movement of at least this share


# --- areas and names ------------------------------------------------------------------------------


def names_of(codes: Sequence[str]) -> list[str]:
    """Names of municipalities, in the order of `codes`."""
    known = municipalities()
    return [known[code].name for code in codes]


def last_year(values: pd.Series) -> int:
    """The latest year of a Series indexed by (code, year)."""
    return int(values.index.get_level_values(1).max())


def by_size(region: Region, values: pd.Series) -> list[str]:
    """Members by population of the latest year, largest first."""
    latest = values.xs(last_year(values), level=1)
    return [str(code) for code in
            latest.reindex(list(region.members)).sort_values(ascending=False).index]


def compared_sets(region: Region, values: pd.Series) -> dict[str, list[str]]:
    """Members by display name: the region, its groups, its counties when few, and the nation."""
    codes = sorted(map(str, values.index.unique(0)))
    sets = {part.name: list(part.members) for part in (region, *region.groups)}
    if len(region.counties) <= FEW_COUNTIES:
        for county in region.counties:
            inside = [code for code in codes if code[:2] == county]
            if set(inside) != set(region.members):
                sets[counties()[county]] = inside
    if set(codes) != set(region.members):
        sets[NATION] = codes
    return sets


def _in(area: str) -> str:
    return "i riket" if area == NATION else f"i {area}"


# --- size and change -----------------------------------------------------------------------------


def size_sentences(region: Region, values: pd.Series, land_km2: pd.Series,
                   where: pd.DataFrame | None = None) -> list[str]:
    """How many live here and how densely; `where` (locality_shares) adds where they live."""
    year, order = last_year(values), by_size(region, values)
    now = values.xs(year, level=1).loc[order]
    total = float(now.sum(skipna=False))
    land = float(land_km2.reindex(order).sum(skipna=False))
    if swedish.is_missing(total):
        return _locality_sentences(region, where) if where is not None else []
    density = "" if swedish.is_missing(land) else (
        f", {swedish.number(total / land, 1)} invånare per km² landareal")
    text = f"{region.name} hade {swedish.inhabitants(total)} den 31 december {year}{density}."
    if len(order) > 1:
        names = names_of(order)
        text += (f" Största kommun är {names[0]} med {swedish.inhabitants(now.iloc[0])}, "
                 f"{swedish.percent(now.iloc[0] / total, 0)} av alla; minst är {names[-1]} med "
                 f"{swedish.inhabitants(now.iloc[-1])}.")
    return [text, *(_locality_sentences(region, where) if where is not None else [])]


def _locality_sentences(region: Region, where: pd.DataFrame) -> list[str]:
    known = where.loc[list(region.members), "share"].dropna().sort_values()
    year = where["year"].max()
    sentences = []
    if len(known) == 1:
        part = swedish.percent(known.iloc[0], 0)
        sentences.append(f"I {names_of([known.index[0]])[0]} bor {part} av invånarna i en tätort "
                         f"({year}).")
    elif len(known) > 1:
        low, high = names_of([known.index[0], known.index[-1]])
        sentences.append(
            f"Andelen som bor i en tätort ({year}) går från {swedish.percent(known.iloc[0], 0)} i "
            f"{low} till {swedish.percent(known.iloc[-1], 0)} i {high}.")
    missing = [code for code in region.members if code not in known.index]
    if missing:
        who = (swedish.listed(names_of(missing)) if len(missing) <= _MOST
               else swedish.counted(len(missing), "kommun", "kommuner"))
        sentences.append(f"För {who} beräknas andelen inte: en tätort går, eller kan gå, över "
                         "kommungränsen.")
    return [" ".join(sentences)] if sentences else []


def growth_sentences(region: Region, values: pd.Series, *, years: int = 10) -> list[str]:
    """Change over `years` of the region and its comparators, and which members grew or shrank."""
    year, sets = last_year(values), compared_sets(region, values)
    sums = metrics.by_area(values, sets)
    now, then = sums.xs(year, level=1), sums.xs(year - years, level=1)
    first = (f"Mellan {year - years} och {year} {_moved(region.name, now, then)}"
             f"{_difference(now[region.name] - then[region.name])}.")
    others = [f"{_change(now[area], then[area])} {_in(area)}"
              for area in sets if area != region.name]
    if others:
        first += f" Jämför: {swedish.listed(others)}."
    members = metrics.share_of_change(values, years=years).xs(year, level=1)
    return [first, *_who_grew(members.loc[list(region.members)].dropna())]


def _moved(name: str, now: pd.Series, then: pd.Series) -> str:
    change = swedish.change(float(now[name] - then[name]), of=float(then[name]))
    verb, _, rest = change.partition(" ")
    return f"{verb} folkmängden i {name}{' ' if rest else ''}{rest}"


def _difference(persons: float) -> str:
    if round(persons) == 0:
        return ""
    return f" ({swedish.persons(abs(persons))})"


def _change(now: float, then: float) -> str:
    return f"{swedish.signed(100 * (now / then - 1), 1)} procent"


def _who_grew(shares: pd.Series) -> list[str]:
    if len(shares) < 2:
        return []
    rounded = (100 * shares).round(1)
    grew = shares[rounded > 0].sort_values(ascending=False)
    shrank = shares[rounded < 0].sort_values()
    same = shares[rounded == 0]
    parts = [_group_of(part, word) for part, word in ((grew, "växte"), (shrank, "krympte"))
             if len(part)]
    if len(same):
        parts.append(f"{_count(len(same))} var i stort sett oförändrad"
                     if len(same) == 1 else f"{_count(len(same))} var i stort sett oförändrade")
    return [swedish.capitalised("; ".join(parts)) + "."]


def _group_of(shares: pd.Series, verb: str) -> str:
    listed = [f"{name} {swedish.signed(100 * share, 1)} procent" for name, share in
              zip(names_of([str(code) for code in shares.index[:_MOST]]), shares, strict=False)]
    most = ", mest " if len(shares) > _MOST else ": "
    return f"{_count(len(shares))} {verb}{most}{swedish.listed(listed)}"


def _count(number: int) -> str:
    return f"{swedish.in_words(number)} {'kommun' if number == 1 else 'kommuner'}"


def turning_sentences(region: Region, values: pd.Series) -> list[str]:
    """When the population was largest, the latest turning point, and members far below a peak."""
    total = metrics.by_area(values, {region.name: region.members})[region.name].dropna()
    first, last = int(total.index[0]), int(total.index[-1])
    top = int(total.idxmax())
    if top == last:
        text = (f"Folkmängden {last} i {region.name} är den högsta i serien, som börjar {first}.")
    else:
        text = (f"Folkmängden i {region.name} var som störst {top} med "
                f"{swedish.inhabitants(total[top])}; {last} var den "
                f"{swedish.percent(1 - total[last] / total[top])} lägre.")
    turns = metrics.turning_points(total, least=_TURN)
    if turns and turns[-1].year != top:
        text += _latest_turn(turns[-1], float(total[last]), last)
    return [text, *_far_below(region, values)]


def _latest_turn(turn: metrics.Turn, now: float, last: int) -> str:
    word = "botten" if turn.kind == "trough" else "topp"
    return (f" Den senaste vändpunkten var en {word} {turn.year} med "
            f"{swedish.inhabitants(turn.population)}; {last} var folkmängden "
            f"{_relative(now / turn.population - 1)}.")


def _relative(share: float) -> str:
    if round(100 * share, 1) == 0:
        return "i stort sett densamma"
    return f"{swedish.percent(abs(share))} {'högre' if share > 0 else 'lägre'}"


def _far_below(region: Region, values: pd.Series) -> list[str]:
    if len(region.members) < 2:
        return []
    wide = values.unstack(level=0)[list(region.members)]
    last = int(wide.index.max())
    tops = wide.idxmax()
    below = pd.Series({str(code): wide[code].iloc[-1] / wide[code].max() - 1
                       for code in wide.columns}).sort_values()
    highest = [code for code in below.index if tops[code] == last]
    code = below.index[0]
    text = ""
    if highest:
        who = (swedish.listed(names_of(highest)) if len(highest) <= _MOST
               else swedish.capitalised(_count(len(highest))))
        text = f"{who} har aldrig haft fler invånare än {last} i serien. "
    if below.iloc[0] < 0:
        text += (f"Längst under sin högsta folkmängd ligger {names_of([code])[0]}: "
                 f"{swedish.inhabitants(float(wide[code].iloc[-1]))} {last} mot "
                 f"{swedish.number(float(wide[code].max()))} år {tops[code]}.")
    return [text.strip()]


def boundary_notes(region: Region, values: pd.Series) -> list[str]:
    """What constant boundaries mean for this region; nothing where no reform touches it."""
    notes = []
    for reform in metrics.reforms_touching(region.members):
        name = municipalities()[reform.code].name
        if reform.kind == "municipality":
            former = municipalities()[reform.former].name
            before = values.get((reform.former, reform.year - 1))
            yearly = metrics.on_yearly_boundaries(values).get((reform.former, reform.year - 1))
            notes.append(
                f"{name} bröts ur {former} {reform.year}. Serien följer dagens gränser: {former} "
                f"har {swedish.number(before)} invånare {reform.year - 1}, men hade "
                f"{swedish.number(yearly)} med den tidens gränser.")
        else:
            notes.append(
                f"{name} hörde till {counties()[reform.former]} till och med {reform.year - 1}. "
                f"Länens tal följer dagens indelning alla år, så {name} räknas till "
                f"{counties()[reform.code[:2]]} även före {reform.year}.")
    return notes


# --- births, deaths and moves ---------------------------------------------------------------------


def balance_sentences(region: Region, changes: pd.DataFrame) -> list[str]:
    """The increase of each of the latest years and its parts, which add up to it."""
    parts = metrics.balance(changes, region.members).tail(_TOLD)
    if set(region.members) <= metrics.COUNTIES_OF_ONE:
        parts = parts.drop(columns="net_county")
    absent = "uppgift saknas" + (" för minst en kommun" if len(region.members) > 1 else "")
    return [_balance_of(int(str(year)), row, absent) for year, row in parts.iterrows()]


def _balance_of(year: int, row: pd.Series, absent: str) -> str:
    increase = row["increase"]
    if swedish.is_missing(increase):
        return f"**{year}.** Folkökningen är okänd: {absent}."
    happened = ("Folkmängden var oförändrad" if increase == 0 else
                f"Folkmängden {'ökade' if increase > 0 else 'minskade'} med "
                f"{swedish.persons(abs(increase))}")
    if row.isna().any():
        return f"**{year}.** {happened}. Inte alla delar är kända: {absent}."
    known = {where: row[name] for name, where in _MOVES.items() if name in row}
    parts = swedish.listed(f"{swedish.signed(value)} mot {where}" for where, value in known.items())
    return (f"**{year}.** {happened}: {swedish.signed(row['natural_increase'])} i födda minus döda "
            f"({swedish.number(row['births'])} födda, {swedish.number(row['deaths'])} döda), "
            f"{swedish.signed(sum(known.values()))} i flyttnetto ({parts}) och "
            f"{swedish.signed(row['adjustment'])} i justering.")


# --- age -----------------------------------------------------------------------------------------


def _write(measure: Measure, value: float, *, unit: bool = True) -> str:
    shown = swedish.number(value * (100 if measure.as_percent else 1), measure.decimals)
    word = "procent" if measure.as_percent else measure.unit
    return f"{shown} {word}" if unit and word in ("procent", "år") else shown


def age_sentences(region: Region, values: pd.Series, share: pd.Series, ratio: pd.Series,
                  mean: pd.Series) -> list[str]:
    """How old the members are, against all 290; each Series is indexed by (code, year).

    `share` is share_65plus (0-1), `ratio` dependency_ratio and `mean` mean_age; `values` are the
    inhabitants that weigh the region's own share.
    """
    return [_share_text(region, values, share), *_since(region, share),
            _spread_text(region, ratio, metrics.dependency_ratio,
                         "Den demografiska försörjningskvoten, antalet 0–19 år och 65 år eller "
                         "äldre per 100 personer 20–64 år,"),
            _spread_text(region, mean, metrics.mean_age,
                         "Medelåldern")]


def _share_text(region: Region, values: pd.Series, share: pd.Series) -> str:
    year = last_year(share)
    latest, people = share.xs(year, level=1), values.xs(year, level=1)
    here = metrics.joint_share(latest.reindex(list(region.members)), people)
    nation = metrics.joint_share(latest.reindex(people.index), people)
    if swedish.is_missing(here):
        return f"Andelen 65 år eller äldre i {region.name} {year} är okänd: uppgift saknas."
    text = f"{swedish.percent(here)} av invånarna i {region.name} var 65 år eller äldre {year}"
    if set(region.members) != set(latest.index) and not swedish.is_missing(nation):
        text += f", mot {swedish.percent(nation)} i riket"
    members = latest.reindex(list(region.members)).sort_values()
    ranks = capacity.rank(latest)
    if len(members) == 1:
        code = members.index[0]
        return text + f"; plats {ranks[code]} bland 290 kommuner (1 = högst andel)."
    low, high = names_of([members.index[0], members.index[-1]])
    return (f"{text}. Lägst är andelen i {low} med {swedish.percent(members.iloc[0])} (plats "
            f"{ranks[members.index[0]]} av 290 där 1 är högst) och högst i {high} med "
            f"{swedish.percent(members.iloc[-1])} (plats {ranks[members.index[-1]]}).")


def _since(region: Region, share: pd.Series, *, first: int = 2000) -> list[str]:
    wide = share.unstack(level=1).reindex(list(region.members))
    if first not in wide.columns:
        return []
    both = wide[[first, last_year(share)]].dropna()
    if both.empty:
        return ["Hur andelen har förändrats i kommunerna framgår inte: datauttaget har hela serien "
                "bara för vissa kommuner."]
    rise = (both.iloc[:, 1] - both.iloc[:, 0]).sort_values()
    last = last_year(share)
    code = str(rise.index[-1])
    verb = "ökat" if rise.iloc[-1] > 0 else "minskat"
    if len(both) == 1:
        return [f"Sedan {first} har andelen i {names_of([code])[0]} {verb} med "
                f"{swedish.percentage_points(abs(rise.iloc[-1]))}, till "
                f"{swedish.percent(float(both.iloc[:, 1].iloc[0]))} {last}."]
    rose = int((rise > 0).sum())
    scope = "alla" if rose == len(both) else f"{swedish.in_words(rose)} av"
    whole = "" if len(both) == len(region.members) else " vars serie är känd"
    return [f"Mellan {first} och {last} ökade andelen i {scope} {swedish.in_words(len(both))} "
            f"kommuner{whole}, mest i {names_of([code])[0]} "
            f"({swedish.signed(100 * rise.iloc[-1], 1)} procentenheter)."]


def _spread_text(region: Region, values: pd.Series, measure: Measure, subject: str) -> str:
    year = last_year(values)
    latest = values.xs(year, level=1)
    members = latest.reindex(list(region.members)).dropna().sort_values()
    median = _write(measure, float(latest.median()))
    if members.empty:
        return ""
    if len(members) == 1:
        return (f"{subject} var {_write(measure, members.iloc[0])} i "
                f"{names_of([members.index[0]])[0]} {year}; landets mediankommun har {median}.")
    low, high = names_of([members.index[0], members.index[-1]])
    least = _write(measure, members.iloc[0], unit=False)
    return (f"{subject} går {year} från {least} i {low} till "
            f"{_write(measure, members.iloc[-1])} i {high}; landets mediankommun har {median}.")


def pyramid_sentences(region: Region, ages: pd.DataFrame) -> list[str]:
    """The three broad age groups of the year with full ages, against the nation."""
    year, parts = int(ages["year"].max()), []
    for label, here, nation in broad_ages(region, ages):
        if swedish.is_missing(here):
            return [f"Åldersfördelningen i {region.name} {year} är okänd: uppgift saknas för minst "
                    "en åldersgrupp."]
        beside = "" if swedish.is_missing(nation) else f" ({swedish.percent(nation)} i riket)"
        parts.append(f"{swedish.percent(here)} {label}{beside}")
    return [f"Av invånarna i {region.name} var år {year} {swedish.listed(parts)}.{_old(ages)}"]


def broad_ages(region: Region, ages: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Label and shares of the region and the nation of three broad ages, latest year of `ages`.

    The nation's is missing when the region is the nation, or when it is not known.
    """
    nation = list(municipalities())
    other = set(region.members) != set(nation)
    return [(label, metrics.joint_age_share(ages, region.members, low, high),
             metrics.joint_age_share(ages, nation, low, high) if other else float("nan"))
            for label, low, high in (("0–19 år", 0, 19), ("20–64 år", 20, 64),
                                     ("65 år eller äldre", 65, None))]


def _old(ages: pd.DataFrame) -> str:
    """A word on ages that are older than the other figures: there is one year of them."""
    if ages["year"].nunique() > 1:
        return ""
    return " Det är det senaste året med fullständig åldersfördelning i datauttaget."


def projection_sentences(projection: pd.DataFrame | None = None, *, region: Region) -> list[str]:
    """What SCB's projection says (code, year, population), or that none has been fetched."""
    if projection is None or projection.empty:
        return ["SCB:s befolkningsframskrivning ingår inte i datauttaget. Ingen egen framskrivning "
                "har gjorts: rapporten säger inget om framtida folkmängd."]
    values = projection.set_index(["code", "year"])["population"]
    total = metrics.by_area(values, {region.name: region.members})[region.name].dropna()
    if len(total) < 2:
        return [f"SCB:s befolkningsframskrivning saknar uppgift för {region.name}."]
    first, last = int(total.index[0]), int(total.index[-1])
    moved = _moved(region.name, pd.Series({region.name: total[last]}),
                   pd.Series({region.name: total[first]}))
    verb, _, rest = moved.partition(" ")
    verb = {"ökade": "ökar", "minskade": "minskar", "var": "är"}[verb]
    return [f"Enligt SCB:s framskrivning {verb} {rest} mellan {first} och {last}, "
            f"till {swedish.inhabitants(round(total[last]))}. Det är en modellberäkning av vad som "
            "händer om SCB:s antaganden håller, ingen observerad uppgift och inte kommunernas "
            "egen prognos."]


# --- capacity -------------------------------------------------------------------------------------


def capacity_sentences(region: Region, measured: Sequence[tuple[Measure, int, pd.Series]],
                       ) -> list[str]:
    """How many directed indicators place each member better than the nation's median.

    `measured` has measure, year and values by code (all municipalities) for each indicator.
    """
    directed = [entry for entry in measured if entry[0].direction != "neither"]
    if not directed:
        return []
    better = {code: sum(_is_better(measure, values, code) for measure, _, values in directed)
              for code in region.members}
    total = swedish.capitalised(swedish.in_words(len(directed), neuter=True))
    years = swedish.listed(f"{measure.label.lower()} {year}" for measure, year, _ in measured)
    return [f"{total} av måtten har en given riktning. Bättre än landets mediankommun är "
            f"{_standings(better, len(directed))}.", f"Måtten har olika år: {years}."]


def _standings(better: Mapping[str, int], total: int) -> str:
    """Members by how many indicators are better than the median: by name, or counted when many."""
    words = {count: "i alla" if count == total else "i inget" if count == 0
             else f"i {swedish.in_words(count, neuter=True)}" for count in range(total + 1)}
    ranked = sorted(better, key=lambda code: (-better[code], names_of([code])[0]))
    parts = []
    for count in sorted(set(better.values()), reverse=True):
        codes = [code for code in ranked if better[code] == count]
        who = (swedish.listed(names_of(codes)) if len(ranked) <= 2 * _MOST
               else _count(len(codes)))
        parts.append(f"{who} {words[count]}")
    return "; ".join(parts)


def _is_better(measure: Measure, values: pd.Series, code: str) -> bool:
    if code not in values.index or swedish.is_missing(values[code]):
        return False
    median = float(values.median())
    return bool(values[code] > median if measure.direction == "higher" else values[code] < median)


def staff_sentences(region: Region, rates: pd.Series,
                    federations: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """Staff per 1,000 inhabitants of the latest year, and which federations make them lower.

    `rates` is indexed by (code, year); `federations` names the federations of each code.
    """
    known = rates.dropna()
    year = last_year(known)
    latest = known.xs(year, level=1).reindex(list(region.members)).dropna().sort_values()
    if latest.empty:
        return []
    low, high = names_of([latest.index[0], latest.index[-1]])
    thousand = f"per {swedish.number(1000)} invånare"
    text = (f"År {year} hade kommunerna från {swedish.number(latest.iloc[0], 1)} månadsavlönade "
            f"{thousand} i {low} till {swedish.number(latest.iloc[-1], 1)} i {high}."
            if len(latest) > 1 else
            f"År {year} hade {low} {swedish.number(latest.iloc[0], 1)} månadsavlönade {thousand}.")
    text += (" Talen rangordnas inte: anställda i kommunalförbund och bolag ingår inte, så en "
             "kommun som samverkar kan se mindre ut än den är.")
    return [text, *_federation_text(region, federations or {})]


def _federation_text(region: Region, federations: Mapping[str, Sequence[str]]) -> list[str]:
    by_body: dict[str, list[str]] = {}
    for code in region.members:
        for body in federations.get(code, ()):
            by_body.setdefault(body, []).append(municipalities()[code].name)
    if not by_body:
        return []
    listed = [f"{body} ({swedish.listed(names)})" for body, names in by_body.items()]
    return [f"Det gäller här: {'; '.join(listed)}, enligt inventeringen."]


# --- summary --------------------------------------------------------------------------------------


def population_findings(region: Region, *, population: pd.DataFrame,
                        share_65plus: pd.DataFrame) -> list[str]:
    """The one or two most important sentences for the summary, from the loaders' tables."""
    values = metrics.population(population.set_index(["code", "year"]))
    share = metrics.share_65plus(share_65plus.set_index(["code", "year"]))
    year = last_year(values)
    sets = compared_sets(region, values)
    sums = metrics.by_area(values, sets)
    now, then = sums.xs(year, level=1), sums.xs(year - 10, level=1)
    first = (f"{region.name} hade {swedish.inhabitants(now[region.name])} {year}; på tio år "
             f"{_moved(region.name, now, then).replace(f' i {region.name}', '')}")
    if NATION in now.index:
        first += f" ({_change(now[NATION], then[NATION])} i riket)"
    return [f"{first}.", _share_text(region, values, share)]


def population_tiles(region: Region, *, population: pd.DataFrame, share_65plus: pd.DataFrame,
                     ) -> list[dict[str, str]]:
    """Tiles for the summary: inhabitants, change over ten years, range of the share aged 65+.

    Each has `label`, `value`, `comparison` and `source` (a dataset key).
    """
    values = metrics.population(population.set_index(["code", "year"]))
    share = metrics.share_65plus(share_65plus.set_index(["code", "year"]))
    year, sets = last_year(values), compared_sets(region, values)
    sums = metrics.by_area(values, sets)
    now, then = sums.xs(year, level=1), sums.xs(year - 10, level=1)
    groups = {part.name for part in (region, *region.groups)}
    others = [f"{_change(now[area], then[area])} {_in(area)}"
              for area in sets if area not in groups]
    nation = now.get(NATION)
    part = f"{swedish.percent(now[region.name] / nation)} av riket" if nation else "hela riket"
    return [
        {"label": f"Invånare {year}", "value": swedish.number(now[region.name]),
         "comparison": part, "source": "population"},
        {"label": f"Förändring {year - 10}–{year}",
         "value": f"{swedish.signed(100 * (now[region.name] / then[region.name] - 1), 1)}"
                  f"{swedish.NARROW}%",
         "comparison": swedish.listed(others) or "hela riket", "source": "population"},
        _share_tile(region, values, share),
    ]


def _share_tile(region: Region, values: pd.Series, share: pd.Series) -> dict[str, str]:
    year = last_year(share)
    latest, people = share.xs(year, level=1), values.xs(year, level=1)
    members = latest.reindex(list(region.members)).dropna().sort_values()
    low, high = (swedish.number(100 * edge, 1) for edge in members.iloc[[0, -1]])
    span = low if len(members) == 1 else f"{low}–{high}"
    whole = metrics.joint_share(latest.reindex(people.index), people)
    nation = f"{swedish.percent(whole)} i riket"
    if len(members) > 1:
        first, last = names_of([members.index[0], members.index[-1]])
        nation = f"{first} lägst, {last} högst; {nation}"
    return {"label": f"Andel 65 år eller äldre {year}", "value": f"{span}{swedish.NARROW}%",
            "comparison": nation, "source": "share_65plus"}
