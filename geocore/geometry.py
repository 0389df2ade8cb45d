"""What is wrong with a geometry and where, and the few repairs that change nothing a surveyor meant.

Notes
-----
Everything here works on geometries in CGCS2000 degrees, x = longitude. Validity is that of OGC Simple Features as GEOS
checks it; planar and geodesic validity differ only where an edge spans degrees. Reading WKB is in `geocore.wkb`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from geocore.arrays import XY, BoolArray, FloatArray, Geometries, GeometryArray, IntArray, as_geometries, as_pairs

POINTS = frozenset({GeometryType.POINT})
LINES = frozenset({GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING})
POLYGONS = frozenset({GeometryType.POLYGON, GeometryType.MULTIPOLYGON})

CHINA_BOX = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees: all land of China and the islands of the South China Sea."""


class FaultCode(StrEnum):
    """What makes a geometry unusable."""

    MISSING = "geometry_missing"
    EMPTY = "geometry_empty"
    WRONG_TYPE = "geometry_type"
    NOT_FINITE = "not_finite"
    ZERO_ZERO = "zero_zero"
    OUT_OF_RANGE = "out_of_range"
    AXES_SWAPPED = "axes_swapped"
    SELF_INTERSECTION = "self_intersection"
    RING_SELF_INTERSECTION = "ring_self_intersection"
    HOLE_OUTSIDE_SHELL = "hole_outside_shell"
    NESTED_HOLES = "nested_holes"
    NESTED_SHELLS = "nested_shells"
    DISCONNECTED_INTERIOR = "disconnected_interior"
    DUPLICATE_RINGS = "duplicate_rings"
    TOO_FEW_POINTS = "too_few_points"
    INVALID = "invalid_geometry"
    # found while reading, see `geocore.wkb`
    RING_NOT_CLOSED = "ring_not_closed"
    CURVE = "curve"
    UNREADABLE = "unreadable_geometry"


FAULTS: dict[FaultCode, tuple[str, str]] = {
    FaultCode.MISSING: ("There is no geometry.", "Draw it, or remove the row."),
    FaultCode.EMPTY: ("The geometry is empty.", "Draw it, or remove the row."),
    FaultCode.WRONG_TYPE: ("The geometry is a %(detail)s.", "Send the kind of geometry that the layer holds."),
    FaultCode.NOT_FINITE: ("A coordinate is not a number.", "Correct the coordinate, or leave the position empty."),
    FaultCode.ZERO_ZERO: (
        "A coordinate is 0, 0, which stands for an unknown position.",
        "Correct the coordinate, or leave the position empty.",
    ),
    FaultCode.OUT_OF_RANGE: (
        "A coordinate lies outside the earth's longitudes and latitudes.",
        "Check the coordinate and the coordinate reference system.",
    ),
    FaultCode.AXES_SWAPPED: (
        "Longitude and latitude seem to be swapped: the other way round the position lies in China.",
        "Swap the two columns, or name the axis order.",
    ),
    FaultCode.SELF_INTERSECTION: ("The boundary crosses itself.", "Move the corner so that the lines do not cross."),
    FaultCode.RING_SELF_INTERSECTION: (
        "The boundary touches itself.",
        "Separate the two places, or draw them as two polygons.",
    ),
    FaultCode.HOLE_OUTSIDE_SHELL: ("A hole lies outside the boundary.", "Move or remove the hole."),
    FaultCode.NESTED_HOLES: ("A hole lies inside another hole.", "Remove the inner hole, or draw it as an island."),
    FaultCode.NESTED_SHELLS: ("A part lies inside another part.", "Remove one of the two parts."),
    FaultCode.DISCONNECTED_INTERIOR: (
        "Holes cut the area into separate pieces.",
        "Draw the pieces as separate parts.",
    ),
    FaultCode.DUPLICATE_RINGS: ("The same ring is there twice.", "Remove one of the two."),
    FaultCode.TOO_FEW_POINTS: (
        "A ring has fewer than three different corners, or a line fewer than two.",
        "Draw it again with all its corners.",
    ),
    FaultCode.INVALID: ("The geometry is not valid: %(detail)s.", "Draw it again."),
    FaultCode.RING_NOT_CLOSED: ("A ring does not end where it begins.", "Close the ring on its first corner."),
    FaultCode.CURVE: (
        "The geometry has curves, which are not kept.",
        "Turn arcs into lines with short segments and send the file again.",
    ),
    FaultCode.UNREADABLE: ("The geometry can't be read: %(detail)s.", "Export the file again."),
}
"""English sentence and remedy of each fault, for callers to translate; `%(detail)s` is `GeometryFault.detail`."""

_REASONS: dict[str, FaultCode] = {
    "Self-intersection": FaultCode.SELF_INTERSECTION,
    "Ring Self-intersection": FaultCode.RING_SELF_INTERSECTION,
    "Hole lies outside shell": FaultCode.HOLE_OUTSIDE_SHELL,
    "Holes are nested": FaultCode.NESTED_HOLES,
    "Nested shells": FaultCode.NESTED_SHELLS,
    "Interior is disconnected": FaultCode.DISCONNECTED_INTERIOR,
    "Duplicate Rings": FaultCode.DUPLICATE_RINGS,
    "Too few points in geometry component": FaultCode.TOO_FEW_POINTS,
    "Invalid Coordinate": FaultCode.NOT_FINITE,
    "Ring is not closed": FaultCode.RING_NOT_CLOSED,
}

_REASON = re.compile(r"(?P<why>[^\[]*)(?:\[(?P<lon>\S+) (?P<lat>[^\s\]]+)\])?")


@dataclass(frozen=True, slots=True)
class GeometryFault:
    """One geometry that can't be used as it is."""

    row: int
    """Index into the array that was checked, 0 is the first."""
    code: FaultCode
    lon: float | None = None
    """Where, in degrees; None where the fault has no place."""
    lat: float | None = None
    detail: str = ""
    """The type that was found, or what GEOS said."""

    @property
    def message(self) -> str:
        """Return the English sentence."""
        return FAULTS[self.code][0] % {"detail": self.detail}

    @property
    def remedy(self) -> str:
        """Return the English advice."""
        return FAULTS[self.code][1]


class Flattened(NamedTuple):
    """Geometries in two dimensions, and which of them had more."""

    geometries: GeometryArray
    had_z: BoolArray
    had_m: BoolArray


def flatten(geometries: Geometries) -> Flattened:
    """Return the geometries without Z and M, and where there was one (shape (n,) each); None stays None."""
    shapes = as_geometries(geometries)
    flat = np.asarray(shapely.force_2d(shapes), dtype=np.object_)
    return Flattened(flat, np.asarray(shapely.has_z(shapes)), np.asarray(shapely.has_m(shapes)))


def find_faults(
    geometries: Geometries, accept: Collection[GeometryType], *, missing_ok: bool = False
) -> list[GeometryFault]:
    """Return the first fault of each geometry that has one, in the order of rows.

    Parameters
    ----------
    geometries
        Shape (n,), CGCS2000 degrees, x = longitude; None is a missing geometry.
    accept
        The types that the layer takes: `POINTS`, `LINES`, `POLYGONS` or a set of your own.
    missing_ok
        Whether a missing geometry is no fault, as where a position may be unknown.

    Notes
    -----
    In this order, as each makes the next meaningless: missing, wrong type, empty, not finite, axes swapped, out of
    range, 0,0, not valid. Whether a geometry lies in its region is not looked at here.
    """
    shapes = as_geometries(geometries)
    found: dict[int, GeometryFault] = {}
    for row in np.flatnonzero(shapely.is_missing(shapes)) if not missing_ok else ():
        found[int(row)] = GeometryFault(int(row), FaultCode.MISSING)
    types = shapely.get_type_id(shapes)
    for row in np.flatnonzero(~np.isin(types, list(accept)) & (types >= 0)):
        found[int(row)] = GeometryFault(int(row), FaultCode.WRONG_TYPE, detail=shapes[row].geom_type)
    for row in np.flatnonzero(shapely.is_empty(shapes)):
        found.setdefault(int(row), GeometryFault(int(row), FaultCode.EMPTY))
    for fault in _coordinate_faults(shapes):
        found.setdefault(fault.row, fault)
    for fault in _validity_faults(shapes):
        found.setdefault(fault.row, fault)
    return [found[row] for row in sorted(found)]


def axes_look_swapped(lonlat: npt.ArrayLike) -> bool:
    """Return whether a column of positions makes sense only with longitude and latitude exchanged.

    Parameters
    ----------
    lonlat
        Degrees, shape (n, 2), supposedly x = longitude; NaN rows are ignored.

    Notes
    -----
    True when more than half of the positions lie in `CHINA_BOX` the other way round. No position lies in it both ways:
    its latitudes end at 54 and its longitudes begin at 73.
    """
    positions = as_pairs(lonlat)
    known = np.isfinite(positions).all(axis=1)
    return bool(_swapped(positions).sum() * 2 > known.sum())


def as_multipolygons(geometries: Geometries) -> GeometryArray:
    """Return each polygon as a MultiPolygon of one part, each MultiPolygon as it is; None stays None.

    Raises
    ------
    TypeError
        If any geometry is of another type: run `find_faults` first.
    """
    shapes = as_geometries(geometries).copy()
    types = shapely.get_type_id(shapes)
    if not np.isin(types, [-1, GeometryType.POLYGON, GeometryType.MULTIPOLYGON]).all():
        raise TypeError("only polygons can become MultiPolygons")
    single = np.flatnonzero(types == GeometryType.POLYGON)
    if len(single):
        shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(len(single)))
    return shapes


def oriented(geometries: Geometries) -> GeometryArray:
    """Return polygons with shells counter-clockwise and holes clockwise (RFC 7946, 3.1.6); others as they are."""
    result: GeometryArray = np.asarray(shapely.orient_polygons(as_geometries(geometries), exterior_cw=False))
    return result


def proposed_repair(geometries: Geometries) -> GeometryArray:
    """Return a valid MultiPolygon for each polygon, for a person to accept or refuse; never applied on its own.

    Returns
    -------
    GeometryArray
        Shape (n,). None where the geometry is missing or nothing of it is left but points and lines.

    Notes
    -----
    GEOS `make_valid`, structure method: overlapping loops are merged, holes stay holes; points and lines that remain
    are dropped.
    """
    shapes = as_geometries(geometries)
    valid = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    parts, owner = shapely.get_parts(valid, return_index=True)
    pieces, inner = shapely.get_parts(parts, return_index=True)
    is_polygon = (shapely.get_type_id(pieces) == GeometryType.POLYGON) & ~shapely.is_empty(pieces)
    result = np.full(len(shapes), None, dtype=np.object_)
    owners = owner[inner[is_polygon]]
    if len(owners):
        rows, index = np.unique(owners, return_inverse=True)
        result[rows] = shapely.multipolygons(pieces[is_polygon], indices=index)
    return result


def close_ring(coordinates: npt.ArrayLike, tolerance: float = 0.0) -> XY:
    """Return a ring that ends on its first vertex.

    Parameters
    ----------
    coordinates
        Shape (n, 2), any CRS.
    tolerance
        A last vertex this near to the first (in the units of the coordinates) is moved onto it; otherwise the first
        vertex is added at the end.
    """
    ring = as_pairs(coordinates)
    if len(ring) == 0:
        return ring
    if np.hypot(*(ring[-1] - ring[0])) > tolerance:
        return np.concatenate((ring, ring[:1]))
    closed = ring.copy()
    closed[-1] = ring[0]
    return closed


def _swapped(positions: FloatArray) -> BoolArray:
    return _in_china(positions[:, ::-1])


def _in_china(positions: FloatArray) -> BoolArray:
    west, south, east, north = CHINA_BOX
    lon, lat = positions.T
    inside: BoolArray = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _coordinate_faults(shapes: GeometryArray) -> list[GeometryFault]:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    lon, lat = coordinates.T
    faults: list[GeometryFault] = []
    unreal = ~np.isfinite(lon) | ~np.isfinite(lat)
    faults += _first_of_each(FaultCode.NOT_FINITE, unreal, coordinates, owner)
    faults += _first_of_each(FaultCode.AXES_SWAPPED, _swapped(coordinates), coordinates, owner)
    beyond = np.logical_or(np.abs(lon) > 180, np.abs(lat) > 90)
    faults += _first_of_each(FaultCode.OUT_OF_RANGE, beyond, coordinates, owner)
    faults += _first_of_each(FaultCode.ZERO_ZERO, (lon == 0) & (lat == 0), coordinates, owner)
    return faults


def _first_of_each(code: FaultCode, bad: BoolArray, coordinates: FloatArray, owner: IntArray) -> list[GeometryFault]:
    rows, first = np.unique(owner[bad], return_index=True)
    places = coordinates[bad][first]
    return [
        GeometryFault(int(row), code, _finite(place[0]), _finite(place[1]))
        for row, place in zip(rows, places, strict=True)
    ]


def _finite(degrees: float) -> float | None:
    return float(degrees) if np.isfinite(degrees) else None


def _validity_faults(shapes: GeometryArray) -> list[GeometryFault]:
    # GEOS compares NaN coordinates on its way to calling them invalid, and numpy passes the warning on
    with np.errstate(invalid="ignore"):
        broken = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
        reasons = shapely.is_valid_reason(shapes[broken])
    return [_validity_fault(int(row), str(reason)) for row, reason in zip(broken, reasons, strict=True)]


def _validity_fault(row: int, reason: str) -> GeometryFault:
    match = _REASON.match(reason)
    why, lon, lat = match.group("why", "lon", "lat") if match else (reason, None, None)
    code = _REASONS.get(why.strip(), FaultCode.INVALID)
    place = (_finite(float(lon)), _finite(float(lat))) if lon and lat else (None, None)
    return GeometryFault(row, code, *place, detail=why.strip())
