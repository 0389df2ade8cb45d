"""The pages below /analysis/."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import Action, Through
from geocore.divisions import DivisionCode
from layers.selectors import may
from spatial_analysis.divisions import division_choices, division_path, home_division
from spatial_analysis.documents import parameters_as_text
from spatial_analysis.effort import Later, too_long
from spatial_analysis.errors import QuestionError
from spatial_analysis.methods import all_methods
from spatial_analysis.selectors import run_for, runs_of
from spatial_analysis.services import analysis_run, latest_answer, question_for
from spatial_analysis.views.access import method_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial_analysis.methods import Method
    from spatial_analysis.models import AnalysisRun


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show which analyses there are, and the latest runs that the reader may read."""
    methods = [one for one in all_methods() if may(one.layer, user=request.user, action=Action.VIEW)]
    if not methods:
        raise PermissionDenied
    titles = {one.key: one.title for one in methods}
    runs = [{"run": run, "title": titles.get(run.method, run.method)} for run in runs_of(user=request.user)]
    return render(request, "spatial_analysis/index.html", {"methods": methods, "runs": runs})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: a question as text, its run, or why there is none.

    Attributes
    ----------
    later
        Why it is not answered at once; `run` is then the latest stored answer, where there is one.
    """

    region: str
    parameters: dict[str, str]
    run: AnalysisRun | None = None
    problem: str = ""
    stored: bool = False
    later: Later | None = None


@require_safe
@method_page()
def method(request: HttpRequest, method: Method) -> HttpResponse:
    """Show a method with its answer to the question in the address, or to the reader's own area."""
    shown = stored_run(request, method) if "run" in request.GET else fresh_run(request, method)
    answer = shown.run.answer if shown.run else None
    context: dict[str, Any] = {
        "method": method,
        "shown": shown,
        "choices": division_choices(user=request.user, layer=method.layer, chosen=shown.region),
        "path": division_path(shown.region) if shown.run else (),
        "fields": [{"parameter": one, "value": shown.parameters.get(one.key, "")} for one in method.parameters],
        "answer": answer,
        "question": urlencode(order := {"region": shown.region, **shown.parameters}),
        "later": shown.later,
        "order": order,
        "endings": list(method.writers) if may(method.layer, user=request.user, action=Action.EXPORT) else [],
        "runs": runs_of(user=request.user, method=method.key, count=6),
        **(method.shown(answer) if answer else {}),
    }
    status = HTTPStatus.BAD_REQUEST if shown.problem else HTTPStatus.OK
    return render(request, "spatial_analysis/method.html", context, status=status)


def stored_run(request: HttpRequest, method: Method) -> Shown:
    """Return the run that the address names, as it was answered then."""
    try:
        found = run_for(user=request.user, run_id=UUID(request.GET["run"]))
    except ValueError:
        found = None
    if found is None or found.method != method.key:
        raise Http404
    return Shown(
        region=DivisionCode(found.region_id).prefix if found.region_id else "",
        parameters=parameters_as_text(method, found.parameters),
        run=found,
        stored=True,
    )


def fresh_run(request: HttpRequest, method: Method) -> Shown:
    """Return the answer to the question in the address as the data are now, where that does not take long."""
    given, region = asked(request, method)
    try:
        question = question_for(method, user=request.user, region=region, parameters=given)
    except QuestionError as error:
        return Shown(region=region, parameters={**parameters_as_text(method, {}), **given}, problem=str(error))
    later = too_long(method, question)
    run = (
        latest_answer(method, question, user=request.user)
        if later
        else analysis_run(method, question, user=request.user, through=Through.PAGE, every_time=False).run
    )
    return Shown(
        region=question.region.prefix if question.region else "",
        parameters=parameters_as_text(method, dict(question.parameters)),
        run=run,
        stored=bool(later and run),
        later=later,
    )


def asked(request: HttpRequest, method: Method) -> tuple[dict[str, str], str]:
    """Return parameters and division as the address has them; no division at all means the reader's own."""
    given = {one.key: request.GET[one.key] for one in method.parameters if one.key in request.GET}
    if "region" in request.GET:
        return given, request.GET["region"]
    return given, home_division(user=request.user, layer=method.layer)
