"""Whether a geometry that comes back from a browser still holds, to the last bit, the corners that nobody moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from django.contrib.gis.geos import GEOSGeometry

    from geocore.arrays import FloatArray

HAND_DEG = 1e-7
"""Nobody moves a corner by less (about a centimetre): whatever is nearer and not equal has been rounded on its way."""


def corners(geom: GEOSGeometry) -> FloatArray:
    """Return the vertices of a geometry, shape (n, 2), degrees."""
    found: Any = shapely.get_coordinates(shapely.from_wkb(bytes(geom.wkb)))
    return np.asarray(found, dtype=np.float64)


def rounded_corners(stored: GEOSGeometry, given: GEOSGeometry) -> FloatArray:
    """Return the stored vertices of which `given` holds a rounded copy instead of the vertex itself.

    Returns
    -------
    FloatArray
        Shape (n, 2), degrees; empty where every stored vertex is there bit for bit, or was moved by a hand's width
        (`HAND_DEG`) or more, or is gone.

    Notes
    -----
    A new vertex that equals any stored one is exact, so corners closer to each other than `HAND_DEG` stay legal.
    """
    before, after = np.unique(corners(stored), axis=0), np.unique(corners(given), axis=0)
    known = {tuple(place) for place in before.tolist()}
    new = np.array([place for place in after.tolist() if tuple(place) not in known], dtype=np.float64).reshape(-1, 2)
    kept = {tuple(place) for place in after.tolist()}
    gone = np.array([place for place in before.tolist() if tuple(place) not in kept], dtype=np.float64).reshape(-1, 2)
    if not len(new) or not len(gone):
        return np.empty((0, 2))
    distance, _index = cKDTree(new).query(gone, k=1)
    close: FloatArray = gone[np.asarray(distance) < HAND_DEG]
    return close
