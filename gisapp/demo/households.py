"""Households: where they come from, where they go, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geocore.arrays import BoolArray, IntArray, LonLat
from gisapp.demo.flows import Flows
from gisapp.demo.ground import within_blocks
from gisapp.demo.homes import dispersed_homes, old_homes
from gisapp.demo.numbers import (
    DateArray,
    generator,
    household_sizes,
    moving_days,
    numbered,
    pick_exactly,
    sequence_in,
    share,
)
from gisapp.demo.places import Places
from gisapp.demo.projects import Projects
from gisapp.demo.scales import LAST_DAY, NOT_REPORTED, Scale
from gisapp.demo.sites import Sites

NONE = -1
NO_DAY = np.datetime64("NaT", "D")
RESERVOIR_SHARE = 0.06
OLD_HOME_UNKNOWN = 0.03
NEW_HOME_UNKNOWN = 0.02
MOVED_NOT_IN = 0.45
"""Of those who do not live in their new home yet, so many have left the old one."""


@dataclass(frozen=True, slots=True)
class Households:
    """Arrays with one entry a household.

    Attributes
    ----------
    origin, destination
        Index into the counties of the flows; a destination of -1 is none.
    site, project
        Index into sites and projects, or -1.
    region, destination_region
        12-digit codes; the second empty where there is none.
    place
        Where the old home truly stands: a cell of the ground that no other household has.
    old_home, new_home
        What is recorded; NaN where unknown.
    """

    code: npt.NDArray[np.str_]
    origin: IntArray
    destination: IntArray
    dispersed: BoolArray
    site: IntArray
    project: IntArray
    region: npt.NDArray[np.str_]
    destination_region: npt.NDArray[np.str_]
    persons: IntArray
    place: LonLat
    old_home: LonLat
    old_home_is_village: BoolArray
    new_home: LonLat
    moved_on: DateArray
    moved_in_on: DateArray

    def __len__(self) -> int:
        return len(self.code)

    @property
    def has_moved_in(self) -> BoolArray:
        """Return who lives in the new home."""
        return ~np.isnat(self.moved_in_on)


def build_households(
    scale: Scale, flows: Flows, places: list[Places], sites: Sites, projects: Projects, *, seed: int, province: str
) -> Households:
    """Return the households of a province."""
    rng = generator(seed, "households", province)
    origin, destination = who_moves_where(rng, flows)
    count = len(origin)
    dispersed = pick_exactly(rng, destination, flows.dispersed)
    site = assigned_sites(rng, destination, dispersed, sites)
    moved_in = pick_exactly(rng, np.where(destination == NONE, NONE, origin), flows.moved_in)
    reported = (flows.counties != NOT_REPORTED)[origin]
    moved_on, moved_in_on = when(rng, moved_in, (destination != NONE) & reported)
    project = assigned_projects(rng, flows, projects, origin, moved_in)

    region = np.empty(count, dtype="U12")
    village = np.full((count, 2), np.nan)
    place = np.full((count, 2), np.nan)
    new_home = np.full((count, 2), np.nan)
    destination_region = np.full(count, "", dtype="U12")
    at_site = site != NONE
    new_home[at_site] = within_blocks(rng, sites.centre, sites.offsets_m, site[at_site])
    destination_region[at_site] = sites.region[site[at_site]]
    for at, ground in enumerate(places):
        from_here = np.flatnonzero(origin == at)
        leaf, place[from_here] = old_homes(rng, ground, projects, project[from_here])
        region[from_here], village[from_here] = ground.leaf_codes[leaf], ground.leaf_seats[leaf]
        to_here = np.flatnonzero((destination == at) & dispersed)
        leaf, new_home[to_here] = dispersed_homes(rng, ground, len(to_here))
        destination_region[to_here] = ground.leaf_codes[leaf]

    by_village = rng.random(count) < 0.05
    old_home: LonLat = np.where(by_village[:, None], village, place).astype(np.float64)
    old_home[rng.random(count) < OLD_HOME_UNKNOWN] = np.nan
    not_yet = np.isnat(moved_on) & (rng.random(count) < 0.6)
    new_home[not_yet | (rng.random(count) < NEW_HOME_UNKNOWN)] = np.nan
    total = round(scale.persons * scale.provinces[province] / scale.households)
    persons = household_sizes(rng, count, total)
    # In order of the village: neighbours lie side by side on disk, and a fifth of the time of writing is saved.
    row = np.argsort(region, kind="stable")
    codes = flows.counties[origin[row]]
    return Households(
        code=numbered(np.char.add("H", codes), sequence_in(codes), 6),
        origin=origin[row],
        destination=destination[row],
        dispersed=dispersed[row],
        site=site[row],
        project=project[row],
        region=region[row],
        destination_region=destination_region[row],
        persons=persons[row],
        place=place[row],
        old_home=np.round(old_home[row], 7),
        old_home_is_village=by_village[row],
        new_home=np.round(new_home[row], 7),
        moved_on=moved_on[row],
        moved_in_on=moved_in_on[row],
    )


def who_moves_where(rng: np.random.Generator, flows: Flows) -> tuple[IntArray, IntArray]:
    """Return origin and destination of each household, in random order."""
    size = len(flows.counties)
    origin = np.concatenate(
        (np.repeat(np.arange(size * size) // size, flows.moves.ravel()), np.repeat(np.arange(size), flows.unassigned))
    )
    destination = np.concatenate(
        (np.repeat(np.arange(size * size) % size, flows.moves.ravel()), np.full(flows.unassigned.sum(), NONE))
    )
    order = rng.permutation(len(origin))
    return origin[order], destination[order]


def assigned_sites(rng: np.random.Generator, destination: IntArray, dispersed: BoolArray, sites: Sites) -> IntArray:
    """Return the site of each household so that each site gets exactly its number."""
    site = np.full(len(destination), NONE)
    going = np.flatnonzero((destination != NONE) & ~dispersed)
    going = going[np.argsort(destination[going], kind="stable")]  # sites stand in order of their counties
    slots = np.repeat(np.arange(len(sites.code)), sites.households)
    keys = sites.county[slots] + rng.random(len(slots))  # shuffled within each county
    site[going] = slots[np.argsort(keys, kind="stable")]
    return site


def when(rng: np.random.Generator, moved_in: BoolArray, reported: BoolArray) -> tuple[DateArray, DateArray]:
    """Return the day of leaving and the day of moving in; NaT where it has not come."""
    count = len(moved_in)
    moved_in_on = np.where(moved_in, moving_days(rng, count), NO_DAY)
    moved_on = moved_in_on - rng.integers(0, 60, count).astype("timedelta64[D]")
    left = reported & ~moved_in & (rng.random(count) < MOVED_NOT_IN)
    lately = LAST_DAY - rng.integers(0, 300, count).astype("timedelta64[D]")
    return np.where(left, lately, moved_on), moved_in_on


def assigned_projects(
    rng: np.random.Generator, flows: Flows, projects: Projects, origin: IntArray, moved_in: BoolArray
) -> IntArray:
    """Return the project that each household makes room for, or -1; planned ones have moved nobody yet."""
    project = np.full(len(origin), NONE)
    if not len(projects.code):
        return project
    wanted = share(round(RESERVOIR_SHARE * len(origin)), projects.planned_persons + 1)
    for at, counties in enumerate(projects.counties):
        here = np.flatnonzero(np.isin(flows.counties, [code[:6] for code in counties]))
        free = np.isin(origin, here) & (project == NONE)
        if projects.state[at] == "planned":
            free &= ~moved_in
        candidates = np.flatnonzero(free)
        number = min(int(wanted[at]), len(candidates) // 3)
        project[rng.choice(candidates, number, replace=False)] = at
    return project
