"""Positions of homes: each old home in a cell of the ground of its own, new dispersed homes in villages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geocore.arrays import FloatArray, IntArray, LonLat
from gisapp.demo.ground import random_inside, scattered
from gisapp.demo.places import Places, nearest
from gisapp.demo.projects import Projects

CELL_DEG = 0.0004
"""About 40 m: one household a cell, so that no two plots can meet."""
VILLAGE_SIGMA_M = 350.0
TOWNSHIP_SIGMA_M = 2500.0
ACTIVE_SHARE = 0.45
"""Of the villages of a county, so many have households that move."""
ROUNDS = 60
STRICT_ROUNDS = 30
IN_RESERVOIR = 0.6
"""Of the households of a project, so many lived where its water will stand."""


class NoGroundError(RuntimeError):
    """A county has no free cell left near its villages."""


def old_homes(
    rng: np.random.Generator, places: Places, projects: Projects, project: IntArray
) -> tuple[IntArray, LonLat]:
    """Return the smallest division (index of a leaf) and the cell of each household that leaves a county.

    Parameters
    ----------
    project
        Index into `projects` of each household, or -1.
    """
    leaf = villages_of(rng, places, len(project))
    ground = Cells(rng, places, leaf)
    for at in np.unique(project[project >= 0]):
        wet = shapely.intersection(projects.inundation[at], places.inner)
        some = np.flatnonzero((project == at) & (rng.random(len(project)) < IN_RESERVOIR))
        if wet.area > 1e-5:
            ground.put(some, random_inside(rng, wet, len(some)))
    ground.settle()
    return ground.leaf, ground.position


def villages_of(rng: np.random.Generator, places: Places, count: int) -> IntArray:
    """Return a leaf for each of `count` households: some villages move in numbers, others not at all."""
    leaves = len(places.leaf_codes)
    active = rng.choice(leaves, max(1, round(leaves * ACTIVE_SHARE)), replace=False)
    weight = rng.gamma(1.5, 1.0, len(active))
    return rng.choice(active, count, p=weight / weight.sum())


def dispersed_homes(rng: np.random.Generator, places: Places, count: int) -> tuple[IntArray, LonLat]:
    """Return leaf and position of new homes outside sites."""
    leaf = rng.integers(0, len(places.leaf_codes), count)
    seats = places.leaf_seats[leaf]
    homes = scattered(rng, seats, 300.0)
    return leaf, np.where(places.inside(homes)[:, None], homes, seats)


class Cells:
    """The old homes of a county, each put into a cell that no other has.

    Attributes
    ----------
    leaf, position
        One entry a household; a position is NaN until it is found.
    """

    def __init__(self, rng: np.random.Generator, places: Places, leaf: IntArray) -> None:
        self.rng = rng
        self.places = places
        self.leaf = leaf
        self.position: LonLat = np.full((len(leaf), 2), np.nan)
        self.taken: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def put(self, who: IntArray, wanted: LonLat) -> IntArray:
        """Give each of `who` the cell of its wanted position where that is free; return who got one."""
        cells = np.floor(wanted / CELL_DEG).astype(np.int64)
        keys = cells[:, 0] * 1_000_000 + cells[:, 1]
        middle: LonLat = ((cells + 0.5) * CELL_DEG).astype(np.float64)
        first = np.zeros(len(keys), dtype=np.bool_)
        first[np.unique(keys, return_index=True)[1]] = True
        good = first & ~np.isin(keys, self.taken) & self.places.inside(middle)
        self.position[who[good]] = middle[good]
        self.taken = np.concatenate((self.taken, keys[good]))
        near = nearest(self.places.leaf_seats, middle[good])
        strange = self.places.township_of(middle[good]) != self.places.leaf_township[self.leaf[who[good]]]
        self.leaf[who[good][strange]] = near[strange]
        return who[good]

    def settle(self) -> None:
        """Find a cell for everybody near the seat of the village.

        Raises
        ------
        NoGroundError
            If there is no room.
        """
        places = self.places
        by_township = places.leaf_codes is places.township_codes
        usual_m = TOWNSHIP_SIGMA_M if by_township else VILLAGE_SIGMA_M
        sigma: FloatArray = np.full(len(self.leaf), usual_m)
        for turn in range(ROUNDS):
            pending = np.flatnonzero(np.isnan(self.position[:, 0]))
            if not pending.size:
                return
            wanted = scattered(self.rng, places.leaf_seats[self.leaf[pending]], sigma[pending])
            at_home = places.inside(wanted)
            if turn < STRICT_ROUNDS:
                at_home &= places.township_of(wanted) == places.leaf_township[self.leaf[pending]]
                sigma[pending[~at_home]] *= 0.8
            else:  # a narrow township is full: go further, into the next one
                sigma[pending] = usual_m * 1.1 ** (turn - STRICT_ROUNDS)
            done = self.put(pending[at_home], wanted[at_home])
            crowded = np.setdiff1d(pending[at_home], done, assume_unique=True)
            sigma[crowded] *= 1.15
        raise NoGroundError(f"{places.county.code}: no free ground for {pending.size} old homes")
