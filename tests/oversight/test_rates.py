"""The moved-in rate, by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from oversight.queries import CountyFigures
from oversight.rates import NO_TASK, NOT_REPORTED, county_class, rate_class, total

NOW = dt.datetime(2020, 10, 31, tzinfo=dt.UTC)


def county(code: str, households: int, moved_in: int, *, reported: bool = True) -> CountyFigures:
    return CountyFigures(code, households, 4 * households, moved_in, reported, 0, 0, 0, Decimal(0), NOW)


def test_a_rate_is_weighted_by_households():
    # 90 of 100 and 300 of 300 are 390 of 400: 97.5 %, not the mean of 90 % and 100 %
    assert total([county("451221", 100, 90), county("451222", 300, 300)]).rate == 97.5


def test_a_county_that_has_not_reported_is_missing_and_not_zero():
    sums = total([county("451221", 100, 90), county("451222", 300, 0, reported=False)])
    assert sums.rate == 90
    assert (sums.households, sums.counties, sums.silent_counties) == (400, 2, 1)


def test_nothing_reported_is_no_rate():
    assert total([county("451222", 300, 0, reported=False)]).rate is None
    assert total([]).rate is None


@pytest.mark.parametrize(
    ("percent", "number"),
    [(0.0, 0), (84.99, 0), (85.0, 1), (89.99, 1), (90.0, 2), (95.0, 3), (97.99, 3), (98.0, 4), (100.0, 4), (None, -1)],
)
def test_classes_begin_at_their_lower_bound(percent: float | None, number: int):
    assert rate_class(percent) == number


def test_a_county_without_households_has_no_task():
    assert county_class(None) == NO_TASK
    assert county_class(county("451221", 0, 0)) == NO_TASK


def test_a_silent_county_has_its_own_class():
    assert county_class(county("451221", 10, 0, reported=False)) == NOT_REPORTED
