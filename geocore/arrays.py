"""Names for the arrays that cross module borders, and the one place that makes them."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

LonLat: TypeAlias = npt.NDArray[np.float64]
"""float64, shape (n, 2), degrees, x = longitude, y = latitude; a NaN row is a position that is unknown."""

XY: TypeAlias = npt.NDArray[np.float64]
"""float64, shape (n, 2), in the units and axis order of a `Crs`; a NaN row is unknown."""

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
GeometryArray: TypeAlias = npt.NDArray[np.object_]
"""object, shape (n,), shapely geometries; None is a missing geometry."""

Geometries: TypeAlias = GeometryArray | Sequence[shapely.Geometry | None] | shapely.Geometry
"""What functions take: an array, a sequence, or one geometry, which is an array of one."""


def as_pairs(values: npt.ArrayLike) -> FloatArray:
    """Return `values` as float64 of shape (n, 2), without a copy where it already is.

    Parameters
    ----------
    values
        Anything numpy takes for an array of coordinate pairs; an empty sequence gives shape (0, 2).

    Raises
    ------
    TypeError
        If the shape is not (n, 2): a mistake of the caller, never of a file.
    """
    pairs = np.asarray(values, dtype=np.float64)
    if pairs.size == 0:
        return pairs.reshape(0, 2)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise TypeError(f"expected coordinate pairs of shape (n, 2), got shape {pairs.shape}")
    return pairs


def as_geometries(geometries: Geometries) -> GeometryArray:
    """Return `geometries` as an object array of shape (n,), without a copy where it already is."""
    return np.atleast_1d(np.asarray(geometries, dtype=np.object_))
