"""Whole numbers with exact totals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisapp.demo.flows import plan_flows
from gisapp.demo.numbers import (
    days_between,
    first_of_window,
    household_sizes,
    moving_days,
    pick_exactly,
    sequence_in,
    share,
)
from gisapp.demo.scales import GUANGXI, LAST_DAY, PREFECTURE_HOUSEHOLDS, SCALES, WITHOUT_TASK


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_total_is_shared_by_largest_remainders() -> None:
    # 10 by 1:1:1 is 3.33 each; the one that is left goes to the first
    assert share(10, [1, 1, 1]).tolist() == [4, 3, 3]
    assert share(7, [5, 0, 2]).tolist() == [5, 0, 2]


@given(st.integers(0, 5000), st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_shares_always_add_up(total: int, weights: list[float]) -> None:
    assert share(total, weights).sum() == total


def test_shares_keep_their_bounds() -> None:
    result = share(100, [1, 1, 98], least=5, most=80)
    assert result.sum() == 100
    assert result.min() >= 5
    assert result.max() <= 80


@pytest.mark.parametrize("bounds", [{"most": 3}, {"least": 20}])
def test_impossible_bounds_are_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"bounds|least"):
        share(10, [1, 1], **bounds)


def test_household_sizes_have_the_total() -> None:
    sizes = household_sizes(rng(), 1000, 4335)
    assert sizes.sum() == 4335
    assert (sizes.min(), sizes.max()) == (1, 9)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot have"):
        household_sizes(rng(), 10, 91)


def test_exactly_so_many_of_each_group_are_picked() -> None:
    groups = np.array([0, 1, -1, 1, 0, 1, -1])
    picked = pick_exactly(rng(), groups, np.array([1, 2]))
    assert picked[groups == 0].sum() == 1
    assert picked[groups == 1].sum() == 2
    assert not picked[groups == -1].any()


def test_numbers_run_within_each_group() -> None:
    assert sequence_in(np.array(["b", "a", "b", "b", "a"])).tolist() == [1, 1, 2, 3, 2]


def test_days_stay_in_order_and_before_the_end() -> None:
    start = np.array(["2020-10-31", "2018-01-01"], dtype="datetime64[D]")
    days = days_between(rng(), start, 4, 540)
    assert all((earlier <= later).all() for earlier, later in zip((start, *days), days, strict=False))
    assert max(day.max() for day in days) <= LAST_DAY
    assert days[3][0] == LAST_DAY


def test_each_of_the_last_24_months_has_moves() -> None:
    days = moving_days(rng(), 5000)
    assert first_of_window() == np.datetime64("2018-11-01")
    months = np.unique(days[days >= first_of_window()].astype("datetime64[M]"))
    assert len(months) == 24
    assert days.max() <= LAST_DAY


def test_published_totals_of_guangxi() -> None:
    assert sum(PREFECTURE_HOUSEHOLDS.values()) == GUANGXI.households == 163_852
    assert 111 - len(WITHOUT_TASK) == 78
    assert len(PREFECTURE_HOUSEHOLDS) == 13


def test_flows_of_guangxi_keep_the_published_totals() -> None:
    prefectures = [f"45{number:02d}" for number in range(1, 15)]
    listed = [(f"{prefecture}{county:02d}", "示例县") for prefecture in prefectures for county in range(1, 90)]
    task = set(PREFECTURE_HOUSEHOLDS)
    counties = [pair for pair in listed if pair[0][:4] in task][::12]
    flows = plan_flows(GUANGXI, "45", counties, 1)
    assert flows.leaving.sum() == 163_852
    assert flows.dispersed.sum() == 9_209
    assert flows.site_count.sum() == 506
    assert flows.moved_in.sum() == 152_710
    assert (flows.sites + flows.dispersed == flows.moves.sum(axis=0)).all()
    by_prefecture = {p: int(flows.leaving[flows.counties.astype("U4") == p].sum()) for p in PREFECTURE_HOUSEHOLDS}
    assert by_prefecture == PREFECTURE_HOUSEHOLDS
    within = np.trace(flows.moves) / flows.moves.sum()
    assert 0.8 < within < 0.95


def test_national_scale_has_two_and_a_half_million_households_and_no_register() -> None:
    national = SCALES["national"]
    assert sum(national.provinces.values()) == national.households == 2_500_000
    assert not national.register
