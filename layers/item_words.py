"""The words of the twenty groups of items of a site (`layers.site_items`), for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from layers.presentation import number, yes_or_no
from layers.site_items import GROUPS

if TYPE_CHECKING:
    from layers.spec import Text

WORDS: dict[str, Text] = {
    "kindergartens": gettext_lazy("kindergartens"),
    "primary": gettext_lazy("primary schools"),
    "junior": gettext_lazy("junior secondary schools"),
    "seats": gettext_lazy("school places"),
    "clinics": gettext_lazy("clinics"),
    "beds": gettext_lazy("beds"),
    "doctors": gettext_lazy("doctors"),
    "centre": gettext_lazy("service centre"),
    "staff": gettext_lazy("staff"),
    "branches": gettext_lazy("party branches"),
    "members": gettext_lazy("party members"),
    "committee": gettext_lazy("residents' committee"),
    "groups": gettext_lazy("residents' groups"),
    "km": gettext_lazy("length (km)"),
    "paved": gettext_lazy("paved"),
    "connected_households": gettext_lazy("connected households"),
    "source": gettext_lazy("water source"),
    "broadband": gettext_lazy("broadband"),
    "mobile": gettext_lazy("mobile signal"),
    "plant": gettext_lazy("treatment plant"),
    "m3_per_day": gettext_lazy("capacity (m³ a day)"),
    "points": gettext_lazy("collection points"),
    "shops": gettext_lazy("shops"),
    "markets": gettext_lazy("markets"),
    "rooms": gettext_lazy("rooms"),
    "squares": gettext_lazy("squares"),
    "places": gettext_lazy("places"),
    "bus_stops": gettext_lazy("bus stops"),
    "lines": gettext_lazy("bus lines"),
    "parks": gettext_lazy("industrial parks"),
    "enterprises": gettext_lazy("enterprises"),
    "workshops": gettext_lazy("workshops"),
    "jobs": gettext_lazy("jobs"),
    "employed": gettext_lazy("employed persons"),
    "zero_job_households": gettext_lazy("households without a job"),
    "police_posts": gettext_lazy("police posts"),
    "fire_points": gettext_lazy("fire points"),
    "slope_monitored": gettext_lazy("slope monitored"),
}


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A group of items: its title, and label and value of each item in it."""

    title: Text
    items: list[tuple[str, str]]


def item_label(key: str) -> str:
    """Return the words for an item; its own key where it has none."""
    return str(WORDS.get(key, key))


def item_groups(items: Any) -> list[ItemGroup]:
    """Return the twenty groups with what a site reports in them; an item that is not reported has an empty value."""
    given = items if isinstance(items, dict) else {}
    found = []
    for key, (title, schema) in GROUPS.items():
        values = given.get(key) or {}
        found.append(ItemGroup(title, [(item_label(name), words(values.get(name))) for name in schema["properties"]]))
    return found


def reported(items: Any) -> int:
    """Return how many of the groups a site has reported anything in."""
    return sum(1 for key in GROUPS if isinstance(items, dict) and items.get(key))


def words(value: Any) -> str:
    """Return the value of an item as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    return number(value) if isinstance(value, (int, float)) else str(value)
