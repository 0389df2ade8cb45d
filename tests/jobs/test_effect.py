"""A job's effect happens once, as its requester, or not at all."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from accounts.models import Grant, User
from accounts.roles import Role, Through
from jobs.models import Job, Receipt
from jobs.services import job_cancel, job_retry
from tests.jobs import declared
from tests.jobs.workers import eventually, in_thread, state, work_off, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planner():
    user = User.objects.create(username="planner", language="en")
    Grant.objects.create(user=user, role=Role.PLANNER, division="451221")
    return user


def start(task, user=None, **arguments):
    return task.start(user=user, through=Through.PAGE, **arguments)


def test_effect_and_receipt_are_there_together():
    job = start(declared.do_it, key="one")
    work_off()
    assert (state(job), declared.effects("one"), Receipt.objects.filter(pk=job).count()) == ("SUCCESSFUL", 1, 1)
    assert DBTaskResult.objects.get(pk=job).return_value == {"words": "one done", "url": "", "data": {"attempt": 1}}


def test_a_job_that_was_done_but_not_recorded_is_not_done_again():
    job = start(declared.do_it, key="once")
    work_off()
    DBTaskResult.objects.filter(pk=job).update(status="READY", return_value=None)
    work_off()
    assert (state(job), declared.effects("once")) == ("SUCCESSFUL", 1)
    assert DBTaskResult.objects.get(pk=job).return_value["words"] == "once done"


def test_nothing_stays_of_a_job_that_was_taken_away_while_it_ran():
    job = start(declared.do_it, key="taken", seconds=1.5)
    with worker():
        eventually(lambda: state(job) == "RUNNING")
        DBTaskResult.objects.filter(pk=job).update(worker_ids=["somebody else"], status="RUNNING")
        eventually(lambda: "is another worker" in log_tail())
    assert declared.effects("taken") == 0


def log_tail():
    from django.conf import settings

    return (settings.VAR_DIR / "log" / "test-workers.log").read_text()[-500:]


def test_nothing_stays_of_a_job_whose_lease_broke_and_it_runs_again():
    job = start(declared.do_it, key="broken", seconds=2.0)
    with worker():
        eventually(lambda: Job.objects.get(pk=job).done is not None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'gisapp job lease' AND datname = current_database()"
            )
        eventually(lambda: state(job) == "SUCCESSFUL")
    assert declared.effects("broken") == 1
    assert DBTaskResult.objects.get(pk=job).return_value["data"]["attempt"] == 2


def test_it_runs_with_the_requesters_grants_of_that_moment(planner):
    job = start(declared.who, planner)
    Grant.objects.filter(user=planner).update(division="451222")
    work_off()
    found = DBTaskResult.objects.get(pk=job).return_value["data"]
    assert found == {"user": str(planner.pk), "through": "page", "divisions": "451222"}


def test_a_closed_account_fails_with_a_sentence_and_nothing_is_done(planner):
    job = start(declared.do_it, planner, key="closed")
    User.objects.filter(pk=planner.pk).update(is_active=False)
    work_off()
    assert (state(job), declared.effects("closed")) == ("FAILED", 0)
    assert "account that asked for this was closed" in Job.objects.get(pk=job).failure


def test_a_refusal_is_a_sentence_and_is_not_tried_again(planner):
    job = start(declared.refuse, planner, key="refused")
    work_off(rounds=3)
    row = DBTaskResult.objects.get(pk=job)
    assert (row.status, len(row.worker_ids), declared.effects("refused")) == ("FAILED", 1, 0)
    assert Job.objects.get(pk=job).failure == "The county has no boundary."


def test_an_unforeseen_error_is_tried_again_and_then_fails_with_a_sentence(planner):
    job = start(declared.fail, planner, key="failing")
    work_off(rounds=6)
    row = DBTaskResult.objects.get(pk=job)
    assert (row.status, len(row.worker_ids), declared.effects("failing")) == ("FAILED", 3, 0)
    assert "ZeroDivisionError: attempt 3" in row.traceback
    assert Job.objects.get(pk=job).failure.startswith("It stopped at an error that nobody foresaw (ZeroDivisionError)")


def test_each_attempt_waits_twice_as_long_as_the_one_before():
    assert [declared.fail.backoff_after(n) for n in (1, 2, 3, 40)] == [0.01, 0.02, 0.04, 3600]


def test_a_job_of_another_version_fails_with_a_sentence():
    job = start(declared.do_it, key="unknown")
    DBTaskResult.objects.filter(pk=job).update(task_path="jobs.tasks.no_such_job")
    work_off()
    assert state(job) == "FAILED"
    assert "no_such_job" in Job.objects.get(pk=job).failure


def test_a_waiting_job_is_cancelled_at_once_and_can_be_asked_for_again():
    job = Job.objects.get(pk=start(declared.do_it, key="waiting"))
    assert job_cancel(job)
    work_off()
    job.refresh_from_db()
    assert (state(job.pk), job.cancelled, declared.effects("waiting")) == ("FAILED", True, 0)
    assert job_retry(job)
    work_off()
    job.refresh_from_db()
    assert (state(job.pk), job.cancelled, declared.effects("waiting")) == ("SUCCESSFUL", False, 1)
    assert not job_cancel(job)
    assert not job_retry(job)


@pytest.mark.parametrize("task", [declared.do_it, declared.long_statement])
def test_a_running_job_is_cancelled_also_in_one_long_statement(task):
    given = {"seconds": 30.0} if task is declared.do_it else {}
    job = Job.objects.get(pk=start(task, key="running", **given))
    thread = threading.Thread(target=in_thread)
    thread.start()
    eventually(lambda: state(job.pk) == "RUNNING")
    job_cancel(job)
    thread.join(timeout=10)
    assert not thread.is_alive()
    job.refresh_from_db()
    assert (state(job.pk), job.cancelled, declared.effects("running")) == ("FAILED", True, 0)


def test_progress_is_seen_while_the_effect_is_not():
    job = start(declared.do_it, key="seen", seconds=2.0)
    with worker():
        eventually(lambda: (Job.objects.get(pk=job).done or 0) > 2)
        shown = Job.objects.get(pk=job)
        assert (shown.total, declared.effects("seen")) == (40, 0)
        assert shown.words == f"step {shown.done}"
        eventually(lambda: state(job) == "SUCCESSFUL")
    assert declared.effects("seen") == 1
