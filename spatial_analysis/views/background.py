"""Questions that a page cannot wait for, handed to a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import Action, Through
from layers.selectors import may
from spatial_analysis.errors import QuestionError
from spatial_analysis.services import question_for
from spatial_analysis.tasks import analyse_for_page
from spatial_analysis.views.access import method_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import User
    from spatial_analysis.methods import Method, Question


@require_POST
@method_page()
def start(request: HttpRequest, method: Method) -> HttpResponseBase:
    """Queue the question of the form, as a run or as a file, and go where its progress is seen."""
    ending, rows = request.POST.get("ending", ""), request.POST.get("rows", "")
    if ending and ending not in method.writers:
        raise Http404
    if ending and not may(method.layer, user=request.user, action=Action.EXPORT):
        raise PermissionDenied
    given = {one.key: request.POST[one.key] for one in method.parameters if one.key in request.POST}
    region = request.POST.get("region", "")
    try:
        question = question_for(method, user=request.user, region=region, parameters=given)
    except QuestionError as error:
        return render(request, "spatial_analysis/refused.html", {"method": method, "problem": error}, status=400)
    assert request.user.is_authenticated
    job_id = queued(method, question, given, user=request.user, through=Through.PAGE, ending=ending, rows=rows)
    return redirect("jobs:job", job_id=job_id)


def queued(
    method: Method,
    question: Question,
    given: Mapping[str, str],
    *,
    user: User,
    through: Through,
    ending: str = "",
    rows: str = "",
) -> UUID:
    """Leave a question to a worker and return the id of the job."""
    place = question.region.prefix if question.region else _("the whole area")
    return analyse_for_page.start(
        user=user,
        through=through,
        subject=f"{method.title} · {place}{f' · .{ending}' if ending else ''}",
        method=method.key,
        region=question.region.prefix if question.region else "",
        parameters=dict(given),
        ending=ending,
        rows=rows,
    )
