"""Which CRS numbers can be in, and when the evidence for one of them is decisive.

Notes
-----
Numbers alone say little: 424160 fits every Gauss-Kruger zone without prefix. What the rows say of themselves decides:
how many lie in the division that they name. Where a CRS is wrong by a zone or by swapped axes, none do.

Two Gauss-Kruger zones on one central meridian, of 3 and of 6 degrees, are the same numbers: one stands for both. UTM
differs from them by 0.04 %, a kilometre in Guangxi, which only many rows tell apart.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geocore.arrays import BoolArray, FloatArray, as_pairs
from geocore.crs_values import BD09, CGCS2000, GCJ02, Crs, accepted_crs
from geocore.datum_evidence import LEAST_SIGMAS, CrsEvidence
from geocore.geometry import CHINA_BOX
from geocore.packed_degrees import has_seconds

SAMPLE = 500
"""Rows that decide whether a CRS is possible at all."""

LEAST_FITTING = 0.95
"""Share of the rows that a possible CRS puts into China: a few are mistyped in any file."""

LEAST_SHARE, LEAST_LEAD = 0.9, 0.5
"""Of the rows compared, so many must lie where they say, and so many fewer in every rival."""

SAME_M = 0.5
"""Two CRS whose positions differ by less are one to an importer."""

LEAST_PACKED = 20
"""Different positions that must all read as degrees, minutes and seconds: by chance 0.13 of them do, each."""


def plausible(coordinates: npt.ArrayLike) -> list[Crs]:
    """Return the CRS in which numbers lie in China, the plainest first; one of several that are the same.

    Parameters
    ----------
    coordinates
        Shape (n, 2), as given; NaN rows are ignored.

    Notes
    -----
    GCJ-02 and BD-09 are always possible where degrees are; packed degrees where every row has minutes and seconds below
    60 and at least half of the rows have more than two decimals.
    """
    given = as_pairs(coordinates)
    given = given[np.isfinite(given).all(axis=1)][:SAMPLE]
    if not len(given):
        return []
    found: list[Crs] = []
    places: list[FloatArray] = []
    for crs in _worth_trying(given):
        lonlat = crs.to_cgcs2000(given)
        if in_china(lonlat).mean() < LEAST_FITTING:
            continue
        if not any(_same(lonlat, other) for other in places):
            found.append(crs)
            places.append(lonlat)
    return found


def in_china(lonlat: FloatArray) -> BoolArray:
    """Return which positions, degrees of shape (n, 2), lie in `geocore.geometry.CHINA_BOX`; NaN gives False."""
    west, south, east, north = CHINA_BOX
    lon, lat = lonlat.T
    inside: BoolArray = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def reads_as_packed(coordinates: npt.ArrayLike) -> bool:
    """Return whether the digits alone show packed degrees: all of many different positions read as such."""
    given = as_pairs(coordinates)
    given = np.unique(given[np.isfinite(given).all(axis=1)], axis=0)
    given = given[has_seconds(given).all(axis=1)]
    packed = CGCS2000.as_packed()
    return len(given) >= LEAST_PACKED and bool((packed.fits(given) | packed.swapped().fits(given)).all())


def decisive(best: CrsEvidence, rivals: Sequence[CrsEvidence]) -> bool:
    """Return whether the rows speak for one CRS against every other that the numbers allow.

    Parameters
    ----------
    best
        Of points: `share_inside` of the rows compared.
    rivals
        Measured with `best` as the first: their `better` and `worse` count rows against it.
    """
    if best.compared == 0 or not best.share_inside >= LEAST_SHARE:
        return False
    return all(_beats(best, rival) for rival in rivals)


def _beats(best: CrsEvidence, rival: CrsEvidence) -> bool:
    if best.share_inside - rival.share_inside >= LEAST_LEAD:
        return True
    changed = rival.better + rival.worse
    return changed > 0 and (rival.worse - rival.better) / changed**0.5 >= LEAST_SIGMAS


def _worth_trying(given: FloatArray) -> list[Crs]:
    degrees = (np.abs(given) <= 180).all(axis=1).mean() > 0.5
    plain = [CGCS2000, GCJ02, BD09] if degrees else [crs for crs in accepted_crs().values() if not crs.in_degrees]
    if degrees and has_seconds(given).all(axis=1).mean() >= 0.5:
        packed = CGCS2000.as_packed()
        if (packed.fits(given) | packed.swapped().fits(given)).all():
            plain.append(packed)
    return [*plain, *(crs.swapped() for crs in plain)]


def _same(one: FloatArray, other: FloatArray) -> bool:
    both = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    if not both.any():
        return False
    north_m, east_m = 111_000.0 * (one - other)[both].T  # a degree of longitude is shorter: on the safe side
    return bool(np.hypot(north_m, east_m).max() < SAME_M)
