"""Reservoir projects on the courses of real rivers; names, levels and sizes are invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geocore.arrays import FloatArray, GeometryArray
from gisapp.demo.numbers import generator, numbered
from gisapp.demo.places import County
from gisapp.demo.rivers import rivers

LONGEST_DEG = 0.28
"""A reservoir is some 30 km long at most, and ends before the next dam."""
STATES = ("built", "building", "planned")
STATE_SHARES = (0.6, 0.25, 0.15)


@dataclass(frozen=True, slots=True)
class Projects:
    """Arrays with one entry a project.

    Attributes
    ----------
    counties
        Codes (12 digits) of all counties touched, the dam's first.
    """

    code: npt.NDArray[np.str_]
    name: npt.NDArray[np.str_]
    state: npt.NDArray[np.str_]
    river: npt.NDArray[np.str_]
    counties: list[list[str]]
    dam: GeometryArray
    reservoir: GeometryArray
    inundation: GeometryArray
    normal_level_m: FloatArray
    dead_level_m: FloatArray
    flood_level_m: FloatArray
    planned_persons: FloatArray
    investment_wan_yuan: FloatArray


@dataclass(frozen=True, slots=True)
class Stretch:
    """A dam and the river above it."""

    river: str
    dam: shapely.Point
    above: BaseGeometry


def build_projects(count: int, counties: list[County], *, within: frozenset[str] | None, seed: int) -> Projects:
    """Return `count` projects in a province.

    Parameters
    ----------
    counties
        All counties of the province.
    within
        Counties (12 digits) in which dams may stand; None: all.
    """
    rng = generator(seed, "projects")
    geoms = np.array([county.geom for county in counties], dtype=object)
    tree = shapely.STRtree(geoms)
    land = shapely.coverage_union_all(geoms)
    allowed = land if within is None else shapely.union_all([c.geom for c in counties if c.code in within])
    chosen = stretches(rng, count, allowed)
    width = rng.uniform(0.0015, 0.005, count)
    rise = rng.uniform(0.001, 0.003, count)
    lines = np.array([stretch.above for stretch in chosen], dtype=object)
    reservoir = clipped(shapely.buffer(lines, width, quad_segs=4), land)
    inundation = clipped(shapely.buffer(lines, width + rise, quad_segs=4), land)
    dams = np.array([stretch.dam for stretch in chosen], dtype=object)
    at = [int(tree.query(dam, predicate="intersects")[0]) for dam in dams]
    touched = [
        sorted({int(i) for i in tree.query(area, predicate="intersects")} | {first})
        for area, first in zip(inundation, at, strict=True)
    ]
    state = rng.permutation(np.repeat(STATES, np.bincount(rng.choice(3, count, p=STATE_SHARES), minlength=3)))
    state[: len(STATES)] = STATES[: len(state)]
    reservoir[state == "planned"] = None
    normal = np.round(rng.uniform(60, 400, count), 1)
    size = shapely.area(inundation) * 1.2e10
    return Projects(
        code=numbered("SKSL", np.arange(1, count + 1), 4),
        name=np.array([f"{stretch.river}示例水库{number:02d}" for number, stretch in enumerate(chosen, start=1)]),
        state=state,
        river=np.array([stretch.river for stretch in chosen]),
        counties=[
            [counties[first].code, *(counties[i].code for i in all_ if i != first)]
            for first, all_ in zip(at, touched, strict=True)
        ],
        dam=dams,
        reservoir=reservoir,
        inundation=inundation,
        normal_level_m=normal,
        dead_level_m=np.round(normal - rng.uniform(3, 25, count), 1),
        flood_level_m=np.round(normal + rng.uniform(0.5, 6, count), 1),
        planned_persons=np.round(size / 1e4 * rng.uniform(0.5, 3, count)),
        investment_wan_yuan=np.round(size / 50 * rng.uniform(0.8, 1.6, count), 2),
    )


def stretches(rng: np.random.Generator, count: int, allowed: shapely.Geometry) -> list[Stretch]:
    """Return dams evenly along all courses that run through `allowed`, each with the river up to the dam above."""
    shapely.prepare(allowed)
    places = [
        (name, line, at)
        for name, line in rivers().items()
        for at in np.arange(0.02, line.length, 0.004)
        if shapely.contains(allowed, shapely.line_interpolate_point(line, at))
    ]
    pick = np.linspace(0, len(places) - 1, count + 2)[1:-1] + rng.uniform(-0.2, 0.2, count) * len(places) / (count + 2)
    result: list[Stretch] = []
    last: tuple[str, float] = ("", 0.0)
    for index in np.unique(np.rint(pick).astype(int)):
        name, line, at = places[index]
        dam_above = last[1] + 0.01 if last[0] == name else 0.0
        start = max(dam_above, at - LONGEST_DEG * rng.uniform(0.25, 1.0))
        point = shapely.set_precision(shapely.line_interpolate_point(line, at), 1e-7)
        result.append(Stretch(name, point, substring(line, min(start, at - 0.01), at)))
        last = (name, float(at))
    if len(result) < count:
        raise ValueError(f"the rivers have room for {len(result)} dams, not {count}")
    return result


def clipped(areas: GeometryArray, land: shapely.Geometry) -> GeometryArray:
    """Return valid multipolygons: what of `areas` lies on `land`."""
    parts = shapely.intersection(areas, land)
    result = np.empty(len(parts), dtype=object)
    for index, part in enumerate(parts):
        pieces = shapely.get_parts(shapely.get_parts(part))
        result[index] = shapely.multipolygons(pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON])
    return result
