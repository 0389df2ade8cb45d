"""Townships and villages of a county with invented positions, because no source has any.

Seats of townships are spread over the county; each township is the ground that is nearest to its seat (Voronoi),
cut along the county line. Villages get a point. All of it is stored with `demonstration` set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geocore.arrays import BoolArray, GeometryArray, IntArray, LonLat
from gisapp.demo.ground import random_inside
from gisapp.demo.numbers import generator

SETTLING_ROUNDS = 4
INSIDE_DEG = 0.0008
"""Homes stay some 80 m inside the county line, so that plots of two counties never meet."""


@dataclass(frozen=True, slots=True)
class County:
    """What is stored of a county and its divisions before places are invented."""

    code: str
    name: str
    geom: shapely.MultiPolygon
    outline: shapely.MultiPolygon
    townships: tuple[str, ...]
    villages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Townships and villages of a county on the ground.

    Attributes
    ----------
    inner
        The county without a rim of `INSIDE_DEG`.
    township_codes, seats, cells, outlines
        One entry a township; 12-digit codes.
    leaf_codes, leaf_seats, leaf_township
        The smallest divisions: villages, or townships where no villages are known.
    """

    county: County
    inner: BaseGeometry
    township_codes: npt.NDArray[np.str_]
    seats: LonLat
    cells: GeometryArray
    outlines: GeometryArray
    leaf_codes: npt.NDArray[np.str_]
    leaf_seats: LonLat
    leaf_township: IntArray

    def township_of(self, positions: LonLat) -> IntArray:
        """Return the index of the township in which each position lies."""
        return nearest(self.seats, positions)

    def inside(self, positions: LonLat) -> BoolArray:
        """Return which positions lie within the county, off its line."""
        shapely.prepare(self.inner)
        result: BoolArray = shapely.contains_xy(self.inner, positions[:, 0], positions[:, 1])
        return result


def invent_places(county: County, seed: int) -> Places:
    """Return townships and villages of `county`; the same for the same seed."""
    rng = generator(seed, "places", county.code)
    inner: BaseGeometry = shapely.buffer(county.geom, -INSIDE_DEG, quad_segs=2)
    if inner.is_empty:
        inner = county.geom
    codes = np.array(county.townships or (county.code,))
    villages = np.array(county.villages, dtype="U12")
    samples = random_inside(rng, inner, max(40 * len(codes), 8 * len(villages), 200))
    seats = settled(rng, samples, len(codes))
    cells, outlines = partition(seats, county.geom), partition(seats, county.outline)
    if not len(villages):
        return Places(county, inner, codes, seats, cells, outlines, codes, seats, np.arange(len(codes)))
    order = np.argsort(villages)
    villages = villages[order]
    # a village under a township that is not in the list stands with the first one
    township = np.searchsorted(codes, np.char.ljust(villages.astype("U9"), 12, "0")).clip(max=len(codes) - 1)
    points = village_points(rng, samples, seats, township)
    return Places(county, inner, codes, seats, cells, outlines, villages, points, township)


def nearest(of: LonLat, positions: LonLat) -> IntArray:
    """Return the index of the nearest (in degrees) of some positions to each other position."""
    return np.asarray(cKDTree(of).query(positions)[1], dtype=np.int64)


def settled(rng: np.random.Generator, samples: LonLat, count: int) -> LonLat:
    """Return `count` of the samples, well apart: each near the middle of the ground that is nearest to it."""
    if count == 1:
        middle = samples.mean(axis=0)
        return samples[[np.argmin(((samples - middle) ** 2).sum(axis=1))]]
    seats = samples[rng.choice(len(samples), count, replace=False)]
    for _ in range(SETTLING_ROUNDS):
        owner = nearest(seats, samples)
        weight = np.bincount(owner, minlength=count)[:, None]
        sums = np.column_stack([np.bincount(owner, samples[:, axis], count) for axis in (0, 1)])
        middle = np.where(weight > 0, sums / np.maximum(weight, 1), seats)
        chosen = nearest(samples, middle)
        if len(np.unique(chosen)) < count:
            break
        seats = samples[chosen]
    return np.round(seats, 7)


def partition(seats: LonLat, land: shapely.MultiPolygon) -> GeometryArray:
    """Return for each seat the part of `land` that is nearest to it, as valid multipolygons without gaps between."""
    if len(seats) == 1:
        return np.array([land], dtype=object)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seats), extend_to=land, ordered=True))
    parts = shapely.intersection(cells, land)
    result = np.empty(len(seats), dtype=object)
    for index, part in enumerate(parts):
        pieces = shapely.get_parts(shapely.get_parts(part))
        result[index] = shapely.multipolygons(pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON])
    return result


def village_points(rng: np.random.Generator, samples: LonLat, seats: LonLat, township: IntArray) -> LonLat:
    """Return a position for each village within its township, or as near as there is ground."""
    owner = nearest(seats, samples)
    points = np.empty((len(township), 2))
    for index in np.unique(township):
        own = np.flatnonzero(township == index)
        ground = samples[owner == index]
        if len(ground) < len(own):  # a small township: more villages than samples fell on it
            by_distance = np.argsort(((samples - seats[index]) ** 2).sum(axis=1), kind="stable")
            ground = samples[by_distance[: len(own)]]
        points[own] = ground[rng.choice(len(ground), len(own), replace=False)]
    return np.round(points, 7)
