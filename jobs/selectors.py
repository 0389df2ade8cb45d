"""Which jobs somebody may see, and how the queue is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import Grant
from accounts.roles import Role
from jobs.models import Job, WorkerBeat
from jobs.schedule import database_time

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.selectors import Asker


def jobs_for(*, user: Asker) -> QuerySet[Job]:
    """Return the jobs that `user` may see, the newest first.

    One's own; for a data steward those of people all of whose grants lie within the steward's area, and what the clock
    started; for whoever is a steward everywhere, and the administrator, all.
    """
    rows = Job.objects.select_related("task", "requester").order_by("-task__enqueued_at", "-pk")
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if getattr(user, "is_superuser", False):
        return rows
    own = Q(requester_id=user.pk)
    grants = Grant.objects.filter(user_id=user.pk, role=Role.STEWARD)
    if not grants.exists():
        return rows.filter(own)
    if grants.filter(everywhere=True).exists():
        return rows
    prefixes = [grant.division for grant in grants if grant.division]
    inside = Q(pk__in=[])
    for prefix in prefixes:
        inside |= Q(division__startswith=prefix)
    theirs = Q(requester__in=Grant.objects.filter(inside).values("user_id"), requester__is_superuser=False)
    elsewhere = Q(requester__in=Grant.objects.exclude(inside).values("user_id"))
    return rows.filter(own | (theirs & ~elsewhere) | Q(pk__in=by_the_clock()))


def by_the_clock() -> QuerySet[Job, UUID]:
    """Return the ids of the jobs that the clock started."""
    return Job.objects.filter(requester=None, scheduled__isnull=False).values_list("pk", flat=True)


def job_for(*, user: Asker, job_id: UUID) -> Job | None:
    """Return one job that `user` may see, or None."""
    return jobs_for(user=user).filter(pk=job_id).first()


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How the queue is.

    Attributes
    ----------
    waiting, running, failed
        Jobs; of the failed those of the last seven days, without the cancelled.
    oldest_waiting_s
        Seconds since the oldest job that could run was queued; None where none waits.
    workers
        Workers of the common queue that lived within the last minute.
    """

    waiting: int
    running: int
    failed: int
    oldest_waiting_s: float | None
    workers: int


def queue_summary(*, user: Asker | None = None) -> QueueSummary:
    """Return how the queue is; to a user by the jobs that they may see, to the system (None) by all."""
    now = database_time()
    week = now - timedelta(days=7)
    rows = DBTaskResult.objects.order_by()
    if user is not None:
        rows = rows.filter(pk__in=jobs_for(user=user).order_by().values("pk"))
    failed = Q(status=TaskResultStatus.FAILED, finished_at__gte=week) & ~Q(job__cancelled=True)
    counts = rows.aggregate(
        waiting=Count("pk", filter=Q(status=TaskResultStatus.READY)),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        failed=Count("pk", filter=failed),
    )
    oldest = rows.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    alive = WorkerBeat.objects.filter(queue="", seen_at__gte=now - timedelta(minutes=1)).count()
    return QueueSummary(
        **counts, oldest_waiting_s=None if oldest is None else (now - oldest).total_seconds(), workers=alive
    )


def worker_age_s() -> float | None:
    """Return how many seconds ago a worker last said that it lives; None where none ever did, or all ended in order.

    A worker for one queue alone does not stand in for those of the common one.
    """
    seen = WorkerBeat.objects.filter(queue="").aggregate(seen=Max("seen_at"))["seen"]
    return None if seen is None else max((database_time() - seen).total_seconds(), 0.0)
