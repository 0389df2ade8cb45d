"""Which jobs there are: groups are modules, jobs are functions marked by `job`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from benchmarks.measuring import Row

GROUPS = {
    "import": ("imports", "exports"),
    "tiles": ("tiles",),
    "analysis": ("analysis",),
    "editing": ("editing",),
    "overview": ("overview",),
    "audit": ("audit",),
    "reclamation": ("reclamation",),
    "ogcapi": ("ogcapi",),
}
"""Group to its modules in `benchmarks/groups/`; a group of which no module exists has no job."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a job is told: the data it finds, and the name of its group for the rows it gives."""

    group: str
    scale: str

    def row(
        self,
        job: str,
        measured: tuple[float, float],
        *,
        reference_name: str,
        goal: float | None,
        unit: str = "ms",
        note: str = "",
    ) -> Row:
        """Return the row of a measurement (ours, reference)."""
        ours, reference = measured
        return Row(self.group, job, self.scale, ours, reference, reference_name, goal, unit, note)


Job = Callable[[Context], Iterable[Row]]
_jobs: dict[str, list[Job]] = {}


def job(group: str) -> Callable[[Job], Job]:
    """Declare a function as a job of `group`."""

    def declare(function: Job) -> Job:
        _jobs.setdefault(group, []).append(function)
        return function

    return declare


def has_module(group: str) -> bool:
    """Return whether somebody wrote jobs of `group`; nothing is imported."""
    return bool(modules_of(group))


def modules_of(group: str) -> list[str]:
    """Return the modules of `group` that exist, by their full names."""
    names = [f"benchmarks.groups.{name}" for name in GROUPS[group]]
    return [name for name in names if find_spec(name) is not None]


def jobs_of(group: str) -> tuple[Job, ...]:
    """Return the jobs of `group`; its modules are imported, which needs Django set up."""
    for name in modules_of(group):
        import_module(name)
    return tuple(_jobs.get(group, ()))
