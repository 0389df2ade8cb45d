"""Small shapes on the ground: metres to degrees, irregular polygons, points in them.

Notes
-----
Planar within a kilometre or two of a point, by the radii of curvature of the ellipsoid there; nothing here is a
measurement, the database computes areas on the ellipsoid.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geocore.arrays import FloatArray, GeometryArray, IntArray, LonLat
from geocore.geodesy import CGCS2000_INVERSE_FLATTENING, CGCS2000_SEMI_MAJOR_M

FLATTENING = 1 / CGCS2000_INVERSE_FLATTENING
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)


def metres_per_degree(latitude_deg: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return metres of one degree of longitude and of one degree of latitude; shape of `latitude_deg`."""
    phi = np.radians(np.asarray(latitude_deg, dtype=np.float64))
    root = np.sqrt(1 - ECCENTRICITY_2 * np.sin(phi) ** 2)
    prime_vertical = CGCS2000_SEMI_MAJOR_M / root
    meridian = CGCS2000_SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / root**3
    return np.radians(prime_vertical * np.cos(phi)), np.radians(meridian)


def shifted(positions: LonLat, east_m: npt.ArrayLike, north_m: npt.ArrayLike) -> LonLat:
    """Return positions moved by metres; shape (n, 2)."""
    per_lon, per_lat = metres_per_degree(positions[:, 1])
    return positions + np.column_stack((np.asarray(east_m) / per_lon, np.asarray(north_m) / per_lat))


def scattered(rng: np.random.Generator, positions: LonLat, sigma_m: npt.ArrayLike) -> LonLat:
    """Return positions moved by a normal distance in each direction."""
    east, north = rng.normal(0, 1, (2, len(positions))) * np.asarray(sigma_m)
    return shifted(positions, east, north)


def ring_offsets(rng: np.random.Generator, area_m2: FloatArray, corners: int, roughness: float) -> FloatArray:
    """Return corners of star-shaped blocks around 0 in metres, shape (n, corners, 2), of exactly the planar `area_m2`.

    Angles stay in order and each gap is below half a turn, so no ring can cross itself.
    """
    count = len(area_m2)
    turn = 2 * np.pi / corners
    angle = turn * (np.arange(corners) + rng.uniform(-0.3, 0.3, (count, corners))) + rng.uniform(0, turn, (count, 1))
    radius = 1 + rng.uniform(-roughness, roughness, (count, corners))
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    unit_area = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1))
    size = np.sqrt(area_m2 / unit_area)[:, None]
    return np.stack((x * size, y * size), axis=2)


def rings_around(centres: LonLat, offsets_m: FloatArray) -> FloatArray:
    """Return closed rings in degrees, shape (n, corners + 1, 2)."""
    per_lon, per_lat = metres_per_degree(centres[:, 1])
    rings = centres[:, None, :] + offsets_m / np.column_stack((per_lon, per_lat))[:, None, :]
    return np.concatenate((rings, rings[:, :1]), axis=1)


def polygons(rings: FloatArray) -> GeometryArray:
    """Return polygons of closed rings, to 1e-9 degrees (0.1 mm)."""
    return np.asarray(shapely.polygons(np.round(rings, 9)), dtype=np.object_)


def within_blocks(rng: np.random.Generator, centres: LonLat, offsets_m: FloatArray, block: IntArray) -> LonLat:
    """Return one position for each entry of `block`, evenly spread inside that star-shaped block.

    A point in a triangle between the centre and two neighbouring corners, the triangle drawn by its area; the outer
    two per cent are left out so that no house stands on the boundary.
    """
    after = np.roll(offsets_m, -1, axis=1)
    areas = np.abs(offsets_m[..., 0] * after[..., 1] - after[..., 0] * offsets_m[..., 1])
    edges = np.cumsum(areas, axis=1) / areas.sum(axis=1, keepdims=True)
    triangle = (rng.random(len(block))[:, None] > edges[block]).sum(axis=1).clip(max=offsets_m.shape[1] - 1)
    reach = 0.98 * np.sqrt(rng.random(len(block)))[:, None]
    along = rng.random(len(block))[:, None]
    offset = reach * ((1 - along) * offsets_m[block, triangle] + along * after[block, triangle])
    return shifted(centres[block], offset[:, 0], offset[:, 1])


def random_inside(rng: np.random.Generator, area: BaseGeometry, count: int) -> LonLat:
    """Return `count` positions evenly spread in the degrees of a polygon."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        some = rng.uniform((west, south), (east, north), (max(64, 2 * count), 2))
        found = np.concatenate((found, some[shapely.contains_xy(area, some[:, 0], some[:, 1])]))
    return found[:count]


def points(positions: LonLat) -> GeometryArray:
    """Return points; None where a position is unknown."""
    result = np.full(len(positions), None, dtype=object)
    known = ~np.isnan(positions[:, 0])
    result[known] = shapely.points(positions[known])
    return result
