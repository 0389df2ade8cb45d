"""Exports in the background, and the clearing away of what they wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from importers.exporters.errors import ExportRefusedError
from importers.exporters.formats import format_called
from importers.exporters.kept import discard_old, place_for
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from layers.listing import ListQuery
from layers.registry import get_layer

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.roles import Through
    from importers.exporters.services import ExportOrder, Ready


@job(title=gettext_lazy("Export a layer"))
def export_in_background(
    context: JobContext, *, layer: str, form: str, query: dict[str, Any], out: str, options: dict[str, Any]
) -> JobResult:
    """Write a file as the requester, within the area that is granted now.

    Parameters
    ----------
    out
        Where the file goes; empty: to be fetched from the page of the job, by the requester alone.
    options
        More fields of `ExportOrder`: `crs`, `encoding`, `personal`, `reason`.
    """
    from importers.exporters.services import ExportOrder, checked, export_file, file_name

    declared = get_layer(layer)
    try:
        order = ExportOrder(declared, format_called(declared, form), context.requester, query_of(query), **options)
        ready = checked(order)
        path = Path(out) if out else place_for(context.job_id, file_name(ready))
        total = ready.selection.rows().count()
        rows = export_file(
            ready, path, through=context.through, step=lambda done: context.progress(done, max(done, total))
        )
    except ExportRefusedError as error:
        raise JobRefusedError(str(error)) from error
    except OSError as error:
        raise JobRefusedError(
            _("%(file)s cannot be written: %(reason)s.")
            % {"file": Path(out).name or declared.title, "reason": error.strerror or error}
        ) from error
    words = _("%(file)s: %(rows)s rows") % {"file": path.name, "rows": f"{rows:,}"}
    url = "" if out else reverse("exports:file", kwargs={"job_id": context.job_id})
    return JobResult(words=words, url=url, data={"rows": rows, "file": path.name})


def export_queued(ready: Ready, *, through: Through, out: str = "") -> UUID:
    """Leave an order that was found to be in order to a worker, and return the job's id."""
    order: ExportOrder = ready.order
    return export_in_background.start(
        user=order.user,  # type: ignore[arg-type]  # somebody anonymous exports nothing
        through=through,
        subject=f"{order.layer.title} → {order.format.title}",
        reason=order.reason,
        layer=order.layer.key,
        form=order.format.key,
        query=query_as_json(order.query),
        out=out,
        options={
            "crs": ready.crs.key,
            "encoding": ready.encoding,
            "personal": order.personal,
            "reason": order.reason,
        },
    )


def query_as_json(query: ListQuery) -> dict[str, Any]:
    """Return the filters of a list as they wait for a worker; the order of rows is of no matter to a file."""
    return {
        "among": query.among,
        "until": {name: day.isoformat() for name, day in query.until.items()},
        "missing": list(query.missing),
        "region": query.region,
        "words": query.words,
    }


def query_of(stored: dict[str, Any]) -> ListQuery:
    """Return the filters that `query_as_json` wrote."""
    until = {name: dt.date.fromisoformat(day) for name, day in stored["until"].items()}
    return ListQuery(stored["among"], until, tuple(stored["missing"]), stored["region"], stored["words"])


@job(title=gettext_lazy("Clear away exported files"))
def clear_away_exports(context: JobContext) -> JobResult:
    """Take away files that nobody needs any more."""
    return JobResult(words=_("%(files)d files cleared away.") % {"files": discard_old()})
