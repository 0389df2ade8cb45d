"""The distance kernel: published and hand-worked values, no database."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial_analysis.kernels.distance import (
    band_counts,
    band_of,
    flag_counts,
    histogram,
    moved_m,
    round_width,
    statistics_by_group,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("old", "new", "metres"),
    [
        # GeographicLib, documentation of its Python package, "Examples": Wellington to Salamanca (nearly antipodal)
        ((174.81, -41.32), (-5.50, 40.96), 19959679.267353821),
        # GeographicLib, manual of GeodSolve, "EXAMPLES": JFK to LHR
        ((-73.8, 40.6), (-0.5, 51.6), 5551759.400319),
        # One degree of the equator is a * pi / 180
        ((107.0, 0.0), (108.0, 0.0), 6378137.0 * np.pi / 180),
        # Quarter meridian of GRS80, whose ellipsoid CGCS2000 shares: Moritz (2000), J. Geodesy 74:128-133
        ((105.0, 0.0), (105.0, 90.0), 10001965.7293),
        ((107.3, 24.9), (107.3, 24.9), 0.0),
    ],
)
def test_distance_is_the_published_one_to_a_millimetre(
    old: tuple[float, float], new: tuple[float, float], metres: float
) -> None:
    assert moved_m([old], [new])[0] == pytest.approx(metres, abs=1e-3)


def test_an_unknown_or_infinite_end_gives_no_distance() -> None:
    moved = moved_m(
        [(NAN, NAN), (107.0, 24.0), (107.0, NAN), (107.0, 24.0)],
        [(107.0, 24.0), (NAN, 24.0), (1.0, 2.0), (np.inf, 0.0)],
    )
    assert np.isnan(moved).all()


def test_nothing_gives_nothing() -> None:
    assert moved_m([], []).shape == (0,)


def test_ends_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="2 old positions cannot be paired with 1"):
        moved_m([(1.0, 2.0), (3.0, 4.0)], [(1.0, 2.0)])


def test_the_chunk_changes_nothing() -> None:
    random = np.random.default_rng(5)
    old, new = random.uniform((105, 21), (112, 26), (2, 1000, 2))
    assert np.array_equal(moved_m(old, new, chunk=7), moved_m(old, new))


def test_statistics_by_hand() -> None:
    # Group 0: 1 2 3 4 10, median 3; 90 % lies at place 3.6: 4 + 0.6 * 6. Group 1: 5, one missing. Group 2: missing.
    values = np.array([10.0, 5.0, 1.0, NAN, 2.0, NAN, 4.0, 3.0])
    group = np.array([0, 1, 0, 1, 0, 2, 0, 0])
    found = statistics_by_group(values, group, 4)
    assert found.n.tolist() == [5, 1, 0, 0]
    assert found.missing.tolist() == [0, 1, 1, 0]
    assert found.median[:2].tolist() == [3.0, 5.0]
    assert found.p90[:2] == pytest.approx([7.6, 5.0])
    assert found.maximum[:2].tolist() == [10.0, 5.0]
    assert np.isnan([found.median[2:], found.p90[2:], found.maximum[2:]]).all()


def test_the_median_of_an_even_number_lies_between_two() -> None:
    found = statistics_by_group(np.array([1.0, 2.0, 30.0, 40.0]), np.zeros(4, dtype=np.int64), 1)
    assert found.median.tolist() == [16.0]


@given(
    st.lists(
        st.tuples(st.one_of(st.just(NAN), st.floats(0, 1e6)), st.integers(0, 3)),
        max_size=40,
    )
)
def test_statistics_are_those_of_numpy_whatever_the_order(rows: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in rows], dtype=np.float64)
    group = np.array([group for _, group in rows], dtype=np.int64)
    found = statistics_by_group(values, group, 4)
    for one in range(4):
        known = values[(group == one) & ~np.isnan(values)]
        assert found.n[one] == len(known)
        assert found.n[one] + found.missing[one] == (group == one).sum()
        if len(known):
            # "weibull" and the like differ; this is numpy's default and percentile_cont's definition
            wanted = np.quantile(known, (0.5, 0.9, 1.0))
            assert [found.median[one], found.p90[one], found.maximum[one]] == pytest.approx(wanted, rel=1e-12)


def test_an_edge_belongs_to_the_band_above_it() -> None:
    assert band_of(np.array([0.0, 4.9, 5.0, 20.0, 50.0, 51.0, NAN]), (5, 20, 50)).tolist() == [0, 0, 1, 2, 3, 3, -1]


def test_bands_are_counted_by_group_without_the_missing() -> None:
    counts = band_counts(np.array([0, 1, 1, -1, 2]), np.array([0, 0, 0, 0, 2]), 3, 3)
    assert counts.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_flags_are_counted_by_group() -> None:
    flags = [np.array([True, False, True]), np.array([False, False, True])]
    assert flag_counts(flags, np.array([1, 1, 2]), 3).tolist() == [[0, 0], [1, 0], [1, 1]]


def test_no_rows_have_figures_of_zero_rows() -> None:
    nothing = np.zeros(0)
    found = statistics_by_group(nothing, np.zeros(0, dtype=np.int64), 1)
    assert found.n.tolist() == [0]
    assert np.isnan(found.median).all()
    assert histogram(nothing).counts.size == 0


def test_one_outlier_does_not_flatten_the_histogram() -> None:
    # 999 values up to 22,999 m, one at 5,000 km: the 99th percentile is nearer than three times the median
    found = histogram(np.append(np.linspace(0, 22_999, 999), 5_000_000.0))
    assert found.width == 1000.0
    assert found.counts.sum() == 1000
    assert len(found.counts) == 24
    assert found.counts[-1] == 1


def test_a_far_tenth_does_not_flatten_the_histogram() -> None:
    # 90 % up to 10 km, 10 % at 400 km: three times the median is about 16.7 km, in 23 bins of 1 km; the far ones last
    found = histogram(np.append(np.linspace(0, 10_000, 900), np.full(100, 400_000.0)))
    assert found.width == 1000.0
    assert found.counts[-1] == 100


@pytest.mark.parametrize(
    ("least", "width"), [(0.0, 1.0), (0.9, 1.0), (1.0, 1.0), (1.1, 2.0), (430.0, 500.0), (6.0, 10.0)]
)
def test_bins_are_round(least: float, width: float) -> None:
    assert round_width(least) == pytest.approx(width)
