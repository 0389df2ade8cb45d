"""Columns of the tables, made of the arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geocore.arrays import LonLat
from gisapp.demo.ground import points
from gisapp.demo.households import NO_DAY, NONE, Households
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import days_between, generator
from gisapp.demo.persons import drawn
from gisapp.demo.plots import EXEMPT_REASONS, USES, Plots
from gisapp.demo.projects import Projects
from gisapp.demo.scales import LAST_DAY, Scale
from gisapp.demo.sites import Sites, items_of
from importers.copying import array_literal
from layers.models import Household, Plot, Project, Site

ACCURACY_M = {"survey": (0.05, 1.0), "gps": (2, 10), "phone": (8, 60), "map": (10, 50), "village": (500, 2000)}
SOURCES = (("survey", 0.25), ("gps", 0.35), ("phone", 0.3), ("map", 0.1))
INCOMES = (("work_away", 0.45), ("work_nearby", 0.25), ("farming", 0.15), ("business", 0.07), ("transfers", 0.08))
CERTIFICATES = (("{}", 0.3), ("{不动产权证}", 0.4), ("{不动产权证,土地使用证}", 0.2), ("{购房合同}", 0.1))
ORIGIN_TYPES = (("registered_poor", 0.86), ("moved_along", 0.14))
PROGRAMMES = (("poverty", 0.94), ("hazard", 0.04), ("ecology", 0.02))


def optional(texts: npt.NDArray[np.str_], missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return texts with None where they are missing."""
    result = texts.astype(object)
    result[missing] = None
    return result


def load_sites(loader: Loader, sites: Sites, households: Households, scale: Scale, seed: int) -> None:
    """Write the sites; their actual numbers are those of the households that live there."""
    rng = generator(seed, "site columns")
    living = households.has_moved_in & (households.site != NONE)
    size = len(sites.code)
    actual = np.bincount(households.site[living], minlength=size)
    persons = np.bincount(households.site[living], households.persons[living], size).astype(np.int64)
    assigned = households.site != NONE
    planned_persons = np.bincount(households.site[assigned], households.persons[assigned], size).astype(np.int64)
    stamp = json.dumps({"made_by": "seed_demo", "scale": scale.name, "seed": seed})
    loader.load(
        Site,
        {
            "code": sites.code,
            "name": sites.name,
            "region_code": sites.region,
            "scope_id": loader.scope_ids([sites.region]),
            "programme": drawn(rng, (("poverty", 0.9), ("reservoir", 0.07), ("hazard", 0.03)), size),
            "geom": np.array([shapely.multipolygons([geom]) for geom in sites.geom], dtype=object),
            "planned_households": sites.households,
            "planned_persons": planned_persons,
            "actual_households": actual,
            "actual_persons": persons,
            "capacity_persons": np.ceil(planned_persons * rng.uniform(1.0, 1.15, size)).astype(np.int64),
            "department": np.full(size, "示例搬迁安置办公室"),
            "owner_unit": np.char.add("示例建设公司", rng.integers(1, 40, size).astype(str)),
            "occupied_on": np.where(actual > 0, sites.occupied_on, NO_DAY),
            "items": [items_of(rng, int(households_)) for households_ in sites.households],
            "given": np.full(size, stamp),
        },
    )


def load_projects(loader: Loader, projects: Projects) -> None:
    """Write the reservoir projects."""
    size = len(projects.code)
    if not size:
        return
    loader.load(
        Project,
        {
            "code": projects.code,
            "name": projects.name,
            "state": projects.state,
            "river": projects.river,
            "region_code": [counties[0] for counties in projects.counties],
            "counties": [array_literal(counties[1:]) for counties in projects.counties],
            "scope_id": [loader.scope_id(counties) for counties in projects.counties],
            "dam": projects.dam,
            "reservoir": projects.reservoir,
            "inundation": projects.inundation,
            "dead_level_m": projects.dead_level_m,
            "normal_level_m": projects.normal_level_m,
            "flood_level_m": projects.flood_level_m,
            "planned_persons": projects.planned_persons.astype(np.int64),
            "investment_wan_yuan": projects.investment_wan_yuan,
            "department": np.full(size, "示例水利局"),
            "owner_unit": np.full(size, "示例水电开发公司"),
        },
    )


def load_households(
    loader: Loader, households: Households, sites: Sites, projects: Projects, *, seed: int, province: str
) -> None:
    """Write the households."""
    rng = generator(seed, "household columns", province)
    count = len(households)
    in_project = households.project != NONE
    settled = households.destination != NONE
    moved_in = households.has_moved_in
    start = np.where(moved_in, households.moved_in_on, LAST_DAY)
    seen, lifted = days_between(rng, start, 2, 700)
    old_source = np.where(households.old_home_is_village, "village", drawn(rng, SOURCES, count))
    poor = drawn(rng, ORIGIN_TYPES, count)
    programme = np.where(in_project, "reservoir", drawn(rng, PROGRAMMES, count))
    origin_type = np.where(in_project, "reservoir", np.where(programme == "hazard", "hazard", poor))
    at_site = households.site != NONE
    room = np.array([f"{b}栋{u}单元{f:02d}{d:02d}" for b, u, f, d in rng.integers(1, (40, 4, 12, 5), (count, 4))])
    loader.load(
        Household,
        {
            "code": households.code,
            "region_code": households.region,
            "destination_code": optional(households.destination_region, ~settled),
            "scope_id": loader.scope_ids([households.region, households.destination_region]),
            "resettlement": np.select([at_site, households.dispersed], ["site", "dispersed"], "open"),
            "site_code": optional(padded(sites.code)[households.site], ~at_site),
            "project_code": optional(padded(projects.code)[households.project], ~in_project),
            "programme": programme,
            "persons": households.persons,
            "old_home": points(households.old_home),
            "new_home": points(households.new_home),
            **position_columns(rng, "old_home", households.old_home, old_source),
            **position_columns(rng, "new_home", households.new_home, drawn(rng, SOURCES, count)),
            "moved_on": households.moved_on,
            "moved_in_on": households.moved_in_on,
            "living_seen_on": np.where(moved_in & (rng.random(count) < 0.9), seen, NO_DAY),
            "out_of_poverty_on": np.where(
                moved_in & (origin_type == "registered_poor") & (rng.random(count) < 0.93), lifted, NO_DAY
            ),
            "origin_type": origin_type,
            "labour_force": np.minimum(rng.poisson(2.0, count), households.persons),
            "own_funds_yuan": np.round(households.persons * rng.uniform(2000, 3000, count) / 100) * 100,
            "housing_area_m2": np.round(np.where(settled, households.persons * rng.uniform(18, 25, count), np.nan), 1),
            "room": np.where(at_site & moved_in, room, ""),
            "certificates": np.where(moved_in, drawn(rng, CERTIFICATES, count), "{}"),
            "main_income": drawn(rng, INCOMES, count),
        },
    )


def padded(codes: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Return codes with an empty one at the end, so that index -1 reads as none."""
    return np.append(codes, "")


def position_columns(
    rng: np.random.Generator, name: str, positions: LonLat, source: npt.NDArray[np.str_]
) -> dict[str, npt.NDArray[Any]]:
    """Return source and accuracy of a position; empty where there is none."""
    known = ~np.isnan(positions[:, 0])
    low, high = (
        np.select([source == key for key in ACCURACY_M], [ACCURACY_M[key][end] for key in ACCURACY_M]) for end in (0, 1)
    )
    accuracy = np.round(low + (high - low) * rng.random(len(source)), 2)
    return {f"{name}_source": np.where(known, source, ""), f"{name}_accuracy_m": np.where(known, accuracy, np.nan)}


def load_plots(loader: Loader, plots: Plots, households: Households, seed: int, province: str) -> None:
    """Write the plots with their stages: only the owner of the table may."""
    rng = generator(seed, "plot columns", province)
    count = len(plots.code)
    wrong = rng.random(count) < 0.05  # declared a good deal more than there is
    declared = plots.area_mu * np.where(wrong, rng.uniform(1.1, 1.4, count), rng.normal(1, 0.02, count).clip(0.9, 1.1))
    exempt = plots.stage == "exempt"
    due = plots.vacated_on + np.timedelta64(365, "D")
    loader.load(
        Plot,
        {
            "code": plots.code,
            "region_code": plots.region,
            "scope_id": loader.scope_ids([plots.region]),
            "household_code": optional(padded(households.code)[plots.household], plots.household == NONE),
            "geom": plots.geom,
            "declared_area_mu": np.round(declared, 4),
            "verified_area_mu": np.where(
                plots.stage == "verified", np.floor(plots.area_mu * rng.uniform(0.95, 0.999, count) * 1e4) / 1e4, np.nan
            ),
            "stage": plots.stage,
            "registered_on": plots.registered_on,
            "vacated_on": plots.vacated_on,
            "demolished_on": plots.demolished_on,
            "reclaimed_on": plots.reclaimed_on,
            "verified_on": plots.verified_on,
            "due_on": due,
            "target_use": np.array(USES)[rng.choice(len(USES), count, p=(0.62, 0.26, 0.08, 0.04))],
            "exempt_reason": np.where(
                exempt, np.array(EXEMPT_REASONS)[rng.integers(0, len(EXEMPT_REASONS), count)], ""
            ),
        },
    )
