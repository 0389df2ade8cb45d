"""Problems that people report: at sites, old homes and plots, in every state."""

from __future__ import annotations

import uuid

import numpy as np

from gisapp.demo.ground import points, scattered
from gisapp.demo.households import NONE, Households
from gisapp.demo.loading import Loader
from gisapp.demo.numbers import generator, numbered, sequence_in
from gisapp.demo.persons import drawn
from gisapp.demo.scales import LAST_DAY, MONTHS
from gisapp.demo.sites import Sites
from gisapp.demo.tables import ACCURACY_M
from layers.models import IssueReport

CATEGORIES = (
    ("housing", 0.26), ("water", 0.18), ("power", 0.08), ("road", 0.12), ("hazard", 0.08), ("service", 0.12),
    ("job", 0.1), ("other", 0.06),
)  # fmt: skip
TEXTS = {
    "housing": "示例:外墙渗水,雨后屋内有水迹",
    "water": "示例:高层水压不足,早晚停水",
    "power": "示例:单元内线路老化,经常跳闸",
    "road": "示例:安置点入口路面塌陷",
    "hazard": "示例:屋后边坡出现裂缝",
    "service": "示例:就近学位不足",
    "job": "示例:家中无人就业,申请岗位",
    "other": "示例:垃圾清运不及时",
}
SEVERITIES = (("low", 0.35), ("medium", 0.47), ("high", 0.18))
SOURCES = (("phone", 0.6), ("gps", 0.2), ("map", 0.2))
STATES = ("reported", "dispatched", "handling", "solved", "closed")


def load_issues(loader: Loader, count: int, households: Households, sites: Sites, *, seed: int, province: str) -> None:
    """Write `count` reports over the last months; older ones are mostly done."""
    rng = generator(seed, "issues", province)
    if not count:
        return
    at_home = np.flatnonzero(households.has_moved_in & (households.site != NONE) & ~np.isnan(households.new_home[:, 0]))
    at_old = np.flatnonzero(~np.isnan(households.old_home[:, 0]))
    new = rng.random(count) < 0.75
    who = np.where(new, rng.choice(at_home, count), rng.choice(at_old, count))
    source = drawn(rng, SOURCES, count)
    low, high = (np.array([ACCURACY_M[word][end] for word in source]) for end in (0, 1))
    accuracy = np.round(low + (high - low) * rng.random(count), 1)
    place = np.where(new[:, None], households.new_home[who], households.old_home[who])
    age_days = rng.integers(0, MONTHS * 30, count)
    due = LAST_DAY - age_days.astype("timedelta64[D]") + np.timedelta64(15, "D")
    done = np.clip(age_days / 60 + rng.normal(0, 1.2, count), 0, 4.99).astype(int)
    done[:5] = range(5)  # every state is there, however few reports
    region = np.where(new, sites.region[households.site[who]], households.region[who])
    category = drawn(rng, CATEGORIES, count)
    about_site = new & (rng.random(count) < 0.3)
    numbers = rng.bytes(16 * count)
    loader.load(
        IssueReport,
        {
            "code": numbered(np.char.add("W", region.astype("U6")), sequence_in(region.astype("U6")), 5),
            "uuid": [str(uuid.UUID(bytes=numbers[at : at + 16], version=4)) for at in range(0, 16 * count, 16)],
            "category": category,
            "severity": drawn(rng, SEVERITIES, count),
            "text": np.array([TEXTS[word] for word in category]),
            "region_code": region,
            "scope_id": loader.scope_ids([region]),
            "geom": points(np.round(scattered(rng, place, np.minimum(accuracy, 30) / 3), 7)),
            "accuracy_m": accuracy,
            "position_source": source,
            "concerns_layer": np.where(about_site, "sites", "households"),
            "concerns_code": np.where(about_site, sites.code[households.site[who]], households.code[who]),
            "state": np.array(STATES)[done],
            "due_on": due,
        },
    )
