"""Jobs of workers that are no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.roles import Through
from jobs.lease import Lease
from jobs.models import Job, Receipt
from jobs.reaper import reap
from jobs.services import job_cancel
from tests.jobs import declared
from tests.jobs.workers import eventually, state, worker

pytestmark = pytest.mark.django_db(transaction=True)


def abandoned(task=declared.do_it, *, claims=("gone",), ago_s=60.0, **arguments):
    """Return the id of a job that a worker claimed and left."""
    job = task.start(user=None, through=Through.COMMAND, **arguments)
    started = timezone.now() - timedelta(seconds=ago_s)
    DBTaskResult.objects.filter(pk=job).update(status="RUNNING", worker_ids=list(claims), started_at=started)
    return job


def test_it_is_put_back_after_the_grace_and_waits_a_little():
    job = abandoned(key="a")
    assert reap() == 1
    row = DBTaskResult.objects.get(pk=job)
    assert (row.status, row.worker_ids) == ("READY", ["gone"])
    assert row.run_after > timezone.now() - timedelta(seconds=1)


def test_it_is_left_alone_within_the_grace():
    job = abandoned(key="a", ago_s=20)
    assert (reap(), state(job)) == (0, "RUNNING")


def test_a_claim_by_a_clock_that_runs_ahead_is_not_waited_for():
    job = abandoned(key="a", ago_s=-86_400)
    assert (reap(), state(job)) == (1, "READY")


def test_it_is_left_alone_while_somebody_holds_its_lease():
    job = abandoned(key="a")
    lease = Lease(job)
    lease.take()
    try:
        assert (reap(), state(job)) == (0, "RUNNING")
    finally:
        lease.release()
    assert (reap(), state(job)) == (1, "READY")


def test_one_whose_effect_happened_is_done():
    job = abandoned(key="a", claims=("gone", "gone too", "third"))
    Receipt.objects.create(job_id=job, value={"words": "it is there"}, worker="gone")
    assert (reap(), state(job)) == (1, "SUCCESSFUL")
    assert DBTaskResult.objects.get(pk=job).return_value == {"words": "it is there"}


def test_one_that_somebody_cancelled_is_cancelled():
    job = abandoned(key="a")
    assert job_cancel(Job.objects.get(pk=job))
    reap()
    assert (state(job), Job.objects.get(pk=job).cancelled) == ("FAILED", True)


def test_one_that_kills_its_workers_fails_loudly(caplog):
    job = abandoned(key="a", claims=("one", "two", "three"))
    assert reap() == 1
    assert state(job) == "FAILED"
    assert "3" in Job.objects.get(pk=job).failure
    assert any(record.levelname == "ERROR" and str(job) in record.getMessage() for record in caplog.records)


def test_a_poisoned_job_ends_and_the_next_one_is_done():
    poisoned = declared.poison.start(user=None, through=Through.COMMAND, key="poisoned")
    for _attempt in range(3):
        with worker() as process:
            process.wait(timeout=30)
            assert process.returncode == -9
    after = declared.do_it.start(user=None, through=Through.COMMAND, key="after")
    with worker():
        eventually(lambda: (state(poisoned), state(after)) == ("FAILED", "SUCCESSFUL"))
    assert (declared.effects("poisoned"), declared.effects("after")) == (0, 1)
