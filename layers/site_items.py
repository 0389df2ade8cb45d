"""The twenty groups of items that a site reports, and their shape."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator

COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string", "maxLength": 200}
YES = {"type": "boolean"}


def group(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one group: known items only, each of them optional."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


GROUPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "schools": (_("schools"), group(kindergartens=COUNT, primary=COUNT, junior=COUNT, seats=COUNT)),
    "medical": (_("medical care"), group(clinics=COUNT, beds=COUNT, doctors=COUNT)),
    "community": (_("community service"), group(centre=YES, staff=COUNT)),
    "party": (_("party organisation"), group(branches=COUNT, members=COUNT)),
    "self_government": (_("residents' self-government"), group(committee=YES, groups=COUNT)),
    "roads": (_("roads"), group(km={"type": "number", "minimum": 0}, paved=YES)),
    "water": (_("water supply"), group(connected_households=COUNT, source=TEXT)),
    "power": (_("power supply"), group(connected_households=COUNT)),
    "telecom": (_("telecommunications"), group(broadband=YES, mobile=YES)),
    "sewage": (_("sewage"), group(plant=YES, m3_per_day=COUNT)),
    "waste": (_("waste"), group(points=COUNT)),
    "shops": (_("shops and markets"), group(shops=COUNT, markets=COUNT)),
    "culture": (_("culture and sport"), group(rooms=COUNT, squares=COUNT)),
    "elderly": (_("care of the elderly"), group(places=COUNT)),
    "funerals": (_("funeral places"), group(places=COUNT)),
    "transport": (_("transport"), group(bus_stops=COUNT, lines=COUNT)),
    "industry": (_("industry"), group(parks=COUNT, enterprises=COUNT)),
    "workshops": (_("employment workshops"), group(workshops=COUNT, jobs=COUNT)),
    "jobs": (_("employment"), group(employed=COUNT, zero_job_households=COUNT)),
    "safety": (_("public safety"), group(police_posts=COUNT, fire_points=COUNT, slope_monitored=YES)),
}

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {key: schema for key, (_title, schema) in GROUPS.items()},
    "additionalProperties": False,
}

_validator = Draft202012Validator(SCHEMA)


def validate_items(value: object) -> None:
    """Refuse items that no group knows.

    Raises
    ------
    ValidationError
        Naming the place and what is wrong there.
    """
    problem = next(iter(_validator.iter_errors(value)), None)
    if problem is not None:
        place = " > ".join(str(step) for step in problem.absolute_path) or "items"
        raise ValidationError(
            _("Items, at “%(place)s”: %(problem)s"), params={"place": place, "problem": problem.message}, code="items"
        )
