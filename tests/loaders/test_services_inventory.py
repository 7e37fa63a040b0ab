"""The inventory of shared services: the shipped one is sound, every kind of fault is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.arrangements import COLUMNS
from analysis.errors import DataError
from analysis.inventory_check import Finding, check_inventory
from analysis.loaders.services import inventory_from, load_inventory, read_inventory
from analysis.paths import data_path

SHIPPED = data_path("services")


@pytest.fixture(scope="module")
def codes() -> dict[str, str]:
    table = pd.read_csv(data_path("municipalities.csv"), dtype="str")
    return dict(zip(table["code"], table["name"], strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A writable copy of the shipped inventory."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "services"))


def errors_of(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def append(folder: Path, name: str, *rows: str) -> int:
    """Add lines to a table; returns the line number of the first."""
    file = folder / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return text.count("\n") + 1


# The shipped inventory


def test_the_shipped_inventory_has_no_errors(codes: dict[str, str]) -> None:
    inventory = load_inventory(SHIPPED, codes=codes)
    findings = check_inventory(inventory, codes=codes)
    assert findings == []


def test_every_dated_row_carries_its_days() -> None:
    inventory = load_inventory(SHIPPED)
    dated = inventory.events[inventory.events["date"] != ""]
    assert dated[["first", "last"]].notna().all(axis=None)
    assert (dated["first"] <= dated["last"]).all()
    undated = inventory.events[inventory.events["date"] == ""]
    assert len(undated) > 0
    assert undated[["first", "last"]].isna().all(axis=None)


def test_there_are_areas_in_groups_with_names_in_two_languages() -> None:
    areas = load_inventory(SHIPPED).areas
    assert {"raddningstjanst", "vaxel", "upphandling", "loner"} <= set(areas["key"])
    assert 30 <= len(areas) <= 70
    assert areas["name"].is_unique
    assert areas["name_en"].is_unique
    assert areas.set_index("key").at["raddningstjanst", "kolada_cost"] == "N07009"
    assert areas.set_index("key").at["vaxel", "kolada_cost"] == "inget"
    assert areas.set_index("key").at["plan", "kolada_cost"] == ""
    assert areas.set_index("key").at["loner", "nature"] == "back-office"
    assert areas.set_index("key").at["bygglov", "nature"] == "field"


def test_no_contact_detail_is_given() -> None:
    text = "".join((SHIPPED / f"{name}.csv").read_text(encoding="utf-8") for name in COLUMNS)
    assert "@" not in text
    assert re.search(r"\b0\d{2,3}-\d{2,3} ?\d{2}", text) is None


@pytest.mark.parametrize(
    ("arrangement", "codes_expected"),
    [
        ("raddningstjansten-malardalen", {"1907", "1960", "1961", "1980", "1983", "1984"}),
        ("gemensam-vaxel", {"1863", "1864", "1884"}),
        ("esem", {"0484", "0486"}),
        ("raddning-enkoping-habo", {"0305", "0381"}),
        ("overformyndare-hagfors-m-fl", {"1715", "1762", "1763", "1783"}),
    ],
)
def test_members_as_in_the_sources(arrangement: str, codes_expected: set[str]) -> None:
    table = load_inventory(SHIPPED).memberships
    assert set(table.loc[table["arrangement"] == arrangement, "code"]) == codes_expected


def test_what_the_five_seeds_state_is_there() -> None:
    events = load_inventory(SHIPPED).events

    def areas(source: str, event: str) -> set[str]:
        rows = events[(events["source"] == source) & (events["event"] == event)]
        return set(rows["area"])

    assert areas("kungsor-2016", "running") == {
        "vaxel",
        "krisberedskap",
        "raddningstjanst",
        "loner",
    }
    assert areas("kungsor-2016", "intention") == {"utveckling"}
    assert areas("malarstader-2020", "intention") >= {
        "loner",
        "digitalisering",
        "fastigheter",
        "kompetens",
    }
    assert areas("ljusnarsberg-2014", "inquiry") == {
        "upphandling",
        "infrastruktur",
        "fordon",
        "it-system",
    }
    assert areas("norra-lansdelen-2013", "inquiry") >= {
        *("kundtjanst", "vaxel", "loner", "ekonomi", "it-drift", "rakningar"),
        *("it-strategi", "juridik"),
    }
    assert "upphandling" in areas("hammaro-2021", "intention")
    # a wish to lobby the government together is no area that was to be inquired into
    assert areas("norra-lansdelen-2013", "intention") == {"infrastruktur"}


# Shape of the files


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "events.csv").unlink()
    with pytest.raises(DataError, match=r"events\.csv is missing"):
        load_inventory(folder)


def test_a_wrong_header_is_named(folder: Path) -> None:
    file = folder / "names.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("arrangement,name", "body,name", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"names\.csv row 1: unknown column \'body\'"):
        load_inventory(folder)


def test_a_row_with_a_stray_comma_is_named(folder: Path) -> None:
    append(folder, "events", "vmkf,running,loner,,2017,evidence,kungsor-2016,high,a,b")
    with pytest.raises(DataError, match=r"events\.csv row 1: column 10 has no name"):
        load_inventory(folder)


def test_a_file_whose_letters_cannot_be_told_is_refused(folder: Path) -> None:
    (folder / "areas.csv").write_bytes("key,group\nå,ä\n".encode("cp850"))
    with pytest.raises(DataError, match=r"areas\.csv row 2: the letters cannot be told"):
        load_inventory(folder)


def test_blank_lines_and_a_byte_order_mark_from_a_spreadsheet_are_harmless(folder: Path) -> None:
    file = folder / "names.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b"\n,,,,\n")
    assert len(load_inventory(folder).names) == len(load_inventory(SHIPPED).names)


def test_line_numbers_survive_a_cell_of_two_lines(folder: Path) -> None:
    append(folder, "events", 'vmkf,running,loner,,2017,evidence,kungsor-2016,high,"a\nb"')
    line = append(folder, "events", "vmkf,running,loner,,2018,evidence,nowhere,high,")
    with pytest.raises(DataError, match=rf"events\.csv row {line}, column source"):
        load_inventory(folder)


# Every class of faulty row

FAULTY_ROWS = [
    ("memberships", "vmkf,9999,,,,kungsor-2016,high,", "code", "unknown code '9999'"),
    ("memberships", "vmkf,381,,,,kungsor-2016,high,", "code", "unknown code '381'"),
    ("memberships", "nobody,1960,,,,kungsor-2016,high,", "arrangement", "unknown arrangement"),
    ("memberships", "vmkf,1961,plan,,,kungsor-2016,high,", "area", "does not cover 'plan'"),
    ("memberships", "vmkf,1961,,2010,2009,kungsor-2016,high,", "to", "before the start"),
    ("memberships", "vmkf,1961,,,,,high,", "source", "is missing"),
    ("coverage", "vmkf,simhall,,,kungsor-2016,high,", "area", "unknown area 'simhall'"),
    ("coverage", "vmkf,plan,2012,2011-12,kungsor-2016,high,", "to", "before the start"),
    ("coverage", "vmkf,plan,,,kungsor-2016,hög,", "trust", "unknown trust 'hög'; write one of"),
    ("names", "vmkf,,,,kungsor-2016", "name", "is missing"),
    ("names", "vmkf,Nytt namn,2020,2019,kungsor-2016", "to", "before the start"),
    ("events", "vmkf,launched,loner,,2017,evidence,kungsor-2016,high,", "event", "unknown event"),
    ("events", "vmkf,running,lön,,2017,evidence,kungsor-2016,high,", "area", "unknown area"),
    ("events", "vmkf,running,plan,,2017,evidence,kungsor-2016,high,", "area", "does not cover"),
    ("events", "vmkf,running,loner,,2017-02-30,evidence,kungsor-2016,high,", "date", "no date"),
    ("events", "vmkf,running,loner,,ca 2010,evidence,kungsor-2016,high,", "date", "no date"),
    ("events", "vmkf,running,loner,,2017,evidence,kungsor-2061,high,", "source", "kungsor-2016"),
    ("events", "vmkf,running,loner,,2017,evidence,,high,", "source", "is missing"),
    ("events", "vmkf,running,loner,,2017,evidence,kungsor-2016,,", "trust", "is missing"),
    ("events", "vmkf,running,loner,,2017,guess,kungsor-2016,high,", "basis", "unknown basis"),
    ("events", "vmkf,running,loner,,,stated,kungsor-2016,high,", "date", "blank, but the basis"),
    ("events", "vmkf,running,loner,,2017,undated,kungsor-2016,high,", "basis", "undated, but"),
    ("events", "vmkf,ended,loner,,2005,stated,kungsor-2016,high,", "date", "before it ran"),
    ("events", "vmkf,taken-back,loner,,2005-12-31,stated,kungsor-2016,high,", "date", "before it"),
    ("events", "vmkf,decided,loner,,2012,stated,kungsor-2016,high,", "date", "decided 2012 after"),
    ("arrangements", "ny,Nytt,kommunalforbund,service,1960", "host", "is no member"),
    ("arrangements", "ny,Nytt,klubb,service,", "legal_form", "unknown legal_form 'klubb'"),
    ("arrangements", "ny,Nytt,avtal,sport,", "kind", "unknown kind 'sport'"),
    ("arrangements", "ny,Nytt,avtal,service,", "key", "has no name"),
    ("arrangements", "vmkf,Igen,avtal,service,", "key", "already used"),
    ("arrangements", "Ny Sak,Nytt,avtal,service,", "key", "is no key"),
    ("sources", "s1,,Titel,,2020,,", "publisher", "is missing"),
    ("sources", "s1,Utgivare,Titel,www.a.se,2020,,", "url", "no web address"),
    ("sources", "s1,Utgivare,Titel,,förra året,,", "date", "no date"),
    ("sources", "s1,Utgivare,Titel,,2020,igår,", "checked", "no date"),
    ("sources", "kungsor-2016,Utgivare,Titel,,2020,,", "id", "already used"),
    ("areas", "loner,Administration,Löner igen,Pay again,,back-office,,", "key", "already used"),
    ("areas", "simhall,,Simhall,Swimming,,visited,,", "group", "is missing"),
    ("forms", "klubb,klubb,club,kanske,,", "lasts", "write one of until-ended, next-term"),
    ("areas", "simhall,Fritid,Simhall,Swimming,,visited,,Örebro", "counties", "no county codes"),
    ("alone", "1960,simhall,2024,evidence,kungsor-2016,high,", "area", "unknown area"),
    ("alone", "9999,plan,2024,evidence,kungsor-2016,high,", "code", "unknown code"),
    ("alone", "1960,plan,,evidence,kungsor-2016,high,", "date", "blank, but the basis"),
    ("searched", "1960,plan,2026-13,kungsor.se,", "date", "no date"),
    ("searched", "1960,plan,2026-11-28,,", "where", "is missing"),
    ("figures", "vmkf,members,42,2023,stated,kungsor-2016,high,", "figure", "unknown figure"),
    ("figures", "vmkf,inhabitants,ca 40,2023,stated,kungsor-2016,high,", "value", "no whole"),
    ("events", "vmkf,running,loner,1984,2017,evidence,kungsor-2016,high,", "code", "an answer"),
    ("arrangements", "ny,Nytt,gemensam-namnd,service,99", "host", "unknown host '99'"),
    ("claims", "vmkf,legal-form,klubb,kungsor-2016,high,", "value", "unknown legal form"),
    ("claims", "vmkf,colour,red,kungsor-2016,high,", "field", "unknown field 'colour'"),
    ("claims", "vmkf,host,9999,kungsor-2016,high,", "value", "unknown host '9999'"),
    ("claims", "vmkf,legal-form,,kungsor-2016,high,", "value", "is missing"),
    ("claims", "vmkf,host,1983,,high,", "source", "is missing"),
    ("claims", "nobody,host,1983,kungsor-2016,high,", "arrangement", "unknown arrangement"),
    ("coverage", "nobody,loner,,,kungsor-2016,high,", "arrangement", "unknown arrangement"),
    ("coverage", "vmkf,plan,,,,high,", "source", "is missing"),
    ("coverage", "vmkf,,,,kungsor-2016,high,", "area", "is missing"),
    ("coverage", "vmkf,plan,i fjol,,kungsor-2016,high,", "from", "no date"),
    ("memberships", "vmkf,,,,,kungsor-2016,high,", "code", "is missing"),
    ("memberships", "vmkf,1961,,,2020-13,kungsor-2016,high,", "to", "no date"),
    ("memberships", "vmkf,1961,,0000,,kungsor-2016,high,", "from", "no date"),
    ("memberships", "vmkf,1961,,1576-09,,kungsor-2016,high,", "from", "between 1700 and 2200"),
    ("memberships", "vmkf,1961,,,9999,kungsor-2016,high,", "to", "between 1700 and 2200"),
    ("memberships", "vmkf,1961,,,,kungsor-2016,sure,", "trust", "unknown trust 'sure'"),
    ("names", "nobody,Namn,,,kungsor-2016", "arrangement", "unknown arrangement"),
    ("names", "vmkf,Ett **namn**,,,kungsor-2016", "name", "would not be printed as it stands"),
    ("names", "vmkf,[ord](<https://x>),,,kungsor-2016", "name", "would not be printed"),
    ("names", "vmkf,=cmd|' /C calc'!A0,,,kungsor-2016", "name", "'=' would not be printed"),
    ("names", f"vmkf,{'x' * 32_768},,,kungsor-2016", "name", "has 32768 characters"),
    ("names", "vmkf,Nytt namn,,,nowhere", "source", "unknown source 'nowhere'"),
    ("events", "nobody,running,loner,,2017,evidence,kungsor-2016,high,", "arrangement", "unknown"),
    ("events", "vmkf,,loner,,2017,evidence,kungsor-2016,high,", "event", "is missing"),
    ("events", "vmkf,running,loner,,2017,,kungsor-2016,high,", "basis", "is missing"),
    ("arrangements", "ny,,avtal,service,", "description", "is missing"),
    ("arrangements", "ny,Nytt,,service,", "legal_form", "is missing"),
    ("arrangements", "ny,Nytt,gemensam-namnd,service,9999", "host", "unknown host '9999'"),
    ("sources", "s1,Utgivare,,,2020,,", "title", "is missing"),
    ("sources", ",Utgivare,Titel,,2020,,", "id", "is no key"),
    ("areas", "simhall,Utbildning och fritid,Simhall,,,visited,,", "name_en", "is missing"),
    ("areas", "simhall,Utbildning och fritid,,Swimming,,visited,,", "name", "is missing"),
    ("areas", "simhall,Fritid,Simhall,Swimming,9008,visited,,", "kolada_cost", "no indicator"),
    ("areas", "simhall,Fritid,Simhall,Swimming,,indoors,,", "nature", "write one of visited"),
    ("areas", "simhall,Fritid,Simhall,Swimming,,,,", "nature", "is missing"),
    ("forms", "klubb,,club,term,,", "name", "is missing"),
]


@pytest.mark.parametrize(("table", "row", "column", "message"), FAULTY_ROWS)
def test_a_faulty_row_is_refused_with_row_column_and_reason(
    folder: Path, codes: dict[str, str], table: str, row: str, column: str, message: str
) -> None:
    line = append(folder, table, row)
    with pytest.raises(DataError) as caught:
        load_inventory(folder, codes=codes)
    place = f"{table}.csv row {line}, column {column}: "
    assert [fault for fault in caught.value.faults if place in fault and message in fault]


@pytest.mark.parametrize("table", ["names", "coverage", "memberships", "events", "claims"])
def test_a_repeated_row_is_refused(folder: Path, table: str) -> None:
    first = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()[1]
    line = append(folder, table, first)
    found = errors_of(check_inventory(read_inventory(folder)))
    assert [(f.row, f.message) for f in found] == [(line, "repeats row 2; delete one of them")]


def test_all_faults_come_together(folder: Path) -> None:
    append(folder, "events", "vmkf,launched,lön,,2017-13,evidence,nowhere,hög,")
    with pytest.raises(DataError) as caught:
        load_inventory(folder)
    assert len(caught.value.faults) == 5


def test_without_the_list_of_codes_their_form_is_checked(folder: Path) -> None:
    append(folder, "memberships", "vmkf,381,,,,kungsor-2016,high,")
    (found,) = errors_of(check_inventory(read_inventory(folder)))
    assert "no municipality code" in found.message


def test_loading_knows_all_municipalities(folder: Path) -> None:
    append(folder, "memberships", "vmkf,9999,,,,kungsor-2016,high,")
    with pytest.raises(DataError, match="unknown code '9999'"):
        load_inventory(folder)


# Overlaps, on a small inventory


def small(
    *,
    trust: str = "high",
    ended: str = "",
    form: str = "bolag",
    kind: str = "service",
    last: str = "2018",
    covered: tuple[str, str] = ("", ""),
    area: str = "r",
) -> list[Finding]:
    """Findings for two bodies that run rescue for 1960, the second by `trust` and so on."""
    tables = {
        "sources": [("s", "Utgivare", "Titel", "", "", "", "")],
        "forms": [
            ("bolag", "bolag", "", "until-ended", "", ""),
            ("avtal", "avtal", "", "next-term", "", ""),
        ],
        "areas": [("r", "Grupp", "Räddning", "Rescue", "", "field", "", "")],
        "arrangements": [("a", "A", "bolag", "service", ""), ("b", "B", form, kind, "")],
        "names": [("a", "A", "", "", "s"), ("b", "B", "", "", "s")],
        "coverage": [("a", "r", "", "", "s", "high", ""), ("b", "r", *covered, "s", "high", "")],
        "memberships": [
            ("a", "1960", "", "", ended, "s", "high", ""),
            ("b", "1960", "", "", "", "s", trust, ""),
        ],
        "events": [
            ("a", "running", "r", "", "2010", "stated", "s", "high", ""),
            ("a", "running", "r", "", "2020", "evidence", "s", "high", ""),
            ("b", "running", area, "", "2005", "stated", "s", "high", ""),
            ("b", "running", area, "", last, "evidence", "s", "high", ""),
        ],
    }
    frames = {
        name: pd.DataFrame(rows, columns=list(COLUMNS[name]), dtype="str")
        for name, rows in tables.items()
    }
    return check_inventory(inventory_from(frames))


def test_overlap_is_an_error_at_equal_trust() -> None:
    (finding,) = small()
    assert (finding.level, finding.file, finding.row, finding.column) == (
        "error",
        "memberships.csv",
        3,
        "code",
    )
    assert "1960 has 'r' in both 'a' (row 2) and 'b'" in finding.message


def test_overlap_is_a_warning_at_different_trust() -> None:
    assert [finding.level for finding in small(trust="low")] == ["warning"]


@pytest.mark.parametrize(
    "apart",
    [
        {"ended": "2004", "form": "bolag"},  # never a member while it ran
        {"last": "2009"},  # what is only supposed is no overlap
        {"last": "2010"},  # the year in which the one may have handed over to the other
        # it covers the area only since the other ended; its older evidence is of other areas
        {"last": "2025", "covered": ("2021-01-01", ""), "area": "all"},
        {"kind": "theme"},  # declared areas run nothing
    ],
)
def test_no_overlap_where_only_one_runs(apart: dict[str, str]) -> None:
    assert small(**apart) == []


def warned(folder: Path, table: str, line: int) -> list[str]:
    """Messages of the warnings at a line; no error stands there."""
    found = [
        f
        for f in check_inventory(read_inventory(folder))
        if (f.file, f.row) == (f"{table}.csv", line)
    ]
    assert errors_of(found) == []
    return [f.message for f in found]


def test_evidence_on_days_outside_the_coverage_is_a_warning(folder: Path) -> None:
    append(folder, "arrangements", "ny,Nytt,avtal,service,")
    append(folder, "names", "ny,Namn,,,kungsor-2016")
    append(folder, "coverage", "ny,fordon,2010,2012,kungsor-2016,high,")
    line = append(
        folder,
        "events",
        *(
            f"ny,running,fordon,,{date},evidence,kungsor-2016,high,"
            for date in ("2009-12", "2010", "2012-12-31", "2013-01")
        ),
    )
    assert ["before the days" in text for text in warned(folder, "events", line)] == [True]
    assert warned(folder, "events", line + 1) == warned(folder, "events", line + 2) == []
    assert ["after the days" in text for text in warned(folder, "events", line + 3)] == [True]


def test_an_arrangement_without_areas_events_and_members_is_a_warning(folder: Path) -> None:
    append(folder, "names", "ny,Namn,,,kungsor-2016")
    line = append(folder, "arrangements", "ny,Nytt,avtal,service,")
    said = warned(folder, "arrangements", line)
    assert [
        name
        for name in ("coverage", "events", "memberships")
        for text in said
        if f"no row in {name}.csv" in text
    ] == ["coverage", "events", "memberships"]


def test_an_end_without_any_evidence_of_running_is_a_warning(folder: Path) -> None:
    append(folder, "coverage", "vmkf,fordon,,,kungsor-2016,high,")
    append(folder, "arrangements", "ny,Nytt,avtal,service,")
    append(folder, "names", "ny,Namn,,,kungsor-2016")
    append(folder, "coverage", "ny,fordon,,,kungsor-2016,high,")
    line = append(folder, "events", "ny,ended,fordon,,2012,stated,kungsor-2016,high,")
    (said,) = warned(folder, "events", line)
    assert "never ran" in said


@pytest.mark.parametrize(
    ("source", "arrangement"),
    [
        ("kallelse-hammaro", "gymnasienamnd-karlstad-hammaro"),
        ("kallelse-hammaro", "drifts-och-servicenamnden"),
        ("rrb-avtal", "raddningsregion-bergslagen"),
    ],
)
def test_where_only_a_title_was_seen_trust_is_low_and_a_note_says_so(
    source: str, arrangement: str
) -> None:
    inventory = load_inventory(SHIPPED)
    rows = pd.concat(
        [inventory.events, inventory.claims, inventory.coverage, inventory.memberships]
    )
    own = rows[(rows["source"] == source) & (rows["arrangement"] == arrangement)]
    assert len(own) > 0
    assert set(own["trust"]) == {"low"}
    assert "titel" in "".join(own["note"])
    note = inventory.sources.set_index("id").at[source, "note"]
    assert "endast" in note
    assert "titel" in note or "titlar" in note


def test_every_source_is_cited_and_datable() -> None:
    inventory = load_inventory(SHIPPED)
    tables = (
        inventory.names,
        inventory.coverage,
        inventory.memberships,
        inventory.events,
        inventory.claims,
        inventory.alone,
        inventory.figures,
        inventory.context,
    )
    cited = {source for table in tables for source in table["source"]}
    assert set(inventory.sources["id"]) == cited
    undated = inventory.sources[inventory.sources["date"] == ""]
    assert undated["note"].str.contains("odatera").all()


def test_evidence_after_an_end_is_a_warning(folder: Path) -> None:
    line = append(folder, "events", "sbb,running,avfall,,2024,evidence,lindesberg-2022,low,")
    found = check_inventory(read_inventory(folder))
    assert ("warning", line) in {(f.level, f.row) for f in found if f.file == "events.csv"}
