"""The time axis."""

import datetime as dt
from decimal import Decimal

import pytest

from oversight.months import MonthError, axis, cumulative, last_day, series
from oversight.queries import MonthFigure

TODAY = dt.date(2020, 12, 9)


def happened(month: str, n: int = 1, measure: str = "moved_in") -> MonthFigure:
    year, number = month.split("-")
    return MonthFigure(measure, dt.date(int(year), int(number), 1), n, Decimal(n))


def test_the_axis_runs_from_the_first_event_to_the_last_without_gaps():
    found = axis([happened("2019-11"), happened("2020-02")], asked="", today=TODAY)
    assert [f"{month:%Y-%m}" for month in found.months] == ["2019-11", "2019-12", "2020-01", "2020-02"]
    assert found.chosen == dt.date(2020, 2, 1)
    assert found.until == dt.date(2020, 2, 29)


def test_a_date_in_the_future_does_not_lengthen_the_axis():
    found = axis([happened("2020-10"), happened("2031-01")], asked="", today=TODAY)
    assert found.months[-1] == dt.date(2020, 10, 1)


@pytest.mark.parametrize(("asked", "chosen"), [("2010-01", "2019-11"), ("2020-01", "2020-01"), ("2035-01", "2020-02")])
def test_a_month_off_the_axis_becomes_the_nearest_one(asked: str, chosen: str):
    found = axis([happened("2019-11"), happened("2020-02")], asked=asked, today=TODAY)
    assert f"{found.chosen:%Y-%m}" == chosen


@pytest.mark.parametrize("asked", ["2020", "2020-13", "abc", "2020-1-1", "-"])
def test_what_is_no_month_is_refused(asked: str):
    with pytest.raises(MonthError):
        axis([happened("2019-11")], asked=asked, today=TODAY)


def test_without_events_the_axis_is_this_month():
    assert axis([], asked="", today=TODAY).months == (dt.date(2020, 12, 1),)


def test_series_count_months_without_events_as_none():
    figures = [happened("2019-11", 5), happened("2020-01", 2), happened("2019-12", 9, "verified")]
    months = axis(figures, asked="", today=TODAY).months
    assert series(figures, measure="moved_in", months=months) == (5, 0, 2)
    assert cumulative((5, 0, 2)) == (5, 5, 7)


def test_the_last_day_of_a_leap_february():
    assert last_day(dt.date(2020, 2, 1)) == dt.date(2020, 2, 29)
