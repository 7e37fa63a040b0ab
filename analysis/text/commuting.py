"""Sentences about commuting: where people work, and whom the members belong together with.

Terms
-----
margins: the table of the loader, indexed by (code, year), with a column `series`.
flows: an `analysis.flows.Flows`; a figure that comes from modelled cells is never stated as a
fact: it is called a model estimate, rounded or an interval, and its measured error is told once.
What may be named, rounded and ranked is decided in `analysis.views.commuting`.
lower bound: the known part of a count of which some cells are unknown; always said with `minst`.

Every function returns whole sentences, and none about what is missing in the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd

from analysis import catalog
from analysis.flows import Flows, Markets
from analysis.loaders import tables
from analysis.metrics import commuting as metrics
from analysis.metrics.labour_markets import SCB, Thresholds
from analysis.regions import Region, country, municipalities, names_of
from analysis.text import swedish
from analysis.text.unknown import unknown
from analysis.views import commuting as _view
from analysis.views.commuting import (
    MARKETS_YEAR,
    Bar,
    Commuting,
    Link,
    bars,
    exact,
    is_nation,
    of_year,
    official_markets,
    seen_between,
)
from analysis.views.population import last_year

SEXES = {"total": "båda könen", "women": "kvinnor", "men": "män"}
MANY = 12  # with more members than this the tables, not the sentences, name them
_MOST = 4  # names in one enumeration; the tables name the rest


# --- how modelled figures are written -------------------------------------------------------------


def count(persons: float, flows: Flows) -> str:
    """A number of persons as it is printed; a modelled one below 1,000 is an interval."""
    if swedish.is_missing(persons):
        return swedish.MISSING
    return of_model(persons) if flows.modelled else swedish.number(round(persons))


def of_model(persons: float) -> str:
    """A modelled number of persons: two figures that count, below 1,000 an interval."""
    if persons >= _view.EXACT:
        return swedish.number(_view.rounded(persons))
    low, high = _view.interval(persons)
    return f"{swedish.number(low)}–{swedish.number(high)}"


def about(persons: float, flows: Flows) -> str:
    """As `count`, with `cirka` before a modelled number that is no interval."""
    shown = count(persons, flows)
    return f"cirka {shown}" if flows.modelled and persons >= _view.EXACT else shown


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
    return (
        f"Talen för {swedish.listed(names)} är minst så stora som de visas: {count} är "
        f"{'okänd' if cells.sum() == 1 else 'okända'}.",
    )


def titled(title: str, flows: Flows) -> str:
    """A title that says so when the figures are modelled."""
    return f"{title} – modellskattning" if flows.modelled else title


def error_text() -> str:
    """How far off modelled counts were in tests, by size."""
    sizes = _view.sizes()[1:]
    errors = swedish.listed(f"{100 * size.median_error:.0f}" for size in sizes)
    ranges = [
        f"{swedish.number(size.least)}–{swedish.number(after.least)}"
        for size, after in pairwise(sizes)
    ]
    return (
        f"I prov mot observerade tal var medianfelet {errors} procent för flöden på "
        f"{swedish.listed([*ranges, 'fler pendlare'])}."
    )


def tried_text(members: Sequence[str]) -> str:
    """In which of the members' counties the model was tried, or that it was in none."""
    names = {code[:2]: entry.county for code, entry in municipalities().items()}
    mine = _view.trials_of(members)
    if not mine:
        return "För den här regionen finns inget prov."
    where = swedish.listed(f"{names[trial.county]} ({trial.year})" for trial in mine)
    missing = {code[:2] for code in members} - {trial.county for trial in mine}
    return f"Prov finns för {where}{', inte för de andra länen' if missing else ''}."


def error_short() -> str:
    """The measured error of the model, for a legend or a note."""
    small, large = _view.sizes()[1], _view.sizes()[-1]
    return (
        f"I prov var medianfelet {swedish.percent(small.median_error, 0)} för flöden på "
        f"{small.least}–{_view.sizes()[2].least} pendlare och "
        f"{swedish.percent(large.median_error, 0)} för flöden över "
        f"{swedish.number(large.least)}."
    )


def short_note(flows: Flows) -> tuple[str, ...]:
    """The note under a modelled figure or table: what the numbers are."""
    if not flows.modelled:
        return ()
    return ("Modellskattning: under 1 000 pendlare visas det spann som fyra av fem prov låg inom.",)


def model_note(flows: Flows) -> str:
    """What is modelled, from which observed figures."""
    return (
        f"Kommunernas in- och utpendling {flows.year} är observerad, men inte mellan vilka "
        "kommuner den går. Det är en modellskattning ur avstånd, arbetsplatser och pendlingen "
        f"mellan län 2018{_observed_years(flows)}."
    )


def _observed_years(flows: Flows) -> str:
    if flows.informed.empty:
        return ""
    years = flows.informed["year"]
    return (
        f", och ur par av kommuner som observerats "
        f"{swedish.span(int(years.min()), int(years.max()))}, delvis bara för kvinnor"
    )


def method_sentences(view: Commuting) -> list[str]:
    """For the appendix: which observed pairs inform the model, and where it was tried."""
    if view.flows is None or not view.flows.modelled:
        return []
    names = {code[:2]: entry.county for code, entry in municipalities().items()}
    trials = [
        f"{names[trial.county]} {trial.year} ({swedish.percent(trial.cpc, 0)})"
        for trial in _view.trials()
    ]
    return [
        f"Observerade par av kommuner är startvärden för modellen: "
        f"{swedish.listed(_informed_areas(view.flows, names))}. De blir kvar som skattningar: "
        "talen anpassas till årets in- och utpendling.",
        f"Modellen är prövad på {swedish.in_words(len(trials))} områden utan deras egna tal. "
        "Andelen pendlare som då hamnade på rätt par av kommuner: "
        f"{swedish.listed(trials)}.",
    ]


def _informed_areas(flows: Flows, names: Mapping[str, str]) -> list[str]:
    """Counties, years and sexes of the observed cells that inform the model."""
    seen = flows.informed.assign(county=flows.informed["home"].str[:2])
    parts = []
    for (year, county), part in seen.groupby(["year", "county"]):
        sexes = [word for sex, word in SEXES.items() if sex in set(part["sex"])]
        parts.append(f"{names[str(county)]} {year} ({swedish.listed(sexes)})")
    return parts


# --- what the margins give exactly ----------------------------------------------------------------


def overview_sentences(view: Commuting) -> list[str]:
    """Day and night population of each cooperation, and the members at the ends."""
    if view.flows is None:
        return []
    year = view.flows.year
    sentences = [_balance_of(part, exact(view.margins, part.members), year) for part in view.parts]
    return [" ".join(sentences), *_ends(view.region, of_year(view.margins), year)]


def _balance_of(part: Region, row: pd.Series, year: int) -> str:
    if swedish.is_missing(row["night_population"]):
        return ""
    return (
        f"I {part.name} hade {swedish.persons(row['day_population'])} sin arbetsplats {year} "
        f"(dagbefolkning), och {swedish.number(row['night_population'])} förvärvsarbetande "
        f"bodde där (nattbefolkning): {_net(row['net_commuting'])}."
    )


def _net(persons: float) -> str:
    if round(persons) == 0:
        return "lika många"
    if persons < 0:
        return f"{swedish.number(-persons)} fler bor där och arbetar än har sin arbetsplats där"
    return f"{swedish.number(persons)} fler har sin arbetsplats där än bor där och arbetar"


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
        return [
            f"Av de förvärvsarbetande som bor i {names_of([ratio.index[0]])[0]} arbetade "
            f"{swedish.percent(out.iloc[0])} i en annan kommun {year}; av dem som arbetar där "
            f"bodde {swedish.percent(come.iloc[0])} i en annan kommun."
        ]
    low, high = names_of([ratio.index[0], ratio.index[-1]])
    text = (
        f"{_more_jobs(ratio)} Pendlingskvoten varierar mellan {_ratio(ratio.iloc[0])} i {low} "
        f"och {_ratio(ratio.iloc[-1])} i {high}."
    )
    least, most = names_of([out.index[0], out.index[-1]])
    text += (
        f" Störst andel utpendlare har {most} ({swedish.percent(out.iloc[-1])} av de "
        f"förvärvsarbetande som bor där), minst {least} ({swedish.percent(out.iloc[0])}); "
        f"störst andel inpendlare har {names_of([come.index[-1]])[0]} "
        f"({swedish.percent(come.iloc[-1])} av dem som arbetar där)."
    )
    return [text]


def jobs_title(difference: pd.Series) -> str:
    """The message of day against night: where jobs are more than employed residents.

    `difference` is day / night - 1 by code.
    """
    return _more_jobs((difference + 1).sort_values()).rstrip(".")


def _more_jobs(ratio: pd.Series) -> str:
    """In which members more people work than employed residents live."""
    if len(ratio) == 1:
        more = "fler" if ratio.iloc[0] > 1 else "färre"
        return f"I {names_of([str(ratio.index[0])])[0]} är jobben {more} än invånarna som arbetar."
    above = [str(code) for code in ratio.index[ratio > 1]][::-1]
    if not above:
        return "I alla kommunerna är jobben färre än de förvärvsarbetande invånarna."
    if len(above) == len(ratio):
        return "I alla kommunerna är jobben fler än de förvärvsarbetande invånarna."
    where = (
        swedish.listed(names_of(above))
        if len(above) <= _MOST
        else f"{swedish.in_words(len(above))} av {swedish.in_words(len(ratio))} kommuner"
    )
    return f"Bara i {where} finns fler jobb än förvärvsarbetande invånare."


def abroad_sentence(margins: pd.DataFrame) -> str:
    """How many more out- than in-commuters the nation has: workplaces abroad."""
    if margins.empty:
        return ""
    now, year = of_year(margins), last_year(margins)
    out, come = (
        now[name].reindex(country(now.index)).astype("float64").sum(skipna=False)
        for name in ("out_commuters", "in_commuters")
    )
    difference = out - come
    if not difference > 0:
        return ""
    return (
        f"I hela riket är utpendlarna {swedish.number(difference)} fler än inpendlarna {year}: "
        "utpendling räknar även arbetsplatser utomlands."
    )


# --- the series -----------------------------------------------------------------------------------


def rams_breaks() -> list[catalog.Series]:
    """The series of the margins that begin with a break in the line; BAS is its own line."""
    return [
        part
        for part in catalog.dataset("commuting_margins").series[1:]
        if not part.key.startswith("bas")
    ]


def break_note(margins: pd.DataFrame) -> str:
    """Why the lines have gaps: every break of the catalogue that lies within the data."""
    years = margins.index.get_level_values("year")
    texts = [
        f"{part.first - 1}/{part.first} ({part.break_reason})"
        for part in rams_breaks()
        if years.min() < part.first <= years.max()
    ]
    if not texts:
        return ""
    return f"Linjerna är brutna {swedish.listed(texts)}: nivåerna före och efter kan inte jämföras."


def series_sentences(view: Commuting) -> list[str]:
    """What happened within each series: no change is computed across a break."""
    if view.flows is None:
        return []
    return [text for part in view.parts for text in _series_of(part, view.margins)]


def _series_of(part: Region, margins: pd.DataFrame) -> list[str]:
    table = metrics.group_margins(margins, part.members)
    entry = catalog.dataset("commuting_margins")
    parts = []
    for series in entry.series:
        if series.key not in table.index.get_level_values("series"):
            continue
        rows = table.loc[[series.key]].droplevel("series").dropna(subset="night_population")
        if len(rows) > 1:
            parts.append(_within(rows))
    if not parts:
        return []
    return [f"{part.name}: {'; '.join(parts)}. Förändringen räknas bara inom en serie."]


def _within(rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    span = swedish.span(int(str(rows.index[0])), int(str(rows.index[-1])))
    moved = [
        (word, swedish.change(last[name] - first[name], of=first[name]))
        for name, word in (
            ("day_population", "dagbefolkningen"),
            ("night_population", "nattbefolkningen"),
        )
        if first[name] > 0
    ]
    parts = [
        f"{what.replace(' ', f' {word} ', 1)}" if not place else f"{word} {what}"
        for place, (word, what) in enumerate(moved)
    ]
    before, after = _ratio(first["commuting_ratio"]), _ratio(last["commuting_ratio"])
    ratio = (
        f"pendlingskvoten var {after} båda åren"
        if before == after
        else f"pendlingskvoten gick från {before} till {after}"
    )
    return f"{span} {swedish.listed([*parts, ratio])}"


# --- official labour markets ----------------------------------------------------------------------


def market_sentences(view: Commuting) -> list[str]:
    """Whether each cooperation lies in one official labour market."""
    if not view.markets_known:
        return [
            f"SCB:s lokala arbetsmarknader i underlaget gäller {MARKETS_YEAR} och är nyare än "
            "rapportens datum; de visas därför inte."
        ]
    return [" ".join(_market_text(part.name, part.members) for part in view.parts)]


def market_title(view: Commuting) -> str:
    """The message of the map of official labour markets."""
    parts = [(part, official_markets(part.members)) for part in view.parts]
    if len(parts) == 1:
        part, markets = parts[0]
        return f"{_who(part)} hör till {_market_count(markets)}"
    return ", ".join(
        f"{part.name} {'' if place else 'hör '}till {_market_count(markets)}"
        for place, (part, markets) in enumerate(parts)
    )


def _who(part: Region) -> str:
    """The members as the subject of a sentence."""
    count = len(part.members)
    if count == 1:
        return names_of(part.members)[0]
    return "Båda kommunerna" if count == 2 else f"De {swedish.in_words(count)} kommunerna"


def _market_count(markets: Mapping[str, Sequence[str]]) -> str:
    if len(markets) == 1:
        return f"en lokal arbetsmarknad ({next(iter(markets))})"
    return f"{swedish.in_words(len(markets))} lokala arbetsmarknader"


def _market_text(name: str, members: Sequence[str]) -> str:
    markets = official_markets(members)
    if len(members) == 1:
        return f"{name} hör till den lokala arbetsmarknaden {next(iter(markets))} ({MARKETS_YEAR})."
    if len(markets) == 1:
        return (
            f"Hela {name} ligger i en lokal arbetsmarknad: {next(iter(markets))} ({MARKETS_YEAR})."
        )
    listed = [f"{market} ({_few(codes)})" for market, codes in list(markets.items())[: _MOST + 2]]
    more = "" if len(markets) <= _MOST + 2 else ", bland andra"
    return (
        f"{name} ligger i {swedish.in_words(len(markets))} lokala arbetsmarknader "
        f"({MARKETS_YEAR}){more}: {swedish.listed(listed)}."
    )


def _few(codes: Sequence[str]) -> str:
    return (
        swedish.listed(names_of(codes))
        if len(codes) <= _MOST
        else swedish.counted(len(codes), "kommun", "kommuner")
    )


# --- where people work ----------------------------------------------------------------------------

_FRACTIONS = (
    (0.1, "var tionde"),
    (0.2, "var femte"),
    (0.25, "var fjärde"),
    (1 / 3, "var tredje"),
    (0.4, "två av fem"),
    (0.5, "hälften"),
    (0.6, "tre av fem"),
    (2 / 3, "två av tre"),
    (0.75, "tre av fyra"),
    (0.8, "fyra av fem"),
    (0.9, "nio av tio"),
)
_HALF = 0.05  # nearer to a half than this is neither most nor few
_TELLING = 0.15  # of all employed residents: a smaller part is no message


def fraction(share: float) -> str:
    """A share in words, the nearest simple fraction.

    >>> fraction(0.28), fraction(0.7)
    ('var fjärde', 'två av tre')
    """
    return min(_FRACTIONS, key=lambda one: abs(one[0] - share))[1]


def workplaces_title(view: Commuting) -> str:
    """The message of the bars: the largest part of anybody that leaves the municipality."""
    found = [
        (share, text)
        for part in view.parts
        for bar in _bars(view, part)
        for share, text in _messages(part, bar)
    ]
    telling = [one for one in found if one[0] >= _TELLING]
    if telling:
        return max(telling, key=lambda one: one[0])[1]
    every = [bar for part in view.parts for bar in _bars(view, part)]
    return home_title(
        sum(bar.own * bar.night for bar in every) / max(sum(bar.night for bar in every), 1)
    )


def home_title(share: float) -> str:
    """Whether those who work in the municipality that they live in are most, few or about half.

    >>> home_title(0.501)
    'Ungefär hälften av de förvärvsarbetande arbetar i den kommun där de bor'
    >>> home_title(0.7)
    'De flesta förvärvsarbetande arbetar i den kommun där de bor'
    """
    if abs(share - 0.5) < _HALF:
        return "Ungefär hälften av de förvärvsarbetande arbetar i den kommun där de bor"
    where = "den kommun där de bor" if share > 0.5 else "en annan kommun än där de bor"
    return f"De flesta förvärvsarbetande arbetar i {where}"


def _bars(view: Commuting, part: Region) -> list[Bar]:
    return bars(part, view.flows) if view.flows else []


def _messages(part: Region, bar: Bar) -> list[tuple[float, str]]:
    """What one bar can say, with the share of the employed residents that it concerns."""
    name, about = names_of([bar.code])[0], "ungefär " if bar.modelled else ""
    likely = "troligen " if bar.modelled else ""
    group, outside = bar.of_all(bar.group), bar.of_all(bar.outside)
    found = []
    if group is not None and len(part.members) > 1:
        where = (
            "den andra kommunen" if len(part.members) == 2 else f"de andra kommunerna i {part.name}"
        )
        found.append(
            (
                group,
                swedish.capitalised(
                    f"{about}{fraction(group)} {_OF[fraction(group) == 'hälften']} i {name} arbetar "
                    f"{likely}i {where}"
                ),
            )
        )
    if outside is not None and bar.link is not None:
        found.append(
            (
                outside,
                swedish.capitalised(
                    f"{about}{fraction(outside)} {_OF[fraction(outside) == 'hälften']} i {name} arbetar "
                    f"{_likely(bar.link)}i {names_of([bar.link.work])[0]}"
                ),
            )
        )
    return found


_OF = {False: "förvärvsarbetande som bor", True: "av de förvärvsarbetande som bor"}


def _likely(link: Link) -> str:
    return "" if link.basis == "observed" else "troligen "


def workplace_sentences(view: Commuting) -> list[str]:
    """For each cooperation: who works at home, what leaves it, and where most of that goes."""
    if view.flows is None:
        first = catalog.dataset("commuting_margins").years.split("–")[0]
        return [f"SCB:s uppgifter om pendling i underlaget börjar {first}, efter rapportens datum."]
    return [" ".join(_part_texts(view.flows, part)) for part in view.parts]


def _part_texts(flows: Flows, part: Region) -> list[str]:
    found = [_home_text(flows, part)]
    if len(part.members) > 1 and not is_nation(part):
        found.append(_group_text(part, flows))
    if not is_nation(part):
        found.append(_outside_text(part, flows))
    found.append(_seen_text(flows, part))
    return [text for text in found if text]


def _home_text(flows: Flows, part: Region) -> str:
    """The observed share who work where they live, and its ends."""
    margins = flows.margins.set_index(["code", "year"])
    least = exact(margins, part.members)["containment_residence_min"]
    if swedish.is_missing(least):
        return ""
    where = "kommunen" if len(part.members) == 1 else "sin egen kommun"
    text = (
        f"Av de förvärvsarbetande som bor i {part.name} arbetade "
        f"{swedish.percent(least, 0)} i {where} {flows.year}"
    )
    own = (1 - metrics.out_commuting_share(flows.by_code.reindex(list(part.members)))).dropna()
    if len(own) < 2:
        return f"{text}."
    own = own.sort_values(kind="stable")
    low, high = names_of([str(own.index[0]), str(own.index[-1])])
    return (
        f"{text}; andelen varierar mellan {swedish.percent(own.iloc[0], 0)} i {low} och "
        f"{swedish.percent(own.iloc[-1], 0)} i {high}."
    )


def _group_text(part: Region, flows: Flows) -> str:
    """How many cross the border of a group, and how many commute inside it."""
    figures = metrics.group_figures(flows.table, part.members, margins=flows.margins).iloc[0]
    if figures["unknown_cells"]:
        return _range_text(part.name, part.members, flows)
    low, high = _view.internal(part, flows)
    if low < high:
        return (
            f"Enligt modellskattningen pendlade mellan {swedish.number(low)} och "
            f"{swedish.number(high)} personer mellan kommunerna."
        )
    start = f"År {flows.year} pendlade"
    if flows.modelled:
        start = "Enligt modellskattningen, som här utgår från observerade par, pendlade"
    inside, out, come = (
        about(figures[name], flows) for name in ("group_internal", "group_out", "group_in")
    )
    return (
        f"{start} {inside} personer mellan kommunerna, {out} ut ur området och {come} in till det."
    )


def _range_text(name: str, members: Sequence[str], flows: Flows) -> str:
    bounds = metrics.group_internal_range(flows.table, members, margins=flows.margins).iloc[0]
    cells = unknown(metrics.unknown_between(flows.table, members), f"mellan kommunerna i {name}")
    basis = (
        ", räknat ur tal som själva har röjandeskydd"
        if flows.year in tables.perturbed_years("commuting_margins")
        else ""
    )
    return (
        f"{cells} Pendlingen mellan dem är "
        f"{flows.year} mellan {swedish.number(bounds['low'])} och "
        f"{swedish.persons(bounds['high'])}{basis}; okänt räknas aldrig som noll."
    )


def _outside_text(part: Region, flows: Flows) -> str:
    """Where most of those go who work outside the cooperation, when that may be said."""
    link, share = _view.outside(part, flows)
    if link is None or share is None:
        reason = (
            "modellen skiljer inte de största åt"
            if flows.modelled
            else "inte alla uppgifter är kända"
        )
        return f"Vart flest pendlar utanför {part.name} går inte att säga: {reason}."
    how = f"omkring {swedish.percent(share, 0)}" if flows.modelled else swedish.percent(share)
    where = "i andra kommuner" if len(part.members) == 1 else "utanför kommunerna"
    return (
        f"Av de förvärvsarbetande i {part.name} som arbetar {where} arbetar flest "
        f"{_likely(link)}i {names_of([link.work])[0]}, {how}."
    )


def _seen_text(flows: Flows, part: Region) -> str:
    """What has been observed between the members in some year, as it is."""
    seen = seen_between(flows, part.members)
    if not seen:
        return ""
    one = seen[0]
    who = {"total": "personer"}.get(one.sex, SEXES[one.sex])
    place = names_of([one.outside])[0] if one.outside else ""
    if len(part.members) == 1:
        return (
            f"{one.year} pendlade {swedish.number(one.to_outside)} {who} från {part.name} till "
            f"{place} (observerat)."
            if place
            else ""
        )
    between = f"de {swedish.in_words(len(part.members))} kommunerna"
    more = (
        f" och {swedish.number(one.to_outside)} till {place}"
        if one.to_outside >= one.internal / 2 and place
        else ""
    )
    return (
        f"{one.year} pendlade {swedish.number(one.internal)} {who} mellan {between}{more} "
        "(observerat)."
    )


def error_sentences(view: Commuting) -> list[str]:
    """What is modelled and how far off it was in tests; nothing where all is observed."""
    if view.flows is None or not view.flows.modelled:
        return []
    return [f"{model_note(view.flows)} {error_text()} {tried_text(view.region.members)}"]


def _per_cent(share: float) -> str:
    whole = abs(100 * share - round(100 * share)) < 1e-9
    return f"{swedish.number(100 * share, 0 if whole else 1)} procent"


def _links(thresholds: Thresholds) -> str:
    count = thresholds.max_links
    return "ett led" if count == 1 else f"{swedish.in_words(count)} led"


def limits_of(thresholds: Thresholds) -> str:
    """The limits of a delineation in short.

    >>> limits_of(Thresholds(0.25, 0.075, 3))
    'Högst 25 procent ut, högst 7,5 procent till en enda kommun, högst tre led'
    """
    return (
        f"Högst {_per_cent(thresholds.out_share)} ut, högst {_per_cent(thresholds.single_share)} "
        f"till en enda kommun, högst {_links(thresholds)}"
    )


def rules_of(thresholds: Thresholds) -> str:
    """The rules of a delineation in words.

    >>> rules_of(Thresholds(0.25, 0.1, 3))
    'En kommun är centrum om högst 25 procent pendlar ut och högst 10 procent till en enda ...'
    """
    return (
        f"En kommun är centrum om högst {_per_cent(thresholds.out_share)} pendlar ut och högst "
        f"{_per_cent(thresholds.single_share)} till en enda kommun. Andra hör till kommunen dit "
        f"flest pendlar, högst {_links(thresholds)} från centrum."
    )


def delineation_sentences(view: Commuting, markets: Markets) -> list[str]:
    """How our own delineation, by SCB's rules or by others, agrees with the official one."""
    flows, agree = view.flows, markets.agreement
    if flows is None:
        return []
    start = "en modellskattad matris" if flows.modelled else "den observerade matrisen"
    own = markets.thresholds
    rules = (
        "SCB:s regler (högst två led till centrum)"
        if own == SCB
        else f"egna gränser ({limits_of(own).lower()})"
    )
    found = (
        f"Med {rules} och {start} för {flows.year} får vi "
        f"{swedish.number(agree['markets'])} lokala arbetsmarknader i riket mot SCB:s "
        f"{swedish.number(agree['official_markets'])} ({MARKETS_YEAR}). Av de par av kommuner som "
        f"vi lägger ihop ligger {swedish.percent(agree['precision'], 0)} ihop också hos SCB, och "
        f"av SCB:s par finner vi {swedish.percent(agree['recall'], 0)} (justerat Rand-index "
        f"{swedish.number(agree['adjusted_rand'], 2)}; 1 är helt lika). Den officiella "
        "indelningen gäller."
    )
    return [found]
