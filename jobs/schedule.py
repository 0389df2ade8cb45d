"""What runs by the clock: declared in `AppConfig.ready()`, started by the workers themselves.

    schedule(clear_away, Nightly(hour=2, minute=30))

Each worker looks every few seconds. A due time is written down under a unique constraint in the transaction that queues
the job, so it is started once however many look. A worker that was off for a month finds one due time, the latest.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Through
from jobs.declare import JobTask
from jobs.models import Job, ScheduledRun


class When(Protocol):
    """A repeating moment, in the time zone of the settings."""

    def latest(self, now: datetime) -> datetime:
        """Return the last due time that is not after `now`."""

    def following(self, now: datetime) -> datetime:
        """Return the first due time after `now`."""

    def words(self) -> str:
        """Return it as people say it."""


@dataclass(frozen=True, slots=True)
class Nightly:
    """Every day at one time."""

    hour: int
    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        """Return the last due time that is not after `now`."""
        due = timezone.localtime(now).replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return due if due <= now else due - timedelta(days=1)

    def following(self, now: datetime) -> datetime:
        """Return the first due time after `now`."""
        return self.latest(now) + timedelta(days=1)

    def words(self) -> str:
        """Return it as people say it."""
        return _("every night at %(time)s") % {"time": f"{self.hour:02}:{self.minute:02}"}


@dataclass(frozen=True, slots=True)
class Monthly:
    """Once a month; a day that a month lacks is its last one."""

    day: int
    hour: int = 3
    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        """Return the last due time that is not after `now`."""
        local = timezone.localtime(now)
        due = self._in_month(local)
        return due if due <= now else self._in_month(local.replace(day=1) - timedelta(days=1))

    def following(self, now: datetime) -> datetime:
        """Return the first due time after `now`."""
        return self._in_month(self.latest(now).replace(day=1) + timedelta(days=32))

    def words(self) -> str:
        """Return it as people say it."""
        return _("every month on day %(day)d at %(time)s") % {
            "day": self.day, "time": f"{self.hour:02}:{self.minute:02}"
        }  # fmt: skip

    def _in_month(self, local: datetime) -> datetime:
        day = min(self.day, monthrange(local.year, local.month)[1])
        return local.replace(day=day, hour=self.hour, minute=self.minute, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job that the clock starts, as the system itself."""

    key: str
    task: JobTask
    when: When
    arguments: Mapping[str, Any] = field(default_factory=dict)


_scheduled: dict[str, Scheduled] = {}


def schedule(task: JobTask, when: When, *, key: str = "", **arguments: Any) -> Scheduled:
    """Let `task` run whenever `when` says; `key` tells two plans of one job apart.

    Raises
    ------
    ValueError
        The key was taken by another plan.
    """
    entry = Scheduled(key or task.module_path, task, when, arguments)
    if _scheduled.setdefault(entry.key, entry) != entry:
        raise ValueError(f"{entry.key} is scheduled twice: give one of them a key of its own.")
    return entry


def all_scheduled() -> list[Scheduled]:
    """Return everything that runs by the clock."""
    return list(_scheduled.values())


def start_due() -> int:
    """Start what is due and return how many jobs that were."""
    now = database_time()
    return sum(start_if_due(entry, now) for entry in all_scheduled())


def start_if_due(entry: Scheduled, now: datetime) -> bool:
    """Start `entry` where its latest due time was not seen yet; whether this call did.

    Notes
    -----
    What is seen for the first time begins with its next due time. A clock that is set back finds a due time that was
    seen, up to the one that follows. Later ones are of a clock that ran ahead: they are forgotten, or those nights
    would be skipped.
    """
    due = entry.when.latest(now)
    ScheduledRun.objects.filter(key=entry.key, due_at__gt=entry.when.following(now)).delete()
    seen = ScheduledRun.objects.filter(key=entry.key, due_at__lte=now).order_by("-due_at").first()
    if seen is not None and seen.due_at >= due:
        return False
    with transaction.atomic():
        # Waits for another worker that writes the same, and then finds it there.
        ScheduledRun.objects.bulk_create([ScheduledRun(key=entry.key, due_at=due)], ignore_conflicts=True)
        run = ScheduledRun.objects.select_for_update().get(key=entry.key, due_at=due)
        if seen is None or run.job_id is not None:
            return False
        job_id = entry.task.start(user=None, through=Through.COMMAND, subject="", **entry.arguments)
        run.job = Job.objects.get(pk=job_id)
        run.save(update_fields=["job"])
    return True


def database_time() -> datetime:
    """Return the database's time: the clocks of several worker machines differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
