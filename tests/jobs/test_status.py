"""What the queue says of itself."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from accounts.service import OK, readiness_checks
from jobs.models import WorkerBeat
from jobs.status import LATE_S, queue_section, worker_state
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db


def beat(age_s):
    seen = timezone.now() - dt.timedelta(seconds=age_s)
    return WorkerBeat.objects.create(worker=f"w{age_s}", host="h", pid=1, started_at=seen, seen_at=seen)


def test_a_worker_that_lives_is_ready():
    beat(LATE_S * 10)
    beat(1)
    assert worker_state() == OK


def test_workers_that_fell_silent_are_late():
    beat(LATE_S + 5)
    assert worker_state() == "late"
    assert readiness_checks["worker"]() == "late"
    assert next(fact.wrong for fact in queue_section(UserFactory()).facts)


def test_without_worker_and_without_jobs_nothing_is_missing():
    assert worker_state() == OK


def test_the_steward_sees_the_queue(client):
    beat(1)
    client.force_login(user_with(Role.STEWARD, "451221"))
    text = client.get("/status/").content.decode()
    assert "Failed in the last seven days" in text
