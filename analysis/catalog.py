"""What every dataset is: file, columns, key, unit, source, series, kind and what to watch for.

Terms
-----
dataset: one tidy table under `data/`, described once, here; loaders validate against it.
series: years that were counted in one way; no line and no change crosses from one to the next.
kind: `observed` is printed in the source table, `derived` follows from observed figures.

Titles, notes and series are Swedish because reports print them; column texts are for analysts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from analysis import hints, paths
from analysis.errors import InputError
from analysis.live import LIVE, Live

SNAPSHOT_DATE = date(2026, 8, 31)
"""The date that the shipped data stands for: the default of `--as-of`."""

Dtype = Literal["text", "code", "integer", "number"]


@dataclass(frozen=True)
class Column:
    """One column: `low` and `high` are inclusive bounds, `valid` the allowed values."""

    name: str
    dtype: Dtype
    text: str
    unit: str = ""
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    valid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Who published the original table, and which table it is."""

    publisher: str
    table: str
    licence: str = "CC0"

    def __str__(self) -> str:
        return f"{self.publisher}, {self.table}"


@dataclass(frozen=True)
class Series:
    """A run of years counted in one way; `break_reason` says what changed at its start."""

    key: str
    label: str
    first: int
    last: int
    source: str
    break_reason: str = ""


@dataclass(frozen=True)
class Dataset:
    """The contract of one table."""

    key: str
    title: str
    file: str
    columns: tuple[Column, ...]
    index: tuple[str, ...]
    source: Origin
    years: str
    kind: str = "observed"
    series: tuple[Series, ...] = ()
    notes: tuple[str, ...] = ()
    shipped_notes: tuple[str, ...] = ()  # true of the snapshot, not of what an update fetches
    edited: bool = False  # a person edits the file: validated, but without a fixed checksum
    shipped: bool = True  # False: not in the snapshot, there only after `samverkan data update`
    rows: int | None = None  # number of rows in the shipped snapshot, when it is fixed
    newest: int | None = None  # the publisher's newest year on SNAPSHOT_DATE; None: not known
    step: int = 1  # years between the publisher's editions
    stands: tuple[int, int] = (12, 31)  # month and day of its year that a figure stands for

    @property
    def path(self) -> Path:
        """Where the shipped file lies."""
        return paths.data_path(self.file)

    @property
    def required(self) -> tuple[Column, ...]:
        """The figures that must stand in every row."""
        return tuple(
            column
            for column in self.columns
            if column.dtype in ("integer", "number")
            and not column.nullable
            and column.name not in self.index
        )

    @property
    def live(self) -> Live | None:
        """How an update gets it, unless the user's `sources.toml` says otherwise."""
        return LIVE.get(self.key)

    def notes_for(self, *, live: bool) -> tuple[str, ...]:
        """What a reader must know of the edition in use, in Swedish: the fetched or the shipped."""
        return self.notes if live else (*self.shipped_notes, *self.notes)

    def citation(self) -> str:
        """Source line for figures printed as the source has them, in Swedish."""
        return f"Källa: {self.source}"

    def last_year(self, day: date) -> int:
        """The last year whose figure does not lie after `day`.

        >>> dataset("population").last_year(date(2012, 6, 30))
        2011
        >>> dataset("tax_rate_total").last_year(date(2012, 6, 30))
        2012
        """
        return day.year if (day.month, day.day) >= self.stands else day.year - 1


CODE = Column("code", "code", "municipality code")
YEAR = Column("year", "integer", "calendar year", low=1900, high=2100)
SEX = Column("sex", "text", "sex", valid=("total", "women", "men"))
KIND = Column("kind", "text", "how the figure is known", valid=("observed", "derived", "modelled"))

STATUS = Column(
    "status",
    "text",
    "why a value is missing, or that it is published",
    valid=("published", "zero", "unavailable", "suppressed", "not-applicable"),
)


def _count(name: str, text: str, *, nullable: bool = False, signed: bool = False) -> Column:
    return Column(name, "integer", text, "persons", nullable, low=None if signed else 0)


def _share(name: str, text: str) -> Column:
    return Column(name, "number", text, "share", nullable=True, low=0, high=1)


_SCOPE = ("Senaste året för alla 290 kommuner, hela serien för 19 kommuner.",)


def _indicator(
    key: str,
    title: str,
    unit: str,
    source: str | Origin,
    years: str,
    *,
    low: float,
    high: float,
    notes: tuple[str, ...] = (),
    shipped_notes: tuple[str, ...] = _SCOPE,
    kind: str = "observed",
    newest: int | None = None,
    stands: tuple[int, int] = (12, 31),
) -> Dataset:
    """A single-value table of the indicators folder; all have the same three columns.

    `source` is a table of SCB, or the whole source.
    """
    value = Column("value", "number", title, unit, low=low, high=high)
    return Dataset(
        key,
        title,
        f"indicators/{key}.parquet",
        (CODE, YEAR, value),
        ("code", "year"),
        source if isinstance(source, Origin) else Origin("SCB", source),
        years,
        kind=kind,
        notes=notes,
        shipped_notes=shipped_notes,
        newest=newest,
        stands=stands,
    )


def _rams_from_2011(until_2018: str, since: str) -> tuple[Series, Series]:
    """The series of RAMS that the margins and the matrix have alike, each with its own tables."""
    return (
        Series(
            "rams-2011",
            "RAMS 2011–2018, 16 år och äldre",
            2011,
            2018,
            until_2018,
            "åldersgränser och metod ändrades mellan 2010 och 2011",
        ),
        Series(
            "rams-2019",
            "RAMS 2019–2021, 16–74 år",
            2019,
            2021,
            since,
            "månadsuppgifter från arbetsgivarna ersatte årliga kontrolluppgifter 2019",
        ),
    )


def _bas(first: int, table: str) -> Series:
    return Series(
        f"bas-{first}",
        f"BAS från {first}, 15–74 år",
        first,
        2099,
        table,
        "nytt register (BAS), andra åldersgränser och röjandeskydd av små tal",
    )


_ALL_YEAR = (1, 1)  # a figure that holds from the first day of its year
_RKA_LICENCE = "fri användning med angiven källa"
_FINANCES = Origin("SCB och SKR", "kommunala skatter, skatteunderlag och kostnader")
_FINANCE_YEARS = "2002, 2006, 2010, 2014, 2018 och 2022"
_FINANCE_SCOPE = ("Alla 290 kommuner, men bara vart fjärde år; Knivsta saknas 2002.",)
LAW_TOPICS = (
    "possible",
    "decides",
    "steers",
    "employs",
    "pays",
    "leaves",
    "debts",
    "limits",
    "prevails",
    "procurement",
    "staff",
)
_NATIONAL = Column(
    "service",
    "text",
    "service area as in the inventory",
    valid=("livsmedelskontroll", "raddningstjanst", "raddningsledning"),
)
_AGES = (
    Column("age_from", "integer", "lowest age of the group", "years", low=0, high=100),
    Column(
        "age_to",
        "integer",
        "highest age, missing when open",
        "years",
        nullable=True,
        low=4,
        high=99,
    ),
)

_DATASETS = (
    Dataset(
        "municipalities",
        "Kommuner, län och indelningar",
        "municipalities.csv",
        (
            CODE,
            Column("name", "text", "municipality"),
            Column("county_code", "text", "two-digit county code"),
            Column("county", "text", "county"),
            Column("fa_region", "text", "functional region (FA) 2015"),
            Column("labour_market", "text", "local labour market 2022, code"),
            Column("labour_market_name", "text", "local labour market 2022"),
            Column("skr_group_code", "text", "SKR municipality group 2023, code"),
            Column("skr_group", "text", "SKR municipality group 2023"),
            Column("skr_main_group", "text", "SKR main group 2023"),
        ),
        ("code",),
        Origin(
            "SCB, Tillväxtverket och SKR", "kommunkoder, LA 2022, FA 2015 och kommungrupper 2023"
        ),
        "2015–2023",
        rows=290,
        notes=(
            "Vilken lokal arbetsmarknad en kommun hör till är läst ur SCB:s karta, som har alla "
            "kommuner.",
        ),
    ),
    Dataset(
        "municipality_changes",
        "Kommuner som har bildats, upphört eller bytt kod",
        "municipality_changes.csv",
        (
            Column("code", "text", "code that began or ended"),
            Column("name", "text", "municipality"),
            Column("valid_from", "text", "first day, where it began", nullable=True),
            Column("valid_to", "text", "last day, where it ended", nullable=True),
            Column("became", "text", "codes that took over, with blanks between", nullable=True),
        ),
        ("code",),
        Origin("SCB", "kommunkoder"),
        "från 2003",
        edited=True,
        notes=(
            "Bara ändringar från 2003. En egen fil med samma kolumner i mappen för hämtade "
            "uppgifter läggs till; en kommun som har upphört behåller sin historia.",
        ),
    ),
    Dataset(
        "population",
        "Folkmängd 31 december",
        "population.parquet",
        (CODE, YEAR, _count("population", "registered inhabitants on 31 December"), KIND),
        ("code", "year"),
        Origin("SCB", "BE0101 Folkmängd"),
        "1950–2025",
        rows=22_040,
        newest=2025,
        notes=(
            "1950–1967 är omräknade till dagens kommungränser; 1968–1971 ligger riksummorna "
            "564–1 232 personer för högt och 1976–1978 samt 1981 upp till 30 personer för lågt.",
            "Från 2025 ändrar SCB talen slumpmässigt för att skydda enskilda (CKM); summor kan "
            "därför skilja sig lite.",
            "Gränsändringar: Knivsta bröts ur Uppsala 2003; Heby gick från Västmanlands till "
            "Uppsala län 2007.",
        ),
        shipped_notes=("2022 är härlett: 2023 minus den redovisade folkökningen.",),
    ),
    Dataset(
        "population_change",
        "Befolkningsförändringar",
        "population_change.parquet",
        (
            CODE,
            YEAR,
            SEX,
            _count("population", "inhabitants on 31 December", nullable=True),
            _count("increase", "population increase during the year", nullable=True, signed=True),
            _count("births", "live births", nullable=True),
            _count("deaths", "deaths", nullable=True),
            _count("natural_increase", "births minus deaths", nullable=True, signed=True),
            *(
                _count(f"{flow}_{where}", f"{text} ({where})", nullable=True, signed=flow == "net")
                for flow, text in (
                    ("in", "in-migrants"),
                    ("out", "out-migrants"),
                    ("net", "net migration"),
                )
                for where in ("total", "county", "rest_of_sweden", "abroad")
            ),
            _count("adjustment", "adjustment item", nullable=True, signed=True),
        ),
        ("code", "year", "sex"),
        Origin("SCB", "BE0101 Befolkningsförändringar"),
        "2020, 2023 och 2024",
        rows=2_030,
        newest=2025,
        shipped_notes=("2020 och 2024 finns efter kön, 2023 bara totalt.",),
        notes=("Gotland har inga flyttningar inom länet: länet består av en kommun.",),
    ),
    Dataset(
        "population_age_sex",
        "Folkmängd efter ålder och kön",
        "population_age_sex.parquet",
        (
            CODE,
            YEAR,
            *_AGES,
            Column("sex", "text", "sex", valid=("women", "men")),
            _count("persons", "inhabitants on 31 December", nullable=True),
        ),
        ("code", "year", "age_from", "sex"),
        Origin("SCB", "BE0101 BefolkningNy"),
        "2016",
        rows=12_180,
        newest=2025,
        shipped_notes=("Det enda året med ålder och kön i underlaget.",),
    ),
    Dataset(
        "population_age",
        "Folkmängd efter ålder",
        "population_age.parquet",
        (CODE, YEAR, *_AGES, _count("persons", "inhabitants on 31 December, both sexes")),
        ("code", "year", "age_from"),
        Origin("SCB", "TAB5557"),
        "2025",
        rows=6_090,
        newest=2025,
        notes=(
            "SCB ändrar varje tal slumpmässigt för att skydda enskilda (CKM); summor kan "
            "därför skilja sig med upp till 30 personer.",
        ),
    ),
    Dataset(
        "population_projection",
        "Befolkningsframskrivning",
        "population_projection.parquet",
        (
            CODE,
            YEAR,
            *_AGES,
            Column("sex", "text", "sex", valid=("women", "men")),
            Column(
                "persons",
                "number",
                "projected inhabitants on 31 December",
                "persons",
                nullable=True,
                low=0,
            ),
        ),
        ("code", "year", "age_from", "sex"),
        Origin("SCB", "BE0401 Befolkningsframskrivning"),
        "från 2024",
        kind="modelled",
        shipped=False,
        notes=(
            "SCB:s framskrivning är en beräkning av vad som händer om antagandena håller, "
            "ingen prognos för den enskilda kommunens planer.",
        ),
    ),
    _indicator("mean_age", "Medelålder", "år", "TAB637", "1998–2025", low=25, high=65, newest=2025),
    _indicator(
        "dependency_ratio",
        "Demografisk försörjningskvot",
        "per 100 personer 20–64 år",
        "TAB4642",
        "2000–2025",
        low=30,
        high=200,
        newest=2025,
        notes=("Antal 0–19 år och 65 år eller äldre per 100 personer i åldern 20–64 år.",),
    ),
    _indicator(
        "share_65plus",
        "Andel 65 år eller äldre",
        "procent",
        "TAB638 (2025: TAB5557)",
        "1968–2025",
        low=0,
        high=100,
        kind="derived",
        newest=2025,
        notes=(
            "Andelen är beräknad ur SCB:s tabell; 2025 bygger på tal som SCB har "
            "ändrat slumpmässigt för att skydda enskilda (CKM).",
        ),
    ),
    _indicator(
        "tax_rate_total",
        "Total skattesats, kommun och region",
        "procent",
        "TAB2017",
        "2000–2026",
        low=15,
        high=45,
        newest=2026,
        stands=_ALL_YEAR,
        notes=("Summan av kommunens och regionens skattesats.",),
    ),
    _indicator(
        "tax_rate",
        "Kommunal skattesats",
        "procent",
        _FINANCES,
        _FINANCE_YEARS,
        low=10,
        high=40,
        newest=2026,
        stands=_ALL_YEAR,
        notes=("Gotlands skattesats omfattar även regionala uppgifter och rangordnas inte.",),
        shipped_notes=_FINANCE_SCOPE,
    ),
    _indicator(
        "tax_base",
        "Skattekraft",
        "kr per invånare",
        _FINANCES,
        "2003, 2007, 2011, 2015, 2019 och 2023",
        low=10_000,
        high=1_000_000,
        newest=2025,
        notes=("Beskattningsbar inkomst per invånare i löpande priser.",),
        shipped_notes=(
            "Alla 290 kommuner, men bara vart fjärde år; Knivsta saknas 2003. "
            "Källans årtal är ökat med ett: talen är SCB:s skattekraft (TAB3600) det "
            "året, i fast förhållande till den prisomräknade serien.",
        ),
    ),
    _indicator(
        "land_area",
        "Landareal",
        "km²",
        "MI0802 landareal 2015",
        "2015",
        low=1,
        high=100_000,
        newest=2026,
        stands=_ALL_YEAR,
        notes=("Tätheten räknas på kommunens senaste landareal, också för tidigare år.",),
        shipped_notes=(),
    ),
    _indicator(
        "taxable_income_real",
        "Skattekraft i 2025 års priser",
        "kr per invånare",
        "TAB3600",
        "1995–2025",
        low=50_000,
        high=1_000_000,
        kind="derived",
        newest=2025,
        notes=("Omräknad med KPI till 2025 års priser; bara 2025 är i löpande priser.",),
    ),
    _indicator(
        "employment_rate",
        "Sysselsättningsgrad 20–64 år",
        "procent",
        "TAB3200",
        "2020–2024",
        low=30,
        high=100,
        newest=2024,
        shipped_notes=("Alla 290 kommuner finns för varje år.",),
    ),
    _indicator(
        "median_income_real",
        "Medianinkomst i 2025 års priser",
        "kr per år",
        "TAB3554",
        "1999–2024",
        low=50_000,
        high=1_000_000,
        kind="derived",
        newest=2024,
        notes=("Sammanräknad förvärvsinkomst, omräknad med KPI till 2025 års priser.",),
    ),
    _indicator(
        "post_secondary_share",
        "Andel med eftergymnasial utbildning",
        "procent",
        "TAB3981",
        "1985–2025",
        low=0,
        high=100,
        kind="derived",
        newest=2025,
        notes=(
            "Andel av befolkningen 16–74 år; okänd utbildning ingår i nämnaren.",
            "Tidsseriebrott 1990 och 2000.",
        ),
    ),
    _indicator(
        "net_migration_rate",
        "Flyttningsnetto per 1 000 invånare",
        "per 1 000 invånare",
        "TAB1211, TAB1212 och TAB6640",
        "1968–2025",
        low=-200,
        high=200,
        kind="derived",
        newest=2025,
        notes=(
            "2025 bygger på tal som SCB har ändrat slumpmässigt för att skydda enskilda (CKM).",
        ),
    ),
    Dataset(
        "localities",
        "Tätorter",
        "localities.parquet",
        (
            Column("locality", "text", "locality code"),
            Column("name", "text", "locality"),
            CODE,
            YEAR,
            _count("population", "inhabitants"),
            Column("area_ha", "number", "area", "ha", low=0),
            Column("easting", "number", "point, SWEREF 99 TM", "m", low=200_000, high=1_000_000),
            Column("northing", "number", "point, SWEREF 99 TM", "m", low=6_000_000, high=7_800_000),
        ),
        ("locality",),
        Origin("SCB", "Tätorter 2020"),
        "2020",
        rows=2_017,
        newest=2023,
        step=3,
        notes=("Varje tätort har en enda kommunkod, också där den ligger i flera kommuner.",),
    ),
    Dataset(
        "commuting_margins",
        "In- och utpendling",
        "commuting_margins.parquet",
        (
            CODE,
            YEAR,
            _count("in_commuters", "work here, live in another municipality", nullable=True),
            _count(
                "out_commuters", "live here, work in another municipality or abroad", nullable=True
            ),
            _count("live_and_work", "live and work here", nullable=True),
            Column(
                "series",
                "text",
                "series of the catalogue",
                valid=("rams-2004", "rams-2011", "rams-2019", "bas-2022"),
            ),
        ),
        ("code", "year"),
        Origin("SCB", "RAMS, PendlingK/TAB3266 (till och med 2018) och TAB5839 (från 2019)"),
        "2004–2021",
        rows=5_220,
        newest=2024,
        series=(
            Series("rams-2004", "RAMS 2004–2010, 16 år och äldre", 2004, 2010, "TAB3266"),
            *_rams_from_2011("TAB3266", "TAB5839"),
            _bas(2022, "TAB1828"),
        ),
        notes=(
            "Utpendlingen räknar även arbetsplatser utomlands; i riket är utpendlingen därför "
            "5 000–11 000 personer större än inpendlingen.",
            "Pendlare är personer som bor i en kommun och arbetar i en annan, inte resor; "
            "de kan arbeta hemifrån.",
        ),
    ),
    Dataset(
        "commuting_flows",
        "Pendling mellan kommuner, observerade delar",
        "commuting_flows.parquet",
        (
            YEAR,
            Column("home", "code", "municipality of residence"),
            Column("work", "code", "municipality of work"),
            SEX,
            _count("persons", "employed"),
            KIND,
        ),
        ("year", "home", "work", "sex"),
        Origin("SCB", "RAMS, via regionala statistiksidor"),
        "2015, 2016, 2017 och 2020",
        rows=678,
        notes=(
            "Bara delar av pendlingsmatrisen: Stockholm till och från länets övriga kommuner "
            "2015, Uppsala län 2016, Örebro län 2017 (kvinnor fullständigt, män och totalt för "
            "några kommuner) och Värmlands län 2020 (kvinnor, delvis). En rad är inte all "
            "pendling från kommunen.",
            "68 tomma celler betyder noll enligt publikationen; totaler för 69 par är kvinnor "
            "plus män. De är märkta som härledda.",
        ),
    ),
    Dataset(
        "commuting_matrix",
        "Pendling mellan alla kommuner",
        "commuting_matrix.parquet",
        (
            Column(
                "series",
                "text",
                "series of the catalogue",
                valid=("rams-1993", "rams-2004", "rams-2011", "rams-2019", "bas-2020"),
            ),
            YEAR,
            Column("home", "code", "municipality of residence"),
            Column("work", "code", "municipality of work"),
            SEX,
            _count("persons", "employed", nullable=True),
            STATUS,
        ),
        ("series", "year", "home", "work", "sex"),
        Origin("SCB", "RAMS (TAB334, TAB333 och TAB5850) och BAS (TAB1830)"),
        "från 1993",
        shipped=False,
        series=(
            Series("rams-1993", "RAMS 1993–2003, 16 år och äldre", 1993, 2003, "TAB334"),
            Series(
                "rams-2004",
                "RAMS 2004–2010, 16 år och äldre",
                2004,
                2010,
                "TAB333",
                "metoden i RAMS ändrades mellan 2003 och 2004",
            ),
            *_rams_from_2011("TAB333", "TAB5850"),
            _bas(2020, "TAB1830"),
        ),
        notes=(
            "De som bor och arbetar i samma kommun är med.",
            "BAS skyddar små tal: summor kan därför skilja sig lite från de publicerade, och i "
            "kända svar är små tal 0 eller minst 3, så en nolla kan stå för en eller två.",
            "Åren 2020 och 2021 finns i både RAMS och BAS; serierna läggs aldrig ihop.",
            "Finns först när uppgifterna har hämtats.",
        ),
    ),
    Dataset(
        "commuting_county_flows",
        "Pendling mellan län",
        "commuting_county_flows.parquet",
        (
            YEAR,
            Column("home_county", "text", "county of residence"),
            Column("work_county", "text", "county of work"),
            _count("persons", "employed"),
        ),
        ("year", "home_county", "work_county"),
        Origin("SCB", "AM0207AC (RAMS)"),
        "2018",
        rows=441,
        notes=("De som bor och arbetar i samma län är med.",),
    ),
    Dataset(
        "flow_model_error",
        "Hur fel pendlingsmodellen haft i prov",
        "flow_model_error.csv",
        (
            Column("test", "text", "what was hidden from the model, or which simpler model"),
            Column(
                "by", "text", "what a row is about", valid=("area", "size", "group", "strongest")
            ),
            Column("key", "text", "county and year; or least modelled commuters; or which homes"),
            Column("cells", "integer", "observed pairs, or homes, of the test", low=0),
            Column(
                "persons",
                "integer",
                "observed commuters of the test",
                "persons",
                nullable=True,
                low=0,
            ),
            Column(
                "cpc",
                "number",
                "common part of commuters; of strongest links the share right",
                nullable=True,
                low=0,
                high=1,
            ),
            Column(
                "median_error",
                "number",
                "median of modelled / observed - 1, without sign",
                nullable=True,
                low=0,
            ),
            Column(
                "over_half",
                "number",
                "share of pairs off by more than half",
                nullable=True,
                low=0,
                high=1,
            ),
            Column(
                "low", "number", "observed / modelled that a tenth lies below", nullable=True, low=0
            ),
            Column(
                "high",
                "number",
                "observed / modelled that a tenth lies above",
                nullable=True,
                low=0,
            ),
        ),
        ("test", "by", "key"),
        Origin("Samverkan", "prov av pendlingsmodellen mot observerade tal"),
        "2015–2020",
        kind="derived",
        notes=("Skrivs av benchmarks/flow_error.py: varje område är prövat utan sina egna tal.",),
    ),
    Dataset(
        "finances",
        "Kostnader, ålder och utbildning",
        "finances.parquet",
        (
            CODE,
            YEAR,
            Column(
                "expenditures", "number", "the municipality's costs", "SEK per inhabitant", low=0
            ),
            _share("share_0_19", "aged 0-19 on 31 December of the year before"),
            _share("share_75plus", "aged 75 and over on 31 December of the year before"),
            _share("share_elementary", "compulsory school only, 31 December of the year before"),
            _share("share_secondary", "upper secondary, 31 December of the year before"),
            _share("share_tertiary", "post-secondary, 31 December of the year before"),
        ),
        ("code", "year"),
        _FINANCES,
        _FINANCE_YEARS,
        rows=1_739,
        newest=2025,
        shipped_notes=(
            "Ålders- och utbildningsandelar avser 31 december året före; de finns bara "
            "här, inte i det som hämtas.",
            "Knivsta saknas 2002.",
        ),
        notes=(
            "Vilket kostnadsmått som avses är inte fastställt; läs det som kommunens kostnader "
            "per invånare, utan rangordning.",
        ),
    ),
    Dataset(
        "staff",
        "Kommunens månadsavlönade personal",
        "staff.parquet",
        (
            CODE,
            YEAR,
            Column("staff", "integer", "monthly-paid staff in November", "persons", low=0),
            *(
                Column(
                    f"share_{age}",
                    "number",
                    f"share of staff aged {age}",
                    "per cent",
                    nullable=True,
                    low=0,
                    high=100,
                )
                for age in ("under_30", "30_39", "40_49", "50_54", "55_59", "60plus")
            ),
            Column(
                "mean_age", "number", "mean age of staff", "years", nullable=True, low=18, high=67
            ),
        ),
        ("code", "year"),
        Origin("SKR", "personalstatistik, tabell 10"),
        "2008–2017",
        rows=2_900,
        stands=(11, 30),
        notes=("Anställda i kommunalförbund och bolag ingår inte.",),
        shipped_notes=(
            "Personalens åldersandelar och medelålder finns bara här, inte i det som hämtas.",
        ),
    ),
    Dataset(
        "service_costs",
        "Kostnader för verksamhetsområden",
        "service_costs.parquet",
        (
            CODE,
            YEAR,
            Column("service", "text", "broad service area (Swedish)"),
            Column("cost", "integer", "cost", "SEK per unit", low=-100_000),
            Column("unit", "text", "denominator (Swedish)"),
            Column("source_page", "text", "page that printed the figure"),
        ),
        ("code", "year", "service"),
        Origin("SCB", "räkenskapssammandraget, via Regionfakta"),
        "2007–2022",
        rows=1_439,
        newest=2025,
        notes=(
            "Delar av fem län; varje kommun har två till fem områden. Luckor är verkliga luckor "
            "och fylls aldrig i.",
        ),
    ),
    Dataset(
        "area_costs",
        "Kostnad per invånare för verksamhetsområden",
        "area_costs.parquet",
        (
            CODE,
            YEAR,
            Column(
                "area",
                "text",
                "service area of the inventory",
                valid=tuple(part.name for part in LIVE["area_costs"].indicators),
            ),
            Column("cost", "number", "cost", "SEK per inhabitant", nullable=True),
            STATUS,
        ),
        ("code", "year", "area"),
        Origin("RKA, Kolada", "kostnad per invånare", _RKA_LICENCE),
        "från 1998",
        shipped=False,
        notes=(
            "Bruttokostnad minus interna intäkter och försäljning till andra kommuner och "
            "regioner, per invånare 31 december.",
        ),
    ),
    Dataset(
        "peers",
        "Liknande kommuner",
        "peers.parquet",
        (
            Column("kind", "text", "which likeness", valid=("overall", "rescue")),
            CODE,
            Column("peer_code", "code", "municipality that is alike"),
            YEAR,
        ),
        ("kind", "code", "peer_code"),
        Origin("RKA", "Kolada, liknande kommuner", _RKA_LICENCE),
        "2024 och 2025",
        rows=4_060,
        notes=(
            "Sju jämförbara kommuner för varje kommun: övergripande (2025) och räddningstjänst "
            "(2024).",
        ),
    ),
    Dataset(
        "neighbours",
        "Angränsande kommuner",
        "neighbours.parquet",
        (CODE, Column("neighbour_code", "code", "municipality with a common land border")),
        ("code", "neighbour_code"),
        Origin("SCB", "kommungränser"),
        "2026",
        kind="derived",
        rows=1_456,
        notes=(
            "Bara landgränser: vattengränser som Enköping–Strängnäs saknas, och fem kommuner "
            "på öar har ingen granne.",
        ),
    ),
    Dataset(
        "boundaries",
        "Kommungränser för tematiska kartor",
        "boundaries.parquet",
        (),
        ("code",),
        Origin("SCB", "digitala gränser, förenklade för tematiska kartor"),
        "2025",
        notes=(
            "Varje kommun har tre ytor: territorium, land och vatten. Land är territoriet "
            "innanför de verkliga stränderna (datasetet shores). Räkna aldrig arealer på dem.",
        ),
        shipped_notes=(
            "Gränserna på land är grova och skurna mot stränderna. Land utanför en grov "
            "gräns hör till närmaste kommun, och en ö eller udde som gränsen knappt "
            "skär hör hel till en kommun.",
        ),
    ),
    Dataset(
        "shores",
        "Stränder: land, sjöar över 5 km² och grannländer",
        "shores.parquet",
        (),
        ("kind",),
        Origin(
            "GSHHG och Mikelsons m.fl. 2021",
            "stränder",
            "LGPL (kust), MIT enligt programpaketet (sjöar)",
        ),
        "2017–2021",
        notes=(
            "Kusten är ur GSHHG 2.3.6 (Wessel och Smith). Sjöarnas stränder är dragna efter "
            "”Global land mask for satellite ocean color remote sensing” (doi 10.17632/9r93m9s7cw.1), "
            "hämtad ur ett programpaket som anger licensen MIT. Upphovsmännen ber att Mikelsons, Wang, "
            "Wang och Jiang (2021), Remote Sensing of Environment 257, 112356 anges. Den är ett rutnät "
            "av land och vatten; rutorna är 120 gånger 230 meter vid Mälaren. "
            "Allt är förenklat till ungefär 70 meter. Öar under 0,1 km² och sjöar under 5 km² är "
            "utelämnade. Sund som är smalare än en ruta saknas: Hammarö hänger ihop med Karlstad.",
            "Mot den publicerade landarealen 2015 är nio av tio kommuners land 0,97 till 1,14 gånger "
            "så stort (gränserna ensamma: 0,92 till 1,18). Längst ifrån ligger Vaxholm 0,82, "
            "Sundbyberg 0,82, Kumla 0,85, Lerum 1,25, Öckerö 1,28 och Oxelösund 1,72: där är det de "
            "grova kommungränserna på land som skiljer, inte stränderna.",
        ),
    ),
    Dataset(
        "services",
        "Inventering av kommunal samverkan",
        "services",
        (),
        ("arrangement",),
        Origin(
            "Samverkan",
            "inventering ur kommuners och förbunds egna webbsidor",
            "uppgifter ur angivna källor",
        ),
        "1983–2024",
        edited=True,
        notes=(
            "Varje uppgift har en egen källa med datum och tilltro. Saknas en rad betyder det "
            "”ingen uppgift”, inte att samverkan saknas.",
        ),
    ),
    Dataset(
        "national_bodies",
        "Organ för tre tjänster i hela landet",
        "national/bodies.csv",
        (
            Column("key", "text", "the body"),
            _NATIONAL,
            Column("name", "text", "name of the body; of the municipality when it is alone"),
            Column(
                "form",
                "text",
                "legal form as in the inventory; egen: alone, in own hands",
                valid=("egen", "kommunalforbund", "gemensam-namnd", "avtal", "bolag", "okand"),
            ),
            Column("from", "text", "start, a partial date", nullable=True),
            Column(
                "as_of",
                "text",
                "latest day that the evidence can be of, a partial date",
                nullable=True,
            ),
            Column(
                "stated_members", "integer", "members according to the source", nullable=True, low=1
            ),
            Column("complete", "text", "whether all its members are known", valid=("yes", "no")),
            Column("publisher", "text", "who says so"),
            Column("url", "text", "where"),
            Column("trust", "text", "trust in the source", valid=("high", "medium", "low")),
            Column("note", "text", "what to know (Swedish)", nullable=True),
        ),
        ("key",),
        Origin(
            "Samverkan",
            "inventering av livsmedelskontroll, räddningstjänst och räddningsledning i hela landet",
            "uppgifter ur angivna källor",
        ),
        "2009–2024",
        edited=True,
        notes=(
            "Livsmedelskontrollen är Livsmedelsverkets förteckning över 249 myndigheter 2024 "
            "(L 2025 nr 13), läst i en avskrift; namnen är delvis avskriftens och formen "
            "framgår inte. Livsmedelskontroll är inte all miljötillsyn.",
            "Räddningstjänst är känd för 190 kommuner och räddningsledning för 178; för "
            "övriga saknas uppgift, och de är inte ensamma för det.",
        ),
    ),
    Dataset(
        "national_members",
        "Kommuner i organ för tre tjänster",
        "national/members.csv",
        (_NATIONAL, CODE, Column("body", "text", "key of the body")),
        ("service", "code"),
        Origin(
            "Samverkan",
            "inventering av livsmedelskontroll, räddningstjänst och räddningsledning i hela landet",
            "uppgifter ur angivna källor",
        ),
        "2009–2024",
        edited=True,
        notes=("En kommun utan rad är okänd, inte ensam.",),
    ),
    Dataset(
        "holiday_homes",
        "Fritidshus i fritidshusområden",
        "national/holiday_homes.parquet",
        (
            CODE,
            YEAR,
            Column(
                "homes",
                "number",
                "holiday homes in areas of at least 50",
                "homes",
                nullable=True,
                low=0,
            ),
        ),
        ("code", "year"),
        Origin("SCB", "TAB4198"),
        "2015 och 2020",
        rows=580,
        notes=(
            "Bara fritidshus i områden med minst 50 fritidshus; en blank uppgift finns inte "
            "eller är skyddad, den är aldrig noll.",
        ),
    ),
    Dataset(
        "law",
        "Lagregler om samverkan",
        "law.csv",
        (
            Column("area", "text", "service area it is about; blank: any", nullable=True),
            Column("form", "text", "legal form it is about; blank: any", nullable=True),
            Column("topic", "text", "what it answers", valid=LAW_TOPICS),
            Column(
                "holds",
                "text",
                "of `possible`: whether the form is",
                nullable=True,
                valid=("yes", "no", "limited"),
            ),
            Column("statement", "text", "the rule in own words (Swedish)"),
            Column("law", "text", "the law (Swedish)"),
            Column("paragraph", "text", "where in it"),
            Column("url", "text", "the copy that was read"),
            Column("edition", "text", "date of the text that was read, a partial date"),
            Column("checked", "text", "the day on which it was read"),
        ),
        ("area", "form", "topic", "paragraph"),
        Origin("Samverkan", "lagregler i egna ord, med paragraf", "uppgifter ur angivna källor"),
        "2015–2025",
        edited=True,
        notes=(
            "Reglerna är lästa i avskrifter av författningarna och återgivna i egna ord; "
            "varje rad anger vilken text som lästes och när. Det som inte har kunnat läsas är "
            "utelämnat. Läs alltid den gällande lydelsen före beslut.",
        ),
    ),
    Dataset(
        "own_figures",
        "Kommunernas egna uppgifter",
        "",
        (),
        ("code",),
        Origin("Kommunerna i utredningen", "uppgivna i utredningens formulär", "kommunernas egna"),
        "olika år",
        kind="stated",
        notes=(
            "Uppgivet av kommunerna själva, med källa och datum i utredningens formulär; inte "
            "granskat och aldrig hopblandat med publicerad statistik.",
        ),
    ),
    Dataset(
        "own_text",
        "Utredarens egna texter och antaganden",
        "",
        (),
        ("chapter",),
        Origin("Utredaren", "egen text och egna antaganden", "utredarens egna"),
        "olika år",
        kind="stated",
        notes=("Skrivet av utredaren; Samverkan har inte granskat det.",),
    ),
)

CATALOG: dict[str, Dataset] = {entry.key: entry for entry in _DATASETS}


def dataset(key: str) -> Dataset:
    """The entry of `key`; raises InputError that names the nearest key when there is none.

    >>> dataset("population").years
    '1950–2025'
    >>> dataset("populaton")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: unknown dataset 'populaton': did you mean 'population'? ...
    """
    if key in CATALOG:
        return CATALOG[key]
    raise InputError(
        f"{hints.unknown('dataset', key, CATALOG.keys())}; see `samverkan data status`"
    )


def kept() -> list[Dataset]:
    """The datasets that the product itself has or can fetch: all but what is stated in an
    investigation, which lies in the investigation's own folder.

    >>> {entry.key for entry in CATALOG.values()} - {entry.key for entry in kept()} == {
    ...     "own_figures", "own_text"}
    True
    """
    return [entry for entry in _DATASETS if entry.kind != "stated"]


def tabular() -> list[Dataset]:
    """The datasets that are single tables under the shipped `data/` with columns of their own.

    >>> [entry.key for entry in tabular()][:2]
    ['municipalities', 'municipality_changes']
    """
    return [entry for entry in _DATASETS if entry.columns and entry.shipped]


def files() -> list[Dataset]:
    """The datasets that are one file each under the shipped `data/`: tables, and geometry.

    >>> [entry.key for entry in files() if not entry.columns]
    ['boundaries', 'shores']
    """
    return [entry for entry in _DATASETS if "." in entry.file and entry.shipped]
