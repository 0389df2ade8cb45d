"""The pages of background jobs."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.roles import Role, Through
from accounts.service import OK
from jobs.models import Job, ScheduledRun
from jobs.selectors import jobs_for, queue_summary
from jobs.status import queue_section, worker_state
from jobs.tasks import clear_away
from tests.factories import UserFactory, grant
from tests.jobs import declared

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner():
    user = UserFactory(language="en")
    grant(user, Role.PLANNER, "451221")
    return user


@pytest.fixture
def steward():
    user = UserFactory(language="en")
    grant(user, Role.STEWARD, "4512")
    return user


def queued(user, **more):
    return Job.objects.get(
        pk=declared.do_it.start(user=user, through=Through.PAGE, subject="sites.gpkg", key="x", **more)
    )


def set_row(job, **fields):
    DBTaskResult.objects.filter(pk=job.pk).update(**fields)


def test_a_stranger_is_sent_to_log_in(client):
    assert client.get("/jobs/").status_code == 302


def test_an_empty_list_says_so(client, planner):
    client.force_login(planner)
    assert "There are no background jobs." in client.get("/jobs/").content.decode()


def test_ones_own_jobs_are_shown_with_progress(client, planner):
    job = queued(planner)
    set_row(job, status="RUNNING", worker_ids=["a"], started_at=timezone.now())
    Job.objects.filter(pk=job.pk).update(done=30, total=40, words="row 30")
    client.force_login(planner)
    page = client.get("/jobs/").content.decode()
    assert 'value="75"' in page
    assert "30/40 row 30" in page
    assert "1/3" in page
    part = client.get("/jobs/?part=list").content.decode()
    assert 'data-unfinished="yes"' in part
    assert "<html" not in part


def test_the_steward_sees_jobs_of_people_in_the_area_and_what_the_clock_started(planner, steward):
    other = UserFactory()
    grant(other, Role.PLANNER, "4503")
    wider = UserFactory()
    grant(wider, Role.PLANNER, "451221")
    grant(wider, Role.PLANNER, "4503")
    mine, theirs, elsewhere, partly, system = (queued(one) for one in (planner, steward, other, wider, None))
    nightly = queued(None)
    ScheduledRun.objects.create(key="k", due_at=timezone.now(), job=nightly)
    assert {job.pk for job in jobs_for(user=steward)} == {mine.pk, theirs.pk, nightly.pk}
    assert {job.pk for job in jobs_for(user=planner)} == {mine.pk}
    everywhere = UserFactory()
    grant(everywhere, Role.STEWARD, "")
    assert {job.pk for job in jobs_for(user=everywhere)} >= {elsewhere.pk, partly.pk, system.pk}


@pytest.mark.parametrize("path", ["", "cancel/", "retry/"])
def test_a_job_of_somebody_else_is_as_one_that_does_not_exist(client, planner, path):
    other = UserFactory()
    grant(other, Role.PLANNER, "451222")
    job = queued(other)
    client.force_login(planner)
    ask = client.post if path else client.get
    assert ask(f"/jobs/{job.pk}/{path}").status_code == ask(f"/jobs/{uuid.uuid4()}/{path}").status_code == 404
    assert DBTaskResult.objects.get(pk=job.pk).status == "READY"


def test_cancel_and_retry(client, planner):
    job = queued(planner)
    client.force_login(planner)
    page = client.post(f"/jobs/{job.pk}/cancel/", follow=True).content.decode()
    assert "cancelled" in page
    assert "Try again" in page
    client.post(f"/jobs/{job.pk}/retry/")
    assert DBTaskResult.objects.get(pk=job.pk).status == "READY"
    page = client.post(f"/jobs/{job.pk}/retry/", follow=True).content.decode()
    assert "Only a job that failed or was cancelled" in page
    assert client.get(f"/jobs/{job.pk}/cancel/").status_code == 405


def test_a_failure_is_a_sentence_and_its_traceback_for_superusers(client, planner):
    job = queued(planner)
    set_row(job, status="FAILED", traceback="Traceback: secret", worker_ids=["a"], finished_at=timezone.now())
    Job.objects.filter(pk=job.pk).update(failure="The county has no boundary.")
    client.force_login(planner)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "The county has no boundary." in page
    assert "secret" not in page
    client.force_login(UserFactory(is_superuser=True))
    assert "secret" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_what_runs_by_the_clock_is_shown_to_the_steward(client, steward, planner):
    client.force_login(steward)
    assert "every night at 02:30" in client.get("/jobs/").content.decode()
    client.force_login(planner)
    assert "every night" not in client.get("/jobs/").content.decode()


def test_the_list_is_narrowed_to_a_state_and_the_numbers_of_the_steward_lead_there(client, steward):
    client.force_login(steward)
    assert "No job is in this state." in client.get("/jobs/?state=failed").content.decode()
    jobs = {name: queued(steward) for name in ("waiting", "running", "done", "failed", "cancelled")}
    set_row(jobs["running"], status="RUNNING", started_at=timezone.now())
    set_row(jobs["done"], status="SUCCESSFUL", finished_at=timezone.now())
    for name in ("failed", "cancelled"):
        set_row(jobs[name], status="FAILED", finished_at=timezone.now())
    Job.objects.filter(pk=jobs["cancelled"].pk).update(cancelled=True)
    for name, job in jobs.items():
        assert [one.id for one in client.get(f"/jobs/?state={name}").context["jobs"]] == [job.pk]
    assert len(client.get("/jobs/?state=nonsense").context["jobs"]) == 5
    for fact in queue_section(steward).facts:
        if fact.url:
            assert client.get(fact.url).context["page_obj"].paginator.count == int(fact.text) == 1


def test_a_job_of_another_version_does_not_break_the_list(client, planner):
    set_row(queued(planner), task_path="gone.away")
    client.force_login(planner)
    assert "a job of another version" in client.get("/jobs/").content.decode()


def test_the_queue_in_figures(steward):
    assert (queue_summary().waiting, queue_summary().oldest_waiting_s) == (0, None)
    queued(None)
    failed = queued(None)
    set_row(failed, status="FAILED", finished_at=timezone.now())
    found = queue_summary()
    assert (found.waiting, found.running, found.failed, found.workers) == (1, 0, 1, 0)
    assert found.oldest_waiting_s >= 0
    assert worker_state() == OK
    everybody = UserFactory(is_superuser=True)
    assert {fact.text for fact in queue_section(everybody).facts if fact.url} == {"1", "0"}
    assert {fact.text for fact in queue_section(UserFactory()).facts if fact.url} == {"0"}


def test_the_command_lists_and_shows_jobs(planner, capsys):
    call_command("jobs")
    assert capsys.readouterr().out
    job = queued(planner)
    call_command("jobs", str(job.pk), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["id"], found["state"], found["attempts"], found["subject"]) == (
        str(job.pk),
        "waiting",
        0,
        "sites.gpkg",
    )
    assert found["progress"] == {"done": None, "total": None, "words": ""}
    call_command("jobs", "--json")
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [str(job.pk)]
    call_command("jobs", str(job.pk))
    assert str(job.pk) in capsys.readouterr().out
    with pytest.raises(CommandError) as refused:
        call_command("jobs", str(uuid.uuid4()))
    assert refused.value.returncode == 2


def test_the_nightly_job_is_a_job():
    assert clear_away.retries == 2
