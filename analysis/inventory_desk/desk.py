"""What the command does with the inventory: each change is shown first, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from analysis.errors import InputError
from analysis.inventory_desk import answers, book, form, form_files, intake, store, upkeep
from analysis.inventory_desk.changes import Change, Tables, differences
from analysis.inventory_desk.effects import effects
from analysis.loaders import services as loader
from analysis.regions import Region
from analysis.text import swedish
from analysis.views.services import sharing

Tell = Callable[[str], object]
_MOST_TOLD = 60  # lines of one kind; more is a wall


def make_forms(
    codes: list[str], out: Path, *, as_of: str = "", folder: Path | None = None
) -> list[Path]:
    """Write the forms of some municipalities, Word and Excel each, into `out`."""
    inventory = loader.load_inventory(store.checked_folder(folder))
    return form_files.write_forms(form.forms_of(codes, inventory, as_of=as_of), out)


def export_book(out: Path, *, folder: Path | None = None) -> Path:
    """Write the whole inventory as one workbook."""
    return book.export(store.read(store.checked_folder(folder)), out)


def stale_lines(region: Region, *, as_of: str = "", folder: Path | None = None) -> list[str]:
    """What to check again for a region, oldest first, and how to tell what was found."""
    inventory = loader.load_inventory(store.checked_folder(folder))
    view = sharing(region, inventory, as_of)
    tasks = upkeep.stale(view)
    head = f"{region.name}, {swedish.day(view.day)}: {len(tasks)} att kontrollera"
    how = "samverkan services confirm ID --date DATUM --source ADRESS"
    return [head, *(line for task in tasks for line in task.lines()), f"Lägg in det du fann: {how}"]


def confirm(
    found: upkeep.Evidence, *, folder: Path | None = None, dry_run: bool = False, tell: Tell = print
) -> list[Change]:
    """Add one piece of evidence and tell what it changes."""
    place = store.checked_folder(folder)
    before = store.read(place)
    after = upkeep.confirm(before, found, today=date.today().isoformat())
    return _apply(place, before, after, write=not dry_run, tell=tell)


def take_in(
    path: Path,
    *,
    folder: Path | None = None,
    yes: bool = False,
    remove: bool = False,
    tell: Tell = print,
) -> list[Change]:
    """Read a workbook, a CSV of one table, an answered form or a folder of forms.

    What differs is told first; it is written with `yes`. Rows that are gone are refused unless
    `remove`. Raises InputError with each fault by file, row and column; nothing is written then.
    """
    if not path.exists():
        raise InputError(f"{str(path)!r} is not there; name a workbook, CSV, form or folder")
    place = store.checked_folder(folder)
    before = store.read(place)
    return _apply(place, before, _read(path, before, remove), write=yes, tell=tell)


def _read(path: Path, before: Tables, remove: bool) -> Tables:
    today = date.today().isoformat()
    if path.is_dir() or answers.is_form(path):
        after = before
        for answer in answers.answers(path, today=today):
            after = intake.take_in(after, answer)
        return after
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise InputError(f"{path.name}: is no workbook (.xlsx), CSV (.csv) or form (.docx)")
    after = book.read(path, before)
    gone = [change for change in differences(before, after) if not change.after]
    if gone and not remove:
        raise InputError(
            *(f"{path.name}: a row is gone, {change}" for change in gone[:_MOST_TOLD]),
            f"{len(gone)} rows are gone; put them back, or say --remove",
        )
    return after


def _apply(place: Path, before: Tables, after: Tables, *, write: bool, tell: Tell) -> list[Change]:
    """Tell the changes and their effects, and write them when asked to."""
    changes = differences(before, after)
    if not changes:
        tell("nothing differs from the inventory")
        return []
    day = date.today()
    told = effects(store.inventory_of(before), store.inventory_of(after), day)
    _tell_some([str(change) for change in changes], tell)
    tell(f"in a report of {day.isoformat()}:" if told else "no cell of a report changes")
    _tell_some([f"  {line}" for line in told], tell)
    if write:
        store.write(place, after)
        tell(f"written: {len(changes)} rows")
    else:
        tell(f"nothing is written yet: {len(changes)} rows would change")
    return changes


def _tell_some(lines: list[str], tell: Tell) -> None:
    for line in lines[:_MOST_TOLD]:
        tell(line)
    if len(lines) > _MOST_TOLD:
        tell(f"… and {len(lines) - _MOST_TOLD} more")
