"""Jobs of workers that are no more: marked as running while nobody holds their lock."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jobs.declare import DEFAULT_BACKOFF_S, JobTask
from jobs.effect import language_of
from jobs.models import Job, Receipt
from jobs.services import Again, Cancelled, Done, Failed, Outcome, finish

logger = logging.getLogger(__name__)

# The claim commits before the lock is taken. A worker that takes longer than this loses the job and notices.
GRACE_S = 30.0
TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s::text, 0))"


class WorkerKilledError(Exception):
    """The worker ended without a word: killed, out of memory, or its machine is gone."""


def reap(*, grace_s: float = GRACE_S) -> int:
    """Settle the jobs whose worker is no more and return how many.

    Notes
    -----
    A claim from the future is the mark of a machine whose clock is wrong; it gets no grace, since it might get it for
    years. That is safe: who loses a job before it holds the lock does not begin.
    """
    old = Q(started_at__lt=Now() - timedelta(seconds=grace_s)) | Q(started_at__gt=Now() + timedelta(seconds=grace_s))
    running = DBTaskResult.objects.running().filter(old).order_by()
    return sum(settle_abandoned(job_id) for job_id in running.values_list("pk", flat=True))


def settle_abandoned(job_id: UUID) -> bool:
    """Settle one job; False where somebody holds it or it has ended meanwhile."""
    with transaction.atomic():
        row = (
            DBTaskResult.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=job_id, status=TaskResultStatus.RUNNING)
            .first()
        )
        if row is None or not lock_is_free(job_id):
            return False
        outcome = outcome_of(row)
        finish(row, outcome)
    logger.warning("The worker of job %s is no more: %s.", job_id, type(outcome).__name__)
    return True


def lock_is_free(job_id: UUID) -> bool:
    """Return whether nobody holds the lease of a job, and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(TRY, [str(job_id)])
        free: bool = cursor.fetchone()[0]
    return free


def outcome_of(row: DBTaskResult[..., Any]) -> Outcome:
    """Return what becomes of a job whose worker is no more."""
    receipt = Receipt.objects.filter(pk=row.pk).first()
    if receipt is not None:
        # Killed between the commit of the effect and the end of the task.
        return Done(receipt.value)
    job = Job.objects.select_related("requester").filter(pk=row.pk).first()
    if job is not None and job.cancel_asked_at is not None:
        return Cancelled()
    attempts = len(row.worker_ids)
    if job is not None and attempts < job.max_attempts:
        return Again(backoff_of(row, attempts))
    with translation.override(language_of(job) if job else None):
        sentence = _("Its worker was killed %(n)d times while it ran, so it is not tried again.") % {"n": attempts}
    return Failed(sentence, WorkerKilledError(f"{attempts} workers: {', '.join(row.worker_ids)}"))


def backoff_of(row: DBTaskResult[..., Any], attempts: int) -> float:
    """Return how many seconds a job waits before its next attempt."""
    try:
        task = row.task
    except Exception:
        # Whatever its module raises: the worker that claims it says so.
        task = None
    return task.backoff_after(attempts) if isinstance(task, JobTask) else DEFAULT_BACKOFF_S
