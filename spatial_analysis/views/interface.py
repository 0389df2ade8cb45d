"""Analyses for programs: JSON in, JSON out, the same answer as on the page."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Through
from spatial_analysis.documents import as_text, run_document, run_entry
from spatial_analysis.effort import too_long
from spatial_analysis.errors import QuestionError
from spatial_analysis.selectors import run_for, runs_of
from spatial_analysis.services import analysis_run, question_for
from spatial_analysis.views.access import method_interface, problem
from spatial_analysis.views.background import queued

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from spatial_analysis.methods import Method, Question

MAX_BODY_BYTES = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@method_interface
def runs(request: HttpRequest, method: Method) -> HttpResponse:
    """Run a method (POST; as a job where it takes long), or list the runs that the reader may read (GET)."""
    if request.method != "POST":
        return answer({"runs": [run_entry(run) for run in runs_of(user=request.user, method=method.key)]})
    try:
        given = body_of(request)
        question = question_for(method, user=request.user, **given)
        if too_long(method, question):
            return handed_over(request, method, question, given["parameters"])
        run = analysis_run(method, question, user=request.user, through=Through.API).run
    except QuestionError as error:
        return problem(str(error), HTTPStatus.BAD_REQUEST)
    response = answer(run_document(run), HTTPStatus.CREATED)
    response["Location"] = reverse("analysis:run", kwargs={"method": method.key, "run_id": run.pk})
    return response


def handed_over(request: HttpRequest, method: Method, question: Question, parameters: dict[str, str]) -> HttpResponse:
    """Leave a question that takes long to a worker, and say where its progress and then its run are."""
    assert request.user.is_authenticated
    job_id = queued(method, question, parameters, user=request.user, through=Through.API)
    page = reverse("jobs:job", kwargs={"job_id": job_id})
    response = answer({"job": str(job_id), "page": page}, HTTPStatus.ACCEPTED)
    response["Location"] = page
    return response


@require_safe
@method_interface
def run(request: HttpRequest, method: Method, run_id: UUID) -> HttpResponse:
    """Return one stored run with its answer."""
    found = run_for(user=request.user, run_id=run_id)
    if found is None or found.method != method.key:
        return problem(_("There is no such run, or it lies outside your area."), HTTPStatus.NOT_FOUND)
    return answer(run_document(found))


def answer(document: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> JsonResponse:
    """Return a document as JSON that people can read too."""
    return JsonResponse(document, status=status, json_dumps_params={"ensure_ascii": False})


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return region and parameters of a request for a run.

    Raises
    ------
    QuestionError
        If the body is not of the form `{"region": "4512", "parameters": {"bands": "5,20,50"}}`; both may be left out,
        and a parameter may be a text, a number or a list.
    """
    if len(request.body) > MAX_BODY_BYTES:
        raise QuestionError(_("The request is too long."))
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise QuestionError(_("The request is not JSON.")) from None
    if not isinstance(body, dict) or not set(body) <= {"region", "parameters"}:
        raise QuestionError(_("The request is a JSON object with “region” and “parameters”; both may be left out."))
    region, parameters = body.get("region") or "", body.get("parameters") or {}
    if not isinstance(region, str) or not isinstance(parameters, dict):
        raise QuestionError(_("“region” is a text and “parameters” an object."))
    return {"region": region, "parameters": {key: as_text(value) for key, value in parameters.items()}}
