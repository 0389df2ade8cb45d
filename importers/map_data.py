"""What the map of an import draws: each reading of the numbers, what would become of the rows, and the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.db.models import Q

from importers.findings import MOST_FEATURES, load, load_rehearsal
from importers.profiles import import_area
from importers.uploads import folder_of
from layers.catalogue.regions import Region
from layers.registry import get_layer

if TYPE_CHECKING:
    from importers.models import Upload

COUNTY_LEVEL = 3
COUNTY_DIGITS = 6
MOST_OUTLINED = 30
"""Counties that are drawn bold: more of them is a province, and bold everywhere is bold nowhere."""
REACH_DEG = 1.5
"""How far around the rows counties are named."""


def map_of(upload: Upload) -> dict[str, Any]:
    """Return what the map of an import draws, in CGCS2000 degrees."""
    found = load(folder_of(upload.pk))
    rehearsal = load_rehearsal(folder_of(upload.pk))
    readings = [] if found is None else found.understood.readings
    chosen = "" if found is None else found.crs
    outlined = outlined_counties(upload, [] if found is None else found.understood.divisions)
    return {
        "chosen": chosen,
        "readings": [{"crs": one.crs, "title": one.title, "points": one.points} for one in readings],
        "features": rehearsal.features,
        "rejected": rehearsal.rejected,
        "most": MOST_FEATURES,
        "outlined": outlined,
        "extent": Region.objects.filter(code__in=outlined).aggregate(box=Extent("outline"))["box"],
        "places": places_near(box_of([one.points for one in readings if one.crs in {chosen, readings[0].crs}])),
    }


def outlined_counties(upload: Upload, divisions: list[str]) -> list[str]:
    """Return the counties that the rows name, else those in which the user may import."""
    counties = {code[:COUNTY_DIGITS] for code in divisions if code[4:6] != "00"}
    if not counties and upload.layer:
        area = import_area(upload.owner, get_layer(upload.layer))
        counties = {one[:COUNTY_DIGITS] for one in area.divisions if len(one) >= COUNTY_DIGITS}
    return sorted(f"{one}000000" for one in counties)[:MOST_OUTLINED]


def box_of(parts: list[list[list[float]]]) -> tuple[float, float, float, float] | None:
    """Return the box around positions; None where there are none."""
    points = [point for part in parts for point in part]
    if not points:
        return None
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


def places_near(box: tuple[float, float, float, float] | None) -> list[dict[str, Any]]:
    """Return the names of counties around a box, with the place of their seat."""
    if box is None:
        return []
    west, south, east, north = box
    near = Q(seat__bboverlaps=bounds(west - REACH_DEG, south - REACH_DEG, east + REACH_DEG, north + REACH_DEG))
    rows = Region.objects.alive().filter(near, level=COUNTY_LEVEL, seat__isnull=False)
    return [
        {"code": row.code, "name": row.name, "place": [row.seat.x, row.seat.y]}
        for row in rows.only("code", "name", "seat")
    ]


def bounds(west: float, south: float, east: float, north: float) -> Any:
    """Return a box as a geometry in CGCS2000."""
    from django.contrib.gis.geos import Polygon

    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4490
    return box
