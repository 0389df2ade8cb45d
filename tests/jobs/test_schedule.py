"""What runs by the clock: once a due time, late rather than never, and not thirty times."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from jobs.models import Job, ScheduledRun
from jobs.schedule import Monthly, Nightly, Scheduled, all_scheduled, schedule, start_if_due
from jobs.tasks import clear_away
from tests.jobs.declared import do_it

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAN = Scheduled("plan", do_it, Nightly(hour=2, minute=30), {"key": "plan"})


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("when", "now", "latest", "following"),
    [
        (Nightly(2, 30), at(5, 2, 29), at(4, 2, 30), at(5, 2, 30)),
        (Nightly(2, 30), at(5, 2, 30), at(5, 2, 30), at(6, 2, 30)),
        (Monthly(1, 3), at(1, 2, 59), at(1, 3, month=2), at(1, 3)),
        (Monthly(31, 3), at(1, 0), dt.datetime(2026, 2, 28, 3, tzinfo=SHANGHAI), at(31, 3)),
        (Monthly(31, 3), at(31, 4), at(31, 3), at(30, 3, month=4)),
        (Monthly(15, 3), at(2, 0, month=1), dt.datetime(2025, 12, 15, 3, tzinfo=SHANGHAI), at(15, 3, month=1)),
    ],
)
def test_due_times(when, now, latest, following):
    assert (when.latest(now), when.following(now)) == (latest, following)
    assert when.latest(now.astimezone(dt.UTC)) == latest


@pytest.mark.django_db
def test_the_first_sight_starts_nothing_and_the_next_due_time_does_once():
    assert not start_if_due(PLAN, at(5, 12))
    assert not start_if_due(PLAN, at(6, 2, 29))
    assert start_if_due(PLAN, at(6, 2, 31))
    assert not start_if_due(PLAN, at(6, 2, 32))
    assert start_if_due(PLAN, at(7, 2, 30))
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_thirty_missed_nights_are_made_up_for_once():
    start_if_due(PLAN, at(1, 12))
    assert start_if_due(PLAN, at(31, 12))
    assert not start_if_due(PLAN, at(31, 13))
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_clock_that_is_set_back_starts_nothing_twice():
    start_if_due(PLAN, at(5, 12))
    assert start_if_due(PLAN, at(6, 3))
    assert not start_if_due(PLAN, at(6, 1))
    assert not start_if_due(PLAN, at(6, 3))


@pytest.mark.django_db
def test_a_clock_that_ran_ahead_for_a_while_skips_no_night():
    start_if_due(PLAN, at(5, 12))
    assert start_if_due(PLAN, at(9, 3))  # the clock was four days ahead, and is put right
    assert start_if_due(PLAN, at(6, 3))
    assert start_if_due(PLAN, at(9, 3))
    assert Job.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_eight_that_look_at_the_same_time_start_it_once():
    start_if_due(PLAN, at(5, 12))

    def look(_number: int) -> bool:
        try:
            return start_if_due(PLAN, at(6, 3))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look, range(8))) == 1
    assert (Job.objects.count(), ScheduledRun.objects.exclude(job=None).count()) == (1, 1)


def test_the_nightly_clearing_is_scheduled():
    assert [entry.when for entry in all_scheduled() if entry.task.func is clear_away.func] == [Nightly(2, 30)]


def test_one_key_is_one_plan():
    with pytest.raises(ValueError, match="scheduled twice"):
        schedule(clear_away, Nightly(hour=5))
