"""Filters of the pages of layers."""

from __future__ import annotations

import datetime as dt

from django import template

from layers import presentation

register = template.Library()


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Return a point in time, to the minute."""
    return presentation.moment(value) if value else ""
