"""How far people were moved: old to new home, by household and by division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geocore.divisions import Level
from spatial_analysis.feeds import HouseholdEnds, household_ends
from spatial_analysis.kernels.distance import (
    Histogram,
    ascending,
    band_counts,
    band_of,
    count_by_group,
    histogram,
    moved_m,
    statistics_by_group,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geocore.arrays import BoolArray, FloatArray, IntArray, LonLat
    from geocore.divisions import DivisionCode
    from spatial_analysis.reach import Reach

DEFAULT_BANDS_KM = (5.0, 20.0, 50.0)
SAME_PLACE_M = 1.0
"""Ends closer than this are one place: no receiver tells them apart, most often a position was copied."""

UNKNOWN, NO, YES = -1, 0, 1


@dataclass(frozen=True, slots=True)
class Moves:
    """One row a household; every array has shape (n,).

    Attributes
    ----------
    ends
        The households that were measured.
    distance_m
        Geodesic on the CGCS2000 ellipsoid, metres; NaN where either end is unknown.
    band
        Index of the band; -1 where the distance is unknown.
    cross_township, cross_county
        1 yes, 0 no, -1 where a division is not known to that level.
    same_place
        Both ends are known and closer than `SAME_PLACE_M`.
    """

    ends: HouseholdEnds
    distance_m: FloatArray
    band: IntArray
    cross_township: IntArray
    cross_county: IntArray
    same_place: BoolArray

    def __len__(self) -> int:
        return len(self.ends)

    def longest(self, count: int) -> IntArray:
        """Return the rows of the `count` longest moves, longest first, equal ones in order of id."""
        known = np.flatnonzero(~np.isnan(self.distance_m))
        # A partial sort first: the whole order of millions of rows is not needed for twenty of them
        if len(known) > count:
            least = np.partition(self.distance_m[known], len(known) - count)[len(known) - count]
            known = known[self.distance_m[known] >= least]
        order = np.lexsort((self.ends.id[known], -self.distance_m[known]))
        return known[order][:count]


class DivisionFigures(NamedTuple):
    """The moves that start in one division.

    `code` has 12 digits, or is empty for all; where `placed` is False it is the division above, for the
    households whose own division is not known to `level`. Distances are metres, None where `n` is 0.
    """

    code: str
    level: Level | None
    placed: bool
    n: int
    missing: int
    missing_old: int
    missing_new: int
    median_m: float | None
    p90_m: float | None
    max_m: float | None
    bands: tuple[int, ...]
    cross_township: int
    cross_township_unknown: int
    cross_county: int
    cross_county_unknown: int
    same_place: int


@dataclass(frozen=True, slots=True)
class DistanceTable:
    """What `relocation_distance` found.

    Attributes
    ----------
    bands_km
        Edges of the bands: k edges make k + 1 bands, an edge belongs to the band above it.
    households
        One row a household.
    total
        All of them together.
    divisions
        One row a division of origin, level by level, in order of code.
    histogram
        Of the known distances, metres.
    """

    bands_km: tuple[float, ...]
    households: Moves
    total: DivisionFigures
    divisions: tuple[DivisionFigures, ...]
    histogram: Histogram


def relocation_distance(
    reach: Reach, region: DivisionCode | None = None, bands_km: Sequence[float] = DEFAULT_BANDS_KM
) -> DistanceTable:
    """Return how far each household moved, and the distribution by division of origin.

    Parameters
    ----------
    reach
        Whose households are measured: never more than that person may see.
    region
        Only households that come from here; None: from anywhere.
    bands_km
        Edges of the distance bands in kilometres, ascending.

    Returns
    -------
    DistanceTable
        One row a household: `distance_m` (geodesic on the CGCS2000 ellipsoid, metres; null where either
        end is unknown, and those are counted in `missing`); one row a division: n, missing, median, p90, max.

    Notes
    -----
    Karney (2013), J. Geodesy 87:43-55, through `pyproj.Geod` in `kernels/`; error below 1 mm. Along the ellipsoid,
    not along roads.
    """
    return distance_table(household_ends(reach, region), levels=levels_of(region), bands_km=bands_km)


def levels_of(region: DivisionCode | None) -> tuple[Level, ...]:
    """Return the levels that a table about `region` has rows for: its own and the one below, at least counties."""
    if region is None or region.level <= Level.PREFECTURE:
        return (Level.PREFECTURE, Level.COUNTY)
    order = sorted(Level)
    return tuple(order[order.index(region.level) :][:2])


def distance_table(ends: HouseholdEnds, *, levels: Sequence[Level], bands_km: Sequence[float]) -> DistanceTable:
    """Return the moves between `ends` and their distribution; see `relocation_distance`."""
    moved = moved_m(ends.old, ends.new)
    moves = Moves(
        ends=ends,
        distance_m=moved,
        band=band_of(moved, [edge * 1000.0 for edge in bands_km]),
        cross_township=crosses(ends.region, ends.destination, Level.TOWNSHIP),
        cross_county=crosses(ends.region, ends.destination, Level.COUNTY),
        same_place=np.less(moved, SAME_PLACE_M),
    )
    order = ascending(moved)
    everyone = np.zeros(len(ends), dtype=np.int64)
    total = figures_by(moves, everyone, [""], None, bands=len(bands_km) + 1, order=order)[0]
    divisions: list[DivisionFigures] = []
    for level in levels:
        codes, group = np.unique(at_level(ends.region, level), return_inverse=True)
        divisions += figures_by(
            moves, group, [f"{code:012d}" for code in codes.tolist()], level, bands=len(bands_km) + 1, order=order
        )
    return DistanceTable(tuple(bands_km), moves, total, tuple(divisions), histogram(moved))


def at_level(code: IntArray, level: Level) -> IntArray:
    """Return the divisions at `level` above each 12-digit code; a code that stops above `level` is itself."""
    unit = 10 ** (Level.VILLAGE - level)
    above: IntArray = code // unit * unit
    return above


def known_to(code: IntArray, level: Level | None) -> BoolArray:
    """Return whether each code names a division down to `level`: its last group of digits there is not zero."""
    order = [0, *sorted(Level)]
    digits = level or Level.PROVINCE
    group = digits - order[order.index(digits) - 1]
    known: BoolArray = code // 10 ** (Level.VILLAGE - digits) % 10**group != 0
    return known


def crosses(origin: IntArray, destination: IntArray, level: Level) -> IntArray:
    """Return whether each move leaves its division at `level`: 1, 0, or -1 where the codes do not tell.

    Codes that differ higher up tell it even where they do not reach down to `level`.
    """
    flags = np.full(len(origin), UNKNOWN, dtype=np.int64)
    both = known_to(origin, level) & known_to(destination, level)
    flags[both] = at_level(origin[both], level) != at_level(destination[both], level)
    for above in (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY):
        if above < level:
            told = known_to(origin, above) & known_to(destination, above)
            flags[told & (at_level(origin, above) != at_level(destination, above))] = YES
    return flags


def figures_by(
    moves: Moves, group: IntArray, codes: Sequence[str], level: Level | None, *, bands: int, order: IntArray
) -> list[DivisionFigures]:
    """Return the figures of each of `codes`; `group` holds the index into them of each move."""
    groups = len(codes)
    found = statistics_by_group(moves.distance_m, group, groups, order=order)

    def count(flag: BoolArray) -> list[int]:
        counts: list[int] = count_by_group(flag, group, groups).tolist()
        return counts

    placed = known_to(np.array([int(code or 0) for code in codes], dtype=np.int64), level) | (level is None)
    columns = {
        "code": codes,
        "level": [level] * groups,
        "placed": placed.tolist(),
        "n": found.n.tolist(),
        "missing": found.missing.tolist(),
        "missing_old": count(unknown(moves.ends.old)),
        "missing_new": count(unknown(moves.ends.new)),
        "median_m": or_none(found.median),
        "p90_m": or_none(found.p90),
        "max_m": or_none(found.maximum),
        "bands": [tuple(row) for row in band_counts(moves.band, group, groups, bands).tolist()],
        "cross_township": count(moves.cross_township == YES),
        "cross_township_unknown": count(moves.cross_township == UNKNOWN),
        "cross_county": count(moves.cross_county == YES),
        "cross_county_unknown": count(moves.cross_county == UNKNOWN),
        "same_place": count(moves.same_place),
    }
    return [DivisionFigures(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def unknown(positions: LonLat) -> BoolArray:
    """Return which positions are unknown."""
    return np.isnan(positions[:, 0]) | np.isnan(positions[:, 1])


def or_none(values: FloatArray) -> list[float | None]:
    """Return numbers, None for NaN."""
    return [None if np.isnan(value) else value for value in values.tolist()]
