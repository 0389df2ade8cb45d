"""Whether a stored geometry stays inside the divisions that somebody may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from layers.sqlfiles import load

if TYPE_CHECKING:
    from accounts.selectors import GrantedArea
    from layers.base import Feature


def metres_outside(feature: Feature, field: str, area: GrantedArea) -> float:
    """Return how far, in geodesic metres, `field` of a stored feature reaches beyond the divisions of `area`.

    A division without a boundary of its own (a village, most townships) counts with the smallest one above it
    that has one. 0 where the geometry is empty, or where no boundary is loaded at all.
    """
    geom = getattr(feature, field)
    if geom is None:
        return 0.0
    prefixes = list(area.divisions)
    if not prefixes:  # a grant to one site: the division that owns the site
        prefixes = [str(getattr(feature, "region_id", ""))]
    with connection.cursor() as cursor:
        cursor.execute(
            load("layers", "metres_outside"),
            {"geom": geom.ewkb.tobytes() if hasattr(geom.ewkb, "tobytes") else bytes(geom.ewkb), "prefixes": prefixes},
        )
        (metres,) = cursor.fetchone()
    return float(metres or 0.0)
