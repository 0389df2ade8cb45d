"""Reading well-known binary row by row where it matters: one bad geometry must not hide the other rows.

Notes
-----
ISO 13249-3 and OGC 06-103r4, 8.2.3: byte order, then a type whose last three decimal digits are the kind and whose
thousands say Z (1), M (2) or both (3); EWKB uses the high bits instead.
"""

import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from geocore.arrays import GeometryArray
from geocore.geometry import FaultCode, GeometryFault

_CURVES: dict[int, str] = {
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    13: "Curve",
    14: "Surface",
}
_UNSUPPORTED: dict[int, str] = {15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}
_CURVE_NAME = re.compile(r"CircularString|CompoundCurve|CurvePolygon|MultiCurve|MultiSurface", re.IGNORECASE)

_EWKB_FLAGS = 0xE0000000


class WkbRead(NamedTuple):
    """Geometries of a column and what was wrong with the rest."""

    geometries: GeometryArray
    """Shape (n,); None where the bytes were missing or faulty."""
    faults: list[GeometryFault]
    """One for each row that had bytes and gave no geometry, in the order of rows."""


def is_curved_type_name(name: str) -> bool:
    """Return whether GDAL's name of a layer's geometry type ("MultiSurface", "Curve Polygon Z") is a curved one."""
    return _CURVE_NAME.search(name.replace(" ", "")) is not None


def read_wkb(column: Sequence[bytes | None]) -> WkbRead:
    """Return the geometries of a column of WKB; unclosed rings, curves and broken bytes become faults of their rows.

    Parameters
    ----------
    column
        ISO WKB or EWKB, shape (n,); None is a missing geometry and no fault here.
    """
    given = np.empty(len(column), dtype=np.object_)
    given[:] = column
    geometries = _read_all(given)
    _forget_curved_collections(geometries)
    faults = []
    for row in np.flatnonzero(shapely.is_missing(geometries)):
        if given[row] is not None:
            geometries[row], fault = _read_one(int(row), bytes(given[row]))
            faults += [fault] if fault else []
    return WkbRead(geometries, faults)


def _read_all(given: GeometryArray) -> GeometryArray:
    """Return all geometries at once, None for faulty ones; all None where a curve makes shapely give up the array."""
    try:
        with np.errstate(invalid="ignore"):
            return np.asarray(shapely.from_wkb(given, on_invalid="ignore"), dtype=np.object_)
    except NotImplementedError:
        return np.full(len(given), None, dtype=np.object_)


def _forget_curved_collections(geometries: GeometryArray) -> None:
    """Set collections with a curve inside to None: shapely reads them, and fails as soon as they are used."""
    for row in np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION):
        if _has_hidden_curve(geometries[row]):
            geometries[row] = None


def _has_hidden_curve(collection: shapely.Geometry) -> bool:
    try:
        shapely.get_coordinates(collection)
    except shapely.errors.ShapelyError:
        return True
    return False


def _read_one(row: int, wkb: bytes) -> tuple[shapely.Geometry | None, GeometryFault | None]:
    kind = _kind(wkb)
    if kind in _CURVES:
        return None, GeometryFault(row, FaultCode.CURVE, detail=_CURVES[kind])
    if kind in _UNSUPPORTED:
        return None, GeometryFault(row, FaultCode.WRONG_TYPE, detail=_UNSUPPORTED[kind])
    try:
        with np.errstate(invalid="ignore"):
            geometry = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        return None, _fault_of(row, wkb, str(error))
    if _has_hidden_curve(geometry):
        return None, GeometryFault(row, FaultCode.CURVE, detail="GeometryCollection")
    return geometry, None


def _kind(wkb: bytes) -> int:
    """Return the type number without its dimensions, -1 for bytes too short to have one."""
    if len(wkb) < 5:
        return -1
    number: int = struct.unpack_from("<I" if wkb[0] else ">I", wkb, 1)[0]
    return (number & ~_EWKB_FLAGS) % 1000


def _fault_of(row: int, wkb: bytes, said: str) -> GeometryFault:
    if "closed linestring" in said:
        return GeometryFault(row, FaultCode.RING_NOT_CLOSED, *_first_place(wkb))
    if "point array must contain" in said or "Invalid number of points" in said:
        return GeometryFault(row, FaultCode.TOO_FEW_POINTS, detail=said)
    return GeometryFault(row, FaultCode.UNREADABLE, detail=said.partition(": ")[2] or said)


def _first_place(wkb: bytes) -> tuple[float | None, float | None]:
    """Return the first vertex of a geometry whose rings GEOS had to close."""
    closed = shapely.from_wkb(wkb, on_invalid="fix")
    coordinates = shapely.get_coordinates(closed)
    if not len(coordinates) or not np.isfinite(coordinates[0]).all():
        return None, None
    return float(coordinates[0, 0]), float(coordinates[0, 1])
