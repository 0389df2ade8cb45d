"""Public-service facilities in townships, villages and around sites."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geocore.arrays import FloatArray, IntArray, LonLat
from gisapp.demo.ground import points, scattered
from gisapp.demo.households import NO_DAY
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import generator, numbered, sequence_in, share
from gisapp.demo.persons import drawn
from gisapp.demo.places import Places
from gisapp.demo.scales import LAST_DAY
from gisapp.demo.sites import Sites
from layers.models import Facility

KINDS = (
    ("primary", 0.25), ("clinic", 0.25), ("kindergarten", 0.14), ("bus_stop", 0.10), ("junior", 0.06),
    ("market", 0.06), ("community", 0.05), ("police", 0.03), ("workshop", 0.03), ("hospital", 0.02), ("senior", 0.008),
    ("college", 0.002),
)  # fmt: skip
NAMES = {
    "primary": "示例小学", "clinic": "示例卫生室", "kindergarten": "示例幼儿园", "bus_stop": "示例公交站",
    "junior": "示例初级中学", "market": "示例市场", "community": "示例社区服务中心", "police": "示例派出所",
    "workshop": "示例就业车间", "hospital": "示例医院", "senior": "示例高级中学", "college": "示例职业学院",
    "town": "示例集镇",
}  # fmt: skip
CAPACITY = {
    "primary": (80, 1200), "clinic": (2, 20), "kindergarten": (30, 300), "junior": (200, 2000), "hospital": (40, 600),
    "senior": (600, 3500), "college": (800, 8000), "workshop": (20, 200),
}  # fmt: skip
NEAR_SITES = 0.22
"""Of the facilities, so many stand near a site."""


def load_facilities(
    loader: Loader, count: int, places: list[Places], sites: Sites, *, seed: int, province: str
) -> None:
    """Write `count` facilities over the counties of a province; every township seat has its town centre."""
    rng = generator(seed, "facilities", province)
    if not count:
        return
    weight = [len(ground.leaf_codes) for ground in places]
    per_county = share(count, weight, least=min(20, count // len(places)))
    parts = [
        positions_in(rng, ground, sites, at, int(number))
        for at, (ground, number) in enumerate(zip(places, per_county, strict=True))
    ]
    region = np.concatenate([part[0] for part in parts])
    position = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([part[2] for part in parts])
    size = len(kind)
    low, high = (np.array([CAPACITY.get(word, (0, 0))[end] for word in kind], dtype=float) for end in (0, 1))
    capacity = np.round(low * (np.maximum(high, 1) / np.maximum(low, 1)) ** (rng.random(size) ** 1.5))
    capacity[(low == 0) | (rng.random(size) < 0.05)] = np.nan
    opened = LAST_DAY - rng.integers(30, 12_000, size).astype("timedelta64[D]")
    closed = np.where(rng.random(size) < 0.01, LAST_DAY - rng.integers(0, 30, size).astype("timedelta64[D]"), NO_DAY)
    loader.load(
        Facility,
        {
            "code": numbered(np.char.add("F", region.astype("U6")), sequence_in(region.astype("U6")), 5),
            "name": numbered(np.array([NAMES[word] for word in kind]), sequence_in(kind), 4),
            "kind": kind,
            "region_code": region,
            "scope_id": loader.scope_ids([region]),
            "geom": points(np.round(position, 7)),
            "capacity": whole(capacity),
            "opened_on": opened,
            "closed_on": closed,
        },
    )


def whole(values: FloatArray) -> npt.NDArray[np.object_]:
    """Return whole numbers, None for NaN."""
    missing = np.isnan(values)
    result = np.where(missing, 0, values).astype(np.int64).astype(object)
    result[missing] = None
    return result


def positions_in(
    rng: np.random.Generator, places: Places, sites: Sites, county: int, count: int
) -> tuple[npt.NDArray[np.str_], LonLat, npt.NDArray[np.str_]]:
    """Return division, position and kind of the facilities of one county."""
    towns = min(len(places.seats), count // 4)
    own = np.flatnonzero(sites.county == county)
    at_sites = round((count - towns) * NEAR_SITES)
    chosen: IntArray = rng.choice(own, at_sites, p=sites.households[own] / sites.households[own].sum())
    leaf = rng.integers(0, len(places.leaf_codes), count - towns - at_sites)
    anchor = np.concatenate((places.seats[:towns], sites.centre[chosen], places.leaf_seats[leaf]))
    region = np.concatenate((places.township_codes[:towns], sites.region[chosen], places.leaf_codes[leaf]))
    sigma = np.repeat([120.0, 900.0, 500.0], [towns, at_sites, len(leaf)])
    position = scattered(rng, anchor, sigma)
    position = np.where(places.inside(position)[:, None], position, anchor)
    kind = drawn(rng, KINDS, count)
    kind[:towns] = "town"
    return region, position, kind
