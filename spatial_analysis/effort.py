"""How long an analysis will take, before it is begun: what a page cannot wait for is left to a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatial_analysis.methods import Method, Question

LONGEST_S = 2.0
"""Nobody waits for a page any longer."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a method costs, in microseconds a row it reads, measured on two cores and rounded up.

    Attributes
    ----------
    rows
        How many rows a question will read; far quicker than reading them.
    answer_us
        Computing the answer.
    file_us
        By ending: writing a file that has one row a feature; nothing for those that never have.
    always
        Endings whose files have one row a feature whether asked for or not.
    """

    rows: Callable[[Question], int]
    answer_us: float
    file_us: Mapping[str, float]
    always: frozenset[str] = frozenset()

    def row_us(self, ending: str, *, each_row: bool) -> float:
        """Return what a row costs, with its place in a file where it has one."""
        written = each_row or ending in self.always
        return self.answer_us + (self.file_us.get(ending, 0.0) if written else 0.0)


@dataclass(frozen=True, slots=True)
class Later:
    """A question that is too much for a page: how many rows, and about how many seconds."""

    rows: int
    seconds: float


def too_long(method: Method, question: Question, *, ending: str = "", each_row: bool = False) -> Later | None:
    """Return how much it is where a page cannot wait for it, else None.

    Parameters
    ----------
    ending
        Of the file that is wanted; none for the answer alone.
    each_row
        Whether one row a feature is asked for.
    """
    rows = method.effort.rows(question)
    seconds = rows * method.effort.row_us(ending, each_row=each_row) / 1e6
    return Later(rows, seconds) if seconds > LONGEST_S else None
