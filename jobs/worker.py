"""The worker: that of django-tasks-db, with a lease around each job and an end that loses nothing."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from django.db import Error, connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts.outages import outage_of
from accounts.request_id import numbered
from jobs.declare import JobTask
from jobs.effect import effect_once
from jobs.errors import JobCancelledError, JobGivenBackError, JobRefusedError, LeaseLostError
from jobs.lease import Lease
from jobs.models import Job, WorkerBeat
from jobs.queues import left_alone
from jobs.reaper import GRACE_S, reap
from jobs.schedule import start_due
from jobs.services import Again, Cancelled, Done, Failed, GivenBack, Outcome, in_words, job_settle

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

HOUSE_S = 5.0
"""How often a worker says that it lives, and looks for abandoned and for due jobs."""
FINISH_S = 20.0
"""How long a job may go on after its worker was told to end; then it is given back to the queue."""
LONGEST_PAUSE_S = 10.0


class JobWorker(Worker):
    """Claims jobs, one at a time, and does each under its lease."""

    def __init__(
        self, *, worker_id: str, interval_s: float, batch: bool, max_jobs: int | None, queue: str = "",
        grace_s: float = GRACE_S, finish_s: float = FINISH_S,
    ) -> None:  # fmt: skip
        super().__init__(
            queue_names=[queue or "*"],
            excluded_queue_names=left_alone(),
            interval=interval_s,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=max_jobs,
            worker_id=worker_id,
        )
        self._queue, self._grace_s, self._finish_s = queue, grace_s, finish_s
        self._give_back_at: float | None = None
        self._over = threading.Event()

    def configure_signals(self) -> None:
        """Listen for SIGTERM and Ctrl-C in a thread: a handler waits until the main thread's statement has ended."""
        heard, self._told = socket.socketpair()
        self._told.setblocking(False)  # noqa: FBT003
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(one, lambda _signum, _frame: None)
        threading.Thread(target=self._listen, args=(heard,), name="signals", daemon=True).start()

    def _listen(self, heard: socket.socket) -> None:
        while signals := heard.recv(1):
            self.shutdown(signals[0], None)

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End after this job, or give it back when it takes long; told again, end now."""
        if not self.running:
            # As if killed: the reaper of another worker takes care of the job.
            os._exit(1)
        logger.warning("Received %s: ending after this job.", signal.strsignal(signum))
        self._give_back_at = time.monotonic() + self._finish_s
        self.running = False

    def giving_back(self) -> bool:
        """Return whether the worker was told to end and has waited long enough for its job."""
        return self._give_back_at is not None and time.monotonic() >= self._give_back_at

    def run(self) -> None:
        """Work until told to end, whatever happens to the database."""
        house = threading.Thread(target=self._keep_house, name="house", daemon=True)
        house.start()
        pauses = pauses_s()
        try:
            while self.running:
                began = time.monotonic()
                try:
                    super().run()
                    break
                except Exception as error:
                    if outage_of(error) is None:
                        raise
                    connection.close()
                    if time.monotonic() - began > LONGEST_PAUSE_S:
                        pauses = pauses_s()
                    logger.warning("The database does not answer: %s", str(error).strip())
                    time.sleep(next(pauses))
        finally:
            self._over.set()
            house.join(timeout=HOUSE_S)
            with contextlib.suppress(Error):
                WorkerBeat.objects.filter(worker=self.worker_id).delete()
            connection.close()

    def run_task(self, db_task_result: DBTaskResult[..., Any]) -> None:
        """Do one claimed job and record how it ended; lines of the log carry its id."""
        with numbered(str(db_task_result.pk)):
            self._do(db_task_result)

    def _do(self, db_task_result: DBTaskResult[..., Any]) -> None:
        self.running_task = True
        lease = Lease(db_task_result.pk, giving_back=self.giving_back)
        try:
            outcome = self._attempt(db_task_result, lease)
            if outcome is not None and self._record(db_task_result, outcome):
                announce(db_task_result)
        finally:
            lease.release()
            self.running_task = False
            self._run_tasks += 1

    def _attempt(self, claimed: DBTaskResult[..., Any], lease: Lease) -> Outcome | None:
        """Return how an attempt at a job ended; None where the job is not this worker's any more."""
        if not self.running:
            return GivenBack()
        try:
            lease.take()
            task = declared(claimed)
            task_started.send(sender=type(task.get_backend()), task_result=claimed.task_result)
            return Done(effect_once(task, claimed, lease))
        except LeaseLostError:
            # Where nobody has taken it yet it is this worker's to put back; recording looks.
            return Again(after_s=0)
        except BaseException as error:
            # A job may raise whatever it likes, SystemExit too.
            connection.close_if_unusable_or_obsolete()
            return self._judge(claimed, lease, error)

    def _judge(self, claimed: DBTaskResult[..., Any], lease: Lease, error: BaseException) -> Outcome:
        """Return what becomes of a job that raised `error`."""
        interruption = error if not isinstance(error, Exception) else lease.interruption()
        if isinstance(interruption, JobCancelledError):
            return Cancelled()
        if isinstance(interruption, JobGivenBackError):
            return GivenBack()
        if isinstance(error, JobRefusedError):
            return Failed(str(error), error)
        logger.warning("Job %s (%s) stopped.", claimed.pk, claimed.task_path, exc_info=error)
        job = self._patiently(lambda: Job.objects.select_related("requester").filter(pk=claimed.pk).first())
        attempts = len(claimed.worker_ids)
        if job is not None and attempts < job.max_attempts:
            task = declared(claimed)
            return Again(task.backoff_after(attempts))
        return Failed(in_words(job, error), error)

    def _record(self, claimed: DBTaskResult[..., Any], outcome: Outcome) -> bool:
        recorded = bool(self._patiently(lambda: job_settle(claimed, outcome)))
        if not recorded:
            logger.warning("Job %s is another worker's by now; nothing of it was kept here.", claimed.pk)
        return recorded

    def _patiently(self, ask: Any) -> Any:
        """Return what `ask` returns, however long the database is away; None when the worker has to end before."""
        for pause in pauses_s():
            try:
                return ask()
            except Exception as error:
                if outage_of(error) is None:
                    raise
                connection.close()
                if self.giving_back():
                    return None
                time.sleep(pause)
        return None

    def _keep_house(self) -> None:
        """Say that the worker lives, settle abandoned jobs and start due ones, until it ends."""
        period = min(HOUSE_S, max(self._grace_s / 2, 0.2))
        while True:
            try:
                beat(self.worker_id, self._queue)
                reap(grace_s=self._grace_s)
                start_due()
            except Error as error:
                logger.warning("Keeping house: %s", str(error).strip())
                connection.close()
            except Exception:
                # This thread must outlive whatever a plan of some app raises.
                logger.exception("Keeping house failed.")
            if self._over.wait(period):
                connection.close()
                return


def declared(claimed: DBTaskResult[..., Any]) -> JobTask:
    """Return the job that a row of the queue names.

    Raises
    ------
    JobRefusedError
        This version has none of that name.
    """
    try:
        task: object = claimed.task
    except Exception:
        logger.exception("Job %s names %s.", claimed.pk, claimed.task_path)
        task = None
    if not isinstance(task, JobTask):
        raise JobRefusedError(_("This version of the program has no such job: %(name)s.") % {"name": claimed.task_path})
    return task


def announce(claimed: DBTaskResult[..., Any]) -> None:
    """Tell whoever listens how a job ended."""
    row = DBTaskResult.objects.filter(pk=claimed.pk).first()
    if row is not None and row.status in {TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED}:
        with contextlib.suppress(Exception):
            task_finished.send(sender=JobWorker, task_result=row.task_result)


def beat(worker_id: str, queue: str = "") -> None:
    """Write down that a worker lives, and for which queue where it is for one alone."""
    WorkerBeat.objects.update_or_create(
        worker=worker_id,
        defaults={"seen_at": Now()},
        create_defaults={
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "queue": queue,
            "started_at": Now(),
            "seen_at": Now(),
        },
    )


def pauses_s() -> Iterator[float]:
    """Yield how long to wait before each next try, in seconds."""
    pause = 0.2
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE_S)
