"""Asking a method, and keeping what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.audit import EVERYWHERE, record_access
from accounts.models import AccessRecord
from accounts.roles import Action, Through
from geocore.divisions import DivisionCode
from layers.concerned import divisions_exported
from layers.registry import get_layer
from spatial_analysis.methods import Outcome, Question, parse_region
from spatial_analysis.models import AnalysisRun, RunState
from spatial_analysis.reach import Reach, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.selectors import Asker
    from spatial_analysis.methods import Method


@dataclass(frozen=True, slots=True)
class Answered:
    """A stored run with its full outcome."""

    run: AnalysisRun
    outcome: Outcome


def question_for(
    method: Method,
    *,
    user: Asker | None,
    region: str = "",
    parameters: Mapping[str, str] | None = None,
    action: Action = Action.VIEW,
) -> Question:
    """Return what `user` asks of `method`, parsed; None is the system itself.

    Raises
    ------
    QuestionError
        Something in it is wrong; the sentence says what.
    """
    return Question(
        reach=Reach.of(user, layer=method.layer, action=action),
        region=parse_region(region),
        parameters=method.parse(parameters or {}),
    )


def analysis_run(
    method: Method, question: Question, *, user: Asker | None, through: Through, every_time: bool = True
) -> Answered:
    """Return the answer to `question`, and store it as a run.

    Parameters
    ----------
    every_time
        False: an equal question of the same person about unchanged data is the same run, so that looking at a page
        again adds nothing.

    Notes
    -----
    A method that fails leaves a run that says so, and its error goes on to the caller: it is a defect.
    """
    run = asked_run(method, question, user=user, through=through)
    try:
        outcome = method.run(question)
    except Exception as error:
        run.state, run.error, run.finished_at = (
            RunState.FAILED,
            f"{type(error).__name__}: {error}"[:300],
            timezone.now(),
        )
        run.save(force_insert=True)
        raise
    run.state, run.answer, run.finished_at = RunState.DONE, outcome.answer, timezone.now()
    run.rows, run.missing = outcome.rows, outcome.missing
    run.data_changed_at, run.data_version = outcome.changed_at, outcome.version
    stored = None if every_time else same_run(run, data_version=run.data_version)
    if stored is None:
        run.save(force_insert=True)
    return Answered(stored or run, outcome)


def asked_run(method: Method, question: Question, *, user: Asker | None, through: Through) -> AnalysisRun:
    """Return a run as it begins, not stored."""
    return AnalysisRun(
        method=method.key,
        region_id=question.region.code if question.region else None,
        parameters=dict(question.parameters),
        area=as_json(question.reach.area),
        requested_by_id=user.pk if user else None,
        through=through,
        started_at=timezone.now(),
    )


def latest_answer(method: Method, question: Question, *, user: Asker | None) -> AnalysisRun | None:
    """Return the newest stored run of the same person with the same question, whatever has changed since, or None."""
    return same_run(asked_run(method, question, user=user, through=Through.PAGE))


def same_run(run: AnalysisRun, **more: Any) -> AnalysisRun | None:
    """Return the newest stored run of the same person with the same question, or None; `more` narrows it down."""
    return (
        AnalysisRun.objects.filter(
            requested_by_id=run.requested_by_id,
            method=run.method,
            region__code=run.region_id,
            parameters=run.parameters,
            area=run.area,
            state=RunState.DONE,
            **more,
        )
        .order_by("-started_at")
        .first()
    )


def file_name(method: Method, run: AnalysisRun, ending: str, rows: str) -> str:
    """Return the name under which the answer of `run` is saved."""
    place = DivisionCode(run.region_id).prefix if run.region_id else "all"
    return f"{method.key}-{place}{'-rows' if rows == 'only' else ''}-{timezone.localdate():%Y%m%d}.{ending}"


def answer_exported(method: Method, run: AnalysisRun, *, user: Asker | None, through: Through, name: str) -> None:
    """Write down that the answer of `run` leaves as the file `name`; before it does."""
    region = DivisionCode(run.region_id).prefix if run.region_id else ""
    layer = get_layer(method.layer)
    record_access(
        user=user,
        kind=AccessRecord.Kind.EXPORT,
        subject=layer.key,
        purpose=name,
        through=through,
        rows=run.rows,
        divisions={region or EVERYWHERE}
        if user is None
        else divisions_exported(layer, user=user, action=Action.EXPORT, region=region),
    )
