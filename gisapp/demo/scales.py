"""How much data there is, and where: the published totals of Guangxi and what follows from them.

Notes
-----
Guangxi, thirteenth five-year plan, end of October 2020: 78 counties in 13 prefectures, 506 centralised sites, 9,209
dispersed households, 163,852 households, 710,218 people. Moved in and demolished follow the reference screens.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

SOURCE = "示例数据 (seed_demo)"
"""Stands in `source` of every demonstration row: what `--reset` deletes and nothing else."""

LAST_DAY = np.datetime64("2020-10-31")
"""The moment of the published totals; nothing in the data is later."""
FIRST_DAY = np.datetime64("2016-03-01")
MONTHS = 24
"""So many months up to `LAST_DAY` have moves and stages of their own."""

RECIPE = 1
"""Raised when the same seed gives other data."""

PREFECTURE_HOUSEHOLDS: Mapping[str, int] = MappingProxyType(
    {
        "4501": 7991, "4502": 10978, "4503": 9301, "4504": 5111, "4506": 1950, "4507": 2299, "4508": 7737,
        "4509": 3584, "4510": 45164, "4511": 4163, "4512": 40470, "4513": 10536, "4514": 14568,
    }
)  # fmt: skip
PREFECTURE_MOVED_IN: Mapping[str, float] = MappingProxyType(
    {
        "4501": 0.950, "4502": 0.939, "4503": 0.954, "4504": 0.972, "4506": 0.964, "4507": 0.954, "4508": 0.932,
        "4509": 0.987, "4510": 0.883, "4511": 0.968, "4512": 0.945, "4513": 0.931, "4514": 0.976,
    }
)  # fmt: skip
WITHOUT_TASK = frozenset({
    "450102", "450103", "450105", "450107", "450108", "450109", "450110", "450202", "450203", "450204", "450205",
    "450206", "450302", "450303", "450304", "450305", "450311", "450312", "450323", "450403", "450405", "450406",
    "450502", "450503", "450512", "450521", "450602", "450702", "450803", "450902", "450903", "450981", "451103",
})  # fmt: skip
"""Counties of Guangxi that the demonstration leaves without a task: 33 of 111, mostly cities."""

NOT_REPORTED = "451423"
"""A county whose households have no dates at all, so that "not reported" can be seen."""
SLOW = "451030"
"""A county where few have moved in."""

SMALL_COUNTIES: Mapping[str, int] = MappingProxyType(
    {
        "451221": 2300, "451222": 2900, "451202": 330, "451203": 340, "451223": 290, "451224": 310, "451225": 300,
        "451226": 320, "451227": 300, "451228": 310, "451229": 300,
    }
)  # fmt: skip
NEIGHBOURS = ("451221", "451222")
"""Between these two counties more households move than elsewhere: the demo accounts stand on either side."""

PROVINCE_PERSONS_WAN: Mapping[str, float] = MappingProxyType(
    {
        "13": 30, "14": 36, "15": 12.5, "22": 1, "34": 8.5, "35": 6, "36": 13, "37": 3, "41": 26, "42": 88, "43": 69,
        "45": 71, "50": 25, "51": 136, "52": 188, "53": 99.5, "54": 26.6, "61": 84, "62": 50, "63": 12, "64": 8,
        "65": 17,
    }
)  # fmt: skip
"""Rough plan figures by province, 10,000 persons: they only spread the stress scale over the country."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of everything.

    Attributes
    ----------
    unassigned
        Households that are registered but have no place yet.
    register
        Whether heads of household and persons are written.
    villages
        Whether villages are loaded and households belong to them; else to townships.
    provinces
        Households by province.
    """

    name: str
    households: int
    persons: int
    sites: int
    dispersed: int
    unassigned: int
    moved_in: int
    demolished: int
    facilities: int
    projects: int
    issues: int
    register: bool
    villages: bool
    provinces: Mapping[str, int]

    def batch(self, seed: int) -> uuid.UUID:
        """Return the batch number of all rows of this scale and seed: the same each time."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"seed_demo:{RECIPE}:{self.name}:{seed}")


GUANGXI = Scale(
    name="guangxi",
    households=163_852,
    persons=710_218,
    sites=506,
    dispersed=9_209,
    unassigned=420,
    moved_in=152_710,
    demolished=148_306,
    facilities=20_000,
    projects=60,
    issues=4_200,
    register=True,
    villages=True,
    provinces=MappingProxyType({"45": 163_852}),
)


def reduced(name: str, households: int, **rest: object) -> Scale:
    """Return a scale with the proportions of Guangxi."""

    def part(whole: int) -> int:
        return round(whole * households / GUANGXI.households)

    values: dict[str, object] = {
        "persons": part(GUANGXI.persons),
        "sites": part(GUANGXI.sites),
        "dispersed": part(GUANGXI.dispersed),
        "unassigned": part(GUANGXI.unassigned),
        "moved_in": part(GUANGXI.moved_in),
        "demolished": part(GUANGXI.demolished),
        "facilities": part(GUANGXI.facilities),
        "projects": part(GUANGXI.projects),
        "issues": part(GUANGXI.issues),
        "register": True,
        "villages": True,
    }
    return Scale(name=name, households=households, **(values | rest))  # type: ignore[arg-type]


SMALL = reduced("small", 8_000, sites=30, projects=5, issues=400, provinces=MappingProxyType({"45": 8_000}))


def national() -> Scale:
    """Return the stress scale: 2.5 million households over 22 provinces, without persons."""
    total = 2_500_000
    persons = sum(PROVINCE_PERSONS_WAN.values())
    shares = {code: int(total * wan / persons) for code, wan in PROVINCE_PERSONS_WAN.items()}
    shares["52"] += total - sum(shares.values())
    return reduced("national", total, register=False, villages=False, projects=60, provinces=MappingProxyType(shares))


SCALES: Mapping[str, Scale] = MappingProxyType({"small": SMALL, "guangxi": GUANGXI, "national": national()})
