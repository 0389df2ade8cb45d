"""Measuring one thing beside another in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table and of `latest.json`.

    Attributes
    ----------
    ours, reference
        What was measured and what it is held against, in `unit`.
    ratio
        `ours / reference`; below 1 is better than the reference.
    goal
        The ratio that must not be exceeded; None where the row only reports.
    """

    group: str
    job: str
    scale: str
    ours: float
    reference: float
    reference_name: str
    goal: float | None
    unit: str = "ms"
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the reference."""
        return self.ours / self.reference if self.reference else float("inf")

    @property
    def met(self) -> bool:
        """True where there is no goal, or it is reached."""
        return self.goal is None or self.ratio <= self.goal

    def as_json(self) -> dict[str, object]:
        """Return the row as it is kept."""
        return {
            "group": self.group,
            "job": self.job,
            "scale": self.scale,
            "ours": round(self.ours, 3),
            "reference": round(self.reference, 3),
            "reference_name": self.reference_name,
            "ratio": round(self.ratio, 3),
            "goal": self.goal,
            "met": self.met,
            "unit": self.unit,
            "note": self.note,
        }


def race(ours: Work, reference: Work, *, runs: int, warm: int = 1) -> tuple[float, float]:
    """Return the median milliseconds of two pieces of work that take turns.

    What else the machine does then slows both; who begins changes each time, so that neither always finds the
    caches filled by the other.
    """
    for _ in range(warm):
        reference()
        ours()
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs):
        order = ((0, ours), (1, reference)) if number % 2 else ((1, reference), (0, ours))
        for place, work in order:
            times[place].append(milliseconds(work))
    return median(times[0]), median(times[1])


def percentile_95(work: Work, *, runs: int, warm: int = 3) -> float:
    """Return the 95th percentile of the milliseconds of `work`."""
    for _ in range(warm):
        work()
    return quantiles([milliseconds(work) for _ in range(runs)], n=20, method="inclusive")[-1]


def milliseconds(work: Work) -> float:
    """Return how long `work` takes once; the garbage of what ran before is not counted."""
    gc.collect()
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def table(rows: Sequence[Row]) -> str:
    """Return `rows` for a terminal."""
    heads = ("group", "job", "scale", "ours", "reference", "", "ratio", "goal", "")
    lines = [heads, *(cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    right = {3, 4, 6, 7}
    return "\n".join(
        "  ".join(
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def cells(row: Row) -> tuple[str, ...]:
    """Return one row as texts."""
    return (
        row.group,
        row.job,
        row.scale,
        f"{row.ours:,.1f} {row.unit}",
        f"{row.reference:,.1f} {row.unit}",
        row.reference_name,
        f"{row.ratio:.2f}",
        "-" if row.goal is None else f"{row.goal:.2f}",
        ("" if row.goal is None else "met" if row.met else "MISSED") + (f"  {row.note}" if row.note else ""),
    )
