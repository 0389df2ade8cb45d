"""How far rows moved, and how distances are distributed over groups of rows.

Notes
-----
Geodesics by Karney (2013), Algorithms for geodesics, J. Geodesy 87:43-55, through `geocore.geodesy`.
Every function takes any slice of the rows in any order; a group's figures depend on its own rows alone, so a
cluster may run a group wherever its rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geocore.arrays import as_pairs
from geocore.geodesy import distance_m

if TYPE_CHECKING:
    import numpy.typing as npt

    from geocore.arrays import BoolArray, FloatArray, IntArray

CHUNK = 1 << 16
"""Rows measured at a time: the working arrays of one chunk fit into a processor's cache."""


def moved_m(old: npt.ArrayLike, new: npt.ArrayLike, *, chunk: int = CHUNK) -> FloatArray:
    """Return the geodesic distance from each old to its new position, in metres.

    Parameters
    ----------
    old, new
        CGCS2000 degrees, shape (n, 2) each, x = longitude; a NaN or infinite coordinate is an unknown position.
    chunk
        Rows measured at a time; it bounds the memory and changes nothing in the result.

    Returns
    -------
    FloatArray
        Metres, shape (n,); NaN where either end is unknown.

    Raises
    ------
    ValueError
        If the two differ in length.
    """
    start, end = as_pairs(old), as_pairs(new)
    if len(start) != len(end):
        raise ValueError(f"{len(start)} old positions cannot be paired with {len(end)} new ones")
    moved = np.empty(len(start))
    for first in range(0, len(start), chunk):
        rows = slice(first, first + chunk)
        moved[rows] = distance_m(start[rows], end[rows])
    return moved


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """The distribution of a value in each group; every array has shape (groups,).

    Attributes
    ----------
    n
        Rows whose value is known.
    missing
        Rows whose value is unknown; they are in no other figure.
    median, p90, maximum
        In the unit of the value; NaN where `n` is 0. Quantiles are interpolated linearly between the two nearest
        rows, as `numpy.quantile` and PostgreSQL's `percentile_cont` do.
    """

    n: IntArray
    missing: IntArray
    median: FloatArray
    p90: FloatArray
    maximum: FloatArray


def ascending(values: FloatArray) -> IntArray:
    """Return the order that sorts `values`, NaN last: made once, it serves every grouping of the same rows."""
    return np.argsort(values)


def statistics_by_group(
    values: FloatArray, group: IntArray, groups: int, *, order: IntArray | None = None
) -> GroupStatistics:
    """Return the distribution of `values` in each group.

    Parameters
    ----------
    values
        Shape (n,); NaN is missing.
    group
        Shape (n,), from 0 to `groups` - 1.
    groups
        Number of groups; one without rows has `n` 0.
    order
        `ascending(values)`, where the caller has it already.
    """
    by_value = ascending(values) if order is None else order
    # A stable sort of small integers is a radix sort, linear in the rows
    narrow = group.astype(np.uint16) if groups <= 1 << 16 else group
    by_group = by_value[np.argsort(narrow[by_value], kind="stable")]
    ordered = values[by_group]
    rows = np.bincount(group, minlength=groups).astype(np.int64)
    missing = np.bincount(group[np.isnan(values)], minlength=groups).astype(np.int64)
    starts, known = np.cumsum(rows) - rows, rows - missing
    return GroupStatistics(
        n=known,
        missing=missing,
        median=_quantile(ordered, starts, known, 0.5),
        p90=_quantile(ordered, starts, known, 0.9),
        maximum=_quantile(ordered, starts, known, 1.0),
    )


def _quantile(ordered: FloatArray, starts: IntArray, known: IntArray, q: float) -> FloatArray:
    """Return the quantile `q` of the first `known` values from each of `starts` on; NaN where there are none."""
    result = np.full(len(starts), np.nan)
    some = known > 0
    position = q * (known[some] - 1)
    below = np.floor(position).astype(np.int64)
    above = np.ceil(position).astype(np.int64)
    low, high = ordered[starts[some] + below], ordered[starts[some] + above]
    result[some] = low + (high - low) * (position - below)
    return result


def band_of(values: FloatArray, edges: Sequence[float]) -> IntArray:
    """Return which band each value falls into: 0 is below the first edge, `len(edges)` from the last edge on.

    A value on an edge belongs to the band above it; a missing value (NaN) gives -1.
    """
    band = np.searchsorted(np.asarray(edges, dtype=np.float64), values, side="right").astype(np.int64)
    band[np.isnan(values)] = -1
    return band


def band_counts(band: IntArray, group: IntArray, groups: int, bands: int) -> IntArray:
    """Return how many rows of each group fall into each band, shape (groups, bands); missing rows in none.

    Parameters
    ----------
    band
        Shape (n,), from `band_of`.
    group, groups
        As in `statistics_by_group`.
    bands
        Number of bands: one more than the edges.
    """
    # A first column takes the missing rows (-1) and is thrown away
    cell = group * (bands + 1) + (band + 1)
    counts = np.bincount(cell, minlength=groups * (bands + 1)).astype(np.int64)
    return counts.reshape(groups, bands + 1)[:, 1:]


def flag_counts(flags: Sequence[BoolArray], group: IntArray, groups: int) -> IntArray:
    """Return how many rows of each group carry each flag, shape (groups, flags); at most eight flags.

    The flags of a row are the bits of one number, so that all of them are counted in one pass.
    """
    bits = np.zeros(len(group), dtype=np.uint8)
    for place, flag in enumerate(flags):
        bits |= flag.astype(np.uint8) << np.uint8(place)
    patterns = np.bincount(group * 256 + bits, minlength=groups * 256).astype(np.int64).reshape(groups, 256)
    carried = np.arange(256)[:, None] >> np.arange(len(flags)) & 1
    return patterns @ carried


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in bins of one width; the last bin is open and holds everything beyond.

    Attributes
    ----------
    width
        Of one bin, in the unit of the value.
    counts
        Shape (bins,); bin i starts at `i * width`.
    """

    width: float
    counts: IntArray


def histogram(ordered: FloatArray, *, bins: int = 24) -> Histogram:
    """Return at most `bins` counts of values in bins 1, 2 or 5 times a power of ten wide.

    The bins reach to three times the median, or to the 99th percentile where that is nearer, so that far values do not
    flatten the rest; the last one is open.

    Parameters
    ----------
    ordered
        Shape (n,), ascending, none negative, none NaN.
    """
    if ordered.size == 0:
        return Histogram(width=0.0, counts=np.zeros(0, dtype=np.int64))
    median, p99 = (float(ordered[int(q * (ordered.size - 1))]) for q in (0.5, 0.99))
    width = round_width(min(3 * median, p99) / (bins - 1))
    below = np.searchsorted(ordered, np.arange(bins) * width)
    counts = np.diff(np.append(below, ordered.size))
    return Histogram(width=width, counts=np.trim_zeros(counts, "b").astype(np.int64))


def round_width(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `least` (1 for nothing at all)."""
    if least <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-12)))
