"""Filters for the pages of analyses."""

from __future__ import annotations

from django import template

from geocore.divisions import DivisionCode
from layers.catalogue.regions import Level
from spatial_analysis import relocation_answer

register = template.Library()


@register.filter
def km(metres: float | None) -> str:
    """Return metres as kilometres, empty where unknown."""
    return relocation_answer.km(metres)


@register.filter
def division_prefix(code: str) -> str:
    """Return a 12-digit division code without its closing zeros."""
    return DivisionCode(code).prefix


@register.filter
def level_name(level: str) -> str:
    """Return the word for the level of a division, such as `county`."""
    return str(Level[level.upper()].label)
