"""The time bar: one bar a month, positions in percent so that it fits any width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from oversight.models import Measure
from oversight.months import series

if TYPE_CHECKING:
    from oversight.selectors import Overview

BAR_HEIGHT = 40.0
WIDEST_BAR = 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the histogram: position and width in percent, top and height in pixels."""

    month: date
    n: int
    x: str
    width: str
    y: str
    height: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A label of the axis."""

    year: int
    x: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The histogram of households moved in, with its highest month."""

    bars: tuple[Bar, ...]
    years: tuple[Year, ...]
    peak: Bar | None
    position: int

    @property
    def last(self) -> int:
        """Return the index of the last month."""
        return len(self.bars) - 1


def timeline(overview: Overview) -> Timeline | None:
    """Return the time bar, or None where fewer than two months have any event."""
    axis = overview.axis
    if len(axis.months) < 2:
        return None
    numbers = series(overview.months, measure=Measure.MOVED_IN, months=axis.months)
    highest = max(numbers) or 1
    # A bar stands over its stop of the slider: the first at 0 %, the last at 100 %.
    step = 100 / (len(axis.months) - 1)
    width = min(step * 0.6, WIDEST_BAR)
    bars = tuple(
        Bar(
            month=month,
            n=n,
            x=f"{step * place - width / 2:.3f}",
            width=f"{width:.3f}",
            y=f"{BAR_HEIGHT - BAR_HEIGHT * n / highest:.1f}",
            height=f"{BAR_HEIGHT * n / highest:.1f}",
            chosen=month == axis.chosen,
        )
        for place, (month, n) in enumerate(zip(axis.months, numbers, strict=True))
    )
    years = tuple(
        Year(bar.month.year, f"{step * place:.3f}")
        for place, bar in enumerate(bars)
        if bar.month.month == 1 and place < len(bars) - 4
    )
    return Timeline(bars, years, max(bars, key=lambda bar: bar.n), axis.position)
