"""Positions written as text into geometries; what can't be read is a fault of its row, never 0, 0."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from django.utils.translation import gettext as _
from shapely import Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon

from geocore.geometry import FaultCode

FEWEST_IN_RING = 4
Position = tuple[float, float]


class ShapeError(Exception):
    """A geometry that can't be made; `code` and `detail` are those of its fault."""

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def position(x: str | None, y: str | None) -> Position:
    """Return the numbers of a position.

    Raises
    ------
    ShapeError
        One is missing or no number.
    """
    try:
        return float(x or ""), float(y or "")
    except ValueError:
        raise ShapeError(FaultCode.UNREADABLE, _("“%s” is no position") % f"{x or ''}, {y or ''}"[:60]) from None


def line(positions: Sequence[Position]) -> LineString:
    """Return a line through two positions or more.

    Raises
    ------
    ShapeError
        There are fewer.
    """
    if len(positions) < 2:
        raise ShapeError(FaultCode.TOO_FEW_POINTS)
    return LineString(positions)


def ring(positions: Sequence[Position]) -> Sequence[Position]:
    """Return the positions of a ring.

    Raises
    ------
    ShapeError
        It does not end where it begins, or has too few corners.
    """
    if positions and positions[0] != positions[-1]:
        raise ShapeError(FaultCode.RING_NOT_CLOSED)
    if len(positions) < FEWEST_IN_RING:
        raise ShapeError(FaultCode.TOO_FEW_POINTS)
    return positions


def collected(shapes: Sequence[Geometry]) -> Geometry | None:
    """Return several geometries as one, of a multiple type where they are all of one kind; None of none."""
    parts = [part for shape in shapes for part in shapely.get_parts(shape)]
    if len(parts) < 2:
        return parts[0] if parts else None
    for kind, multiple in ((Point, MultiPoint), (LineString, MultiLineString), (Polygon, MultiPolygon)):
        if all(isinstance(part, kind) for part in parts):
            return multiple(parts)
    return shapely.GeometryCollection(parts)


def areas(rings: Sequence[Sequence[Position]]) -> Geometry | None:
    """Return the area that rings bound: one inside another is a hole, one inside a hole is an island.

    Open rings are closed.

    Raises
    ------
    ShapeError
        A ring has too few corners.
    """
    closed = [[*one, one[0]] if one[0] != one[-1] else list(one) for one in rings]
    outlines = [Polygon(ring(one)) for one in closed]
    outlines.sort(key=lambda outline: -outline.area)
    shells: list[tuple[Polygon, list[Polygon]]] = []
    for outline in outlines:
        around = [other for other in outlines if other is not outline and encloses(other, outline)]
        if len(around) % 2:
            innermost = min(around, key=lambda other: other.area)
            next(holes for shell, holes in shells if shell is innermost).append(outline)
        else:
            shells.append((outline, []))
    return collected([Polygon(shell.exterior, [hole.exterior for hole in holes]) for shell, holes in shells])


def encloses(outer: Polygon, inner: Polygon) -> bool:
    """Return whether a ring lies inside another; one that crosses itself encloses nothing."""
    return bool(outer.is_valid and inner.is_valid and outer.area > inner.area and outer.covers(inner))
