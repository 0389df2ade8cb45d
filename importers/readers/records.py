"""Things read one by one, each with its properties and its geometry, as the rows of a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from shapely import Geometry

from geocore.geometry import FaultCode, GeometryFault
from importers.readers.positions import ShapeError
from importers.readers.source import Column, Source


@dataclass(slots=True)
class Record:
    """One thing: its properties as text, and its geometry, or why there is none."""

    properties: dict[str, str | None]
    shape: Geometry | None = None
    fault: FaultCode | None = None
    detail: str = ""


def record(properties: dict[str, str | None], draw: Callable[[], Geometry | None]) -> Record:
    """Return a thing with the geometry that `draw` makes, or its fault."""
    try:
        return Record(properties, draw())
    except ShapeError as error:
        return Record(properties, None, error.code, error.detail)


def source_of(
    kind: str,
    encoding: str,
    records: Sequence[Record],
    *,
    crs: str | None,
    part: str | None = None,
    warnings: Sequence[str] = (),
) -> Source:
    """Return things as rows, in a column each property that any of them has."""
    geometries = np.full(len(records), None, dtype=object)
    faults = []
    for row, one in enumerate(records):
        geometries[row] = one.shape
        if one.fault is not None:
            faults.append(GeometryFault(row, one.fault, detail=one.detail))
    names = dict.fromkeys(name for one in records for name, value in one.properties.items() if value is not None)
    return Source(
        format=kind,
        encoding=encoding,
        row_numbers=np.arange(1, len(records) + 1),
        columns=tuple(
            Column(name, pa.array([one.properties.get(name) for one in records], pa.string())) for name in names
        ),
        geometries=geometries,
        faults=faults,
        crs=crs,
        warnings=list(warnings),
        part=part,
    )
