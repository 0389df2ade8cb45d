"""Which stored runs somebody may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import Action, Role
from accounts.selectors import has_role
from spatial_analysis.methods import all_methods, get_method
from spatial_analysis.models import AnalysisRun
from spatial_analysis.reach import Reach, covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from accounts.selectors import Asker

LOOKED_THROUGH = 500
"""Newest runs among which a list is filled: the area test runs in Python on each."""


def runs_of(*, user: Asker, method: str | None = None, count: int = 20) -> list[AnalysisRun]:
    """Return the newest runs that `user` may read, without their answers.

    These are the user's own; an auditor (and a superuser) reads everybody's. Either only where the run's area lies
    wholly in the reader's own area of today.
    """
    rows = AnalysisRun.objects.defer("answer").select_related("region", "requested_by")
    if not reads_everybody(user):
        rows = rows.filter(requested_by_id=user.pk)
    if method:
        rows = rows.filter(method=method)
    found = within_area(user, rows.order_by("-started_at")[:LOOKED_THROUGH])
    return [run for _, run in zip(range(count), found, strict=False)]


def run_for(*, user: Asker, run_id: UUID) -> AnalysisRun | None:
    """Return the run if `user` may read it; None where not, as where there is none."""
    rows = AnalysisRun.objects.select_related("region", "requested_by").filter(pk=run_id)
    if not reads_everybody(user):
        rows = rows.filter(requested_by_id=user.pk)
    return next(within_area(user, rows), None)


def run_to_export(*, user: Asker, run_id: UUID) -> AnalysisRun | None:
    """Return the user's own run if its answer may leave as a file by what is granted today; None where not."""
    run = AnalysisRun.objects.filter(pk=run_id, requested_by_id=user.pk).first()
    if run is None:
        return None
    layer = get_method(run.method).layer
    return run if covers(Reach.of(user, layer=layer, action=Action.EXPORT).area, run.area) else None


def reads_everybody(user: Asker) -> bool:
    """Return whether `user` reads runs of other people."""
    return has_role(user=user, roles={Role.AUDITOR})


def within_area(user: Asker, rows: Iterable[AnalysisRun]) -> Iterator[AnalysisRun]:
    """Yield those of `rows` whose area the reader's own area holds."""
    areas = {method.key: Reach.of(user, layer=method.layer).area for method in all_methods()}
    for run in rows:
        if run.method in areas and covers(areas[run.method], run.area):
            yield run
