"""The lease of a job: an advisory lock on a connection of its own, held from before the work until its end is recorded.

The lock goes with its connection: a worker that is killed, or whose machine vanishes, holds it no longer, and the
reaper (`jobs.reaper`) gives the job to the next. Over the same connection goes what must be seen or done while the
transaction of the effect is open: progress, and the end of a long statement.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg2
from django.db import DEFAULT_DB_ALIAS, connections

from jobs.errors import JobCancelledError, JobGivenBackError, JobInterruptedError, LeaseLostError

logger = logging.getLogger(__name__)

WATCH_S = 0.5
WRITE_S = 0.2
"""Progress is written no more often than this; the last state is written by whoever ends the job."""
LOCK_WAIT_S = 20

TAKE = "SELECT pg_advisory_lock(hashtextextended(%s::text, 0))"
WATCH = "SELECT cancel_asked_at IS NOT NULL FROM jobs_job WHERE task_id = %s"
PROGRESS = "UPDATE jobs_job SET done = %s, total = %s, words = %s WHERE task_id = %s"


class Lease:
    """A worker's hold on one job.

    Parameters
    ----------
    giving_back
        Says whether the worker was told to end and has waited long enough.
    """

    def __init__(self, job_id: UUID, *, giving_back: Callable[[], bool] = lambda: False) -> None:
        self.job_id = job_id
        self._giving_back = giving_back
        self._connection: Any = None
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._over = threading.Event()
        self._effect = threading.Lock()
        self._effect_pid: int | None = None
        self._watcher: threading.Thread | None = None
        self._written_at = 0.0

    def take(self) -> None:
        """Take the lock, and begin to watch for a cancel.

        Raises
        ------
        LeaseLostError
            Somebody else holds it and does not let go.
        psycopg2.Error
            The database cannot be reached.
        """
        parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
        self._connection = psycopg2.connect(**{**parameters, "application_name": "gisapp job lease"})
        self._connection.autocommit = True
        try:
            self._ask(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
            self._ask(TAKE, [str(self.job_id)])
        except psycopg2.errors.LockNotAvailable as error:
            self.release()
            raise LeaseLostError from error
        self._watcher = threading.Thread(target=self._watch, name=f"lease {self.job_id}", daemon=True)
        self._watcher.start()

    def release(self) -> None:
        """Let the job go: with the connection goes the lock."""
        self._over.set()
        if self._watcher is not None:
            self._watcher.join(timeout=5)
        with contextlib.suppress(psycopg2.Error):
            self._connection.close()

    @property
    def pid(self) -> int:
        """The server process that holds the lock."""
        pid: int = self._connection.info.backend_pid
        return pid

    @property
    def cancelled(self) -> bool:
        """Whether somebody cancelled the job."""
        return self._cancelled.is_set()

    def interruption(self) -> JobInterruptedError | None:
        """Return why the work has to end here, or None."""
        if self._lost.is_set():
            return LeaseLostError()
        if self._cancelled.is_set():
            return JobCancelledError()
        if self._giving_back():
            return JobGivenBackError()
        return None

    def check(self) -> None:
        """End the work here where it was cancelled, given back or taken away.

        Raises
        ------
        JobInterruptedError
            That is so.
        """
        if (interruption := self.interruption()) is not None:
            raise interruption

    def progress(self, done: int, total: int | None, words: str) -> None:
        """Let everybody see how far the job is, whatever transaction is open.

        Raises
        ------
        JobInterruptedError
            The work has to end here.
        """
        self.check()
        now = time.monotonic()
        if now - self._written_at < WRITE_S and done != total:
            return
        self._written_at = now
        try:
            self._ask(PROGRESS, [done, total, words[:200], str(self.job_id)])
        except psycopg2.Error as error:
            self._lost.set()
            raise LeaseLostError from error

    def effect_begins(self, pid: int) -> None:
        """From now on a cancel ends the statement that the server process `pid` works at."""
        with self._effect:
            self._effect_pid = pid

    def effect_ends(self) -> None:
        """From now on no statement is ended."""
        with self._effect:
            self._effect_pid = None

    def _watch(self) -> None:
        while not self._over.wait(WATCH_S):
            try:
                rows = self._ask(WATCH, [str(self.job_id)])
                # A job whose row is gone went with its requester's account.
                if not rows or rows[0][0]:
                    self._cancelled.set()
                if self.interruption() is not None:
                    self._end_statement()
            except psycopg2.Error:
                if not self._over.is_set():
                    logger.warning("The lease of job %s was lost.", self.job_id)
                    self._lost.set()
                return

    def _end_statement(self) -> None:
        with self._effect:
            if self._effect_pid is not None:
                self._ask("SELECT pg_cancel_backend(%s)", [self._effect_pid])

    def _ask(self, query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement on the lease's connection, which several threads share and psycopg2 keeps apart."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall()) if cursor.description else []
