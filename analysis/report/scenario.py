"""A what-if report: one notebook through the same pipeline, whole in its folder or not at all.

Terms
-----
scenario report: `report.html`, `.pdf`, `.xlsx` and what a build leaves, for one service and the
municipalities that would share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import InputError, raise_faults
from analysis.loaders import tables
from analysis.regions import Region
from analysis.report import build, single
from analysis.report.manifest import stamp
from analysis.report.plan import FORMATS, Job, Plan, folder_faults, out_faults

CHAPTER = "scenario"
CHANGE = (-0.05, 0.05)
"""The assumed change of cost, as shares, when none is given: printed in the report."""
_LONGEST = 12  # members named in the folder's name; more are counted


@dataclass(frozen=True)
class ScenarioJob(Job):
    """The scenario notebook with what it is about; `change` is the assumed change of cost."""

    service: str
    host: str
    change: tuple[float, float]

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of the notebook."""
        return {
            "members": ",".join(self.region.members),
            "service": self.service,
            "host": self.host,
            "as_of": self.as_of.isoformat(),
            "cost_low": self.change[0],
            "cost_high": self.change[1],
        }


def build_scenario(
    service: str,
    members: Sequence[str],
    *,
    host: str = "",
    as_of: date | None = None,
    out: Path | None = None,
    change: tuple[float, float] = CHANGE,
    tell: Callable[[str], object] = lambda text: None,
) -> Path:
    """Make the report that `members` share `service`; returns its folder under `out`.

    Raises InputError with all faults before any work (unknown service or code, one member only,
    a host that is no member, a folder that is somebody else's), and BuildError when the notebook
    fails; then nothing is written and a former report stays.
    """
    since, when = stamp(), as_of or tables.data_date()
    target = (out or paths.default_reports()).resolve()
    with build.local_workers(single.PROCESSES) as pool:  # they start while this is checked
        region = _checked(service, members, host, when, change, target)
        path = paths.NOTEBOOKS / f"{CHAPTER}.ipynb"
        job = ScenarioJob(region, CHAPTER, path, when, service, host, change)
        plan = Plan((region,), ((CHAPTER, path),), FORMATS, when, target, 1, kicker="Scenario")
        return single.run(pool, job, plan, since=since, tell=tell)


def _checked(
    service: str,
    members: Sequence[str],
    host: str,
    when: date,
    change: tuple[float, float],
    target: Path,
) -> Region:
    """The region of the report, after the very checks that the notebook makes."""
    from analysis.loaders.services import load_inventory
    from analysis.text.services import lower
    from analysis.views import scenario

    codes = tuple(code.strip() for code in members)
    inventory = load_inventory()
    faults = scenario.scenario_faults(service, codes, host, inventory)
    raise_faults(InputError, faults)
    case = scenario.make_scenario(
        Region("scenario", "scenario", codes),
        service,
        inventory=inventory,
        host=host,
        as_of=when.isoformat(),
        low=change[0],
        high=change[1],
    )
    name = f"Scenario: {lower(case.name)}"
    region = Region(folder_name(service, codes, host), name, codes)
    raise_faults(InputError, [*out_faults(target), *folder_faults(target, region)])
    return region


def folder_name(service: str, members: Sequence[str], host: str) -> str:
    """Name of the report's folder: service, members and host, so that no two share one."""
    codes = "-".join(members[:_LONGEST])
    more = f"-och-{len(members) - _LONGEST}" if len(members) > _LONGEST else ""
    return f"scenario-{service}-{codes}{more}{f'-vard-{host}' if host else ''}"
