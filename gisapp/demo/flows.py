"""How many households move from which county to which, and how many have arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geocore.arrays import FloatArray, IntArray
from gisapp.demo.numbers import generator, share
from gisapp.demo.scales import (
    NEIGHBOURS,
    NOT_REPORTED,
    PREFECTURE_HOUSEHOLDS,
    PREFECTURE_MOVED_IN,
    SLOW,
    SMALL_COUNTIES,
    WITHOUT_TASK,
    Scale,
)

HOME_COUNTRY = "45"
STAY_SHARE = (0.84, 0.94)
"""Of the households of a county, so many stay in it."""
OTHER_PREFECTURE_SHARE = 0.015
NEIGHBOUR_FACTOR = 12.0


@dataclass(frozen=True, slots=True)
class Flows:
    """Counts by county; all arrays follow `counties`.

    Attributes
    ----------
    counties
        Codes of 6 digits of the counties with a task.
    moves
        Households, shape (counties, counties): from (row) to (column).
    unassigned
        Households by origin that have no place yet.
    sites, dispersed
        Households by destination and way of resettlement.
    site_count
        Centralised sites.
    moved_in
        Households by origin that live in their new home.
    """

    counties: npt.NDArray[np.str_]
    moves: IntArray
    unassigned: IntArray
    sites: IntArray
    dispersed: IntArray
    site_count: IntArray
    moved_in: IntArray

    @property
    def leaving(self) -> IntArray:
        """Return households by origin: what a county owns."""
        return np.asarray(self.moves.sum(axis=1) + self.unassigned)


def plan_flows(scale: Scale, province: str, counties: list[tuple[str, str]], seed: int) -> Flows:
    """Return the counts of one province.

    Parameters
    ----------
    counties
        Code of 6 digits and name of each county of the province.
    """
    rng = generator(seed, "flows", province)
    codes, weights = county_weights(scale, province, counties, rng)
    part = scale.provinces[province] / scale.households
    total = scale.provinces[province]
    unassigned = share(round(scale.unassigned * part), weights)
    everybody = share(total, weights, least=min(40, total // len(codes)))
    if scale.name == "guangxi":
        everybody = exact_by_prefecture(codes, weights)
    elif scale.name == "small":
        everybody = np.array([SMALL_COUNTIES[code] for code in codes])
    assigned = everybody - unassigned
    moves = moves_between(codes, assigned, rng)
    arriving = moves.sum(axis=0)
    dispersed = share(round(scale.dispersed * part), arriving * rng.uniform(0.4, 1.6, len(codes)), most=arriving // 2)
    sites = arriving - dispersed
    return Flows(
        counties=codes,
        moves=moves,
        unassigned=unassigned,
        sites=sites,
        dispersed=dispersed,
        site_count=share(max(round(scale.sites * part), len(codes)), sites, least=1),
        moved_in=share(round(scale.moved_in * part), assigned * arrival_rates(codes, rng), most=roof(codes, assigned)),
    )


def county_weights(
    scale: Scale, province: str, counties: list[tuple[str, str]], rng: np.random.Generator
) -> tuple[npt.NDArray[np.str_], FloatArray]:
    """Return the counties with a task and how much of it each has."""
    chosen = sorted(counties)
    if scale.name == "small":
        chosen = [(code, name) for code, name in chosen if code in SMALL_COUNTIES]
        return np.array([code for code, _ in chosen]), np.array([float(SMALL_COUNTIES[code]) for code, _ in chosen])
    if province == HOME_COUNTRY:
        chosen = [(code, name) for code, name in chosen if code not in WITHOUT_TASK]
    else:  # cities have few who move
        chosen = [(code, name) for code, name in chosen if not name.endswith("区")] or chosen
    return np.array([code for code, _ in chosen]), rng.lognormal(0, 0.45, len(chosen))


def exact_by_prefecture(codes: npt.NDArray[np.str_], weights: FloatArray) -> IntArray:
    """Return households by county so that each prefecture has its published number."""
    result = np.zeros(len(codes), dtype=np.int64)
    prefectures = codes.astype("U4")
    for prefecture, households in PREFECTURE_HOUSEHOLDS.items():
        result[prefectures == prefecture] = share(households, weights[prefectures == prefecture], least=60)
    return result


def arrival_rates(codes: npt.NDArray[np.str_], rng: np.random.Generator) -> FloatArray:
    """Return the share of households that live in their new home."""
    base = np.array([PREFECTURE_MOVED_IN.get(code[:4], 0.932) for code in codes])
    rates = np.clip(base + rng.normal(0, 0.022, len(codes)), 0.84, 0.995)
    rates[codes == SLOW] = 0.80
    rates[codes == NOT_REPORTED] = 0.0
    return rates


def roof(codes: npt.NDArray[np.str_], assigned: IntArray) -> IntArray:
    """Return how many households at most can have moved in: not all, and none where nothing is reported."""
    most: IntArray = np.floor(assigned * 0.996).astype(np.int64)
    most[codes == SLOW] = np.floor(assigned[codes == SLOW] * 0.82)
    most[codes == NOT_REPORTED] = 0
    return most


def moves_between(codes: npt.NDArray[np.str_], assigned: IntArray, rng: np.random.Generator) -> IntArray:
    """Return moves from each county to each: most within, some within the prefecture, few across prefectures."""
    moves = np.zeros((len(codes), len(codes)), dtype=np.int64)
    prefectures = codes.astype("U4")
    for start, count in enumerate(assigned):
        same = prefectures == prefectures[start]
        near = np.where(same, assigned, 0).astype(float)
        far = np.where(same, 0, assigned).astype(float)
        near[start] = 0
        if codes[start] in NEIGHBOURS:
            near[np.isin(codes, NEIGHBOURS)] *= NEIGHBOUR_FACTOR
        across = rng.binomial(count, OTHER_PREFECTURE_SHARE) if far.any() else 0
        other = rng.binomial(count - across, 1 - rng.uniform(*STAY_SHARE)) if near.any() else 0
        moves[start] = rng.multinomial(across, far / far.sum()) if across else 0
        moves[start] += rng.multinomial(other, near / near.sum()) if other else 0
        moves[start, start] += count - across - other
    return moves
