"""Whole numbers with exact totals, and dates."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geocore.arrays import FloatArray, IntArray
from gisapp.demo.scales import FIRST_DAY, LAST_DAY, MONTHS

DateArray = npt.NDArray[np.datetime64]

HOUSEHOLD_SIZES: Mapping[int, float] = {1: 0.05, 2: 0.09, 3: 0.16, 4: 0.26, 5: 0.21, 6: 0.13, 7: 0.06, 8: 0.03, 9: 0.01}
PEAK = np.datetime64("2018-04-15")
SPREAD_DAYS = 300
LATE_SHARE = 0.2
"""Of the moves, so many lie evenly in the last `MONTHS` months."""


def generator(seed: int, part: str, *more: str) -> np.random.Generator:
    """Return the random numbers of one part of the data: another part drawing more changes nothing here."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in (part, *more))])


def share(total: int, weights: npt.ArrayLike, *, least: int = 0, most: npt.ArrayLike | None = None) -> IntArray:
    """Return whole numbers in proportion to `weights` whose sum is exactly `total` (largest remainders).

    Parameters
    ----------
    weights
        Shape (n,), not negative; where a weight is 0 the number is 0.
    least, most
        Bounds for each number with a weight; `most` a number or shape (n,).

    Raises
    ------
    ValueError
        If no numbers within the bounds have that sum.
    """
    weight = np.asarray(weights, dtype=np.float64)
    floor = np.where(weight > 0, least, 0).astype(np.int64)
    roof = np.full(len(weight), np.iinfo(np.int64).max) if most is None else np.broadcast_to(most, weight.shape)
    roof = np.where(weight > 0, roof, 0).astype(np.int64)
    result = floor.copy()
    while (rest := total - int(result.sum())) > 0:
        open_weight = np.where(result < roof, weight, 0.0)
        if not open_weight.any():
            raise ValueError(f"{total} does not fit within the bounds")
        exact = rest * open_weight / open_weight.sum()
        step = np.minimum(np.floor(exact).astype(np.int64), roof - result)
        if not step.any():  # less than one each: the largest remainders get it
            order = np.argsort(-exact, kind="stable")[:rest]
            step[order[open_weight[order] > 0]] = 1
        result += step
    if rest < 0:
        raise ValueError(f"{total} is less than the least numbers")
    return result


def household_sizes(rng: np.random.Generator, count: int, total: int) -> IntArray:
    """Return persons of each household, 1 to 9, with exactly `total` persons in all."""
    sizes = rng.choice(list(HOUSEHOLD_SIZES), size=count, p=list(HOUSEHOLD_SIZES.values())).astype(np.int64)
    while (gap := total - int(sizes.sum())) != 0:
        step = 1 if gap > 0 else -1
        movable = np.flatnonzero(sizes < 9) if gap > 0 else np.flatnonzero(sizes > 1)
        if not movable.size:
            raise ValueError(f"{count} households cannot have {total} persons")
        sizes[rng.choice(movable, size=min(abs(gap), movable.size), replace=False)] += step
    return sizes


def pick_exactly(rng: np.random.Generator, groups: IntArray, wanted: IntArray) -> npt.NDArray[np.bool_]:
    """Return which members are picked so that of group g exactly `wanted[g]` are; members of group -1 never are."""
    order = rng.permutation(len(groups))
    order = order[np.argsort(groups[order], kind="stable")]
    sorted_groups = groups[order]
    start = np.searchsorted(sorted_groups, np.arange(len(wanted)))
    rank = np.arange(len(groups)) - start[np.maximum(sorted_groups, 0)]
    picked = np.zeros(len(groups), dtype=np.bool_)
    picked[order] = (sorted_groups >= 0) & (rank < wanted[np.maximum(sorted_groups, 0)])
    return picked


def moving_days(rng: np.random.Generator, count: int) -> DateArray:
    """Return days of moving in: most around `PEAK`, some in each of the last months."""
    bell = PEAK + np.rint(rng.normal(0, SPREAD_DAYS, count)).astype("timedelta64[D]")
    outside = (bell < FIRST_DAY) | (bell > LAST_DAY)
    late = outside | (rng.random(count) < LATE_SHARE)
    window = int((LAST_DAY - first_of_window()) / np.timedelta64(1, "D"))
    even = first_of_window() + rng.integers(0, window + 1, count).astype("timedelta64[D]")
    return np.where(late, even, bell)


def first_of_window() -> np.datetime64:
    """Return the first day of the last `MONTHS` months."""
    month = LAST_DAY.astype("datetime64[M]") - np.timedelta64(MONTHS - 1, "M")
    return np.datetime64(month.astype("datetime64[D]"))


def days_between(rng: np.random.Generator, start: DateArray, steps: int, longest_days: int) -> tuple[DateArray, ...]:
    """Return `steps` days for each start, in order, none after `LAST_DAY` nor `longest_days` after the start."""
    room = np.minimum((LAST_DAY - start).astype("timedelta64[D]").astype(np.int64), longest_days)
    fractions: FloatArray = np.sort(rng.random((steps, len(start))), axis=0)
    return tuple(start + np.floor(fraction * room).astype("timedelta64[D]") for fraction in fractions)


def numbered(prefix: npt.ArrayLike, numbers: npt.ArrayLike, digits: int) -> npt.NDArray[np.str_]:
    """Return texts: a prefix and a number padded with zeros."""
    if not np.size(numbers):
        return np.empty(0, dtype="U1")
    text = np.char.zfill(np.asarray(numbers).astype(str), digits)
    return np.char.add(np.asarray(prefix, dtype=str), text)


def sequence_in(groups: npt.NDArray[np.generic]) -> IntArray:
    """Return for each member its number within its group, from 1 in order of appearance."""
    order = np.argsort(groups, kind="stable")
    _, start, inverse = np.unique(groups[order], return_index=True, return_inverse=True)
    number = np.empty(len(groups), dtype=np.int64)
    number[order] = np.arange(len(groups)) - start[inverse] + 1
    return number
