"""How far people were moved: old to new home, by household and by division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from geocore.divisions import Level
from spatial_analysis.feeds import HouseholdEnds, household_ends
from spatial_analysis.kernels.distance import (
    GroupStatistics,
    Histogram,
    ascending,
    band_counts,
    band_of,
    flag_counts,
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
FlagArray: TypeAlias = npt.NDArray[np.int8]
"""int8, shape (n,): `YES`, `NO` or `UNKNOWN`."""


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
    cross_township: FlagArray
    cross_county: FlagArray
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
    """Return the moves between `ends` and their distribution; see `relocation_distance`.

    Notes
    -----
    Counts are taken once, by the lowest level, and added up to the higher ones; quantiles cannot be added and are
    taken at each level from one order of all distances.
    """
    moved = moved_m(ends.old, ends.new)
    cross_township, cross_county = crossings(ends.region, ends.destination)
    moves = Moves(
        ends=ends,
        distance_m=moved,
        band=band_of(moved, [edge * 1000.0 for edge in bands_km]),
        cross_township=cross_township,
        cross_county=cross_county,
        same_place=np.less(moved, SAME_PLACE_M),
    )
    order = ascending(moved)
    codes, group = np.unique(at_level(ends.region, max(levels)), return_inverse=True)
    counts = counts_by_group(moves, group, len(codes), bands=len(bands_km) + 1)
    divisions: list[DivisionFigures] = []
    for level in levels:
        above, place = np.unique(at_level(codes, level), return_inverse=True)
        found = statistics_by_group(moved, place[group], len(above), order=order)
        divisions += figures(above, level, found, add_up(counts, place, len(above)))
    nobody = np.zeros(1, dtype=np.int64)
    everyone = np.zeros(len(codes), dtype=np.int64)
    total = figures(
        nobody, None, statistics_by_group(moved, everyone[group], 1, order=order), add_up(counts, everyone, 1)
    )[0]
    known = moved[order[: total.n]]
    return DistanceTable(
        tuple(bands_km), moves, total._replace(code="", placed=True), tuple(divisions), histogram(known)
    )


def at_level(code: IntArray, level: Level) -> IntArray:
    """Return the divisions at `level` above each 12-digit code; a code that stops above `level` is itself."""
    unit = 10 ** (Level.VILLAGE - level)
    above: IntArray = code // unit * unit
    return above


def known_to(code: IntArray, level: Level) -> BoolArray:
    """Return whether each code names a division down to `level`: its last group of digits there is not zero."""
    order = [0, *sorted(Level)]
    above = order[order.index(level) - 1]
    # Two divisions by constants instead of a remainder, which takes ten times as long
    known: BoolArray = code // 10 ** (Level.VILLAGE - level) != code // 10 ** (Level.VILLAGE - above) * 10 ** (
        level - above
    )
    return known


def crossings(origin: IntArray, destination: IntArray) -> tuple[FlagArray, FlagArray]:
    """Return whether each move leaves its township, and its county: 1, 0, or -1 where the codes do not tell.

    Codes that differ higher up tell it even where they do not reach down to the level itself.
    """
    differs = np.zeros(len(origin), dtype=np.bool_)
    found = {}
    for level in (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP):
        unit = 10 ** (Level.VILLAGE - level)
        told = known_to(origin, level) & known_to(destination, level)
        differs = differs | (told & (origin // unit != destination // unit))
        flags = np.where(differs, YES, np.where(told, NO, UNKNOWN))
        found[level] = flags.astype(np.int8)
    return found[Level.TOWNSHIP], found[Level.COUNTY]


def counts_by_group(moves: Moves, group: IntArray, groups: int, *, bands: int) -> IntArray:
    """Return the counts of `COUNTED`, then of each band, in columns; one row a group."""
    flags = (
        unknown(moves.ends.old),
        unknown(moves.ends.new),
        moves.cross_township == YES,
        moves.cross_township == UNKNOWN,
        moves.cross_county == YES,
        moves.cross_county == UNKNOWN,
        moves.same_place,
    )
    return np.hstack((flag_counts(flags, group, groups), band_counts(moves.band, group, groups, bands)))


COUNTED = (
    "missing_old",
    "missing_new",
    "cross_township",
    "cross_township_unknown",
    "cross_county",
    "cross_county_unknown",
    "same_place",
)


def add_up(counts: IntArray, place: IntArray, groups: int) -> IntArray:
    """Return the sums of the rows of `counts` that go to the same one of `groups`, by `place`."""
    sums = np.zeros((groups, counts.shape[1]), dtype=np.int64)
    np.add.at(sums, place, counts)
    return sums


def figures(codes: IntArray, level: Level | None, found: GroupStatistics, counts: IntArray) -> list[DivisionFigures]:
    """Return the figures of each of `codes` from its distribution and its counts."""
    placed = known_to(codes, level or Level.PROVINCE).tolist()
    quantiles = zip(or_none(found.median), or_none(found.p90), or_none(found.maximum), strict=True)
    rows = zip(
        codes.tolist(), placed, found.n.tolist(), found.missing.tolist(), quantiles, counts.tolist(), strict=True
    )
    return [
        DivisionFigures(
            code=f"{code:012d}",
            level=level,
            placed=known,
            n=n,
            missing=missing,
            median_m=median,
            p90_m=p90,
            max_m=longest,
            bands=tuple(counted[len(COUNTED) :]),
            **dict(zip(COUNTED, counted[: len(COUNTED)], strict=True)),
        )
        for code, known, n, missing, (median, p90, longest), counted in rows
    ]


def unknown(positions: LonLat) -> BoolArray:
    """Return which positions are unknown."""
    return np.isnan(positions[:, 0]) | np.isnan(positions[:, 1])


def or_none(values: FloatArray) -> list[float | None]:
    """Return numbers, None for NaN."""
    return [None if np.isnan(value) else value for value in values.tolist()]
