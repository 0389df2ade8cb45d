"""The pages of background jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Role
from accounts.selectors import has_role
from jobs.schedule import all_scheduled, database_time
from jobs.selectors import job_for, jobs_for
from jobs.services import job_cancel, job_retry
from jobs.shown import IN_STATE, State, shown

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from jobs.models import Job

A_PAGE = 25


@never_cache
@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the jobs that the reader may see, the newest first; `?part=list` returns the list alone."""
    state = request.GET.get("state", "")
    paginator = Paginator(jobs_for(user=request.user).filter(IN_STATE.get(state, Q())), A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    jobs = [shown(job) for job in page.object_list]
    context: dict[str, Any] = {
        "page_obj": page,
        "page_range": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "jobs": jobs,
        "states": [{"key": key, "label": State(key).label, "chosen": key == state} for key in IN_STATE],
        "narrowed": state in IN_STATE,
        "unfinished": any(job.unfinished for job in jobs),
        "everybodys": has_role(user=request.user, roles={Role.STEWARD}),
    }
    if request.GET.get("part") == "list":
        return render(request, "jobs/list.html", context)
    if context["everybodys"]:
        now = database_time()
        context["plans"] = [
            {"title": entry.task.title, "when": entry.when.words(), "next": entry.when.following(now)}
            for entry in all_scheduled()
        ]
    return render(request, "jobs/index.html", context)


@never_cache
@require_safe
@login_required
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show one job; `?part=list` returns what changes alone. The traceback is for superusers."""
    one = shown(job_or_404(request, job_id))
    context = {"job": one, "unfinished": one.unfinished, "trusted": request.user.is_superuser}
    template = "jobs/facts.html" if request.GET.get("part") == "list" else "jobs/job.html"
    return render(request, template, context)


@require_POST
@login_required
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancel a job that waits or runs."""
    if job_cancel(job_or_404(request, job_id)):
        messages.success(request, _("The job is cancelled; one that runs ends at its next step."))
    else:
        messages.warning(request, _("The job had ended before it could be cancelled."))
    return redirect("jobs:job", job_id=job_id)


@require_POST
@login_required
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Queue a job that failed or was cancelled again."""
    if job_retry(job_or_404(request, job_id)):
        messages.success(request, _("The job waits for a worker again."))
    else:
        messages.warning(request, _("Only a job that failed or was cancelled can be tried again."))
    return redirect("jobs:job", job_id=job_id)


def job_or_404(request: HttpRequest, job_id: UUID) -> Job:
    """Return a job that the reader may see; a job of somebody else is as one that does not exist."""
    found = job_for(user=request.user, job_id=job_id)
    if found is None:
        raise Http404
    return found
