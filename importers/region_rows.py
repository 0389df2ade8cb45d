"""What follows from the code and the boundary of a division: level, parent, outline, seat."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from geocore.arrays import BoolArray, GeometryArray
from geocore.divisions import DivisionCode
from importers.boundaries import OUTLINE_TOLERANCE_DEG, as_multipolygon
from importers.divisions import CodeArray, KnownCodes
from importers.problems import ProblemCode
from importers.regions import STORED_LEVEL
from importers.rows import Rows
from importers.stage import StageColumn, Update

COUNTY_LEVEL = 3


def region_columns(codes: CodeArray, geoms: GeometryArray | None, known: KnownCodes, rows: Rows) -> list[StageColumn]:
    """Return the columns of `layers_region` that a file does not give.

    A division whose parent is neither stored nor in the file is rejected, saying which to load first.
    """
    count = len(codes)
    here = known.codes | set(codes[~rows.bad]) - {None}
    levels = np.full(count, None, dtype=object)
    parents = np.full(count, None, dtype=object)
    for row in np.flatnonzero([code is not None for code in codes]):
        code = DivisionCode(codes[row])
        levels[row] = STORED_LEVEL[code.level]
        above = next(iter(code.ancestors()), None)
        if above is not None and above.code not in here:
            orphan = np.zeros(count, dtype=np.bool_)
            orphan[row] = True
            rows.reject(
                orphan,
                None,
                ProblemCode.DIVISION_ABOVE_MISSING,
                codes,
                above=above.code,
                province=code.code[:2],
            )
        parents[row] = above.code if above is not None else None
    drawn = Update.NEVER if geoms is None else Update.SURVEYED
    columns = [
        StageColumn("level", pa.array(levels, pa.int64())),
        StageColumn("parent_code", pa.array(parents, pa.string())),
        StageColumn("demonstration", pa.array([False] * count), drawn),
    ]
    if geoms is not None:
        outlines, seats = generalised(geoms, ~rows.bad)
        columns += [StageColumn("outline", outlines, Update.WITH_GEOM), StageColumn("seat", seats, Update.FILL)]
    return columns


def generalised(geoms: GeometryArray, good: BoolArray) -> tuple[GeometryArray, GeometryArray]:
    """Return generalised outlines, which share their lines where the boundaries do, and a point inside each."""
    outlines = np.full(len(geoms), None, dtype=object)
    seats = np.full(len(geoms), None, dtype=object)
    drawn = np.flatnonzero(good & ~shapely.is_missing(geoms))
    if len(drawn):
        simple = shapely.coverage_simplify(geoms[drawn], OUTLINE_TOLERANCE_DEG)
        for row, outline in zip(drawn, simple, strict=True):
            whole = as_multipolygon(outline if outline.is_valid else shapely.make_valid(outline))
            outlines[row] = geoms[row] if whole.is_empty else whole
        seats[drawn] = shapely.point_on_surface(geoms[drawn])
    return outlines, seats
