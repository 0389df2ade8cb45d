"""Putting jobs into the queue, cancelling them, and recording how they ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from traceback import format_exception
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.outages import outage_of
from jobs.effect import language_of
from jobs.errors import JobCancelledError, JobRefusedError
from jobs.files import discard
from jobs.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.roles import Through
    from jobs.declare import JobTask

logger = logging.getLogger(__name__)


def job_start(
    task: JobTask,
    *,
    user: User | None,
    through: Through,
    subject: str,
    reason: str,
    files: Sequence[str],
    arguments: Mapping[str, Any],
) -> UUID:
    """Put a job into the queue and return its id; None is the system itself."""
    with transaction.atomic():
        row = task.enqueue(**arguments).db_result  # type: ignore[attr-defined]
        Job.objects.create(
            task=row,
            subject=subject[:200],
            requester=user,
            through=through,
            reason=reason[:300],
            max_attempts=task.retries + 1,
            files=list(files),
        )
    job_id: UUID = row.pk
    return job_id


def job_cancel(job: Job) -> bool:
    """Cancel a job: a waiting one at once, a running one as soon as it looks; False where it has ended already."""
    with transaction.atomic():
        row = DBTaskResult.objects.select_for_update(no_key=True).get(pk=job.pk)
        if row.status == TaskResultStatus.READY:
            finish(row, Cancelled())
            return True
        if row.status != TaskResultStatus.RUNNING:
            return False
        Job.objects.filter(pk=job.pk).update(cancel_asked_at=Now())
        return True


def job_retry(job: Job) -> bool:
    """Queue a job that failed or was cancelled again, with all its attempts; False where it did not end so."""
    with transaction.atomic():
        row = DBTaskResult.objects.select_for_update(no_key=True).get(pk=job.pk)
        if row.status != TaskResultStatus.FAILED:
            return False
        row.worker_ids = []
        put_back(row, after_s=0)
        Job.objects.filter(pk=job.pk).update(
            cancel_asked_at=None, cancelled=False, failure="", done=None, total=None, words=""
        )
        return True


@dataclass(frozen=True, slots=True)
class Done:
    """It ended well; `value` is what it returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended for good; `sentence` says why to people, `error` to a programmer."""

    sentence: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody cancelled it."""


@dataclass(frozen=True, slots=True)
class Again:
    """It is to be tried again."""

    after_s: float


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The worker ended before the work did; that counts for nothing."""


Outcome = Done | Failed | Cancelled | Again | GivenBack


def job_settle(claimed: DBTaskResult[..., Any], outcome: Outcome) -> bool:
    """Record how an attempt ended; False, and nothing recorded, where the job is another worker's by now."""
    with transaction.atomic():
        row = (
            DBTaskResult.objects.select_for_update(no_key=True)
            .filter(pk=claimed.pk, status=TaskResultStatus.RUNNING, worker_ids=claimed.worker_ids)
            .first()
        )
        if row is None:
            return False
        finish(row, outcome)
    return True


def finish(row: DBTaskResult[..., Any], outcome: Outcome) -> None:
    """Write an outcome into a row that the transaction holds."""
    shown: dict[str, Any] = {}
    match outcome:
        case Done(value):
            end(row, TaskResultStatus.SUCCESSFUL, value=value)
            complete(row.pk)
        case Failed(sentence, error):
            end(row, TaskResultStatus.FAILED, error=error)
            shown = {"failure": sentence}
            logger.error("Job %s (%s) failed: %s", row.pk, row.task_path, sentence)
        case Cancelled():
            end(row, TaskResultStatus.FAILED, error=JobCancelledError())
            shown = {"cancelled": True}
        case Again(after_s):
            put_back(row, after_s=after_s)
            shown = {"done": None, "total": None, "words": ""}
        case GivenBack():
            row.worker_ids = row.worker_ids[:-1]
            put_back(row, after_s=0)
            shown = {"done": None, "total": None, "words": ""}
    if shown:
        Job.objects.filter(pk=row.pk).update(**shown)


def end(
    row: DBTaskResult[..., Any], status: TaskResultStatus, *, value: Any = None, error: BaseException | None = None
) -> None:
    """Write the end of a task into its row.

    As `set_successful` and `set_failed` do, which swallow the first errors of a lost connection and then meet others.
    """
    row.status, row.finished_at, row.return_value = status, timezone.now(), value
    row.exception_class_path = "" if error is None else f"{type(error).__module__}.{type(error).__qualname__}"
    row.traceback = "" if error is None else "".join(format_exception(error))
    row.save(update_fields=["status", "finished_at", "return_value", "exception_class_path", "traceback"])


def complete(job_id: UUID) -> None:
    """Show all of a job as done, and let its files go once that is committed."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return
    if job.total is not None:
        Job.objects.filter(pk=job_id).update(done=job.total, words="")
    files = tuple(job.files)
    if files:
        transaction.on_commit(lambda: discard(files))


def put_back(row: DBTaskResult[..., Any], *, after_s: float) -> None:
    """Let the next free worker claim a row, not before `after_s` seconds have passed."""
    row.status = TaskResultStatus.READY
    row.started_at = row.finished_at = None
    row.run_after = timezone.now() + timedelta(seconds=after_s) if after_s else get_date_max()
    row.exception_class_path = row.traceback = ""
    row.save(
        update_fields=[
            "status", "worker_ids", "started_at", "finished_at", "run_after", "exception_class_path", "traceback"
        ]
    )  # fmt: skip


def in_words(job: Job | None, error: BaseException) -> str:
    """Return why a job failed, as a sentence in the language of whoever asked for it."""
    if isinstance(error, JobRefusedError):
        return str(error)
    with translation.override(language_of(job) if job else None):
        if (outage := outage_of(error)) is not None:
            return f"{outage.title}. {outage.sentence} {outage.step}"
        return _(
            "It stopped at an error that nobody foresaw (%(kind)s). Ask the administrator, who can see the details."
        ) % {"kind": type(error).__name__}
