"""The report of an investigation: its notebook through the same gates as a region's report.

Terms
-----
folder name: `utredning-` and the name of the investigation's folder, so that it is never a
    region's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import BuildError, InputError, raise_faults
from analysis.investigation import folder, texts
from analysis.investigation.folder import Investigation
from analysis.loaders import tables
from analysis.regions import Region
from analysis.report import build, markdown, single
from analysis.report.manifest import stamp
from analysis.report.plan import FORMATS, Job, Plan, folder_faults, out_faults

CHAPTER = "investigation"
PREFIX = "utredning-"


@dataclass(frozen=True)
class InvestigationJob(Job):
    """The notebook with the folder that it is about."""

    path: Path

    @property
    def folders(self) -> tuple[Path, ...]:
        """The investigation's own folder."""
        return (self.path,)

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of the notebook."""
        return {"path": str(self.path), "name": self.region.name, "as_of": self.as_of.isoformat()}


def check(path: Path) -> tuple[Investigation | None, list[str]]:
    """The investigation in `path` (None when it has faults), and every fault that stops a build."""
    from analysis.views.investigation import dossier, places

    found, faults = folder.check(path)
    if found is None:
        return None, faults
    faults = [*_prose_faults(found)]
    try:
        places.places(dossier.of(found))
    except InputError as error:
        faults += error.faults
    return (None if faults else found), faults


def _prose_faults(found: Investigation) -> Iterator[str]:
    """What the report's Markdown cannot print, the first of each run of prose."""
    for chapter, blocks in texts.read_texts(found.path / texts.FOLDER)[0].items():
        for block in blocks:
            if isinstance(block, texts.Prose):
                try:
                    markdown.parse(block.markdown, f"{texts.FOLDER}/{chapter}.md")
                except BuildError as error:
                    yield str(error)


@dataclass(frozen=True)
class Prepared:
    """What a build of an investigation does; `mark` is printed where its content is invented."""

    job: InvestigationJob
    plan: Plan
    mark: str


def prepare(path: Path, out: Path, *, formats: tuple[str, ...] = FORMATS) -> Prepared:
    """Read the folder `path` and plan its report in `out`; raises InputError with every fault."""
    from analysis.text.investigation.words import INVENTED_SHORT, invented
    from analysis.views.investigation import dossier

    found, faults = check(path)
    if found is None:
        raise InputError(*faults)
    view = dossier.of(found, tables.data_date().isoformat())
    mark = invented(view)
    region = Region(
        f"{PREFIX}{view.dossier.key}",
        f"{view.question.title} ({INVENTED_SHORT})" if mark else view.question.title,
        view.members,
    )
    raise_faults(InputError, folder_faults(out, region))
    notebook, day = paths.NOTEBOOKS / f"{CHAPTER}.ipynb", view.sharing.day
    job = InvestigationJob(region, CHAPTER, notebook, day, view.dossier.path)
    kicker = f"Utredning: {view.question.title}"
    plan = Plan((region,), ((CHAPTER, notebook),), formats, day, out, 1, kicker=kicker)
    return Prepared(job, plan, mark)


def build_investigation(
    path: Path,
    *,
    out: Path | None = None,
    template: Path | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> Path:
    """Make the report of the investigation in `path`; returns its folder under `out`.

    Raises InputError with every fault of the folder, the template and the target before any work,
    and BuildError when the notebook fails; then nothing is written and a former report stays.
    """
    since = stamp(path)
    target = (out or paths.default_reports()).resolve()
    raise_faults(InputError, [*_template_faults(template), *out_faults(target)])
    with build.local_workers(single.PROCESSES) as pool:  # they start while the folder is read
        prepared = prepare(path, target)
        more = partial(_word, template, prepared.mark)
        return single.run(pool, prepared.job, prepared.plan, since=since, tell=tell, more=more)


def _template_faults(template: Path | None) -> list[str]:
    if template is None:
        return []
    from analysis.report import word

    return [fault] if (fault := word.template_fault(template)) else []


def _word(
    template: Path | None, mark: str, job: Job, plan: Plan, notebooks: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The report as a Word document."""
    from analysis.report import compose, word

    day = plan.as_of.isoformat()
    document = compose.read(job.region, [job], notebooks, day, kicker=plan.kicker)
    return {"report.docx": word.word(document, template=template, header=mark)}
