"""The page on which a layer is exported, and the files that jobs wrote."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Action, Through
from accounts.stored_files import file_response
from importers.exporters.errors import ExportRefusedError
from importers.exporters.formats import PATIENCE_S, format_called
from importers.exporters.forms import ExportForm
from importers.exporters.kept import kept_file
from importers.exporters.losses import SENTENCES
from importers.exporters.tasks import export_queued
from jobs.selectors import job_for
from layers.forms.filters import ListForm
from layers.views.access import layer_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from importers.exporters.services import ExportOrder, Ready
    from layers.spec import SpatialLayer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@layer_page(Action.EXPORT)
def layer(request: HttpRequest, layer: SpatialLayer) -> HttpResponseBase:
    """Show what can leave and how; on POST let it leave, at once or by a job where it takes longer."""
    from importers.exporters.services import selected

    filters = ListForm(layer, request.GET, user=request.user)
    if not filters.is_valid():
        return shown(request, layer, {"problems": filters.problems()}, HTTPStatus.BAD_REQUEST)
    selection = selected(layer, request.user, filters.query())
    rows = selection.rows().count()
    form = ExportForm(layer, request.POST if request.method == "POST" else None, longitude=selection.longitude())
    if form.is_valid():
        try:
            return left(order_of(request, layer, filters, form), rows)
        except ExportRefusedError as error:
            form.add_error(None, str(error))
    context = {"form": form, "rows": rows, "narrowed": filters.narrowed(everything=True), "formats": told(form, rows)}
    return shown(request, layer, context, HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK)


def shown(request: HttpRequest, layer: SpatialLayer, context: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    """Return the page."""
    return render(request, "importers/export.html", {"layer": layer, **context}, status=status)


def told(form: ExportForm, rows: int) -> list[dict[str, Any]]:
    """Return what the page says of each format."""
    return [
        {
            "key": one.key,
            "title": one.title,
            "ending": one.ending,
            "use": one.use,
            "exact": one.exact,
            "losses": [SENTENCES[loss] for loss in one.losses],
            "later": one.seconds(rows) > PATIENCE_S,
            "chosen": one.key == form.chosen,
        }
        for one in form.offered
    ]


def order_of(request: HttpRequest, layer: SpatialLayer, filters: ListForm, form: ExportForm) -> ExportOrder:
    """Return what was asked for; only after both forms are valid."""
    from importers.exporters.services import ExportOrder

    given = form.cleaned_data
    return ExportOrder(
        layer=layer,
        format=format_called(layer, given["form"]),
        user=request.user,
        query=filters.query(),
        crs=given["crs"],
        encoding=given["encoding"],
        personal=given.get("personal", False),
        reason=given["reason"],
    )


def left(order: ExportOrder, rows: int) -> HttpResponseBase:
    """Return the file; the page of the job that writes it, where that takes longer than somebody waits.

    Raises
    ------
    ExportRefusedError
        It cannot leave so.
    """
    from importers.exporters.services import checked

    ready = checked(order)
    if order.format.seconds(rows) > PATIENCE_S:
        return redirect("jobs:job", job_id=export_queued(ready, through=Through.PAGE))
    return file_now(ready)


def file_now(ready: Ready) -> HttpResponseBase:
    """Return the file, written while the reader waits."""
    from importers.exporters.services import export_file, file_name

    # The open file outlives its folder, so nothing is left behind however the download ends.
    with TemporaryDirectory() as folder:
        path = Path(folder) / file_name(ready)
        export_file(ready, path, through=Through.PAGE)
        return file_response(path, name=path.name)


@never_cache
@require_safe
@login_required
def file(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Return the file that a job wrote, to whoever asked for it: others who see the job do not get it."""
    job = job_for(user=request.user, job_id=job_id)
    if job is None or job.requester_id != request.user.pk:
        raise Http404
    path = kept_file(job_id)
    if path is None or not hasattr(job, "receipt"):
        raise Http404(_("The file is not there any more: files of exports are kept for a week."))
    return file_response(path, name=path.name)
