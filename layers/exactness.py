"""Whether a geometry that comes back from a browser still holds, to the last bit, the corners that nobody moved."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from django.contrib.gis.geos import GEOSGeometry

    from geocore.arrays import FloatArray

HAND_DEG = 1e-7
"""Nobody moves a corner by less (about a centimetre)."""
FEWEST_DECIMALS = 5
"""What the roughest program in use keeps (1 m); django-leaflet keeps 6 unless told otherwise."""


def corners(geom: GEOSGeometry) -> FloatArray:
    """Return the vertices of a geometry, shape (n, 2), degrees."""
    found: Any = shapely.get_coordinates(shapely.from_wkb(bytes(geom.wkb)))
    return np.asarray(found, dtype=np.float64)


def rounded_corners(stored: GEOSGeometry, given: GEOSGeometry) -> FloatArray:
    """Return the stored vertices of which `given` holds a rounded copy instead of the vertex itself.

    Returns
    -------
    FloatArray
        Shape (n, 2), degrees; empty where every stored vertex is there bit for bit, was moved, or is gone.

    Notes
    -----
    A stored vertex that is missing counts as rounded when the nearest new vertex lies within `HAND_DEG`, or is written
    with so few decimals that both its coordinates lie within one unit of the last of them: what rounding and cutting
    off leave, and what a hand on a map never hits. A new vertex that equals any stored one is exact, so corners closer
    to each other than `HAND_DEG` stay legal.
    """
    before, after = as_set(corners(stored)), as_set(corners(given))
    gone, new = as_rows(before - after), as_rows(after - before)
    if not len(new) or not len(gone):
        return np.empty((0, 2))
    _distance, nearest = cKDTree(new).query(gone, k=1)
    lost = [is_rounded(old, new[index]) for old, index in zip(gone, np.asarray(nearest), strict=True)]
    found: FloatArray = gone[np.array(lost, dtype=np.bool_)]
    return found


def is_rounded(old: FloatArray, new: FloatArray) -> bool:
    """Return whether position `new` is what rounding or cutting off makes of `old`."""
    off = float(np.abs(new - old).max())
    if off < HAND_DEG:
        return True
    decimals = max(decimals_of(float(degrees)) for degrees in new)
    return decimals >= FEWEST_DECIMALS and off <= 10.0**-decimals


def decimals_of(value: float) -> int:
    """Return how many decimals a double is written with, in its shortest form that reads back the same."""
    exponent = Decimal(repr(value)).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def as_set(places: FloatArray) -> set[tuple[float, ...]]:
    """Return positions as a set; equal means equal to the last bit."""
    return {tuple(place) for place in places.tolist()}


def as_rows(places: set[tuple[float, ...]]) -> FloatArray:
    """Return positions as an array of shape (n, 2), sorted."""
    return np.array(sorted(places), dtype=np.float64).reshape(-1, 2)
