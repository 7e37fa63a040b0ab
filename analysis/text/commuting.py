"""Sentences about commuting: who works where, and whether the cooperation is one labour market.

Terms
-----
margins: the table of the loader, indexed by (code, year), with a column `series`.
flows: an `analysis.flows.Flows`; a figure that comes from modelled cells is never stated as a
fact: it is called a model estimate, rounded to tens, and stands beside the measured error.
lower bound: the known part of a count of which some cells are unknown; always said with `minst`.

Every function returns whole sentences, and none about what is missing in the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import catalog
from analysis.flows import Flows, Markets
from analysis.loaders import tables
from analysis.metrics import commuting as metrics
from analysis.metrics.labour_markets import MarketChanges
from analysis.regions import Region, municipalities, names_of
from analysis.text import swedish
from analysis.text.unknown import unknown
from analysis.views import commuting as view

MARKETS_YEAR = 2022  # of the official labour markets in the data
SEXES = {"total": "båda könen", "women": "kvinnor", "men": "män"}
MANY = 12  # with more members than this the tables, not the sentences, name them
_LEAST_SHARE, _LEAST_LINK = 0.005, 10  # a share and a count below which there is no link to tell
_MOST = 4  # names in one enumeration; the tables name the rest
_KNOWN = ", av vad som är känt,"  # put where an unknown figure could be larger


def last_year(margins: pd.DataFrame) -> int:
    """The latest year of margins indexed by (code, year)."""
    return int(margins.index.get_level_values("year").max())


def of_year(margins: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """The margins of one year (the latest without `year`), indexed by code."""
    chosen = last_year(margins) if year is None else year
    return margins[margins.index.get_level_values("year") == chosen].droplevel("year")


def by_night(region: Region, margins: pd.DataFrame) -> list[str]:
    """Members by night population of the latest year, largest first; ties by code."""
    night = metrics.night_population(of_year(margins)).reindex(sorted(region.members))
    return [str(code) for code in night.sort_values(ascending=False, kind="stable").index]


def sets_of(region: Region) -> dict[str, tuple[str, ...]]:
    """Members of the region and of its groups by display name."""
    return {part.name: part.members for part in (region, *region.groups)}


def exact(margins: pd.DataFrame, members: Sequence[str], year: int | None = None) -> pd.Series:
    """The exact sums of a group for one year; see `metrics.group_margins`."""
    chosen = last_year(margins) if year is None else year
    return metrics.group_margins(margins, members).xs(chosen, level="year").iloc[-1]


def is_nation(region: Region) -> bool:
    """True for a region of all municipalities: it has no outside but abroad."""
    return set(region.members) == set(municipalities())


# --- how modelled figures are written -------------------------------------------------------------


def rounded(persons: pd.Series, flows: Flows) -> pd.Series:
    """Persons as they are printed: whole when observed; modelled ones without false digits."""
    known = persons.astype("float64")
    if not flows.modelled:
        return known.round()
    return known.map(lambda value: value if swedish.is_missing(value) else view.rounded(value))


def count(persons: float, flows: Flows) -> str:
    """A number of persons as it is printed; a modelled one below 1,000 is an interval."""
    if swedish.is_missing(persons):
        return swedish.MISSING
    if not flows.modelled:
        return swedish.number(round(persons))
    if persons >= view.EXACT:
        return swedish.number(view.rounded(persons))
    low, high = view.interval(persons)
    return f"{swedish.number(low)}–{swedish.number(high)}" if low else f"0–{swedish.number(high)}"


def about(persons: float, flows: Flows) -> str:
    """As `count`, with `cirka` before a modelled number that is no interval."""
    shown = count(persons, flows)
    return f"cirka {shown}" if flows.modelled and persons >= view.EXACT else shown


def at_least(shown: str, persons: float, cells: int) -> str:
    """`shown`, the wording of `persons`, with `minst` when that many cells of it are unknown."""
    if not cells:
        return shown
    return f"minst {shown}" if persons > 0 else "okänt antal"


def unknown_note(flows: Flows, members: Sequence[str]) -> tuple[str, ...]:
    """How many cells between members are unknown and why; nothing when all are known."""
    said = unknown(metrics.unknown_between(flows.table, members), "mellan kommunerna")
    return (said,) if said else ()


def least_note(outside: pd.DataFrame) -> tuple[str, ...]:
    """Which counts of `metrics.missing_members` are lower bounds; nothing when none is."""
    cells = outside["out_unknown"] + outside["in_unknown"]
    names = names_of(list(outside.loc[cells > 0, "code"]))
    if not names:
        return ()
    count = swedish.counted(int(cells.sum()), "uppgift", "uppgifter")
    return (f"Talen för {swedish.listed(names)} är minst så stora som de visas: {count} är "
            f"{'okänd' if cells.sum() == 1 else 'okända'}.",)


def titled(title: str, flows: Flows) -> str:
    """A title that says so when the figures are modelled."""
    return f"{title} – modellskattning" if flows.modelled else title


def error_text(members: Sequence[str] = ()) -> str:
    """How far off modelled counts were in tests, by size, and where the tests were."""
    parts = [_size_text(size, after) for size, after in
             zip(view.sizes()[1:], [*view.sizes()[2:], None], strict=True)]
    return (f"I prov mot observerade tal var medianfelet {swedish.listed(parts)}. "
            f"{tried_text(members)}").strip()


def _size_text(size: view.Size, after: view.Size | None) -> str:
    off = swedish.percent(size.median_error, 0)
    if after is None:
        return f"{off} för flöden över {swedish.number(size.least)} pendlare"
    return f"{off} för {swedish.number(size.least)}–{swedish.number(after.least)}"


def tried_text(members: Sequence[str] = ()) -> str:
    """In which counties the model was tried, and that none of them is the members' own."""
    names = {code[:2]: entry.county for code, entry in municipalities().items()}
    where = [f"{names[test.county]} {test.year}" for test in view.trials()]
    tested = f"Proven gäller {swedish.listed(where)}"
    if members and not view.trials_of(members):
        return f"{tested}; för den här regionen finns inget prov."
    return f"{tested}."


def error_short() -> str:
    """The measured error of the model, for a legend or a note."""
    small, large = view.sizes()[1], view.sizes()[-1]
    return (f"I prov var medianfelet {swedish.percent(small.median_error, 0)} för flöden på "
            f"{small.least}–{view.sizes()[2].least} pendlare och "
            f"{swedish.percent(large.median_error, 0)} för flöden över "
            f"{swedish.number(large.least)}.")


def short_note(flows: Flows) -> tuple[str, ...]:
    """The note under a modelled figure or table: what the numbers are."""
    if not flows.modelled:
        return ()
    return ("Modellskattning: under 1 000 pendlare visas det spann som fyra av fem prov låg inom.",)


def model_note(flows: Flows) -> str:
    """What is modelled, from which years, how it is shown and how good it is."""
    return (f"Modellskattning: kommunernas in- och utpendling {flows.year} är observerad, men inte "
            "mellan vilka kommuner den går. Fördelningen är beräknad ur avstånd, arbetsplatser, "
            f"pendlingen mellan län 2018{_informed_text(flows)}. "
            f"{error_text()}")


def _informed_text(flows: Flows) -> str:
    """Which observed cells inform the model, by county, year and sex."""
    if flows.informed.empty:
        return ""
    names = {code[:2]: entry.county for code, entry in municipalities().items()}
    seen = flows.informed.assign(county=flows.informed["home"].str[:2])
    parts = []
    for (year, county), part in seen.groupby(["year", "county"]):
        sexes = [word for sex, word in SEXES.items() if sex in set(part["sex"])]
        parts.append(f"{names[str(county)]} {year} ({swedish.listed(sexes)})")
    return f" och observerade par av kommuner: {swedish.listed(parts)}"


# --- what the margins give exactly ----------------------------------------------------------------


def overview_sentences(region: Region, margins: pd.DataFrame) -> list[str]:
    """Day and night population of the region and its groups, and the members at the ends."""
    year = last_year(margins)
    sentences = [_balance_of(name, exact(margins, members), year, first=position == 0)
                 for position, (name, members) in enumerate(sets_of(region).items())]
    return [" ".join(sentences), *_ends(region, of_year(margins), year)]


def _balance_of(name: str, row: pd.Series, year: int, *, first: bool) -> str:
    if swedish.is_missing(row["night_population"]):
        return ""
    when = f" {year}" if first else ""
    return (f"I {name} arbetade {swedish.persons(row['day_population'])}{when} "
            f"(dagbefolkning), medan {swedish.number(row['night_population'])} förvärvsarbetande "
            f"bodde där (nattbefolkning): {_net(row['net_commuting'])} och en pendlingskvot på "
            f"{_ratio(row['commuting_ratio'])}.")


def _net(persons: float) -> str:
    if round(persons) == 0:
        return "varken netto in- eller utpendling"
    way = "inpendling" if persons > 0 else "utpendling"
    return f"en nettopendling på {swedish.signed(persons)} ({way})"


def _ratio(value: float) -> str:
    return swedish.number(value, 2)


def _ends(region: Region, now: pd.DataFrame, year: int) -> list[str]:
    members = now.reindex(list(region.members))
    ratio = metrics.commuting_ratio(members).dropna().sort_values()
    out = metrics.out_commuting_share(members).dropna().sort_values()
    come = metrics.in_commuting_share(members).dropna().sort_values()
    if ratio.empty:
        return []
    if len(ratio) == 1:
        return [f"Av de förvärvsarbetande som bor i {names_of([ratio.index[0]])[0]} arbetade "
                f"{swedish.percent(out.iloc[0])} i en annan kommun {year}; av dem som arbetar där "
                f"bodde {swedish.percent(come.iloc[0])} i en annan kommun."]
    above = int((ratio > 1).sum())
    low, high = names_of([ratio.index[0], ratio.index[-1]])
    text = (f"{_how_many(above, len(ratio))} fler som arbetar där än förvärvsarbetande som bor "
            f"där. Pendlingskvoten går från {_ratio(ratio.iloc[0])} i {low} till "
            f"{_ratio(ratio.iloc[-1])} i {high}.")
    least, most = names_of([out.index[0], out.index[-1]])
    text += (f" Störst andel utpendlare har {most} ({swedish.percent(out.iloc[-1])} av dem som bor "
             f"där), minst {least} ({swedish.percent(out.iloc[0])}); störst andel inpendlare har "
             f"{names_of([come.index[-1]])[0]} ({swedish.percent(come.iloc[-1])} av dem som "
             "arbetar där).")
    return [text]


def _how_many(count: int, total: int) -> str:
    if count == 0:
        return f"Ingen av de {swedish.in_words(total)} kommunerna har"
    if count == total:
        return f"Alla {swedish.in_words(total)} kommuner har"
    noun = "kommun" if count == 1 else "kommuner"
    return (f"{swedish.capitalised(swedish.in_words(count))} {noun} av "
            f"{swedish.in_words(total)} har")


def abroad_sentence(margins: pd.DataFrame) -> str:
    """How many more out- than in-commuters the nation has: workplaces abroad."""
    now, year = of_year(margins), last_year(margins)
    out, come = (now[name].reindex(list(municipalities())).astype("float64").sum(skipna=False)
                 for name in ("out_commuters", "in_commuters"))
    difference = out - come
    if not difference > 0:
        return ""
    return (f"I hela riket är utpendlarna {swedish.number(difference)} fler än inpendlarna {year}: "
            "utpendling räknar även arbetsplatser utomlands.")


# --- the series -----------------------------------------------------------------------------------


def rams_breaks() -> list[catalog.Series]:
    """The series of the margins that begin with a break in the line; BAS is its own line."""
    return [part for part in catalog.dataset("commuting_margins").series[1:]
            if not part.key.startswith("bas")]


def break_note(margins: pd.DataFrame) -> str:
    """Why the lines have gaps: every break of the catalogue that lies within the data."""
    years = margins.index.get_level_values("year")
    texts = [f"{part.first - 1}/{part.first} ({part.break_reason})" for part in rams_breaks()
             if years.min() < part.first <= years.max()]
    if not texts:
        return ""
    return (f"Linjerna är brutna {swedish.listed(texts)}: nivåerna före och efter kan inte "
            "jämföras.")


def series_sentences(region: Region, margins: pd.DataFrame) -> list[str]:
    """What happened within each series: no change is computed across a break."""
    table = metrics.group_margins(margins, region.members)
    entry = catalog.dataset("commuting_margins")
    parts = []
    for part in entry.series:
        if part.key not in table.index.get_level_values("series"):
            continue
        rows = table.loc[[part.key]].droplevel("series").dropna(subset="night_population")
        if len(rows) > 1:
            parts.append(_within(rows))
    if not parts:
        return []
    return [f"Förändringen räknas bara inom en serie: {'; '.join(parts)}."]


def _within(rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    span = swedish.span(int(str(rows.index[0])), int(str(rows.index[-1])))
    moved = [f"{word} {swedish.change(last[name] - first[name], of=first[name])}"
             for name, word in (("day_population", "dagbefolkningen"),
                                ("night_population", "nattbefolkningen")) if first[name] > 0]
    before, after = _ratio(first["commuting_ratio"]), _ratio(last["commuting_ratio"])
    ratio = (f"pendlingskvoten var {after} båda åren" if before == after
             else f"pendlingskvoten gick från {before} till {after}")
    return f"{span} {swedish.listed([*moved, ratio])}"


# --- official labour markets ----------------------------------------------------------------------


def official_markets(members: Sequence[str]) -> dict[str, list[str]]:
    """Members by the name of their official labour market, the largest set first."""
    known = municipalities()
    found: dict[str, list[str]] = {}
    for code in members:
        found.setdefault(known[code].labour_market_name, []).append(code)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def market_sentences(region: Region) -> list[str]:
    """Whether the region and each group lie in one official labour market."""
    return [" ".join(_market_text(name, members)
                     for name, members in sets_of(region).items())]


def _market_text(name: str, members: Sequence[str]) -> str:
    markets = official_markets(members)
    if len(members) == 1:
        return (f"{name} hör till den lokala arbetsmarknaden {next(iter(markets))} "
                f"({MARKETS_YEAR}).")
    if len(markets) == 1:
        return (f"Hela {name} ligger i en lokal arbetsmarknad: {next(iter(markets))} "
                f"({MARKETS_YEAR}).")
    listed = [f"{market} ({_few(codes)})" for market, codes in list(markets.items())[:_MOST + 2]]
    more = "" if len(markets) <= _MOST + 2 else ", bland andra"
    return (f"{name} ligger i {swedish.in_words(len(markets))} lokala arbetsmarknader "
            f"({MARKETS_YEAR}){more}: {swedish.listed(listed)}.")


def _few(codes: Sequence[str]) -> str:
    return (swedish.listed(names_of(codes)) if len(codes) <= _MOST
            else swedish.counted(len(codes), "kommun", "kommuner"))


# --- what needs the matrix ------------------------------------------------------------------------


def flow_sentences(region: Region, flows: Flows) -> list[str]:
    """In, out, internal and containment of the region and its groups, and what they rest on."""
    parts = [_group_text(name, members, flows) for name, members in sets_of(region).items()
             if len(members) > 1 and not is_nation(region)]
    known = [part for part in parts if part]
    if flows.modelled:
        known.append(f"Hela pendlingsmatrisen ingår inte i datauttaget. {model_note(flows)}")
    return known


def _group_text(name: str, members: Sequence[str], flows: Flows) -> str:
    figures = metrics.group_figures(flows.table, members, margins=flows.margins).iloc[0]
    if figures["unknown_cells"]:
        return _range_text(name, members, flows)
    least = exact(flows.margins.set_index(["code", "year"]), members)["containment_residence_min"]
    start = "Enligt modellskattningen" if flows.modelled else f"År {flows.year}"
    return (f"{start} pendlade {_about(figures['group_internal'], flows)} mellan kommunerna i "
            f"{name}, {_about(figures['group_out'], flows)} ut ur området och "
            f"{_about(figures['group_in'], flows)} in till det ({flows.year}). Det betyder att "
            f"{_share(figures['containment_residence'], flows)} av de förvärvsarbetande som bor "
            f"där arbetar inom området (minst {swedish.percent(least, 0)} enligt observerade tal) "
            f"och att {_share(figures['containment_workplace'], flows)} av dem som arbetar där "
            "också bor i området.")


def _range_text(name: str, members: Sequence[str], flows: Flows) -> str:
    bounds = metrics.group_internal_range(flows.table, members, margins=flows.margins).iloc[0]
    cells = unknown(metrics.unknown_between(flows.table, members), f"mellan kommunerna i {name}")
    basis = (", räknat ur tal som själva har röjandeskydd"
             if flows.year in tables.perturbed_years("commuting_margins") else "")
    return (f"{cells} Pendlingen mellan dem är "
            f"{flows.year} mellan {swedish.number(bounds['low'])} och "
            f"{swedish.persons(bounds['high'])}{basis}; okänt räknas aldrig som noll.")


def _about(persons: float, flows: Flows) -> str:
    if flows.modelled and round(persons, -1) == 0:
        return "färre än 5 personer"
    number = swedish.persons(round(persons, -1 if flows.modelled else 0))
    return f"cirka {number}" if flows.modelled else number


def _share(share: float, flows: Flows) -> str:
    shown = swedish.percent(share, 0 if flows.modelled else 1)
    return f"cirka {shown}" if flows.modelled else shown


def link_sentences(region: Region, flows: Flows) -> list[str]:
    """Members whose strongest link leaves the region, and the municipality that is missing."""
    if is_nation(region):
        return []
    links = metrics.strongest_links(flows.table, margins=flows.margins.set_index(["code", "year"]),
                                    homes=region.members)
    sentences = []
    estimate = " enligt modellskattningen" if flows.modelled else ""
    if len(region.members) > 1:
        sentences += _strongest_texts(region, links[links["certain"]], estimate, flows)
    missing = metrics.missing_members(flows.table, region.members, margins=flows.margins)
    if len(missing):
        row = missing.iloc[0]
        name = names_of([row["code"]])[0]
        out, come = (at_least(_about(row[f"{way}_persons"], flows), row[f"{way}_persons"],
                              row[f"{way}_unknown"]) for way in ("out", "in"))
        sentences.append(
            f"Av kommunerna utanför {region.name} är det{'' if row['certain'] else _KNOWN} {name} "
            f"som har mest pendling dit och därifrån{estimate}: {out} ut och {come} in.")
    return [" ".join(sentences)] if sentences else []


def _strongest_texts(region: Region, links: pd.DataFrame, estimate: str, flows: Flows,
                     ) -> list[str]:
    """Where the strongest links go, of which all in `links` are certain; the others are said."""
    away = links[~links["work"].isin(region.members)]
    total, sentences = len(region.members), []
    if len(away):
        sentences.append(_away_text(region, away, total, estimate, flows))
    elif len(links):
        which = ("varje kommun" if len(links) == total
                 else f"{swedish.in_words(len(links))} av {swedish.in_words(total)} kommuner")
        sentences.append(f"I {which} går den största utpendlingen till en annan kommun i "
                         f"{region.name}{estimate}.")
    unsure = [code for code in region.members if code not in set(links["home"])]
    if unsure:
        sentences.append(f"För {_few(unsure)} framgår inte vart den största utpendlingen går: "
                         "inte alla uppgifter är kända.")
    return sentences


def _away_text(region: Region, away: pd.DataFrame, total: int, estimate: str, flows: Flows) -> str:
    rows = away.sort_values("share", ascending=False).head(_MOST).to_dict("records")
    listed = [f"{names_of([row['home']])[0]} till {names_of([row['work']])[0]} "
              f"({_share(row['share'], flows)} av de förvärvsarbetande"
              f"{', utanför länet' if row['home'][:2] != row['work'][:2] else ''})"
              for row in rows]
    which = ("båda kommunerna" if total == 2 else f"alla {swedish.in_words(total)} kommuner")
    if len(away) < total:
        which = f"{swedish.in_words(len(away))} av {swedish.in_words(total)} kommuner"
    count = f"I {which} går den största utpendlingen ut ur {region.name}{estimate}"
    return f"{count}: {swedish.listed(listed)}{' med flera' if len(away) > _MOST else ''}."


def dependence_sentences(region: Region, flows: Flows) -> list[str]:
    """Which member depends most on another, and how much the other way round."""
    if len(region.members) < 2:
        return []
    found = pairs(metrics.dependence(flows.table, region.members, year=flows.year,
                                     margins=flows.margins))
    if not found or found[0][2] < _LEAST_SHARE:
        return []
    home, work, share = found[0]
    first, second = names_of([home, work])
    start = "Enligt modellskattningen är" if flows.modelled else f"År {flows.year} var"
    if len(found) < len(region.members) * (len(region.members) - 1):
        start += _KNOWN
    text = (f"{start} {first} mest beroende av en annan av kommunerna: {_share(share, flows)} av "
            f"de förvärvsarbetande som bor där arbetar i {second}")
    back = [other for here, there, other in found if (here, there) == (work, home)]
    return [f"{text}; åt andra hållet är det {_share(back[0], flows)}." if back else f"{text}."]


def pairs(shares: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Known cells off the diagonal of a table home x work: home, work, value; largest first."""
    cells = [(str(home), str(work), float(value))
             for home, row in zip(shares.index, shares.to_numpy("float64"), strict=True)
             for work, value in zip(shares.columns, row, strict=True)
             if home != work and not swedish.is_missing(float(value))]
    return sorted(cells, key=lambda cell: (-cell[2], cell[0], cell[1]))


def delineation_sentences(region: Region, flows: Flows, markets: Markets,
                          changes: MarketChanges) -> list[str]:
    """Whether our own delineation makes one market of the region, and what would have to change."""
    start = "en modellskattad matris" if flows.modelled else "den observerade matrisen"
    agree = markets.agreement
    agreement = (
        "SCB:s regel säger högst två led till centrum. Här räknas upp till tre steg, för så "
        "stämde beräkningen bäst med SCB:s egen indelning när den prövades på modellskattade tal; "
        "med två blev marknaderna fler och mindre. Med tre steg "
        f"och {start} för {flows.year} får "
        f"vi {swedish.number(agree['markets'])} lokala arbetsmarknader i riket mot SCB:s "
        f"{swedish.number(agree['official_markets'])} ({MARKETS_YEAR}). Av de par av kommuner som "
        f"vi lägger ihop ligger {swedish.percent(agree['precision'], 0)} ihop också hos SCB, och "
        f"av SCB:s par finner vi {swedish.percent(agree['recall'], 0)} (justerat Rand-index "
        f"{swedish.number(agree['adjusted_rand'], 2)}; 1 är helt lika).")
    own = markets.found.loc[list(region.members), "market"]
    who = "Enligt modellskattningen" if flows.modelled else "Enligt beräkningen"
    if is_nation(region):
        return [agreement]
    if own.nunique() == 1:
        whole = "" if len(region.members) == 1 else "hela "
        which = "arbetsmarknaden" if len(region.members) == 1 else "en arbetsmarknad,"
        found = (f"{who} hamnar {whole}{region.name} i {which} med centrum i "
                 f"{names_of([str(own.iloc[0])])[0]}.")
    else:
        found = _changes_text(region, flows, own, changes)
    differs = _differs_text(flows, markets, own)
    return [agreement, found, *([differs] if differs else [])]


def _differs_text(flows: Flows, markets: Markets, own: pd.Series) -> str:
    """Members that our delineation puts in another market than the official one, if any."""
    centres = own.map(markets.official)  # the official market of the centre that we found
    other = [str(code) for code in own.index if centres[code] != markets.official[code]]
    if not other:
        return ""
    listed = [f"{names_of([code])[0]} hör hos SCB till {markets.names[code]}, här till "
              f"{names_of([str(own[code])])[0]}" for code in other[:_MOST]]
    more = " med flera" if len(other) > _MOST else ""
    doubt = (" Skillnaden kan bero på modellen; den officiella indelningen gäller."
             if flows.modelled else " Den officiella indelningen gäller.")
    return f"Beräkningen avviker: {swedish.listed(listed)}{more}.{doubt}"


def _changes_text(region: Region, flows: Flows, own: pd.Series, changes: MarketChanges) -> str:
    centre = names_of([changes.market])[0]
    # where hardly anybody commutes today, a number of commuters that lack says nothing
    near = (changes.table["extra"] > 0) & (changes.table["to_target"] >= _LEAST_LINK)
    lacking = changes.table[near].sort_values("extra")
    listed = [f"{names_of([str(code)])[0]} {about(row['extra'], flows)} fler till "
              f"{names_of([row['target']])[0]}" for code, row in lacking.head(_MOST).iterrows()]
    more = " med flera" if len(lacking) > _MOST else ""
    who = "Enligt modellskattningen" if flows.modelled else "Enligt beräkningen"
    text = (f"{who} delas {region.name} på {swedish.in_words(own.nunique())} arbetsmarknader; "
            f"störst är den med centrum i {centre}.")
    if len(region.members) > MANY or len(lacking) < len(changes.table):
        return text
    text += (" För att bli en enda skulle det behövas fler pendlare, minst: "
             f"{swedish.listed(listed)}{more}.")
    if not changes.works:
        text += " Det räcker inte: kedjan av kommuner blir för lång eller bryts någon annanstans."
    return text


# --- summary --------------------------------------------------------------------------------------


def commuting_tiles(region: Region, *, margins: pd.DataFrame) -> list[dict[str, str]]:
    """Tiles for the summary: net commuting, ratio, the observed lower bound, labour markets.

    `margins` is the loader's table. No modelled figure is among them. Each tile has `label`,
    `value`, `comparison` and `source` (a dataset key).
    """
    table = margins.set_index(["code", "year"])
    year, row = last_year(table), exact(table, region.members)
    markets = official_markets(region.members)
    ratio = metrics.commuting_ratio(of_year(table).reindex(list(region.members)))
    nation = exact(table, list(municipalities()))
    own = "kommunen" if len(region.members) == 1 else "sin egen kommun"
    tiles = [
        {"label": f"Pendlingsnetto {year}", "value": swedish.signed(row["net_commuting"]),
         "comparison": f"{swedish.number(row['day_population'])} arbetar här, "
                       f"{swedish.number(row['night_population'])} förvärvsarbetande bor här",
         "source": "commuting_margins"},
        {"label": f"Pendlingskvot {year}", "value": _ratio(row["commuting_ratio"]),
         "comparison": _ratio_span(ratio), "source": "commuting_margins"},
        {"label": f"Bor och arbetar i {own} {year}",
         "value": swedish.percent_sign(row["containment_residence_min"], 0),
         "comparison": "av dem som bor här och arbetar; "
                       f"{swedish.percent(nation['containment_residence_min'], 0)} i riket",
         "source": "commuting_margins"},
        {"label": f"Lokala arbetsmarknader {MARKETS_YEAR}", "value": swedish.number(len(markets)),
         "comparison": swedish.listed(list(markets)) if len(markets) <= _MOST
         else f"för {swedish.counted(len(region.members), 'kommun', 'kommuner')}",
         "source": "municipalities"},
    ]
    return [tile for tile in tiles if tile["value"] != swedish.MISSING]


def _ratio_span(ratio: pd.Series) -> str:
    known = ratio.dropna().sort_values()
    if len(known) < 2:
        return "dagbefolkning delad med nattbefolkning"
    low, high = names_of([known.index[0], known.index[-1]])
    return f"{low} {_ratio(known.iloc[0])} lägst, {high} {_ratio(known.iloc[-1])} högst"


def commuting_findings(region: Region, *, margins: pd.DataFrame) -> list[str]:
    """Two sentences for the summary, from exact and official figures only."""
    table = margins.set_index(["code", "year"])
    year, row = last_year(table), exact(table, region.members)
    found = []
    if not swedish.is_missing(row["night_population"]):
        share = swedish.percent(row["containment_residence_min"], 0)
        where = ("i kommunen" if len(region.members) == 1
                 else "i sin egen kommun, så minst så många arbetar inom regionen")
        found.append(f"{swedish.persons(row['day_population'])} arbetade i {region.name} {year} "
                     f"och {swedish.number(row['night_population'])} förvärvsarbetande bodde där "
                     f"(pendlingskvot {_ratio(row['commuting_ratio'])}); {share} av dem som bor "
                     f"där arbetar {where}.")
    return [*found, _market_text(region.name, region.members)]


