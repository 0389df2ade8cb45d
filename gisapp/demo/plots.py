"""Plots of old houses: one a household, in the cell of its old home, at every stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geocore.arrays import FloatArray, GeometryArray, IntArray
from geocore.units import m2_to_mu, mu_to_m2
from gisapp.demo.flows import Flows
from gisapp.demo.ground import metres_per_degree, polygons, ring_offsets, rings_around
from gisapp.demo.homes import CELL_DEG
from gisapp.demo.households import NO_DAY, Households
from gisapp.demo.numbers import DateArray, days_between, generator, numbered, sequence_in
from gisapp.demo.scales import FIRST_DAY, Scale

WITHOUT_PLOT = 0.015
WITHOUT_HOUSEHOLD = 0.004
CORNERS = 6
MU = (0.1, 1.0)
MARGIN = 0.96
"""A plot reaches at most so far to the rim of its cell."""
VERIFIED, RECLAIMED = 0.55, 0.83
"""Of the plots whose house is gone: verified up to the first share, reclaimed up to the second."""
EXEMPT_REASONS = (
    "示例:与他人房屋共墙",
    "示例:列入传统村落保护",
    "示例:危及相邻建筑安全",
    "示例:老人留守暂缓拆除",
    "示例:已由集体征用",
)
USES = ("farmland", "forest", "grass", "other")
STAGES = ("registered", "vacated", "demolished", "reclaimed", "verified", "exempt")


@dataclass(frozen=True, slots=True)
class Plots:
    """Arrays with one entry a plot; `household` indexes households, -1 where the owner is not recorded."""

    code: npt.NDArray[np.str_]
    origin: IntArray
    household: IntArray
    region: npt.NDArray[np.str_]
    geom: GeometryArray
    area_mu: FloatArray
    stage: npt.NDArray[np.str_]
    registered_on: DateArray
    vacated_on: DateArray
    demolished_on: DateArray
    reclaimed_on: DateArray
    verified_on: DateArray


def build_plots(scale: Scale, flows: Flows, households: Households, seed: int, province: str) -> Plots:
    """Return the plots of a province; with exactly the share of demolished houses that the scale asks for."""
    rng = generator(seed, "plots", province)
    owner = np.flatnonzero(rng.random(len(households)) >= WITHOUT_PLOT)
    count = len(owner)
    moved_in = households.has_moved_in[owner]
    wanted = round(scale.demolished * scale.provinces[province] / scale.households)
    stage = stages(rng, moved_in, ~np.isnat(households.moved_on[owner]), wanted)

    centre = households.place[owner]
    area_m2 = mu_to_m2(np.clip(rng.gamma(3.2, 0.11, count), *MU))
    offsets = ring_offsets(rng, area_m2, CORNERS, 0.12)
    room_m = MARGIN * CELL_DEG / 2 * np.minimum(*metres_per_degree(centre[:, 1]))
    reach_m = np.sqrt((offsets**2).sum(axis=2)).max(axis=1)
    offsets *= np.minimum(1.0, room_m / reach_m)[:, None, None]
    area_m2 *= np.minimum(1.0, room_m / reach_m) ** 2

    start = np.where(moved_in, households.moved_in_on[owner], households.moved_on[owner])
    start = np.where(np.isnat(start), FIRST_DAY, start)
    vacated, demolished, reclaimed, verified = days_between(rng, start, 4, 540)
    depth = np.where(stage == STAGES.index("exempt"), 0, stage)
    codes = flows.counties[households.origin[owner]]
    return Plots(
        code=numbered(np.char.add("P", codes), sequence_in(codes), 6),
        origin=households.origin[owner],
        household=np.where(rng.random(count) < WITHOUT_HOUSEHOLD, -1, owner),
        region=households.region[owner],
        geom=polygons(rings_around(centre, offsets)),
        area_mu=m2_to_mu(area_m2),
        stage=np.array(STAGES)[stage],
        registered_on=FIRST_DAY - rng.integers(0, 120, count).astype("timedelta64[D]"),
        vacated_on=np.where(depth >= 1, vacated, NO_DAY),
        demolished_on=np.where(depth >= 2, demolished, NO_DAY),
        reclaimed_on=np.where(depth >= 3, reclaimed, NO_DAY),
        verified_on=np.where(depth >= 4, verified, NO_DAY),
    )


def stages(
    rng: np.random.Generator, moved_in: npt.NDArray[np.bool_], moved: npt.NDArray[np.bool_], demolished: int
) -> IntArray:
    """Return the stage of each plot (index into `STAGES`); `demolished` of them have no house any more."""
    stage = np.zeros(len(moved_in), dtype=np.int64)
    draw = rng.random(len(moved_in))
    stage[moved & (draw < 0.6)] = STAGES.index("vacated")
    stage[moved_in] = STAGES.index("vacated")
    stage[rng.random(len(moved_in)) < 0.18] = STAGES.index("exempt")
    gone = rng.permutation(np.flatnonzero(moved_in))[:demolished]
    if len(gone) < demolished:
        raise ValueError(f"only {len(gone)} plots can be demolished, not {demolished}")
    stage[gone] = np.select(
        [draw[gone] < VERIFIED, draw[gone] < RECLAIMED],
        [STAGES.index("verified"), STAGES.index("reclaimed")],
        STAGES.index("demolished"),
    )
    return stage
