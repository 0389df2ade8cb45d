"""What every reader hands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

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
    """The rows of a file.

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
