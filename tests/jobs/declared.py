"""Jobs for tests. Their effect is a row that can be written twice, so that a doubled effect is seen."""

from __future__ import annotations

import logging
import os
import signal
import time

from django.db import connection
from django.utils import timezone

from accounts.audit import record_access
from accounts.models import AccessRecord
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from jobs.models import ScheduledRun


def effect(key: str) -> None:
    """Write one more row for `key`."""
    ScheduledRun.objects.create(key=key, due_at=timezone.now())


def effects(key: str) -> int:
    """Return how often the effect happened."""
    return ScheduledRun.objects.filter(key=key).count()


@job(title="Do it", retries=2, backoff_s=0.05)
def do_it(context: JobContext, *, key: str, seconds: float = 0.0) -> JobResult:
    """Write the effect, and take some time."""
    effect(key)
    steps = max(int(seconds / 0.05), 1)
    for step in range(steps):
        time.sleep(seconds / steps)
        context.progress(step + 1, steps, f"step {step + 1}")
    return JobResult(words=f"{key} done", data={"attempt": context.attempt})


@job(title="Do it in spite of kills", retries=200, backoff_s=0.05)
def survive(context: JobContext, *, key: str, seconds: float = 0.1) -> JobResult:
    """Write the effect, however often the worker is killed."""
    effect(key)
    time.sleep(seconds)
    context.progress(1, 1)
    return JobResult(words="survived")


@job(title="Fail", retries=2, backoff_s=0.01)
def fail(context: JobContext, *, key: str) -> None:
    """Write the effect and raise."""
    effect(key)
    raise ZeroDivisionError(f"attempt {context.attempt}")


@job(title="Refuse", retries=2)
def refuse(context: JobContext, *, key: str) -> None:
    """Write the effect and refuse."""
    effect(key)
    raise JobRefusedError("The county has no boundary.")


@job(title="Poison", retries=2, backoff_s=0.01)
def poison(context: JobContext, *, key: str) -> None:
    """Kill the worker."""
    effect(key)
    os.kill(os.getpid(), signal.SIGKILL)


@job(title="One long statement", retries=0)
def long_statement(context: JobContext, *, key: str) -> None:
    """Write the effect and sleep in the database."""
    effect(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


@job(title="Tell")
def tell(context: JobContext) -> None:
    """Write a line into the log, and a record of access."""
    logging.getLogger("tests.jobs").warning("told")
    record_access(
        user=context.requester,
        kind=AccessRecord.Kind.EXPORT,
        subject="sites",
        purpose="a.csv",
        through=context.through,
        rows=1,
        divisions={"451221"},
    )


@job(title="Who")
def who(context: JobContext) -> JobResult:
    """Say as whom it runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('gisapp.user_id'), current_setting('gisapp.through'),"
            " current_setting('gisapp.divisions')"
        )
        user, through, divisions = cursor.fetchone()
    return JobResult(words="who", data={"user": user, "through": through, "divisions": divisions})
