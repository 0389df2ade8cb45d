"""Workers that end, that are killed, and whose database goes away."""

from __future__ import annotations

import random
import signal
import time

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from accounts.roles import Through
from jobs.models import Job, Receipt, WorkerBeat
from jobs.selectors import queue_summary, worker_age_s
from tests.jobs import declared
from tests.jobs.workers import eventually, spawn, state, unfinished, worker

pytestmark = pytest.mark.django_db(transaction=True)


def start(task=declared.do_it, **arguments):
    return task.start(user=None, through=Through.COMMAND, **arguments)


def test_told_to_end_it_finishes_its_job():
    job = start(key="end", seconds=1.5)
    waiting = start(key="next")
    with worker() as process:
        eventually(lambda: state(job) == "RUNNING")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert (state(job), declared.effects("end"), state(waiting)) == ("SUCCESSFUL", 1, "READY")
    assert WorkerBeat.objects.count() == 0


def test_told_to_end_it_gives_a_long_job_back_and_that_counts_for_nothing():
    job = start(key="long", seconds=60)
    with worker("--finish-within=0.5") as process:
        eventually(lambda: Job.objects.get(pk=job).done is not None)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    row = DBTaskResult.objects.get(pk=job)
    assert (row.status, row.worker_ids, declared.effects("long")) == ("READY", [], 0)


def test_told_to_end_it_gives_one_long_statement_back():
    job = start(declared.long_statement, key="statement")
    with worker("--finish-within=0.5") as process:
        eventually(lambda: state(job) == "RUNNING")
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert (state(job), declared.effects("statement")) == ("READY", 0)


def test_a_worker_says_that_it_lives():
    assert worker_age_s() is None
    with worker():
        eventually(WorkerBeat.objects.exists)
        assert worker_age_s() < 10
        assert queue_summary().workers == 1


def test_when_every_connection_breaks_the_worker_goes_on_by_itself():
    job = start(declared.survive, key="outage", seconds=2)
    with worker() as process:
        eventually(lambda: state(job) == "RUNNING")
        break_connections()
        eventually(lambda: state(job) == "SUCCESSFUL")
        later = start(key="later")
        eventually(lambda: state(later) == "SUCCESSFUL")
        assert process.poll() is None
    assert (declared.effects("outage"), declared.effects("later")) == (1, 1)


def break_connections() -> None:
    """End every connection to the test's database but this one, as a restart of the database does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )


def test_two_workers_that_are_killed_do_every_job_once():
    soak(workers=2, jobs=25, seconds=8.0, seed=1)


@pytest.mark.slow
def test_four_workers_that_are_killed_for_two_minutes_do_every_job_once():
    soak(workers=4, jobs=400, seconds=120.0, seed=2)


def soak(*, workers: int, jobs: int, seconds: float, seed: int) -> None:
    """Kill workers at random moments for some seconds, and look that every effect happened once."""
    dice = random.Random(seed)
    keys = [f"job {number}" for number in range(jobs)]
    ids = [start(declared.survive, key=key, seconds=dice.uniform(0, 0.5)) for key in keys]
    alive = [spawn() for _worker in range(workers)]
    kills, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            # a process takes a second or two to begin: some kills hit before the first claim, most within a job
            time.sleep(dice.uniform(0.3, 3.0))
            victim = dice.randrange(workers)
            alive[victim].kill()
            alive[victim].wait()
            alive[victim] = spawn()
            kills += 1
        eventually(lambda: unfinished() == 0, within_s=60 + jobs / 4)
    finally:
        for process in alive:
            process.kill()
            process.wait()
    assert kills >= seconds / 4
    assert {key: declared.effects(key) for key in keys} == dict.fromkeys(keys, 1)
    assert [state(job) for job in ids] == ["SUCCESSFUL"] * jobs
    assert Receipt.objects.count() == jobs
