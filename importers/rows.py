"""The rows on their way in: what each is, and which are rejected; of a portion, and of the whole file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geocore.arrays import BoolArray, IntArray
from importers.problems import ProblemCode, RowProblem


@dataclass(slots=True)
class Rows:
    """Which rows are rejected and why.

    Attributes
    ----------
    numbers
        Shape (n,), as a person counts.
    bad
        Shape (n,); True where a row has at least one problem.
    """

    numbers: IntArray
    bad: BoolArray
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, numbers: IntArray) -> Rows:
        """Return rows of which none is rejected yet."""
        return cls(numbers, np.zeros(len(numbers), dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.numbers)

    def reject(
        self,
        mask: BoolArray,
        column: str | None,
        code: ProblemCode,
        values: Sequence[Any] | npt.NDArray[Any] | pa.Array | None = None,
        **params: Any,
    ) -> None:
        """Reject the rows where `mask`, each with what it has in `values`; `params` fill in the sentences."""
        for index in np.flatnonzero(mask):
            value = "" if values is None else text(values[int(index)])
            self.problems.append(RowProblem(int(self.numbers[index]), column, code, value, params))
        self.bad |= mask

    def reject_one(self, index: int, problem: RowProblem) -> None:
        """Reject one row."""
        self.problems.append(problem)
        self.bad[index] = True


MOST_PROBLEMS = 50_000
"""Problems that are kept; the rows of all others are counted."""

MOST_WARNINGS = 200


@dataclass(slots=True)
class Collected:
    """What was found in all portions of a file.

    Attributes
    ----------
    problems
        The first `MOST_PROBLEMS`, in the order of discovery.
    more_problems
        How many came after those.
    """

    problems: list[RowProblem] = field(default_factory=list)
    more_problems: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, problems: Sequence[RowProblem]) -> None:
        """Keep problems, as long as there is room."""
        room = max(0, MOST_PROBLEMS - len(self.problems))
        self.problems += problems[:room]
        self.more_problems += len(problems[room:])

    def warn(self, warnings: Iterable[str]) -> None:
        """Keep warnings that were not given before, as long as there is room."""
        new = [one for one in dict.fromkeys(warnings) if one not in self.warnings]
        self.warnings += new[: max(0, MOST_WARNINGS - len(self.warnings))]

    def take(self, rows: Rows) -> None:
        """Keep what was found in a portion."""
        self.add(rows.problems)
        self.warn(rows.warnings)

    def sorted_problems(self) -> list[RowProblem]:
        """Return the problems in the order of their rows."""
        return sorted(self.problems, key=lambda problem: problem.row)


def text(value: Any) -> str:
    """Return a value as a report shows it."""
    if isinstance(value, pa.Scalar):
        value = value.as_py()
    return "" if value is None else str(value)


def as_mask(values: Any) -> BoolArray:
    """Return an Arrow array of truth values as numpy has it; null is False."""
    import pyarrow.compute as pc

    filled = pc.fill_null(values, False)  # noqa: FBT003  Arrow's own call
    mask: BoolArray = np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return mask
