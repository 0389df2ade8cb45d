"""GCJ-02 and BD-09, the obfuscated coordinates of Chinese web maps, to and from true positions.

Notes
-----
GCJ-02 (Amap, Tencent, Google in China) moves a true position by up to 714 m with a published closed form;
BD-09 (Baidu) adds a second shift to GCJ-02. No official text exists: the constants are those on which public
implementations agree. Baidu's own answers confirm them: its GCJ-02 to BD-09 step within a millimetre, its WGS 84 to
GCJ-02 step within a metre. Versions of BD-09 whose ripple has the phase pi instead of 3000 pi / 180 are in
circulation and err by up to 60 m. "True" is WGS 84, which here equals CGCS2000.

Outside China nothing is shifted. "China" is the rectangle 72.004 to 137.8347 E, 0.8293 to 55.8271 N of the public
implementations, not the border: neighbours within it are shifted too, as the map services do. The rule looks
at the coordinate as given, so within 700 m of the rectangle's edge a there-and-back may not return; no land of
China lies there.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geocore.arrays import BoolArray, FloatArray, LonLat, as_pairs

Change: TypeAlias = Callable[[npt.ArrayLike], LonLat]
"""The type of every public conversion here."""

CHINA_WEST, CHINA_EAST = 72.004, 137.8347
CHINA_SOUTH, CHINA_NORTH = 0.8293, 55.8271

# Krassovsky 1940, the ellipsoid the formula was made on
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323

# BD-09: phase of the ripple in radians a degree, then the constant part in degrees
_BD_PHASE = np.pi * 3000.0 / 180.0
_BD_EAST, _BD_NORTH = 0.0065, 0.006

# 1e-11 degrees is a micrometre; three rounds suffice, twenty is a guard
_TOLERANCE_DEG = 1e-11
_ROUNDS = 20


def in_shifted_area(lonlat: npt.ArrayLike) -> BoolArray:
    """Return which positions lie in the rectangle where GCJ-02 and BD-09 differ from true positions.

    Parameters
    ----------
    lonlat
        Degrees, shape (n, 2), true or shifted; NaN rows give False.
    """
    lon, lat = as_pairs(lonlat).T
    inside: BoolArray = (lon >= CHINA_WEST) & (lon <= CHINA_EAST) & (lat >= CHINA_SOUTH) & (lat <= CHINA_NORTH)
    return inside


def wgs84_to_gcj02(lonlat: npt.ArrayLike) -> LonLat:
    """Return GCJ-02 positions of true ones.

    Parameters
    ----------
    lonlat
        WGS 84 or CGCS2000 degrees, shape (n, 2). NaN rows stay NaN; rows outside China are returned as given.
    """
    return _within_area(lonlat, _gcj)


def gcj02_to_wgs84(lonlat: npt.ArrayLike) -> LonLat:
    """Return true positions of GCJ-02 ones, by iteration: within a micrometre against the forward formula.

    Parameters
    ----------
    lonlat
        GCJ-02 degrees, shape (n, 2). NaN rows stay NaN; rows outside China are returned as given.

    Notes
    -----
    Fixed-point iteration; the formula's derivative is below 0.01, so each round gains more than two digits.
    """
    return _within_area(lonlat, lambda shifted: _solve(_gcj, shifted))


def gcj02_to_bd09(lonlat: npt.ArrayLike) -> LonLat:
    """Return BD-09 positions of GCJ-02 ones, degrees, shape (n, 2); NaN and outside China as in `wgs84_to_gcj02`."""
    return _within_area(lonlat, _bd)


def bd09_to_gcj02(lonlat: npt.ArrayLike) -> LonLat:
    """Return GCJ-02 positions of BD-09 ones, by iteration, degrees, shape (n, 2); NaN and outside China as above.

    Notes
    -----
    The inverse that public implementations use errs by about half a metre; this one agrees with the forward formula.
    """
    return _within_area(lonlat, lambda shifted: _solve(_bd, shifted))


def wgs84_to_bd09(lonlat: npt.ArrayLike) -> LonLat:
    """Return BD-09 positions of true ones, degrees, shape (n, 2); NaN and outside China as in `wgs84_to_gcj02`."""
    return _within_area(lonlat, lambda true: _bd(_gcj(true)))


def bd09_to_wgs84(lonlat: npt.ArrayLike) -> LonLat:
    """Return true positions of BD-09 ones, by iteration, degrees, shape (n, 2); NaN and outside China as above."""
    return _within_area(lonlat, lambda shifted: _solve(_gcj, _solve(_bd, shifted)))


def _within_area(lonlat: npt.ArrayLike, change: Callable[[LonLat], LonLat]) -> LonLat:
    result = as_pairs(lonlat).copy()
    inside = in_shifted_area(result)
    if inside.all():
        return change(result)
    result[inside] = change(result[inside])
    return result


def _solve(forward: Callable[[LonLat], LonLat], shifted: LonLat) -> LonLat:
    """Return x with forward(x) = shifted, for a forward formula that is nearly the identity."""
    if not len(shifted):
        return shifted
    guess = shifted
    for _ in range(_ROUNDS):
        error = forward(guess) - shifted
        guess = guess - error
        if np.abs(error).max() < _TOLERANCE_DEG:
            break
    return guess


def _gcj(lonlat: LonLat) -> LonLat:
    """Return the GCJ-02 formula applied everywhere, without the outside-China rule."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    waves_north = common + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    waves_east = common + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves_north * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves_east * 2.0 / 3.0

    latitude = np.radians(lonlat[:, 1])
    curvature = 1.0 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    meridian_radius_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY2) / curvature**1.5
    parallel_radius_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(latitude)
    return np.column_stack(
        (lonlat[:, 0] + np.degrees(east_m / parallel_radius_m), lonlat[:, 1] + np.degrees(north_m / meridian_radius_m))
    )


def _waves(along: FloatArray, *terms: tuple[float, float]) -> FloatArray:
    total = np.zeros_like(along)
    for amplitude, frequency in terms:
        total += amplitude * np.sin(frequency * np.pi * along)
    return total


def _bd(lonlat: LonLat) -> LonLat:
    """Return the BD-09 formula applied everywhere to GCJ-02, without the outside-China rule."""
    x, y = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PHASE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PHASE)
    return np.column_stack((radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH))
