"""Targets of the plan, and who helps which household."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db import connections

from accounts.models import User
from fieldwork.models import HelperAssignment
from gisapp.demo.divisions import county_names
from gisapp.demo.flows import Flows, plan_flows
from gisapp.demo.households import Households
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import generator
from gisapp.demo.scales import LAST_DAY, Scale
from layers.sqlfiles import load
from oversight.models import Measure, PlanTarget

PROGRESS = {2016: 0.15, 2017: 0.45, 2018: 0.8, 2019: 1.0, 2020: 1.0}
"""What is to be reached by the end of a year, as a share of all households."""
MEASURES = {Measure.HOUSEHOLDS: 1.0, Measure.MOVED_IN: 0.98, Measure.DEMOLISHED: 0.95}
HELPER = "field"
HELPED_COUNTY = "451221"
HELPED = 260


@dataclass(frozen=True, slots=True)
class Target:
    """One target."""

    region: str
    year: int
    measure: str
    value: Decimal


def plan_targets(flows: Flows) -> list[Target]:
    """Return the targets of the counties with a task, their prefectures and the province."""
    regions: dict[str, int] = {}
    for county, households in zip(flows.counties, flows.leaving, strict=True):
        for digits in (2, 4, 6):
            code = str(county[:digits]).ljust(12, "0")
            regions[code] = regions.get(code, 0) + int(households)
    return [
        Target(region, year, measure.value, Decimal(round(households * progress * part)))
        for region, households in sorted(regions.items())
        for year, progress in PROGRESS.items()
        for measure, part in MEASURES.items()
    ]


def load_targets(loader: Loader, flows: Flows) -> None:
    """Write the targets; one that somebody has set already stays."""
    rows = [
        PlanTarget(region_id=target.region, year=target.year, measure=target.measure, value=target.value)
        for target in plan_targets(flows)
    ]
    PlanTarget.objects.using(loader.using).bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    loader.count(PlanTarget, len(rows))


def delete_targets(scale: Scale, seed: int, using: str) -> None:
    """Delete the targets that this scale and seed wrote, except those that somebody has changed since."""
    for province in scale.provinces:
        targets = plan_targets(plan_flows(scale, province, county_names(province, using), seed))
        with connections[using].cursor() as cursor:
            cursor.execute(
                load("gisapp", "demo_targets_forget"),
                {
                    "regions": [target.region for target in targets],
                    "years": [target.year for target in targets],
                    "measures": [target.measure for target in targets],
                    "values": [target.value for target in targets],
                },
            )


def load_helpers(loader: Loader, flows: Flows, households: Households, seed: int) -> None:
    """Let the account of the field staff look after some households of one county."""
    county = np.flatnonzero(flows.counties == HELPED_COUNTY)
    if not county.size:
        return
    rng = generator(seed, "helpers")
    here = np.flatnonzero(households.origin == county[0])
    helped = np.sort(rng.choice(here, min(HELPED, len(here)), replace=False))
    count = len(helped)
    start = LAST_DAY - rng.integers(200, 900, count).astype("timedelta64[D]")
    end = np.where(
        rng.random(count) < 0.15, start + rng.integers(30, 200, count).astype("timedelta64[D]"), np.datetime64("NaT")
    )
    helper = User.objects.using(loader.using).get(username=HELPER)
    loader.load(
        HelperAssignment,
        {
            "helper_id": np.full(count, helper.pk),
            "household_code": households.code[helped],
            "from_on": start,
            "to_on": end.astype("datetime64[D]"),
        },
    )
