"""The command `samverkan`: thin; every command calls one function of the library.

Exit codes: 0 all done, 1 something failed, 2 wrong input. Errors go to standard error, one per
line; `--debug` shows the traceback.
"""

from __future__ import annotations

import atexit
import codecs
import io
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from analysis import paths
from analysis import regions as registry
from analysis.errors import InputError, SamverkanError, has_remedy, in_words

if TYPE_CHECKING:
    from analysis.regions import Region
    from analysis.report.build import Result
    from analysis.report.plan import Plan

Value = TypeVar("Value")


_LONGEST_NAME, _LONGEST_PATH = 255, 4000  # bytes; a path gets longer by the files in it


class _Place(click.ParamType[Path]):
    """A file or folder that a system can have."""

    name = "path"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        path = Path(value)
        if str(value) == "" or "\0" in str(value):
            self.fail(f"{str(value)!r} is no path; name a file or folder", param, ctx)
        parts = [len(os.fsencode(part)) for part in path.parts]
        if max(parts, default=0) > _LONGEST_NAME or sum(parts) + len(parts) > _LONGEST_PATH:
            self.fail(f"{str(value)[:40]!r}… is too long a path; name a shorter one", param, ctx)
        return path


PLACE = _Place()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--data-dir",
    type=PLACE,
    metavar="DIR",
    help=f"Folder of updated data; also by {paths.DATA_DIR_VARIABLE}.",
)
@click.version_option(package_name="samverkan")
def cli(debug: bool, data_dir: Path | None) -> None:
    """Maps and honest numbers on how Swedish municipalities share services."""
    if data_dir is not None and data_dir.exists() and not data_dir.is_dir():
        raise InputError(f"--data-dir {str(data_dir)!r} is a file; name a folder")
    if data_dir is not None:  # the environment, so that the processes of a build have it too
        os.environ[paths.DATA_DIR_VARIABLE] = str(data_dir.absolute())


@cli.command()
@click.argument("region", nargs=-1)
@click.option("--members", metavar="CODES", help="Any municipalities: codes or names with commas.")
@click.option("--name", help="Name of the region that --members makes.")
@click.option(
    "--each",
    "kind",
    metavar="KIND",
    help="A report for each county, labour-market, or group of a CSV file (group,code).",
)
@click.option(
    "--format",
    "formats",
    default="html,pdf,xlsx",
    show_default=True,
    help="What to export, with commas: html, pdf, xlsx, pptx (slides).",
)
@click.option(
    "--as-of",
    "as_of",
    metavar="DATE",
    help="Date that decides which shared services hold; default: the date of the data.",
)
@click.option("--out", type=PLACE, help="Folder for the reports.")
@click.option("--jobs", type=int, help="Number of processes; default: one for each core.")
@click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="Build on a Dask cluster: tcp://host:8786, or local.",
)
@click.option(
    "--chapters",
    multiple=True,
    type=PLACE,
    metavar="FILE",
    help="An own chapter (notebook) to add; may be repeated.",
)
@click.option("--only", metavar="CHAPTER", help="These chapters alone, such as commuting.")
@click.option(
    "--compare",
    multiple=True,
    metavar="SET",
    help="Compare with peers, county, labour-market, nation, or any municipalities.",
)
@click.option("--no-appendix", is_flag=True, help="Leave the appendix out.")
@click.option("--force", is_flag=True, help="Build even when nothing has changed.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")
def build(
    region: tuple[str, ...],
    members: str | None,
    name: str | None,
    kind: str | None,
    formats: str,
    as_of: str | None,
    out: Path | None,
    jobs: int | None,
    scheduler: str,
    chapters: tuple[Path, ...],
    only: str | None,
    compare: tuple[str, ...],
    no_appendix: bool,
    force: bool,
    dry_run: bool,
) -> None:
    """Build reports of REGIONs, by default malardalen, bergslagen and karlstad.

    A REGION is a key, or what names municipalities: "Köping, Arboga", 1980, "Örebro län".
    """
    from analysis.report.plan import make_plan

    faults: list[str] = []
    chosen = _attempt(faults, lambda: chosen_regions(region, members, name, kind)) or []
    when = _attempt(faults, lambda: parse_date(as_of))
    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    plan = _attempt(
        faults,
        lambda: make_plan(
            chosen,
            formats=wanted,
            as_of=when,
            out=out,
            jobs=jobs,
            chapters=chapters,
            only=_chapters_in(only),
            compare=compare,
            scheduler=scheduler,
            appendix=not no_appendix,
        ),
    )
    if faults or plan is None:
        raise InputError(*faults)
    if dry_run:
        click.echo(plan_text(plan))
        return
    _carry_out(plan, force)


def _chapters_in(only: str | None) -> list[str]:
    """The chapters that `--only` names; an empty list would stand for all of them."""
    found = [part.strip() for part in (only or "").split(",") if part.strip()]
    if only is not None and not found:
        raise InputError("--only names no chapter; write one, such as commuting, or leave it out")
    return found


def _attempt(faults: list[str], call: Callable[[], Value]) -> Value | None:
    """The result of `call`, or None with its faults added: all faults are shown together."""
    try:
        return call()
    except InputError as error:
        faults.extend(error.faults)
        return None


def chosen_regions(
    keys: tuple[str, ...], members: str | None, name: str | None, kind: str | None = None
) -> list[Region]:
    """The regions that the arguments of `build` name; raises InputError with all faults."""
    faults: list[str] = []
    if name is not None and members is None:
        faults.append(
            "--name goes with --members, which takes codes or names of municipalities, with commas"
        )
    if not keys and members is None and kind is None:
        keys = registry.DEFAULT_KEYS
    found = [
        _attempt(faults, lambda key=key: registry.resolve(key))  # type: ignore[misc]
        for key in keys
    ]
    if members is not None:
        found.append(_attempt(faults, lambda: registry.from_members(members, name=name)))
    if kind is not None:
        found += _attempt(faults, lambda: registry.each(kind)) or []
    if faults:
        raise InputError(*faults)
    return [region for region in found if region is not None]


def parse_date(text: str | None) -> date | None:
    """An ISO date; raises InputError that shows the form."""
    if text is None:
        return None
    from analysis.arrangements import YEARS

    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of {text!r} is no date; write it as 2026-06-30") from None
    if found.year not in YEARS:
        raise InputError(f"--as-of {text!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return found


def plan_text(plan: Plan) -> str:
    """What `--dry-run` prints: regions, chapters, formats and folders."""
    lines = [
        f"as of {plan.as_of}{_why(plan.as_of)}, {plan.jobs} processes, "
        f"formats {', '.join(plan.formats)}"
    ]
    for region in plan.regions:
        lines.append(f"{region.key}: {region}")
        lines += [f"  compared with {one}" for one in plan.compare]
        lines += [f"  {job.chapter}: {job.notebook.name}" for job in plan.chapters_of(region)]
        lines.append(f"  -> {plan.out / region.key}")
    return "\n".join(lines)


def _why(day: date) -> str:
    """Whose date a report has when none was given."""
    from analysis.loaders import tables

    return " (the date of the data)" if day == tables.data_date() else ""


def _carry_out(plan: Plan, force: bool) -> None:
    from analysis.report.build import build as run
    from analysis.report.progress import display

    if plan.scheduler:
        from analysis.report import cluster

        if warned := cluster.warning(plan.scheduler):
            click.echo(f"warning: {warned}", err=True)
    with display(plan) as tell:
        results = run(plan, force=force, tell=tell)
    for result in results:
        if result.status != "failed":
            click.echo(f"{result.region.key}: {result.status}, {plan.out / result.region.key}")
    _fail_on(results)


def _fail_on(results: list[Result]) -> None:
    failed = [result for result in results if result.status == "failed"]
    if not failed:
        return
    if debugging():
        for result in failed:
            click.echo("\n".join(result.details), err=True)
    raise SamverkanError(
        *(f"{result.region.key} failed: {error}" for result in failed for error in result.errors)
    )


@cli.command()
@click.argument("name", metavar="REGION|PATH")
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@click.option(
    "--chapters",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An own chapter (notebook) to add; may be repeated.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of 127.0.0.1; default: a free one.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Number of processes; default: one for each core."
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
def preview(
    name: str,
    as_of: str | None,
    chapters: tuple[Path, ...],
    port: int,
    jobs: int | None,
    no_browser: bool,
) -> None:
    """Show the page of a REGION, or of the investigation in PATH, and follow its changes."""
    from analysis.report.preview import preview as serve

    with suppress(KeyboardInterrupt):  # the way to end it
        serve(
            name,
            as_of=parse_date(as_of),
            chapters=chapters,
            port=port,
            jobs=jobs,
            browser=not no_browser,
            tell=lambda text: click.echo(text, err=True),
        )


@cli.command()
@click.option("--service", required=True, metavar="AREA", help="Service area, such as vaxel.")
@click.option(
    "--members", required=True, metavar="CODES", help="Codes, names or regions, with commas."
)
@click.option("--host", default="", metavar="CODE", help="The member that would host it.")
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@click.option("--out", type=PLACE, help="Folder for the report.")
@click.option(
    "--cost-low",
    type=float,
    default=-0.05,
    show_default=True,
    help="Assumed change of cost, lowest (a share).",
)
@click.option(
    "--cost-high",
    type=float,
    default=0.05,
    show_default=True,
    help="Assumed change of cost, highest (a share).",
)
def scenario(
    service: str,
    members: str,
    host: str,
    as_of: str | None,
    out: Path | None,
    cost_low: float,
    cost_high: float,
) -> None:
    """Make a report on what would change if MEMBERS shared a service."""
    from analysis.report.scenario import build_scenario

    folder = build_scenario(
        service,
        split_codes(members),
        host=host,
        as_of=parse_date(as_of),
        out=out,
        change=(cost_low, cost_high),
        tell=lambda text: click.echo(text, err=True),
    )
    click.echo(f"built, {folder}")


@cli.command()
@click.argument("code")
@click.option("--service", required=True, metavar="AREA", help="Service area, such as loner.")
@click.option(
    "--within",
    type=float,
    default=60,
    show_default=True,
    metavar="KM",
    help="Kilometres between the centres, straight lines.",
)
@click.option(
    "--sort",
    default="distance",
    show_default=True,
    metavar="COLUMN",
    help="distance, base, shared, market, county, peer or name.",
)
@click.option(
    "--without-shared", is_flag=True, help="Leave out what is shared already, which repeats itself."
)
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@click.option("--csv", "out", type=PLACE, metavar="FILE", help="Write the table as CSV instead.")
def partners(
    code: str,
    service: str,
    within: float,
    sort: str,
    without_shared: bool,
    as_of: str | None,
    out: Path | None,
) -> None:
    """List candidates that municipality CODE could share a service with."""
    from analysis.report import partners_list
    from analysis.views.partners import partners as find

    parse_date(as_of)
    found = find(code, service, within=within, sort=sort, as_of=as_of or "")
    if out is not None:
        click.echo(f"wrote {partners_list.write(found, out, circular=not without_shared)}")
        return
    for line in partners_list.lines(found, circular=not without_shared):
        click.echo(line)


@cli.group()
def investigation() -> None:
    """An investigation of a shared service: its folder, its check, its report."""


@investigation.command("new")
@click.argument("name")
@click.option(
    "--members", required=True, metavar="CODES", help="Codes, names or regions, with commas."
)
@click.option("--service", required=True, metavar="AREA[,AREA]", help="Service areas.")
@click.option("--title", default="", help="Title of the report; default: NAME.")
@click.option(
    "--parent",
    type=PLACE,
    default=Path(),
    metavar="DIR",
    help="Folder to make it in; default: where you are.",
)
@click.option(
    "--template",
    type=PLACE,
    metavar="FILE.docx",
    help="The municipality's own Word template, for the kit.",
)
def new_investigation(
    name: str, members: str, service: str, title: str, parent: Path, template: Path | None
) -> None:
    """Make the folder NAME of a new investigation, to be edited, with a kit for the first week."""
    from analysis import placenames
    from analysis.investigation import folder
    from analysis.report import kit
    from analysis.report.word import template_fault

    if template and (fault := template_fault(template)):
        raise InputError(fault)
    made = folder.new(
        name,
        split_codes(members),
        placenames.parts(service),
        parent=parent,
        title=title,
        more=lambda fresh: kit.write_kit(fresh, template=template),
    )
    click.echo(f"made {made}; fill in own_figures/ and text/, then samverkan investigation check")


@investigation.command("check")
@click.argument("path", type=PLACE)
def check_investigation(path: Path) -> None:
    """Check the folder PATH: every fault with sheet, row and column, and every doubt."""
    from analysis.report.investigation import check

    found, faults = check(path)
    for doubt in found.doubts if found else ():
        click.echo(f"warning: {doubt.said}")
    if found is None:
        raise InputError(*faults)
    click.echo(f"{found.key} is valid ({len(found.doubts)} warnings)")


@investigation.command("build")
@click.argument("path", type=PLACE)
@click.option("--out", type=PLACE, help="Folder for the report.")
@click.option(
    "--template",
    type=PLACE,
    metavar="FILE.docx",
    help="The municipality's own Word template, for report.docx.",
)
def build_investigation(path: Path, out: Path | None, template: Path | None) -> None:
    """Make the report of the investigation in PATH: HTML, PDF, XLSX and Word."""
    from analysis.report.investigation import build_investigation as run

    folder = run(path, out=out, template=template, tell=lambda text: click.echo(text, err=True))
    click.echo(f"built, {folder}")


def split_codes(text: str) -> list[str]:
    """Municipality codes of an option: codes, names and registered regions, with commas.

    >>> split_codes("KAK, Surahammar"), split_codes("Karlstad")
    (['1960', '1984', '1983', '1907'], ['1780'])
    """
    from analysis import placenames

    known = registry.municipalities()
    named = {
        name.casefold(): one for one in registry.registry().values() for name in (one.key, one.name)
    }
    found: list[str] = []
    for word in placenames.parts(text):
        code, region = placenames.code_of(word, known), named.get(word.casefold())
        found += [code] if code else region.members if region else [word]
    return found


@cli.group(invoke_without_command=True)
@click.pass_context
def regions(context: click.Context) -> None:
    """List the named regions; `show` one, or `add` one."""
    if context.invoked_subcommand is None:
        for region in registry.registry().values():
            groups = f"; groups: {', '.join(g.key for g in region.groups)}" if region.groups else ""
            click.echo(f"{region.key}: {region}{groups}")


@regions.command()
@click.argument("key")
def show(key: str) -> None:
    """Show the municipalities of region KEY."""
    region = registry.resolve(key)
    known = registry.municipalities()
    click.echo(f"{region.key}: {region.name}")
    for code in region.members:
        groups = [group.key for group in region.groups if code in group.members]
        click.echo(
            f"  {code} {known[code].name}, {known[code].county}"
            + (f" ({', '.join(groups)})" if groups else "")
        )


@regions.command()
@click.argument("key")
@click.option("--name", required=True, help="Swedish name, as reports print it.")
@click.option(
    "--members", required=True, metavar="CODES", help="Codes, names or regions, with commas."
)
def add(key: str, name: str, members: str) -> None:
    """Write a new region KEY to the registry."""
    region = registry.add(key, name, split_codes(members))
    click.echo(f"added {region.key}: {region}")


@cli.group()
def services() -> None:
    """Who shares what with whom, according to the inventory."""


FOLDER = click.option(
    "--inventory",
    "folder",
    type=PLACE,
    metavar="DIR",
    help="A copy of the inventory's folder; default: the shipped one.",
)


@services.command("list")
@click.option("--region", "key", required=True, help="Region whose members are listed.")
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@click.option("--service", "area", metavar="AREA", help="Only this service area.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one row a municipality.")
def list_services(
    key: str, as_of: str | None, area: str | None, as_json: bool, as_csv: bool
) -> None:
    """Print service, body, legal form, status, all members and the sources on a date."""
    from analysis.inventory_desk import listing

    parse_date(as_of)
    if as_json and as_csv:
        raise InputError("--json and --csv are two forms; choose one of them")
    region, day = registry.resolve(key), as_of or ""
    if as_json or as_csv:
        write = listing.list_json if as_json else listing.list_csv
        click.echo(write(region, as_of=day, area=area))
        return
    for line in listing.list_lines(region, as_of=day, area=area):
        click.echo(line)


@services.command("stale")
@click.option("--region", "key", required=True, help="Region whose members are looked at.")
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@FOLDER
def stale_services(key: str, as_of: str | None, folder: Path | None) -> None:
    """List what to check again, the oldest first, with the address it was read at."""
    from analysis.inventory_desk import desk

    parse_date(as_of)
    for line in desk.stale_lines(registry.resolve(key), as_of=as_of or "", folder=folder):
        click.echo(line)


@services.command("confirm")
@click.argument("task", metavar="ID")
@click.option("--date", "day", required=True, metavar="DATE", help="Day of the evidence.")
@click.option("--source", required=True, metavar="ID|URL", help="Where it was seen.")
@click.option("--publisher", default="", help="Who published a new address.")
@click.option("--title", default="", help="Heading of a new address.")
@click.option("--answered", default="", metavar="CODE", help="The municipality answered itself.")
@click.option("--note", default="", help="In own words; no names of persons.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@FOLDER
def confirm_service(
    task: str,
    day: str,
    source: str,
    publisher: str,
    title: str,
    answered: str,
    note: str,
    dry_run: bool,
    folder: Path | None,
) -> None:
    """Add evidence that the task ID (`body:service`, or a body) runs, and show what it changes."""
    from analysis.inventory_desk import desk, upkeep

    found = upkeep.Evidence(task, day, source, publisher, title, answered, note)
    desk.confirm(found, folder=folder, dry_run=dry_run, tell=click.echo)


@services.command("form")
@click.argument("codes", nargs=-1, required=True, metavar="CODE ...")
@click.option(
    "--out",
    type=PLACE,
    default=Path(),
    metavar="DIR",
    help="Folder for the forms; default: where you are.",
)
@click.option("--as-of", "as_of", metavar="DATE", help="Date; default: the date of the data.")
@FOLDER
def form_services(
    codes: tuple[str, ...], out: Path, as_of: str | None, folder: Path | None
) -> None:
    """Make a form for each municipality, in Word and Excel: what we believe, to be answered."""
    from analysis.inventory_desk import desk

    parse_date(as_of)
    chosen = [code for text in codes for code in split_codes(text)]
    for path in desk.make_forms(chosen, out, as_of=as_of or "", folder=folder):
        click.echo(f"wrote {path}")


@services.command("export")
@click.argument("out", type=PLACE, metavar="FILE.xlsx")
@FOLDER
def export_services(out: Path, folder: Path | None) -> None:
    """Write the whole inventory as one workbook FILE.xlsx."""
    from analysis.inventory_desk import desk

    click.echo(f"wrote {desk.export_book(out, folder=folder)}")


@services.command("import")
@click.argument("path", type=PLACE, metavar="FILE")
@click.option("--yes", is_flag=True, help="Write what was shown; without it nothing is written.")
@click.option("--remove", is_flag=True, help="Rows that are gone from a workbook are removed.")
@FOLDER
def import_services(path: Path, yes: bool, remove: bool, folder: Path | None) -> None:
    """Read a workbook, CSV, answered form or folder of forms; show first what would change."""
    from analysis.inventory_desk import desk

    desk.take_in(path, folder=folder, yes=yes, remove=remove, tell=click.echo)


@services.command("check")
def check_services() -> None:
    """Validate the inventory; says file, row, column and remedy."""
    from analysis.inventory_desk.listing import check_lines

    warnings, errors = check_lines()
    for line in warnings:
        click.echo(f"warning: {line}")
    if errors:
        raise SamverkanError(*errors)
    click.echo(f"the inventory is valid ({len(warnings)} warnings)")


@cli.group()
def data() -> None:
    """What the figures are, where they come from, and whether they are whole."""


@data.command()
def status() -> None:
    """Print every dataset: years, source, which edition is used, how old and how sure it is."""
    from analysis.datasets import status_lines

    for line in status_lines():
        click.echo(line)


@data.command()
def verify() -> None:
    """Check every table against its contract and its checksum."""
    from analysis.datasets import verify as check

    faults = check(tell=click.echo)
    if faults:
        raise SamverkanError(*faults)


@data.command()
@click.argument("dataset", nargs=-1)
@click.option(
    "--base-url",
    "base_url",
    multiple=True,
    metavar="URL",
    help="Another address of SCB's API; after `kolada=` or `geodata=`, of those.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be fetched, and change nothing.")
@click.option("--only-new", is_flag=True, help="Leave out what has no year that is new.")
@click.option(
    "--accept", is_flag=True, help="Take in figures that do not add up, or have changed greatly."
)
def update(
    dataset: tuple[str, ...],
    base_url: tuple[str, ...],
    timeout: float,
    dry_run: bool,
    only_new: bool,
    accept: bool,
) -> None:
    """Fetch DATASETs, by default all, from SCB and Kolada; the snapshot stays as it is."""
    if not timeout < float("inf"):  # nan, too
        raise InputError(f"--timeout {timeout:g} is no number of seconds; write one such as 60")
    from analysis.update import bar
    from analysis.update import update as run

    with bar() as step:
        run(
            dataset,
            base_urls=addresses(base_url),
            dry_run=dry_run,
            only_new=only_new,
            accept=accept,
            timeout=timeout,
            tell=click.echo,
            step=step,
        )


def addresses(base_url: tuple[str, ...]) -> dict[str, str]:
    """The addresses of sources that `--base-url` gives; raises InputError for a strange one."""
    from analysis.update import SOURCES

    found, faults = {}, []
    for text in base_url:
        name, _, url = text.partition("=") if "=" in text.split("/")[0] else ("scb", "", text)
        if name not in SOURCES or not url.startswith(("http://", "https://")):
            faults.append(
                f"--base-url {text!r} is no address; write https://… or NAME=https://…, "
                f"NAME one of {', '.join(SOURCES)}"
            )
        found[name] = url
    if faults:
        raise InputError(*faults)
    return found


@data.command()
@click.argument("dataset", nargs=-1)
def reset(dataset: tuple[str, ...]) -> None:
    """Go back to the shipped snapshot for DATASETs, by default for all."""
    from analysis.update import reset as run

    done = run(dataset)
    click.echo(f"back to the snapshot: {', '.join(done)}" if done else "nothing was updated")


@data.group()
def export() -> None:
    """Write a table of the data as CSV."""


@export.command()
@click.option("--year", type=int, required=True, help="Year of the margins, 2004 to 2021.")
@click.option("--out", type=PLACE, required=True, help="The CSV file.")
def margins(year: int, out: Path) -> None:
    """Write in-, out-commuters and live-and-work of all municipalities for one year."""
    from analysis.datasets import export_margins

    click.echo(f"wrote {export_margins(year, out)}")


@export.command()
@click.option("--year", type=int, required=True, help="Year of the flows, 2004 to 2021.")
@click.option("--out", type=PLACE, required=True, help="The CSV file.")
def flows(year: int, out: Path) -> None:
    """Write who commutes where, observed or modelled, for one year.

    Modelled persons have two decimals, so that they add up to the published margins.
    """
    from analysis.flows import export_flows

    click.echo(f"wrote {export_flows(year, out)}")


def debugging() -> bool:
    """True when `--debug` stands before the subcommand."""
    return "--debug" in takewhile(lambda word: word.startswith("-"), sys.argv[1:])


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with 0, 1 or 2."""
    _open_streams()
    _find_cache()
    for name in ("SIGTERM", "SIGHUP"):  # no hang-up on Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        cli.main(args=arguments, prog_name="samverkan", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        _stop(2, [f"{error.format_message()}; see `samverkan --help`"])
    except (click.Abort, KeyboardInterrupt) as error:
        if isinstance(error.__cause__, EOFError):  # click takes it for the end of a terminal
            _stop(1, ["a process ended in the middle; run again with --debug to see which"])
        _stop(1, ["stopped; nothing half-written is left"])
    except SamverkanError as error:
        _stop(error.exit_code, error.faults)
    except Exception as error:  # the last door: one clear line instead of a traceback
        hint = "" if has_remedy(error) else "; run again with --debug to see where"
        _stop(1, [f"{in_words(error)}{hint}"])


def _open_streams() -> None:
    """Streams that were closed lead nowhere: else the next file to be opened would get their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(
                os.devnull, os.O_RDWR
            )  # the lowest number that is free: that of `name`
            os.set_inheritable(opened, True)
            setattr(sys, name, os.fdopen(opened, mode, encoding="utf-8"))
    codecs.register_error("samverkan", _plain_signs)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="samverkan")


_PLAIN = {"–": "-", "−": "-", "…": "...", "’": "'", "”": '"', "→": "->", "\u202f": " ", "\xa0": " "}


def _plain_signs(error: UnicodeError) -> tuple[str, int]:
    """What a terminal of an older code page shows for signs that it lacks: plain ones, or ?."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in lacking), error.end


def _find_cache() -> None:
    """Where nothing can be kept at home, libraries keep it for this call, without a word."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~").expanduser()
    if not home.is_dir() or not os.access(home, os.W_OK):
        folder = tempfile.mkdtemp(prefix=f"samverkan-{os.getpid()}-")  # as report/scratch has it
        for library in ("MPLCONFIGDIR", "IPYTHONDIR"):
            os.environ.setdefault(library, folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _interrupt(number: int, frame: object) -> None:
    """A polite kill cleans up as Ctrl-C does."""
    raise KeyboardInterrupt


def _stop(code: int, faults: tuple[str, ...] | list[str]) -> None:
    if debugging():
        traceback.print_exc()
    for fault in faults:
        for line in str(fault).splitlines():
            click.echo(f"error: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
