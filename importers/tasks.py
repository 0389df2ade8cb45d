"""Imports in the background."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from importers.problems import WrongUseError
from importers.report import Report, Status
from importers.services import STEPS, ImportOrder, import_file
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from jobs.files import kept_file
from layers.registry import get_layer

TOLD = 3
"""Problems in the sentence of a failure; the report holds all of them."""


@job(title=gettext_lazy("Import a file"))
def import_in_background(
    context: JobContext, *, layer: str, token: str, name: str, options: dict[str, Any], report: str
) -> JobResult:
    """Import the kept copy of a file as the requester, within the area that is granted now.

    Parameters
    ----------
    options
        More fields of `ImportOrder`, such as `crs` and `columns`.
    report
        Where the whole report goes; empty: nowhere.
    """
    order = ImportOrder(
        layer=get_layer(layer),
        path=kept_file(token, name),
        user=context.requester,
        **options,
        step=lambda done, words: context.progress(done, STEPS, words),
    )
    try:
        found = import_file(order)
    except WrongUseError as error:
        raise JobRefusedError(str(error)) from error
    if report:
        found.write(Path(report))
    if found.status in {Status.PROBLEMS, Status.REFUSED}:
        raise JobRefusedError(refusal(found))
    return JobResult(
        words=in_counts(found.status, found.counts.as_json()),
        data={"counts": found.counts.as_json(), "batch": found.batch or ""},
    )


def in_counts(status: str, counts: Mapping[str, int]) -> str:
    """Return what became of the rows, as a sentence."""
    return _("%(status)s: %(add)d added, %(change)d changed, %(same)d the same, %(rejected)d rejected.") % {
        "status": status,
        **counts,
    }


def refusal(report: Report) -> str:
    """Return why nothing was imported, with the first problems."""
    told = [found_at(problem.row, problem.words) for problem in report.problems[:TOLD]]
    return " ".join([report.reason, *(one for one in told if one != report.reason)])


def found_at(row: int, words: tuple[str, ...] | list[str]) -> str:
    """Return a problem as a sentence with its row."""
    sentence = " ".join(words)
    return f"{_('row %(row)d') % {'row': row}}: {sentence}" if row else sentence
