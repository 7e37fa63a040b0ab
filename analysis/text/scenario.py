"""The sentences of a scenario: what is known, under which assumptions, and what is not known.

Terms
-----
scenario: see `views.scenario`.
assumption: a number or choice that is not observed; every one of them is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.arrangements import DATED, NO_INDICATOR, State
from analysis.metrics import scenario as metrics
from analysis.regions import municipalities
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.commuting import error_short
from analysis.views import commuting as flow_view
from analysis.views.scenario import Scenario
from analysis.views.services import population_on, rows_of

GENERAL_RIGHT = date(2018, 7, 1)  # avtalssamverkan became a general right (9 kap. 37 §)
AUTHORITY = frozenset(
    {  # services in which decisions on persons or property are taken by law
        "raddningstjanst",
        "raddningsledning",
        "bygglov",
        "miljotillsyn",
        "overformyndare",
        "bostadsanpassning",
        "parkeringstillstand",
    }
)
_PRIVATE = ("bolag", "forening", "stiftelse")
_NO_TRANSFER = ("natverk", "avsiktsforklaring")
_PLAN_WORDS = {"intention": "en avsikt", "inquiry": "en utredning", "decided": "ett beslut"}


def _listed(codes: Sequence[str]) -> str:
    return swedish.listed(text.alphabetical(codes))


def _name(code: str) -> str:
    return municipalities()[code].name


# --- the question and today ----------------------------------------------------------------------


def question_text(case: Scenario) -> str:
    """What the scenario tries, in one paragraph."""
    host = f" med {_name(case.host)} som värd" if case.host else ""
    return (
        f"Tänk om {_listed(case.members)} delade tjänsten {text.lower(case.name)}{host}. "
        f"Scenariot jämför med läget den {swedish.day(case.view.day)} enligt inventeringen. "
        "Det är ett räkneexempel under angivna antaganden. Det är ingen prognos, och det lovar "
        "ingen besparing."
    )


def today_text(case: Scenario) -> list[str]:
    """Who has the service in which body today, who would leave, and who stays behind."""
    found = [same_text(case), *(_body_sentence(case, row) for row in rows_of(case.present))]
    plans = _plans(case)
    found += [
        f"{_name(code)} sköter tjänsten själv ({words})." for code, words in case.alone.items()
    ]
    if case.unknown:
        found.append(
            f"För {_listed(case.unknown)} finns ingen uppgift om att tjänsten delas i drift. "
            "Det betyder inte att den inte delas."
        )
    return [*filter(None, found), *plans, *_contradictions(case)]


def same_text(case: Scenario) -> str:
    """That the scenario equals today, and what it may still try; empty when it does not."""
    row = case.same
    if row is None:
        return ""
    host = (
        ""
        if not case.host or case.host == row.host
        else f" Det enda nya är {_name(case.host)} som värd."
        if row.host
        else f" Om {_name(case.host)} är värd i dag framgår inte."
    )
    return (
        f"**Scenariot är detsamma som i dag:** {_listed(case.members)} har redan tjänsten "
        f"tillsammans i {row.name}, och ingen annan är med. Varken krets eller "
        f"befolkningsunderlag ändras.{host}"
    )


def _body_sentence(case: Scenario, row: Any) -> str:
    inside, outside = row.inside.split("; "), [code for code in row.outside.split("; ") if code]
    form = case.view.form_names[row.legal_form]
    text_ = (
        f"{_listed(inside)} {'har' if row.counted else 'hade'} tjänsten i "
        f"{row.name} ({form}; {row.words})."
    )
    joining = [code for code in case.members if code not in inside]
    joins = f" I scenariot tillkommer {_listed(joining)}." if joining else ""
    if not row.counted:
        return (
            f"{text_} Om den finns kvar framgår inte, och uppgiften räcker inte för att räkna "
            f"tjänsten som i drift den {swedish.day(case.view.day)}.{joins}"
        )
    if not outside:
        return f"{text_} Alla dess medlemmar ingår i scenariot.{joins}"
    who = f"lämnar {_listed(inside)} det" if len(inside) == 1 else "lämnar de det"
    return (
        f"{text_} I scenariot {who}; kvar blir {_listed(outside)}. "
        f"Jämförelsen gäller alltså att lämna ett organ som finns.{joins}"
    )


def _plans(case: Scenario) -> list[str]:
    """Intentions, inquiries and decisions about the service, which are no service in operation."""
    state = case.view.state
    rows = state[
        (state["area"] == case.service)
        & state["code"].isin(case.members)
        & (state["state"] == State.PLANNED)
    ]
    return [
        f"Det finns {_PLAN_WORDS[str(event)]} ({part['words'].iloc[0]}): "
        f"{case.view.names[str(key)]}, för {_listed(sorted(set(part['code'])))}. Det är ingen "
        "tjänst i drift."
        for (key, event), part in rows.groupby(["arrangement", "event"], sort=False)
    ]


def _contradictions(case: Scenario) -> list[str]:
    """What sources say differently of the present bodies, for this service or the whole body."""
    table = case.view.contradictions
    mine = table[
        table["arrangement"].isin(case.present["arrangement"])
        & table["area"].isin([case.service, ""])
    ]
    return text.contradiction_lines(case.view, mine)


# --- population and distances --------------------------------------------------------------------


def base_text(case: Scenario, population: pd.DataFrame) -> list[str]:
    """Population base after, against before and against the bodies of the inventory.

    `population` has code, year and population of all years: the scenario's day chooses the year.
    """
    people, year = population_on(case.view, population)
    bases = metrics.population_bases(case.present, case.members, people)
    after = bases.loc[bases["part"] == metrics.AFTER, "population"].iloc[0]
    sure = dict(zip(case.present["arrangement"], case.present["counted"], strict=True))
    found = [f"Scenariots krets har {_people(after)} ({year})."]
    if case.same is not None:
        return [
            f"Scenariots krets är densamma som i dag: {_people(after)} ({year}).",
            sizes_text(case, people),
        ]
    for row in rows_of(bases[bases["part"] == metrics.BEFORE]):
        verb = "har" if sure[row.arrangement] else "hade medlemmar med"
        count = f"{swedish.in_words(row.members)} {'kommun' if row.members == 1 else 'kommuner'}"
        found.append(
            f"{case.view.names[row.arrangement]} {verb} {_people(row.population)} i {count}."
        )
    found += [
        f"Kvar i {case.view.names[row.arrangement]} blir {_listed(row.codes.split('; '))} "
        f"med {_people(row.population)}."
        for row in rows_of(bases[bases["part"] == metrics.STAY])
    ]
    return [" ".join(found), sizes_text(case, people)]


def _people(count: Any) -> str:
    return "ett okänt antal invånare" if swedish.is_missing(count) else swedish.inhabitants(count)


def sizes_text(case: Scenario, population: pd.Series) -> str:
    """Where the scenario stands among the other bodies of the inventory that count for the service.

    A body of which it is unclear whether it still has the service is no size to compare with.
    """
    sizes = metrics.body_sizes(case.view.state, case.service, population)
    sizes = sizes[sizes["counted"]].dropna(subset=["population"])
    other = "" if case.same is None else "andra "
    if case.same is not None:
        sizes = sizes[sizes["arrangement"] != case.same.arrangement]
    if sizes.empty:
        return (
            f"Inventeringen har inget {'annat ' if other else ''}organ för "
            f"{text.lower(case.name)} som räknas som i drift. Det finns därför ingenting att "
            "jämföra underlaget med."
        )
    after = population.reindex(list(case.members)).sum(skipna=False)
    if swedish.is_missing(after):
        return (
            "Scenariots krets kan inte jämföras med andra organ: folkmängden är okänd för "
            "minst en av kommunerna."
        )
    low, high = int(sizes["population"].min()), int(sizes["population"].max())
    size = (
        f"har {swedish.inhabitants(low)}"
        if low == high
        else f"har mellan {swedish.number(low)} och {swedish.inhabitants(high)}"
    )
    total = len(sizes)
    bodies = (
        f"{other or 'enda '}organ"
        if total == 1
        else f"{swedish.in_words(total, neuter=True)} {other}organ"
    )
    return (
        f"Inventeringens {bodies} för tjänsten {size}. Scenariots krets är "
        f"{_place(sizes['population'], float(after))}. Urvalet är litet och inte "
        "representativt för landet."
    )


def _place(sizes: pd.Series, after: float) -> str:
    """större än två av dem, mindre än dem alla, lika stor som det."""
    smaller, larger = int((sizes < after).sum()), int((sizes > after).sum())
    which = "det" if len(sizes) == 1 else "dem alla"
    if larger == len(sizes):
        return f"mindre än {which}"
    if smaller == len(sizes):
        return f"större än {which}"
    if not smaller:
        return f"lika stor som {'det' if len(sizes) == 1 else 'det minsta av dem'}"
    return f"större än {swedish.in_words(smaller, neuter=True)} av dem"


def distance_text(case: Scenario, localities: pd.DataFrame) -> str:
    """Distance from every locality to the host, or to the best placed member without a host.

    `localities` is the table of one year, see `metrics.scenario.host_choices`.
    """
    choices = metrics.host_choices(case.members, localities)
    known = choices.dropna(subset=["mean_km"])
    if known.empty:
        return "Avstånden är okända: tätorter saknas för minst en kommun i underlaget."
    best = known.iloc[0]
    if not case.host:
        return (
            f"Ingen värd är vald. Kortast vägt avstånd ger {_name(best['host'])}: i genomsnitt "
            f"{swedish.number(best['mean_km'], 1)} km per invånare i tätort "
            f"({localities['year'].max()}). Det är inget "
            "förslag till värd."
        )
    row = known[known["host"] == case.host].iloc[0]
    other = (
        ""
        if best["host"] == case.host
        else f" Kortast skulle det vara med {_name(best['host'])} som värd: "
        f"{swedish.number(best['mean_km'], 1)} km."
    )
    place = f"{row['place']}" + (
        "" if row["place"] == _name(case.host) else f" i {_name(case.host)}"
    )
    return (
        f"För dem som bor i kommunernas tätorter ({localities['year'].max()}) är det i genomsnitt "
        f"{swedish.number(row['mean_km'], 1)} km fågelvägen till {place}; "
        f"värdkommunens egna invånare har i genomsnitt {swedish.number(row['own_km'], 1)} km. "
        f"Längst är det för {_name(row['farthest'])}: {swedish.number(row['largest_km'])} km."
        f"{other}"
    )


def host_before_text(case: Scenario) -> str:
    """Whether the distance to today's host can be compared."""
    if case.present.empty:
        return (
            "Inventeringen har inget organ för tjänsten bland kommunerna. Det finns därför "
            "inget avstånd i dag att jämföra med."
        )
    hosts = [row for row in rows_of(case.present) if row.host]
    if not hosts:
        return (
            "Var personalen sitter i dag är okänt: källorna namnger ingen värdkommun för de "
            "nuvarande organen. Avståndet före kan därför inte räknas."
        )
    return " ".join(f"I dag är {_name(row.host)} värd för {row.name}." for row in hosts)


def border_text(case: Scenario, neighbours: pd.DataFrame) -> str:
    """How the members hang together by land; water borders are not in the data."""
    borders = metrics.land_borders(case.members, neighbours)
    parts = metrics.land_parts(case.members, borders)
    count = int(borders["border"].sum())
    pairs = (
        f"{swedish.in_words(count, neuter=True)} av "
        f"{swedish.in_words(len(borders), neuter=True)} par"
    )
    hangs = (
        "Kommunerna hänger ihop landvägen."
        if len(parts) == 1
        else "Kommunerna hänger inte ihop landvägen i underlaget: "
        + "; ".join(_listed(part) for part in parts)
        + "."
    )
    return (
        f"{swedish.capitalised(pairs)} har landgräns med varandra. {hangs} Gränserna är SCB:s "
        "för tematiska kartor. Gränser i vatten finns inte i underlaget, och avstånden är "
        "fågelvägen: vägar, broar och restider är inte medräknade."
    )


def commuting_text(case: Scenario, links: pd.DataFrame, *, year: int) -> str:
    """The strongest known link by commuting, what is unknown, and whether it is modelled."""
    known = links.assign(both=links["there"] + links["back"]).dropna(subset=["both"])
    if known.empty:
        return "Pendlingen mellan kommunerna är inte känd par för par."
    ranked = known.sort_values("both", ascending=False, kind="stable")
    top, hidden = ranked.iloc[0], len(links) - len(known)
    rest = (
        f" För {swedish.in_words(hidden, neuter=True)} par är pendlingen okänd, helt eller delvis."
        if hidden
        else ""
    )
    pair = f"{_name(top['code_a'])} och {_name(top['code_b'])}"
    if (known["kind"] == "modelled").any():
        return f"{_modelled_links(ranked, pair, year)}{rest}"
    which = ", av vad som är känt," if hidden else ""
    return (
        f"Starkast pendlingslänk{which} har {pair}: "
        f"{swedish.number(round(float(top['both'])))} pendlare i båda riktningarna {year}.{rest}"
    )


def _modelled_links(ranked: pd.DataFrame, pair: str, year: int) -> str:
    """What may be said of modelled links: the strongest where its interval is above the next."""
    both = ranked["both"].astype("float64")
    first = len(both) == 1 or flow_view.apart(float(both.iloc[0]), float(both.iloc[1]))
    strongest = (
        f"Starkast är troligen länken mellan {pair}. "
        if first
        else "Vilken länk som är starkast går inte att säga: intervallen går in i varandra. "
    )
    return (
        f"{strongest}Pendlingen {year} är modellskattad och inte observerad; tabellen visar "
        f"små flöden som intervall. {error_short()}"
    )


# --- cost ----------------------------------------------------------------------------------------


def cost_text(
    case: Scenario, costs: pd.DataFrame | None, population: pd.Series, peers: pd.DataFrame
) -> list[str]:
    """Cost per inhabitant today where it is known, its spread among peers, and a stated range.

    `costs` has code, year, area and cost, or is None when they have not been fetched.
    """
    indicator = _indicator(case)
    if indicator in ("", NO_INDICATOR):
        why = (
            "I Kolada finns inget nyckeltal som avser just den tjänsten"
            if indicator
            else "Tjänsten är inte kopplad till något nyckeltal i Kolada"
        )
        return [
            f"Kostnaden per invånare för {text.lower(case.name)} är okänd. {why}, och ingen "
            "annan kostnad används i stället. Därför räknas inget intervall."
        ]
    if costs is None:
        return [
            f"Kostnaden per invånare är okänd här. Den finns som nyckeltal {indicator} i "
            "Kolada men är inte hämtad till detta underlag, och ingen annan kostnad används "
            "i stället. Spridningen bland liknande kommuner är därför också okänd, och "
            "inget intervall räknas."
        ]
    own = metrics.known_costs(case.members, costs[costs["area"] == case.service])
    if own["cost"].isna().all():
        return [
            f"Kostnaden per invånare (Kolada {indicator}) saknas för alla kommunerna. Därför "
            "räknas inget intervall."
        ]
    return [
        _known_cost(case, own, indicator),
        _spread(case, own, costs, peers),
        _range(case, own, population),
    ]


def _indicator(case: Scenario) -> str:
    areas = case.view.inventory.areas
    return str(areas.loc[areas["key"] == case.service, "kolada_cost"].iloc[0])


def _known_cost(case: Scenario, own: pd.DataFrame, indicator: str) -> str:
    year = own["year"].iloc[0]
    said = [
        f"{_name(row.code)} {swedish.number(row.cost)} kr"
        for row in rows_of(own)
        if not pd.isna(row.cost)
    ]
    absent = own[own["cost"].isna()]
    protected = absent["status"] == "suppressed"
    missing, secret = list(absent.loc[~protected, "code"]), list(absent.loc[protected, "code"])
    rest = f" Uppgift saknas för {_listed(missing)}." if missing else ""
    rest += f" Uppgiften för {_listed(secret)} är skyddad av sekretess." if secret else ""
    return (
        f"Kostnad per invånare {year} (Kolada {indicator}): {swedish.listed(said)}.{rest} "
        "Högre kostnad är varken bättre eller sämre i sig; den beror också på behov och "
        "ambition."
    )


def _spread(case: Scenario, own: pd.DataFrame, costs: pd.DataFrame, peers: pd.DataFrame) -> str:
    alike = set(peers.loc[peers["code"].isin(case.members), "peer_code"]) - set(case.members)
    values = costs[
        (costs["area"] == case.service)
        & costs["code"].isin(alike)
        & (costs["year"] == own["year"].iloc[0])
    ]["cost"].dropna()
    if values.empty:
        return "Liknande kommuners kostnad är inte känd."
    return (
        f"Bland {swedish.counted(len(values), 'liknande kommun', 'liknande kommuner')} (RKA) "
        f"går kostnaden från {swedish.number(values.min())} till "
        f"{swedish.number(values.max())} kr per invånare, med medianen "
        f"{swedish.number(values.median())} kr."
    )


def _range(case: Scenario, own: pd.DataFrame, population: pd.Series) -> str:
    found = metrics.cost_range(own, population, low=case.low, high=case.high)
    if found is None:
        return "Eftersom kostnaden inte är känd för alla kommunerna räknas inget intervall."
    today, low, high = (swedish.number(value / 1e6, 1) for value in found)
    return (
        f"Kommunernas sammanlagda kostnad i dag motsvarar {today} miljoner kr om året. Under "
        f"antagandet att den ändras med {_change(case.low)} till {_change(case.high)} blir den "
        f"{low} till {high} miljoner kr. Intervallet är ett antagande, ingen beräknad "
        "besparing."
    )


def _change(share: float) -> str:
    """A signed share in per cent: −5 procent, +5 procent."""
    return f"{swedish.signed(share * 100)} procent"


# --- forms, unknowns, assumptions ----------------------------------------------------------------


def form_possible(case: Scenario, form: str) -> str:
    """Whether a legal form is open to the members for this service on the date, in a few words."""
    if form in _NO_TRANSFER:
        return "ja, men inga uppgifter förs över"
    if form == "kommunalforbund":
        return "ja"
    if form == "gemensam-namnd":
        return f"ja, med {_name(case.host)} som värd" if case.host else "ja, en medlem blir värd"
    if form in _PRIVATE:
        if case.service in AUTHORITY:
            return "bara för delar utan myndighetsutövning, eller där lag medger det"
        return "ja, för uppgifter utan myndighetsutövning"
    if case.view.day < GENERAL_RIGHT:
        return "bara med stöd i särskild lag; en generell rätt finns från 1 juli 2018"
    return "ja"


def forms_text(case: Scenario) -> str:
    """A sentence on what the choice of form decides for this service."""
    authority = (
        "Tjänsten innefattar myndighetsutövning, och det begränsar de privaträttsliga formerna. "
        if case.service in AUTHORITY
        else ""
    )
    return (
        f"{authority}Särskilda regler om tjänsten kan finnas i annan lag; de är inte prövade här."
    )


def unknowns(case: Scenario, costs: pd.DataFrame | None) -> list[str]:
    """What the scenario does not know, each as a short sentence."""
    found = _unknown_costs(case, costs)
    if case.unknown:
        found.append(f"Hur {_listed(case.unknown)} ordnar tjänsten i dag är inte känt.")
    found += [_old_evidence(row) for row in rows_of(case.present) if row.state not in DATED]
    found += [
        f"Villkoren för att lämna {row.name}: uppsägningstid och hur tillgångar, skulder och "
        "personal delas."
        for row in rows_of(case.present)
        if row.counted and not row.complete
    ]
    for row in rows_of(case.present):
        if text.since(case.view, row.arrangement, case.service) == "okänt":
            found.append(f"När {row.name} började är inte känt.")
    return [
        *found,
        "Vad det kostar att byta: uppsägningstider, avtal, lokaler, system och personal.",
        "Kvalitet, väntetider och sårbarhet i tjänsten i dag.",
        "Hur många årsarbetare som arbetar med tjänsten i varje kommun.",
        "Väg- och restider; bara fågelvägen är räknad.",
        "Om kommunerna vill: inget beslut av något fullmäktige ligger till grund för scenariot.",
    ]


def _unknown_costs(case: Scenario, costs: pd.DataFrame | None) -> list[str]:
    own = (
        None
        if costs is None
        else metrics.known_costs(case.members, costs[costs["area"] == case.service])
    )
    if own is None or own["cost"].isna().all():
        return ["Kostnaden per invånare i dag är okänd i alla kommunerna."]
    missing = list(own.loc[own["cost"].isna(), "code"])
    return [f"Kostnaden per invånare i dag är okänd i {_listed(missing)}."] if missing else []


def _old_evidence(row: Any) -> str:
    """Why it is uncertain that a present body still has the service."""
    if swedish.is_missing(row.last_evidence):
        return f"Om {row.name} har tjänsten på dagen: uppgiften är odaterad."
    return (
        f"Om {row.name} fortfarande har tjänsten som källorna säger: det senaste belägget är "
        f"från {row.last_evidence}."
    )


def unknown_list(case: Scenario, costs: pd.DataFrame | None) -> str:
    """`unknowns` as a Markdown list."""
    return "\n".join(f"- {sentence}" for sentence in unknowns(case, costs))


def peer_kind(case: Scenario) -> str:
    """Which of RKA's likenesses fits the service: that for rescue services, or the overall one."""
    return "rescue" if case.service in ("raddningstjanst", "raddningsledning") else "overall"


def sources_text(case: Scenario) -> str:
    """The sources on the service in the inventory as a Markdown list with links."""
    state = case.view.state
    cited = state.loc[state["area"] == case.service, "sources"]
    keys = dict.fromkeys(key for joined in cited for key in joined.split("; "))
    if not keys:
        return f"Inventeringen har ingen uppgift om {text.lower(case.name)}."
    return text.source_list(case.view, {key: place for place, key in enumerate(keys, start=1)})


def assumptions(
    case: Scenario,
    *,
    population_year: int,
    commuting_year: int,
    modelled: bool,
    costs: pd.DataFrame | None,
) -> list[tuple[str, str]]:
    """Every assumption and choice of the scenario: what, and its value.

    `modelled` tells whether the commuting is, `costs` is as for `unknowns`: without a known cost
    for every member the assumed change is not used, and that is said.
    """
    unknown = _unknown_costs(case, costs)
    unused = "; används inte, eftersom kostnaden inte är känd" if unknown else ""
    return [
        ("Tjänst", case.name),
        ("Kommuner", _listed(case.members)),
        ("Värdkommun", _name(case.host) if case.host else "ingen vald"),
        ("Datum för vem som delar vad", swedish.day(case.view.day)),
        ("Folkmängd", f"31 december {population_year}"),
        ("Pendling", f"{commuting_year}, {'modellskattning' if modelled else 'observerad'}"),
        ("Antagen ändring av kostnaden", f"{_change(case.low)} till {_change(case.high)}{unused}"),
        ("Kommunens centrum", "tätorternas medelpunkt, vägd med deras folkmängd"),
        (
            "Avstånd till värden",
            "fågelvägen från varje tätort till värdens största tätort, vägd "
            "med tätorternas invånare; de som bor utanför tätort är inte med",
        ),
        ("Landgränser", "SCB:s karta för tematiskt bruk; vattengränser saknas"),
        (
            "Vad som räknas som delat i dag",
            "det som är bekräftat eller belagt, och det som fanns utan att något slut är känt",
        ),
    ]
