"""The time axis: months from the first event to the last."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oversight.queries import MonthFigure


class MonthError(ValueError):
    """The month of an address is not written as 2020-10."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Consecutive months, each by its first day, and the chosen one."""

    months: tuple[date, ...]
    chosen: date

    @property
    def position(self) -> int:
        """Return the index of the chosen month."""
        return self.months.index(self.chosen)

    @property
    def is_last(self) -> bool:
        """Return whether the newest month is chosen."""
        return self.chosen == self.months[-1]

    @property
    def until(self) -> date:
        """Return the last day of the chosen month."""
        return last_day(self.chosen)


def axis(figures: Iterable[MonthFigure], *, asked: str, today: date) -> Axis:
    """Return the axis from the first event to the last; nothing lies in the future.

    Parameters
    ----------
    asked
        The month to choose, as `2020-10`; empty or outside the axis: the nearest one, by default the last.

    Raises
    ------
    MonthError
        `asked` is no month.
    """
    this_month = today.replace(day=1)
    known = [figure.month for figure in figures if figure.month <= this_month]
    first, last = min(known, default=this_month), max(known, default=this_month)
    months = tuple(month_after(first, step) for step in range(months_between(first, last) + 1))
    chosen = parse_month(asked) if asked else last
    return Axis(months, min(max(chosen, first), last))


def last_counted_day(*, asked: str, today: date) -> date:
    """Return the last day of the month written as `2020-10`; of this one where nothing or the future is asked for.

    Raises
    ------
    MonthError
        `asked` is no month.
    """
    this_month = today.replace(day=1)
    return last_day(min(parse_month(asked), this_month) if asked else this_month)


def series(figures: Iterable[MonthFigure], *, measure: str, months: tuple[date, ...]) -> tuple[int, ...]:
    """Return the number of a measure in each of `months`."""
    found = {figure.month: figure.n for figure in figures if figure.measure == measure}
    return tuple(found.get(month, 0) for month in months)


def cumulative(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return the running sums."""
    return tuple(accumulate(numbers))


def parse_month(text: str) -> date:
    """Return the first day of the month written as `2020-10`.

    Raises
    ------
    MonthError
    """
    try:
        year, month = text.split("-")
        return date(int(year), int(month), 1)
    except ValueError as error:
        raise MonthError(text) from error


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_between(first: date, last: date) -> int:
    """Return how many months `last` is after `first`."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_after(first: date, step: int) -> date:
    """Return the month `step` months after `first`."""
    years, month = divmod(first.month - 1 + step, 12)
    return date(first.year + years, month + 1, 1)
