"""The sheet of each municipality: what it says is the data, and what is unknown is not zero."""

from __future__ import annotations

import pytest

from analysis import regions
from analysis.figures.sheets import sheet_tables
from analysis.loaders.commuting import load_margins
from analysis.loaders.population import load_indicator, load_population
from analysis.loaders.services import load_inventory
from analysis.text import sheets as text
from analysis.text import swedish
from analysis.views.services import sharing
from analysis.views.sheets import MOST, Sheet, sheets


def sheets_of(key: str, as_of: str = "2026-08-31") -> list[Sheet]:
    area = regions.resolve(key)
    return sheets(sharing(area, load_inventory(), as_of), as_of)


def lines(sheet: Sheet) -> dict[str, tuple[str, str]]:
    return {what: (value, sure) for what, value, sure in text.lines_of(sheet)}


def test_every_member_has_a_sheet_with_its_own_figures() -> None:
    found = sheets_of("karlstad")
    assert [sheet.code for sheet in found] == list(regions.get("karlstad").members)
    people = load_population().query("year == 2025").set_index("code")["population"]
    rates = load_indicator("tax_rate_total").query("year == 2026").set_index("code")["value"]
    margins = load_margins().query("year == 2021").set_index("code")
    for sheet in found:
        said = lines(sheet)
        assert said["Invånare"][0] == swedish.number(people[sheet.code])
        assert said["Total skattesats, kommun och region"][0].startswith(
            swedish.number(rates[sheet.code], 2)
        )
        own = margins.loc[sheet.code, "live_and_work"]
        share = own / (own + margins.loc[sheet.code, "out_commuters"])
        assert said["Arbetar i den egna kommunen"] == (
            f"{swedish.percent(share, 0)} av de förvärvsarbetande som bor där",
            "observerat 2021",
        )
        assert "Nästa fråga" in said


def test_what_is_shared_stands_with_whom_and_how_sure() -> None:
    kil = next(sheet for sheet in sheets_of("karlstad") if sheet.name == "Kil")
    told = [line for line in text.lines_of(kil) if line[0].endswith("Karlstadsregionen")]
    value, sure = next(line[1:] for line in told if line[1].startswith("räddningstjänst"))
    assert "Karlstad" in value
    assert "Kil" not in value.partition(" med ")[2].split(", ")
    assert sure == "belagd 2023"  # not the 2024 of its other service
    assert lines(kil)["Flest pendlar till"] == ("Karlstad", "troligen, modellskattning 2021")


def test_old_evidence_of_a_task_is_not_told_with_the_newer_of_another() -> None:
    """Energy of ESEM was seen in 2023, water in 2012: each has a line with its own words."""
    town = next(sheet for sheet in sheets_of("fyra-malarstader") if sheet.name == "Eskilstuna")
    told = {line[1].partition(",")[0]: line[2] for line in text.lines_of(town) if "ESEM" in line[0]}
    assert told["energi- och miljötjänster"] == "belagd 2023"
    assert told["avfall och återvinning samt vatten och avlopp"].startswith(
        "fanns 2012, inget slut"
    )
    alone = [sure for what, _, sure in text.lines_of(town) if what == "I egen regi"]
    assert "egen regi, odaterad uppgift" in alone


def test_old_evidence_is_the_first_question() -> None:
    arboga = next(sheet for sheet in sheets_of("kak") if sheet.name == "Arboga")
    assert arboga.oldest is not None
    assert not arboga.oldest.dated
    assert arboga.oldest.year == min(body.year for body in arboga.bodies if not body.dated)
    assert f"Senaste belägget är från {arboga.oldest.year}." in text.question(arboga)


def test_nothing_known_is_no_zero() -> None:
    (sheet,) = sheets_of("2584", "1951-06-30")
    said = lines(sheet)
    assert said["Arbetar i den egna kommunen"][0] == text.UNKNOWN
    assert said["Delar med andra"][0] == text.UNKNOWN
    assert not any(value.startswith("0") for value, _ in said.values())
    assert "Hur ordnas" in text.question(sheet)


@pytest.mark.parametrize(("count", "tables"), [(1, 1), (MOST, MOST), (MOST + 1, 0)])
def test_up_to_forty_members_have_sheets(count: int, tables: int) -> None:
    codes = ",".join(sorted(regions.municipalities())[:count])
    found = sheet_tables(sheets_of(codes))
    assert len(found) == tables
    assert len({table.id for table in found}) == tables
    assert bool(text.none_text(count)) is (not tables)


def test_a_printed_total_stands_instead_of_those_that_are_known() -> None:
    nora = next(sheet for sheet in sheets_of("bergslagen") if sheet.name == "Nora")
    value, _ = lines(nora)["Delar i Räddningsregion Bergslagen (RRB)"]
    assert value.endswith("med 42 kommuner i allt, enligt källan")
