"""What every reader hands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from geocore.arrays import GeometryArray, IntArray
from geocore.geometry import GeometryFault
from importers.problems import RowProblem


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
        "gpkg", "geojson", "shapefile" or "csv".
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

    def __len__(self) -> int:
        return len(self.row_numbers)
