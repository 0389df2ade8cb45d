"""What every reader hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geocore.arrays import GeometryArray, IntArray
from geocore.geometry import GeometryFault
from importers.problems import RowProblem

SAMPLES = 3
SAMPLED_ROWS = 1_000
LONGEST_SAMPLE = 40


class Column(NamedTuple):
    """A column as the file calls it, and its values of any Arrow type, null where there is none."""

    name: str
    values: pa.Array


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file, or a portion of them.

    Attributes
    ----------
    format
        A key of `formats.READ`, "gdb" or "photos".
    row_numbers
        Shape (n,), as a person counts: blank lines of a table are counted but are no rows.
    columns
        Names need not be unique. All of length n.
    geometries
        Shape (n,), as given, or None where the format has no geometries (a table).
    faults
        Geometries that were there but could not be read; rows are indexes.
    crs
        What the file says, as text for `geocore.crs.parse_crs`; None where it says nothing.
    problems
        Lines that are no rows.
    warnings
        What was done with the file that its sender should know.
    part
        The layer or sheet that was read; None where the file holds but one thing.
    """

    format: str
    encoding: str
    row_numbers: IntArray
    columns: tuple[Column, ...]
    geometries: GeometryArray | None = None
    faults: list[GeometryFault] = field(default_factory=list)
    crs: str | None = None
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    part: str | None = None

    def __len__(self) -> int:
        return len(self.row_numbers)

    @property
    def lines(self) -> int:
        """Rows, and lines that are none."""
        return len(self) + len(self.problems)

    @property
    def samples(self) -> list[str]:
        """Return a few texts with letters beyond ASCII, by which a person sees whether the encoding is right."""
        found: dict[str, None] = {}
        for column in self.columns:
            if not str(column.name).isascii():
                found[str(column.name)] = None
            if pa.types.is_string(column.values.type) or pa.types.is_large_string(column.values.type):
                for text in column.values.slice(0, SAMPLED_ROWS).to_pylist():
                    if text and not text.isascii():
                        found[text[:LONGEST_SAMPLE]] = None
        values = list(found)
        return values[:: max(1, len(values) // SAMPLES)][:SAMPLES]


def joined(portions: Sequence[Source]) -> Source:
    """Return the portions of a file as one."""
    first, *others = portions
    if not others:
        return first
    starts = np.cumsum([0, *(len(one) for one in portions)])
    return replace(
        first,
        row_numbers=np.concatenate([one.row_numbers for one in portions]),
        columns=tuple(
            Column(same[0].name, pa.concat_arrays([column.values for column in same]))
            for same in zip(*(one.columns for one in portions), strict=True)
        ),
        geometries=None
        if first.geometries is None
        else np.concatenate([one.geometries for one in portions if one.geometries is not None]),
        faults=[
            replace(fault, row=int(start) + fault.row)
            for start, one in zip(starts, portions, strict=False)
            for fault in one.faults
        ],
        problems=[problem for one in portions for problem in one.problems],
        warnings=list(dict.fromkeys(warning for one in portions for warning in one.warnings)),
    )
