"""Where each dataset is fetched from: tables, values, key figures and layers, as data.

Terms
-----
query: one table of SCB and what is asked of it for some years; a series that SCB has split over
    tables is several queries, each with its years.
formula: how one figure follows from fetched ones, for datasets that are computed.
evidence: what an id, and the codes asked of it, were verified against.

A user corrects all of this without touching code; see `analysis.sources.own`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCB_URL = "https://statistikdatabasen.scb.se/api/v2"
KOLADA_URL = "https://api.kolada.se/v3"
GEODATA_URL = "https://geodata.scb.se/geoserver/stat/wfs"
GROUPS = "Liknande kommuner"
"""How the titles of Kolada's groups of similar municipalities begin."""
ANY = 2099
"""A query whose last year this is takes every year that its table gets."""

SIGNS = {
    "..": "unavailable",
    "...": "suppressed",
    ":": "suppressed",
    "x": "suppressed",
    ".": "not-applicable",
    "-": "zero",
    "–": "zero",
    "Missing": "unavailable",
    "Private": "suppressed",
}
"""What the signs that stand in the place of a number mean; another one there is an alarm."""
NOTED = "noted"
"""The status of a number that has a sign beside it: the number counts, the sign is told."""

Basis = Literal["documentation", "recorded reply", "third-party code", "sources.toml"]
ChoiceKind = Literal["values", "municipalities", "ages", "only", "omitted"]


@dataclass(frozen=True)
class Evidence:
    """What an id of a source, and the codes asked of it, were verified against.

    `basis` is `documentation` (the publisher says so), `recorded reply` (a reply of the server
    that somebody kept has them) or `third-party code` (only programs of others use them: the
    first update is the first proof); `sources.toml` is what the user says. `where` says which.
    """

    basis: Basis
    where: str


@dataclass(frozen=True)
class Choice:
    """Which values of one variable of a source table are asked for, and what they become.

    `column` is the column of the dataset they fill; none when the dataset does not show the
    variable. `values` pairs the source's value with ours: its code or, whatever the case, its
    text; others to try come after `|`. Several values of one word are summed. `municipalities`
    are all; `ages` every one-year class, summed into groups of five; `only` the single value
    there is; `omitted` leaves the variable to the source, which sums it. `wide` makes columns of
    the values instead of rows.
    """

    variable: str
    column: str = ""
    kind: ChoiceKind = "values"
    values: tuple[tuple[str, str], ...] = ()
    wide: bool = False

    @property
    def summed(self) -> bool:
        """True when several values become one, so that all of them must be there."""
        return self.kind == "ages" or len({word for _, word in self.values}) < len(self.values)


@dataclass(frozen=True)
class Query:
    """One table of PxWebApi 2 and what is asked of it.

    `units` are the units the figures may have there; another one is an alarm. `complete` says
    that all municipalities must be in the table; `perturbed` that its figures carry noise
    (CKM) or other protection against disclosure. `series` is the table that the catalogue's
    series name, where a user has given another one.
    """

    table: str
    choices: tuple[Choice, ...]
    units: tuple[str, ...]
    first: int
    last: int
    evidence: Evidence
    decimals: int = 0
    complete: bool = True
    perturbed: bool = False
    series: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns that the figures of the table become."""
        return tuple(
            dict.fromkeys(
                word for choice in self.choices if choice.wide for _, word in choice.values
            )
        )


@dataclass(frozen=True)
class Formula:
    """How `value` is computed of fetched figures, with `decimals`.

    `kpi_2025` is the figure `kpi` of the whole country in that year.
    """

    text: str
    decimals: int


@dataclass(frozen=True)
class Indicator:
    """A key figure of Kolada, the name it has here, and its whole title; the unit ends it."""

    kpi: str
    name: str
    title: str
    evidence: Evidence

    @property
    def unit(self) -> str:
        """The last word of the title, such as `kr/inv`."""
        return self.title.split()[-1]


@dataclass(frozen=True)
class Layer:
    """A layer of SCB's open geodata (WFS) and the fields that are read from it."""

    name: str
    year: int
    fields: tuple[str, ...]
    sort: str
    evidence: Evidence


@dataclass(frozen=True)
class Groups:
    """Kolada's groups of similar municipalities: the word in their titles, and ours for it."""

    words: tuple[tuple[str, str], ...]
    evidence: Evidence


@dataclass(frozen=True)
class Live:
    """How `samverkan data update` gets a dataset; one of the four ways is filled in.

    `queries` are asked of SCB, `indicators` and `peers` of Kolada, `layer` of SCB's geodata.
    `keep` keeps those rows of the snapshot (years, and municipalities in them) that the source
    does not have. `identities` are sums of columns that must be zero in years without noise.
    """

    publisher: str
    licence: str = "CC0"
    queries: tuple[Query, ...] = ()
    formula: Formula | None = None
    indicators: tuple[Indicator, ...] = ()
    peers: Groups | None = None
    layer: Layer | None = None
    keep: bool = False
    constants: tuple[tuple[str, str], ...] = ()
    identities: tuple[str, ...] = ()

    @property
    def ids(self) -> dict[str, Evidence]:
        """Every id of the source that is asked for, and what it was verified against."""
        found = {query.table: query.evidence for query in self.queries}
        found |= {part.kpi: part.evidence for part in self.indicators}
        if self.peers:
            found[GROUPS] = self.peers.evidence
        if self.layer:
            found[self.layer.name] = self.layer.evidence
        return found

    @property
    def source(self) -> str:
        """Which of the three servers it is asked of: scb, kolada or geodata."""
        return "scb" if self.queries else "geodata" if self.layer else "kolada"

    @property
    def unproven(self) -> tuple[str, ...]:
        """The ids that rest on third-party code alone."""
        return tuple(
            key for key, evidence in self.ids.items() if evidence.basis == "third-party code"
        )


# ---- SCB ---------------------------------------------------------------------------------------

_ATLAS = Evidence("recorded reply", "aniisabihi/atlas290, kitchen/raw")
_DALARNA = Evidence("third-party code", "Region-Dalarna: table ids, variables and texts")
_KARLSTAD = Evidence("third-party code", "Region-Dalarna and a page on Karlstad: ids and codes")
_LULEA = Evidence(
    "recorded reply", "Lulea-statistik/Lulea-befolkningsprognos-raps, data/raw/manifest.json"
)
_BETA = Evidence(
    "recorded reply",
    "real-estate-war-lord/am-dashboard-se, data/raw/scb_TAB698.meta.json (English, of a beta)",
)
_PERSONS = ("antal", "antal personer")
_REGION = Choice("Region", "code", "municipalities")
_SEXES = (("1", "men"), ("2", "women"))
_FIVE_YEARS = (
    ("-4", "0-4"),
    *((f"{low}-{low + 4}",) * 2 for low in range(5, 100, 5)),
    ("100+5", "100-"),
)
_CHANGES = (
    ("folkmängd", "population"),
    ("folkökning", "increase"),
    ("födda", "births"),
    ("döda", "deaths"),
    ("födelseöverskott", "natural_increase"),
    ("samtliga inflyttningar", "in_total"),
    ("inflyttningar från kommuner inom länet", "in_county"),
    ("inflyttningar från övriga län", "in_rest_of_sweden"),
    ("invandringar", "in_abroad"),
    ("samtliga utflyttningar", "out_total"),
    ("utflyttningar till kommuner inom länet", "out_county"),
    ("utflyttningar till övriga län", "out_rest_of_sweden"),
    ("utvandringar", "out_abroad"),
    ("flyttningsöverskott totalt", "net_total"),
    ("flyttningsöverskott eget län", "net_county"),
    ("flyttningsöverskott övriga sverige", "net_rest_of_sweden"),
    ("invandringsöverskott", "net_abroad"),
    ("justeringspost", "adjustment"),
)


def _one(variable: str, *values: str) -> Choice:
    """Values that the dataset does not show; several are summed."""
    return Choice(variable, values=tuple((value, "") for value in values))


def _contents(*values: tuple[str, str]) -> Choice:
    return Choice("ContentsCode", values=values, wide=True)


def _only(column: str) -> Choice:
    """The single figure a table has; its code differs between tables that count the same."""
    return Choice("ContentsCode", kind="only", values=(("", column),), wide=True)


def _matrix(
    table: str,
    first: int,
    last: int,
    sex: str,
    contents: Choice,
    evidence: Evidence = _DALARNA,
    *,
    complete: bool = True,
    perturbed: bool = False,
) -> Query:
    choices = (
        Choice("Bostadskommun", "home", "municipalities"),
        Choice("Arbetsstallekommun", "work", "municipalities"),
        Choice("Kon", "sex", values=((sex, "total"),)),
        contents,
    )
    return Query(
        table, choices, _PERSONS, first, last, evidence, complete=complete, perturbed=perturbed
    )


def _scb(
    table: str, first: int, figure: str, code: str, unit: str, decimals: int, *more: Choice
) -> Query:
    """One figure of a municipality and year, up to the newest year."""
    return Query(
        table,
        (_REGION, *more, _contents((code, figure))),
        (unit,),
        first,
        ANY,
        _ATLAS,
        decimals=decimals,
    )


def _counted_to_2024(age: Choice, sex: Choice, contents: Choice) -> Query:
    """Inhabitants up to the last year without noise."""
    choices = (_REGION, age, Choice("Civilstand", kind="omitted"), sex, contents)
    return Query("TAB638", choices, _PERSONS, 1968, 2024, _ATLAS)


def _counted_from_2025(age: Choice, sex: Choice, contents: Choice) -> Query:
    """Inhabitants with the noise of CKM: the parts do not add up to the published totals."""
    choices = (_REGION, age, _one("Civilstand", "SC"), sex, contents)
    return Query("TAB5557", choices, _PERSONS, 2025, ANY, _ATLAS, perturbed=True)


def _older(*ages: str, total: str) -> Choice:
    return Choice("Alder", values=(*((age, "old") for age in ages), (total, "everyone")), wide=True)


_WOMEN_AND_MEN, _BOTH = _one("Kon", "1", "2"), _one("Kon", "TotSa")
_BY_SEX = Choice("Kon", "sex", values=_SEXES)
_BY_AGE_GROUP = Choice("Alder", "age", values=_FIVE_YEARS)
_TOTALS = (
    _counted_to_2024(_one("Alder", "tot"), _WOMEN_AND_MEN, _contents(("BE0101N1", "population"))),
    _counted_from_2025(_one("Alder", "TotSA"), _BOTH, _contents(("000007ME", "population"))),
)
_AGES = (
    _counted_to_2024(Choice("Alder", "age", "ages"), _BY_SEX, _contents(("BE0101N1", "persons"))),
    _counted_from_2025(_BY_AGE_GROUP, _BY_SEX, _contents(("000007ME", "persons"))),
)
_AGES_OF_BOTH = _counted_from_2025(_BY_AGE_GROUP, _BOTH, _contents(("000007ME", "persons")))
_OLDER = (
    _counted_to_2024(
        _older(*map(str, range(65, 100)), "100+", total="tot"),
        _WOMEN_AND_MEN,
        _one("ContentsCode", "BE0101N1"),
    ),
    _counted_from_2025(
        _older(*(f"{low}-{low + 4}" for low in range(65, 100, 5)), "100+5", total="TotSA"),
        _BOTH,
        _one("ContentsCode", "000007ME"),
    ),
)
_CHANGE = (
    Query(
        "TAB5169",
        (
            _REGION,
            Choice("Forandringar", values=_CHANGES, wide=True),
            _one("Period", "hel|hela året"),
            Choice("Kon", "sex", values=(*_SEXES, ("1+2|totalt", "total"))),
            _one("ContentsCode", "000002Z9|antal personer"),
        ),
        _PERSONS,
        2000,
        2024,
        _KARLSTAD,
    ),
    Query(
        "TAB6481",
        (
            _REGION,
            Choice("Forandringar", values=_CHANGES, wide=True),
            _one("Period", "hela året|hel"),
            Choice("Kon", "sex", values=(*_SEXES, ("TotSa", "total"))),
            Choice("ContentsCode", kind="only"),
        ),
        _PERSONS,
        2025,
        ANY,
        _DALARNA,
        perturbed=True,
    ),
)
_MARGINS = (
    Query(
        "TAB3266",
        (
            _REGION,
            _one("Kon", "4"),
            _contents(
                ("AM0207C6", "in_commuters"),
                ("AM0207C8", "out_commuters"),
                ("AM0207C9", "live_and_work"),
            ),
        ),
        _PERSONS,
        2004,
        2018,
        _ATLAS,
    ),
    Query(
        "TAB5839",
        (
            _REGION,
            _one("Kon", "4"),
            _contents(
                ("00000547", "in_commuters"),
                ("00000548", "out_commuters"),
                ("00000546", "live_and_work"),
            ),
        ),
        _PERSONS,
        2019,
        2021,
        _ATLAS,
    ),
    Query(
        "TAB1828",
        (
            Choice("Kommun", "code", "municipalities"),
            _one("Kon", "totalt|1+2"),
            _contents(
                ("bostad utanför kommunen men arbetsställe i kommunen", "in_commuters"),
                ("bostad i kommunen men arbetsställe utanför kommunen", "out_commuters"),
                ("bostad och arbetsställe i kommunen", "live_and_work"),
            ),
        ),
        _PERSONS,
        2022,
        ANY,
        _DALARNA,
        perturbed=True,
    ),
)
_MATRICES = (
    _matrix("TAB334", 1993, 2003, "män och kvinnor", _only("persons"), complete=False),
    _matrix("TAB333", 2004, 2018, "män och kvinnor", _only("persons")),
    _matrix("TAB5850", 2019, 2021, "män och kvinnor", _only("persons")),
    _matrix(
        "TAB1830", 2020, ANY, "totalt", _contents(("000000QT", "persons")), _LULEA, perturbed=True
    ),
)
_PROJECTION = Query(
    "TAB698",
    (
        _REGION,
        Choice("Alder", "age", "ages"),
        Choice("Kon", "sex", values=_SEXES),
        _contents(("000004LG", "persons")),
    ),
    _PERSONS,
    2024,
    ANY,
    _BETA,
    decimals=4,
)


def _moves(
    table: str, first: int, last: int, sex: Choice, code: str, *, perturbed: bool = False
) -> Query:
    """Net migration; the older tables have the codes of their time, so not every municipality."""
    return Query(
        table,
        (_REGION, _one("Alder", "tot"), sex, _contents((f"{code}|flyttningsöverskott", "net"))),
        _PERSONS,
        first,
        last,
        _ATLAS,
        complete=perturbed,
        perturbed=perturbed,
    )


_MOVES = (
    _moves("TAB1211", 1968, 1996, _WOMEN_AND_MEN, "BE0101C5"),
    _moves("TAB1212", 1997, 2024, _WOMEN_AND_MEN, "BE0101AZ"),
    _moves("TAB6640", 2025, ANY, _BOTH, "00000868", perturbed=True),
)
_PRICES = Query(
    "TAB4352", (_contents(("000000KL|index", "kpi")),), ("index",), 1980, ANY, _ATLAS, decimals=2
)
_LEVELS = Choice(
    "UtbildningsNiva",
    values=(
        *((level, "lower") for level in ("1", "2", "3", "4")),
        *((level, "higher") for level in ("5", "6", "7")),
        ("US", "not_known"),
    ),
    wide=True,
)
_EDUCATION = Query(
    "TAB3981",
    (
        _REGION,
        _one("Alder", "tot16-74"),
        _LEVELS,
        _one("Kon", "1", "2"),
        _one("ContentsCode", "UF0506A1"),
    ),
    _PERSONS,
    1985,
    ANY,
    _ATLAS,
)
_TOTAL_SEX = _one("Kon", "1+2")

# ---- Kolada and geodata ------------------------------------------------------------------------

_RKA, _RKA_LICENCE = "RKA, Kolada", "fri användning med angiven källa"
_KPIS_2021 = Evidence(
    "recorded reply", "peterk/tableau-kolada-proxy, kpi_all.js: ids and titles, 2021"
)
_KPIS_2026 = Evidence("recorded reply", "Kolada's list of key figures, titles of 2026")


def _kolada(*indicators: tuple[str, str, str], evidence: Evidence = _KPIS_2026) -> Live:
    return Live(
        _RKA,
        _RKA_LICENCE,
        indicators=tuple(Indicator(kpi, name, title, evidence) for kpi, name, title in indicators),
    )


def _statistics(
    *queries: Query,
    formula: Formula | None = None,
    keep: bool = False,
    constants: tuple[tuple[str, str], ...] = (),
    identities: tuple[str, ...] = (),
) -> Live:
    return Live(
        "SCB",
        queries=queries,
        formula=formula,
        keep=keep,
        constants=constants,
        identities=identities,
    )


LIVE: dict[str, Live] = {
    "population": _statistics(*_TOTALS, keep=True, constants=(("kind", "observed"),)),
    "population_age_sex": _statistics(*_AGES),
    "population_age": _statistics(_AGES_OF_BOTH),
    "population_change": _statistics(
        *_CHANGE,
        identities=(
            "births - deaths - natural_increase",
            "in_total - out_total - net_total",
            "net_county + net_rest_of_sweden + net_abroad - net_total",
            "natural_increase + net_total + adjustment - increase",
        ),
    ),
    "population_projection": _statistics(_PROJECTION),
    "mean_age": _statistics(_scb("TAB637", 1998, "value", "BE0101G9", "medelvärde", 1, _TOTAL_SEX)),
    "dependency_ratio": _statistics(_scb("TAB4642", 2000, "value", "00000708", "antal", 1)),
    "share_65plus": _statistics(*_OLDER, formula=Formula("100 * old / everyone", 2)),
    "tax_rate_total": _statistics(
        _scb("TAB2017", 2000, "value", "OE0101D1", "procent", 2), keep=True
    ),
    "taxable_income_real": _statistics(
        _scb("TAB3600", 1995, "base", "OE0101A0", "kr/inv", 0),
        _PRICES,
        formula=Formula("base * kpi_2025 / kpi", 0),
    ),
    "employment_rate": _statistics(
        _scb(
            "TAB3200",
            2020,
            "value",
            "000002NS",
            "procent",
            1,
            _TOTAL_SEX,
            _one("Alder", "20-64"),
            _one("Fodelseregion", "tot"),
        )
    ),
    "median_income_real": _statistics(
        _scb(
            "TAB3554",
            1999,
            "income",
            "HE0110J8",
            "tkr",
            1,
            _TOTAL_SEX,
            _one("Alder", "tot16+"),
            _one("Inkomstklass", "TOT"),
        ),
        _PRICES,
        formula=Formula("1000 * income * kpi_2025 / kpi", 0),
    ),
    "post_secondary_share": _statistics(
        _EDUCATION, formula=Formula("100 * higher / (lower + higher + not_known)", 2)
    ),
    "net_migration_rate": _statistics(
        *_MOVES, *_TOTALS, formula=Formula("1000 * net / population", 2)
    ),
    "commuting_margins": _statistics(*_MARGINS),
    "commuting_matrix": _statistics(*_MATRICES),
    "tax_rate": _kolada(("N00901", "tax_rate", "Skattesats till kommun (%)")),
    "tax_base": _kolada(("N00903", "tax_base", "Skattekraft kommun, kr/inv"), evidence=_KPIS_2021),
    "land_area": _kolada(("N02993", "land_area", "Landareal, kvadratkilometer")),
    "finances": _kolada(
        ("N00095", "expenditures", "Kostnad egentlig verksamhet, kr/inv"), evidence=_KPIS_2021
    ),
    "staff": _kolada(
        ("N00053", "staff", "Månadsavlönad personal, totalt kommunalt anställda, antal"),
        evidence=_KPIS_2021,
    ),
    "area_costs": _kolada(
        ("N07009", "raddningstjanst", "Kostnad räddningstjänst, kr/inv"),
        ("N07006", "miljotillsyn", "Kostnad miljö- och hälsoskydd, myndighetsutövning, kr/inv"),
        ("N07004", "gata", "Kostnad väg- och järnvägsnät, parkering, kr/inv"),
        ("N07005", "park-skog", "Kostnad parker, kr/inv"),
        ("N09008", "bibliotek", "Kostnad bibliotek, kr/inv"),
        ("N40003", "naringsliv", "Kostnad näringslivsfrämjande åtgärder, kr/inv"),
        ("N07003", "besoksnaring", "Kostnad turistverksamhet, kr/inv"),
    ),
    "peers": Live(
        _RKA,
        _RKA_LICENCE,
        peers=Groups(
            (("övergripande", "overall"), ("räddningstjänst", "rescue")),
            Evidence(
                "recorded reply",
                "rKolada, introduction: groups of Arboga, 2024 and 2025; titles of 2026",
            ),
        ),
    ),
    "localities": Live(
        "SCB",
        layer=Layer(
            "stat:Tatorter_2023",
            2023,
            ("tatortskod", "tatort", "kommun", "bef"),
            "tatortskod",
            Evidence("recorded reply", "slap-py/icrailways, reports/data/scb-town-examples.json"),
        ),
    ),
    "boundaries": Live(
        "SCB",
        layer=Layer(
            "stat:RegSO_2025",
            2025,
            ("kommunkod",),
            "regsokod",
            Evidence("recorded reply", "deno-li/fuzzy-MCP, tests/fixtures: fields of the layer"),
        ),
    ),
}
"""How each dataset that has a live source is fetched, by its key in the catalogue."""
