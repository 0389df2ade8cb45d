"""Centralised sites: irregular blocks near the seats of townships, never over each other."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geocore.arrays import FloatArray, GeometryArray, IntArray, LonLat
from geocore.geodesy import distance_m
from geocore.units import mu_to_m2
from gisapp.demo.flows import Flows
from gisapp.demo.ground import polygons, ring_offsets, rings_around, shifted
from gisapp.demo.numbers import DateArray, generator, numbered, sequence_in, share
from gisapp.demo.places import Places
from gisapp.demo.scales import LAST_DAY

CORNERS = 12
LEAST_HOUSEHOLDS = 30
MOST_HOUSEHOLDS = 3_000
MU_PER_HOUSEHOLD = (0.25, 0.9)
TRIES = 60
GAP_M = 80.0
GOOD_WORDS = (
    "幸福", "和谐", "安康", "富民", "同心", "惠民", "向阳", "金桥", "新生", "团结",
    "锦绣", "康乐", "兴旺", "长青", "和顺", "福源",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sites:
    """Arrays with one entry a site.

    Attributes
    ----------
    county
        Index into the counties of the flows.
    offsets_m
        Corners around the centre in metres, shape (n, corners, 2).
    """

    code: npt.NDArray[np.str_]
    county: IntArray
    region: npt.NDArray[np.str_]
    households: IntArray
    centre: LonLat
    offsets_m: FloatArray
    geom: GeometryArray
    occupied_on: DateArray

    @property
    def name(self) -> npt.NDArray[np.str_]:
        """Return synthetic names."""
        words = np.array(GOOD_WORDS)[np.arange(len(self.code)) % len(GOOD_WORDS)]
        return numbered(np.char.add(words, "家园示例安置点"), np.arange(1, len(self.code) + 1), 3)


class NoRoomError(RuntimeError):
    """A county has no room for another site."""


def build_sites(flows: Flows, places: list[Places], seed: int, province: str) -> Sites:
    """Return the sites of a province, sized for the households they take in."""
    rng = generator(seed, "sites", province)
    county = np.repeat(np.arange(len(flows.counties)), flows.site_count)
    households = np.concatenate(
        [sizes_of_sites(rng, int(flows.sites[at]), int(count)) for at, count in enumerate(flows.site_count)]
    )
    area_m2 = mu_to_m2(np.maximum(households * rng.uniform(*MU_PER_HOUSEHOLD, len(households)), 10.0))
    offsets = ring_offsets(rng, area_m2, CORNERS, 0.3)
    centre = np.empty((len(county), 2))
    region = np.empty(len(county), dtype="U12")
    for at, ground in enumerate(places):
        own = np.flatnonzero(county == at)
        centre[own], region[own] = positions_in(rng, ground, offsets[own])
    early = (LAST_DAY - rng.integers(420, 1500, len(county)).astype("timedelta64[D]")).astype("datetime64[D]")
    early[rng.permutation(len(county))[:2]] = LAST_DAY - np.timedelta64(9, "D")  # two open in the last month
    codes = flows.counties[county]
    return Sites(
        code=numbered(np.char.add("AZ", codes), sequence_in(codes), 3),
        county=county,
        region=region,
        households=households,
        centre=centre,
        offsets_m=offsets,
        geom=polygons(rings_around(centre, offsets)),
        occupied_on=early,
    )


def sizes_of_sites(rng: np.random.Generator, households: int, sites: int) -> IntArray:
    """Return households of each site, a few large and many small."""
    least = min(LEAST_HOUSEHOLDS, households // sites)
    return share(
        households, rng.lognormal(0, 0.9, sites), least=least, most=max(MOST_HOUSEHOLDS, households // sites + 1)
    )


def positions_in(
    rng: np.random.Generator, places: Places, offsets_m: FloatArray
) -> tuple[LonLat, npt.NDArray[np.str_]]:
    """Return centre and township of each site of one county, the largest first.

    Raises
    ------
    NoRoomError
        After many tries.
    """
    reach_m = np.sqrt((offsets_m**2).sum(axis=2)).max(axis=1)
    centres = np.empty((len(offsets_m), 2))
    regions = np.empty(len(offsets_m), dtype="U12")
    done: list[int] = []
    for site in np.argsort(-reach_m, kind="stable"):
        for attempt in range(TRIES):
            township = (len(done) + attempt) % len(places.seats)
            distance = rng.uniform(0.3, 2.5) * 1000 * (1 - 0.7 * attempt / TRIES) + reach_m[site]
            angle = rng.uniform(0, 2 * np.pi)
            centre = shifted(places.seats[[township]], distance * np.cos(angle), distance * np.sin(angle))
            ring = rings_around(centre, offsets_m[[site]])[0]
            apart = not done or (distance_m(centres[done], centre) > reach_m[done] + reach_m[site] + GAP_M).all()
            if apart and (places.township_of(ring) == township).all() and fits(places, ring):
                break
        else:
            raise NoRoomError(f"{places.county.code}: no room for a site of {2 * reach_m[site]:.0f} m")
        centres[site], regions[site] = centre[0], places.township_codes[township]
        done.append(int(site))
    return centres, regions


def fits(places: Places, ring: FloatArray) -> bool:
    """Return whether a ring lies within the county."""
    return bool(places.inside(ring).all()) and bool(shapely.covers(places.inner, shapely.polygons(ring)))


def items_of(rng: np.random.Generator, households: int) -> str:
    """Return the twenty groups of items of a site as JSON; some groups are not reported."""
    persons = round(households * 4.33)
    items: dict[str, dict[str, object]] = {
        "schools": {
            "kindergartens": 1,
            "primary": int(households > 150),
            "junior": int(households > 900),
            "seats": persons // 6,
        },
        "medical": {"clinics": 1 + households // 1000, "beds": households // 40, "doctors": 1 + households // 200},
        "community": {"centre": True, "staff": 3 + households // 100},
        "party": {"branches": 1 + households // 800, "members": 5 + households // 12},
        "self_government": {"committee": households > 200, "groups": 1 + households // 60},
        "roads": {"km": round(0.4 + households / 180, 1), "paved": True},
        "water": {"connected_households": households, "source": "示例水厂"},
        "power": {"connected_households": households},
        "telecom": {"broadband": True, "mobile": True},
        "sewage": {"plant": households > 300, "m3_per_day": persons // 10},
        "waste": {"points": 1 + households // 50},
        "shops": {"shops": 1 + households // 30, "markets": households // 500},
        "culture": {"rooms": 1, "squares": 1 + households // 700},
        "elderly": {"places": households // 25},
        "funerals": {"places": households // 600},
        "transport": {"bus_stops": households // 150, "lines": households // 400},
        "industry": {"parks": households // 900, "enterprises": households // 120},
        "workshops": {"workshops": households // 150, "jobs": households // 3},
        "jobs": {"employed": round(persons * 0.45), "zero_job_households": households // 40},
        "safety": {"police_posts": households // 500, "fire_points": 1 + households // 200, "slope_monitored": True},
    }
    missing = rng.random(len(items)) < 0.06
    return json.dumps({key: items[key] for key, out in zip(items, missing, strict=True) if not out}, ensure_ascii=False)
