"""The list of imports, and one import with its steps."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from importers.forms import choices_in
from importers.models import UploadState
from importers.problems import WrongUseError
from importers.selectors import batches_for, job_of, running_job, uploads_for
from importers.showing import UploadPage, all_counts
from importers.steps import StepRefusedError, upload_choose, upload_commit, upload_discard
from importers.views.access import import_page, upload_or_404, whole_number
from jobs.services import job_cancel
from jobs.shown import shown
from layers.registry import all_layers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from importers.models import Upload
    from layers.spec import SpatialLayer

A_PAGE = 20


@never_cache
@require_safe
@import_page
def index(request: HttpRequest, *, layers: list[SpatialLayer]) -> HttpResponse:
    """Show what was handed in and not committed, the batches of the area, and where a file is handed in."""
    titles = {layer.key: layer.title for layer in all_layers()}
    paginator = Paginator(batches_for(user=request.user), A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    open_ = uploads_for(user=request.user).exclude(state=UploadState.COMMITTED)
    uploads = [
        {
            "row": row,
            "counts": all_counts(row.counts),
            "layer": titles.get(row.layer),
            "busy": running_job(row) is not None,
        }
        for row in open_
    ]
    context = {
        "layers": layers,
        "uploads": uploads,
        "batches": [
            {"row": row, "counts": all_counts(row.counts), "layer": titles.get(row.layer, row.layer)}
            for row in page.object_list
        ],
        "page_obj": page,
        "page_range": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "most_mb": settings.IMPORT_MAX_MB,
        "keep_days": settings.IMPORT_KEEP_DAYS,
    }
    return render(request, "importers/index.html", context)


@never_cache
@require_safe
@import_page
def upload(request: HttpRequest, *, upload_id: UUID, layers: list[SpatialLayer]) -> HttpResponse:
    """Show one import at a step; `?part=state` returns what changes while a job works."""
    row = upload_or_404(request, upload_id)
    job = job_of(row)
    if request.GET.get("part") == "list":
        one = shown(job) if job else None
        context = {"job": one, "unfinished": bool(one and one.unfinished)}
        return render(request, "importers/working.html", context)
    return render_step(request, row, layers, request.GET.get("step", ""))


def render_step(
    request: HttpRequest, row: Upload, layers: list[SpatialLayer], step: str, *, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Return the page of an import at a step; one that makes no sense yet gives way to the one that does."""
    page = UploadPage(row, layers, asked=step, question=request.GET)
    return render(request, page.template, {"page": page, "upload": row, "layers": layers}, status=status)


@require_POST
@import_page
def choose(request: HttpRequest, *, upload_id: UUID, layers: list[SpatialLayer]) -> HttpResponse:
    """Take up what was chosen at a step and rehearse again."""
    row = upload_or_404(request, upload_id)
    try:
        layer, chosen = choices_in(request.POST, row, layers)
        upload_choose(row, revision=whole_number(request.POST.get("revision")), layer=layer, chosen=chosen)
    except (StepRefusedError, WrongUseError) as error:
        messages.error(request, str(error))
    return to_step(row, request.POST.get("next", ""))


@require_POST
@import_page
def commit(request: HttpRequest, *, upload_id: UUID, layers: list[SpatialLayer]) -> HttpResponse:
    """Commit what was rehearsed, with the reason why."""
    row = upload_or_404(request, upload_id)
    try:
        row = upload_commit(
            row,
            revision=whole_number(request.POST.get("revision")),
            reason=request.POST.get("reason", "")[:300],
            accept_clean=request.POST.get("which") == "clean",
        )
    except StepRefusedError as error:
        messages.error(request, str(error))
        return to_step(row, "commit")
    if row.state == UploadState.COMMITTED:
        messages.success(request, _("The import is committed."))
    elif row.job_id is None:
        messages.warning(request, _("Since the rehearsal something has changed: nothing was committed. Look again."))
        return to_step(row, "rehearsal")
    return to_step(row, "commit")


@require_POST
@import_page
def discard(request: HttpRequest, *, upload_id: UUID, layers: list[SpatialLayer]) -> HttpResponse:
    """Forget an upload that is not to be imported."""
    row = upload_or_404(request, upload_id)
    try:
        upload_discard(row, revision=whole_number(request.POST.get("revision")))
    except StepRefusedError as error:
        messages.error(request, str(error))
        return to_step(row, "")
    messages.success(request, _("“%(file)s” was discarded; nothing of it is kept.") % {"file": row.file_name})
    return redirect("importers:index")


@require_POST
@import_page
def cancel(request: HttpRequest, *, upload_id: UUID, layers: list[SpatialLayer]) -> HttpResponse:
    """Cancel the job that works on an upload."""
    row = upload_or_404(request, upload_id)
    job = running_job(row)
    if job is not None and job_cancel(job):
        messages.success(request, _("The job is cancelled; one that runs ends at its next step."))
    else:
        messages.warning(request, _("The job had ended before it could be cancelled."))
    return to_step(row, "")


def to_step(row: Upload, step: str) -> HttpResponse:
    """Return the way to a step of an import."""
    address = reverse("importers:upload", kwargs={"upload_id": row.pk})
    return redirect(f"{address}?step={step}" if step in UploadPage.STEPS else address)
