"""Workers as processes of their own, on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jobs.worker import JobWorker

ABANDONED_AFTER_S = 1.0


def environment() -> dict[str, str]:
    """Return the environment in which a process uses the test's database."""
    there = connection.settings_dict
    login = quote(there["USER"]) + (f":{quote(there['PASSWORD'])}" if there["PASSWORD"] else "")
    port = f":{there['PORT']}" if there["PORT"] else ""
    url = f"postgis://{login}@{quote(there['HOST'], safe='')}{port}/{there['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "GISAPP_LOG_LEVEL": "INFO"}


def spawn(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a worker process."""
    command = [sys.executable, "manage.py", "job_worker", "--interval=0.05", f"--abandoned-after={ABANDONED_AFTER_S}"]
    with (settings.VAR_DIR / "log" / "test-workers.log").open("ab") as log:
        return subprocess.Popen(
            [*command, *arguments], cwd=settings.BASE_DIR, env=environment(), stdout=log, stderr=log
        )


@contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a worker process, killed at the end where it still lives."""
    process = spawn(*arguments)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def work_off(*, rounds: int = 1) -> None:
    """Do what waits in this very process, and come back for what is tried again."""
    for _round in range(rounds):
        JobWorker(worker_id=f"here-{time.monotonic_ns()}", interval_s=0.01, batch=True, max_jobs=None).run()
        time.sleep(0.1 if rounds > 1 else 0)


def in_thread() -> None:
    """Do what waits; the target of a thread."""
    try:
        work_off()
    finally:
        connection.close()


def eventually(test: Callable[[], bool], *, within_s: float = 30.0) -> None:
    """Wait until `test` is true.

    Raises
    ------
    AssertionError
        It does not become so.
    """
    end = time.monotonic() + within_s
    while not test():
        assert time.monotonic() < end, f"not within {within_s} s"
        time.sleep(0.05)


def state(job_id: object) -> str:
    """Return the state of a job in the queue."""
    return DBTaskResult.objects.get(pk=job_id).status


def unfinished() -> int:
    """Return how many jobs wait or run."""
    return DBTaskResult.objects.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]).count()
