"""How a piece of background work is declared: `@job(title=...)` on a function of a module.

    @job(title=_("Count the plots"), retries=1)
    def count_plots(context: JobContext, *, region: str) -> JobResult:
        for number, plot in enumerate(plots, 1):
            context.progress(number, len(plots), plot.code)
        return JobResult(words=_("%(n)d plots.") % {"n": number})

    count_plots.start(user=request.user, through=Through.PAGE, subject=region.name, region=region.code)

The function runs in one transaction, as the requester with the grants that hold then. Whatever it does in the database
commits once, together with the receipt, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_tasks.base import Task

from accounts.roles import Through
from jobs.lease import Lease
from jobs.queues import COMMON

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

DEFAULT_RETRIES = 2
DEFAULT_BACKOFF_S = 10
LONGEST_BACKOFF_S = 3600


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job leaves behind for people.

    Attributes
    ----------
    words
        One sentence.
    url
        Where the outcome is to be seen; empty where there is no page.
    data
        Anything that JSON can say, for programs.
    """

    words: str
    url: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"words": str(self.words), "url": self.url, "data": self.data}


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a running job knows about itself.

    Attributes
    ----------
    requester
        Who asked; None is the system itself.
    attempt
        1 the first time.
    """

    job_id: UUID
    requester: User | None
    through: Through
    attempt: int
    lease: Lease

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say how far the work is; ends it here where it was cancelled.

        Raises
        ------
        jobs.errors.JobInterruptedError
            Cancelled, given back or taken away: let it pass.
        """
        self.lease.progress(done, total, str(words))

    def check(self) -> None:
        """End the work here where it was cancelled; as `progress`, with nothing to say."""
        self.lease.check()

    def cancelled(self) -> bool:
        """Return whether somebody cancelled the job."""
        return self.lease.cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[..., Any]):
    """A declared job: a task of django-tasks that knows its title and how often it is tried again.

    Attributes
    ----------
    retries
        How often it is tried again after an error that was not foreseen, or when its worker died.
    backoff_s
        Seconds before the first of these; each later one waits twice as long.
    """

    title: str | Promise
    retries: int = DEFAULT_RETRIES
    backoff_s: float = DEFAULT_BACKOFF_S

    def start(
        self,
        *,
        user: User | None,
        through: Through,
        subject: str = "",
        reason: str = "",
        files: Sequence[str] = (),
        **arguments: Any,
    ) -> UUID:
        """Put the job into the queue and return its id; it exists when the transaction around this commits."""
        from jobs.services import job_start

        return job_start(
            self, user=user, through=through, subject=subject, reason=reason, files=files, arguments=arguments
        )

    def backoff_after(self, attempt: int) -> float:
        """Return how many seconds to wait after the failed attempt number `attempt`."""
        return float(min(self.backoff_s * 2 ** max(attempt - 1, 0), LONGEST_BACKOFF_S))


UNKNOWN_TITLE = _("a job of another version")


def job(
    *, title: str | Promise, retries: int = DEFAULT_RETRIES, backoff_s: float = DEFAULT_BACKOFF_S, queue: str = COMMON
) -> Callable[[Callable[..., Any]], JobTask]:
    """Return the decorator that makes a job of a function, whose first argument is `context`.

    Parameters
    ----------
    queue
        Another one than the common where not every worker can do the job (`jobs.queues`, setting `TASKS`).
    """

    def declare(function: Callable[..., Any]) -> JobTask:
        return JobTask(
            func=function,
            priority=0,
            takes_context=True,
            title=title,
            retries=retries,
            backoff_s=backoff_s,
            queue_name=queue,
        )

    return declare
