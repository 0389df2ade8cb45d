"""Dates are read as people and spreadsheets write them, and what is not a day is said."""

from __future__ import annotations

import datetime as dt

import pytest

from importers.dates import Exactness, read_days


def one(text: str) -> tuple[str | None, str]:
    found = read_days([text])[0]
    return found.value and found.value.isoformat(), str(found.exactness)


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-01",
        "2019/3/1",
        "2019.3.1",
        "2019年3月1日",
        "２０１９年３月１日",
        "20190301",
        "2019-03-01T00:00:00",
        "2019-03-01 12:30",
        "2019年3月1号",
    ],
)
def test_days(text: str) -> None:
    assert one(text) == ("2019-03-01", "day")


@pytest.mark.parametrize("text", ["2019.3", "2019年3月", "2019-03", "2019/3", "201903", "2019.03"])
def test_months_are_the_first_of_the_month_and_say_so(text: str) -> None:
    assert one(text) == ("2019-03-01", "month")


@pytest.mark.parametrize(
    ("text", "day"), [("43525", "2019-03-01"), ("43525.75", "2019-03-01"), ("18264", "1950-01-01")]
)
def test_serial_numbers_of_a_spreadsheet(text: str, day: str) -> None:
    assert one(text) == (day, "serial")  # Excel shows 43525 as 2019/3/1


@pytest.mark.parametrize(
    "text", ["2019", "2019年", "19/3/5", "3/5/2019", "2019-02-30", "2019-13-01", "2019.13", "12345", "99999", "soon"]
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert one(text) == (None, "none")


def test_an_october_that_lost_its_zero_is_not_guessed_at() -> None:
    assert one("2019.1") == (None, "either")
    assert [day.value for day in read_days(["2019.1", "2019.10"])] == [dt.date(2019, 1, 1), dt.date(2019, 10, 1)]
    assert read_days(["2019.1"])[0].exactness is Exactness.EITHER
