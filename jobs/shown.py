"""A job as people and programs read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus

from jobs.declare import UNKNOWN_TITLE, JobTask

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User
    from jobs.models import Job


class State(models.TextChoices):
    """Where a job is."""

    WAITING = "waiting", _("waiting")
    AGAIN = "again", _("waiting to be tried again")
    RUNNING = "running", _("running")
    CANCELLING = "cancelling", _("being cancelled")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


IN_STATE: dict[str, Q] = {
    State.WAITING: Q(task__status=TaskResultStatus.READY),
    State.RUNNING: Q(task__status=TaskResultStatus.RUNNING),
    State.DONE: Q(task__status=TaskResultStatus.SUCCESSFUL),
    State.FAILED: Q(task__status=TaskResultStatus.FAILED, cancelled=False),
    State.CANCELLED: Q(task__status=TaskResultStatus.FAILED, cancelled=True),
}
"""What a list may be narrowed to; those on the way to another state are in the one they are coming from."""
UNFINISHED = frozenset({State.WAITING, State.AGAIN, State.RUNNING, State.CANCELLING})
CANCELLABLE = frozenset({State.WAITING, State.AGAIN, State.RUNNING})
REPEATABLE = frozenset({State.FAILED, State.CANCELLED})
LOOKS = {
    State.WAITING: ("clock", ""),
    State.AGAIN: ("clock", "is-amber"),
    State.RUNNING: ("player-play", "is-blue"),
    State.CANCELLING: ("player-pause", "is-amber"),
    State.DONE: ("check", "is-green"),
    State.FAILED: ("x", "is-red"),
    State.CANCELLED: ("minus", ""),
}


@dataclass(frozen=True, slots=True)
class ShownJob:
    """One job, without what only a programmer reads (`traceback` aside, which the caller shows to superusers)."""

    id: UUID
    title: str | Promise
    subject: str
    state: State
    requester: User | None
    through: str
    done: int | None
    total: int | None
    words: str
    attempts: int
    max_attempts: int
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: str
    result: str
    url: str
    traceback: str

    @property
    def percent(self) -> int | None:
        """How far it is; None where nobody knows."""
        if not self.total or self.done is None:
            return None
        return min(100, self.done * 100 // self.total)

    @property
    def lasted(self) -> timedelta | None:
        """How long it has run, or ran the last time; whole seconds."""
        if self.started_at is None:
            return None
        lasted = (self.finished_at or timezone.now()) - self.started_at
        return timedelta(seconds=max(int(lasted.total_seconds()), 0))

    @property
    def seconds_left(self) -> int | None:
        """How long it will take at the pace until now; None where nobody knows."""
        if self.started_at is None or not self.total or not self.done or not self.unfinished:
            return None
        gone_s = (timezone.now() - self.started_at).total_seconds()
        return max(0, round(gone_s * (self.total - self.done) / self.done))

    @property
    def icon(self) -> str:
        """The icon of its state."""
        return LOOKS[self.state][0]

    @property
    def colour(self) -> str:
        """The class of its state's colour."""
        return LOOKS[self.state][1]

    @property
    def unfinished(self) -> bool:
        """Whether it will still change by itself."""
        return self.state in UNFINISHED

    @property
    def cancellable(self) -> bool:
        """Whether somebody can cancel it."""
        return self.state in CANCELLABLE

    @property
    def repeatable(self) -> bool:
        """Whether somebody can ask for it again."""
        return self.state in REPEATABLE

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "id": str(self.id),
            "title": str(self.title),
            "subject": self.subject,
            "state": str(self.state),
            "progress": {"done": self.done, "total": self.total, "words": self.words},
            "attempts": self.attempts,
            "max_attempts": self.max_attempts,
            "requested_by": None if self.requester is None else self.requester.get_username(),
            "through": self.through,
            "asked_at": text_of(self.asked_at),
            "started_at": text_of(self.started_at),
            "finished_at": text_of(self.finished_at),
            "failure": self.failure,
            "result": self.result,
            "url": self.url,
        }


def text_of(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601, in the time zone of the site."""
    return None if moment is None else timezone.localtime(moment).isoformat(timespec="seconds")


def shown(job: Job) -> ShownJob:
    """Return a job as it is shown."""
    row = job.task
    value = row.return_value if isinstance(row.return_value, dict) else {}
    return ShownJob(
        id=job.pk,
        title=title_of(job),
        subject=job.subject,
        state=state_of(job),
        requester=job.requester,
        through=job.through,
        done=job.done,
        total=job.total,
        words=job.words,
        attempts=len(row.worker_ids),
        max_attempts=job.max_attempts,
        asked_at=row.enqueued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        failure=job.failure,
        result=str(value.get("words", "")),
        url=str(value.get("url", "")),
        traceback="" if job.cancelled else row.traceback,
    )


def title_of(job: Job) -> str | Promise:
    """Return what the job is called where it was declared."""
    try:
        task: object = job.task.task
    except Exception:
        # Whatever its module raises: the list of jobs must not fail with it.
        task = None
    return task.title if isinstance(task, JobTask) else UNKNOWN_TITLE


def state_of(job: Job) -> State:
    """Return where a job is."""
    match job.task.status:
        case TaskResultStatus.READY:
            return State.AGAIN if job.task.worker_ids else State.WAITING
        case TaskResultStatus.RUNNING:
            return State.CANCELLING if job.cancel_asked_at else State.RUNNING
        case TaskResultStatus.SUCCESSFUL:
            return State.DONE
    return State.CANCELLED if job.cancelled else State.FAILED
