"""The auditor's page, and its list as a file."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_safe

from accounts.audit import record_access
from accounts.models import AccessRecord
from accounts.roles import Action, Through
from accounts.selectors import has_role
from layers.registry import all_layers
from layers.versions import people_named
from oversight.trail.area import AUDITORS, audited_area
from oversight.trail.forms import TrailForm
from oversight.trail.selectors import everybody, trail_page, whole_trail
from oversight.trail.table import csv_lines
from oversight.trail.words import in_words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SUBJECT = "trail"


@login_required
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Return who changed, read, exported or granted what in the auditor's area, newest first."""
    if not has_role(user=request.user, roles=AUDITORS):
        raise PermissionDenied
    form = TrailForm(request.GET)
    page, query = None, None
    if form.is_valid():
        query = form.query()
        page = trail_page(query, user=request.user, before=form.cleaned_data["before"])
    people = people_named({line.who for line in page.lines}) if page else {}
    context = {
        "form": form,
        "problems": form.problems(),
        "filtered": bool(query and query.narrows),
        "lines": [in_words(line, people) for line in page.lines] if page else [],
        "older": str(page.older) if page and page.older else "",
        "later": bool(form.is_valid() and form.cleaned_data["before"]),
        "may_export": may_export(request),
    }
    status = HTTPStatus.BAD_REQUEST if page is None else HTTPStatus.OK
    return render(request, "oversight/trail.html", context, status=status)


@login_required
@require_GET
def trail_csv(request: HttpRequest) -> HttpResponseBase:
    """Return the filtered list as CSV; that it was taken is recorded before its first line leaves."""
    if not may_export(request):
        raise PermissionDenied
    form = TrailForm(request.GET)
    if not form.is_valid():
        return render(request, "oversight/trail.html", {"form": form, "problems": form.problems()}, status=400)
    query = form.query()
    record_access(
        user=request.user,
        kind=AccessRecord.Kind.EXPORT,
        subject=SUBJECT,
        purpose=" ".join(f"{name}={given}" for name, given in form.cleaned_data.items() if given),
        through=Through.PAGE,
    )
    lines = csv_lines(whole_trail(query, user=request.user), everybody())
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{localdate():%Y%m%d}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def may_export(request: HttpRequest) -> bool:
    """Return whether the reader may take anything of the trail along."""
    keys = ["", *(layer.key for layer in all_layers())]
    return any(not audited_area(request.user, key, action=Action.EXPORT).nowhere for key in keys)
