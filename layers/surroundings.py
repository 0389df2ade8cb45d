"""What lies around a feature on the small maps of dossiers and editors: divisions and neighbours, as GeoJSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Polygon

from geocore.divisions import Level as DivisionLevel
from layers.catalogue.regions import Level, Region
from layers.presentation import county_of, label_of, related_key
from layers.registry import all_layers
from layers.selectors import features_for
from layers.spec import CGCS2000

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.selectors import Asker
    from layers.base import Feature
    from layers.spec import SpatialLayer

Box = tuple[float, float, float, float]

MARGIN_DEG = 0.05
"""About 5 km around the feature: what one sees before one pans."""
MAX_OUTLINES = 8
MAX_NEIGHBOURS = 300


def geometry_json(geom: Any) -> dict[str, Any] | None:
    """Return a GEOS geometry as GeoJSON with every digit (`geom.geojson` goes through OGR and keeps 15)."""
    return None if geom is None else {"type": geom.geom_type, "coordinates": geom.coords}


def feature_json(geom: Any, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry_json(geom), "properties": properties}


def drawn(layer: SpatialLayer, feature: Feature) -> list[dict[str, Any]]:
    """Return the geometries of a feature, one a view, with the view's title."""
    return [
        feature_json(
            getattr(feature, view.geom),
            view=view.key,
            title=label_of(layer.model._meta.get_field(view.geom)),
            field=view.geom,
        )
        for view in layer.views
        if getattr(feature, view.geom) is not None
    ]


def extent_of(layer: SpatialLayer, feature: Feature) -> Box | None:
    """Return west, south, east, north of all geometries of a feature, or None where it has none."""
    boxes = [geom.extent for name in layer.geometries if (geom := getattr(feature, name)) is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def outlines(*, region: str, box: Box | None) -> list[dict[str, Any]]:
    """Return the boundaries to find one's way by: the county of `region`, and those that `box` reaches.

    Without a place, what lies directly in `region`, all of it its own; without a division either, the prefectures.
    """
    rows = Region.objects.alive().filter(geom__isnull=False).order_by("code")
    if box is None:
        return within(rows, region)
    county = county_of(region) if region else None
    near = rows.filter(level=Level.COUNTY, geom__bboverlaps=around(box))[:MAX_OUTLINES]
    found = {row.code: row for row in (*rows.filter(code=county), *near)}
    return [outline_json(row.geom, row, own=row.code == county) for row in found.values()]


def within(rows: QuerySet[Region], region: str) -> list[dict[str, Any]]:
    """Return the outlines of the divisions to begin with when nothing is drawn yet."""
    prefix = region.rstrip("0")
    if len(prefix) <= DivisionLevel.PROVINCE:
        found = rows.filter(level=Level.PREFECTURE, code__startswith=region[: DivisionLevel.PROVINCE])
    else:
        county = region[: DivisionLevel.COUNTY]
        found = rows.filter(level=Level.COUNTY, code__startswith=county.rstrip("0"))
    return [outline_json(row.outline or row.geom, row, own=True) for row in found]


def outline_json(geom: Any, row: Region, *, own: bool) -> dict[str, Any]:
    """Return a division as a GeoJSON feature."""
    return feature_json(geom, code=row.code, name=row.name, own=own)


def neighbours(layer: SpatialLayer, *, box: Box | None, but: int | None, user: Asker) -> list[dict[str, Any]]:
    """Return the other features of the layer near `box` that `user` may see."""
    if box is None or layer.model is Region:
        return []
    rows = features_for(layer, user=user).filter(**{f"{layer.geom}__bboverlaps": around(box)}).exclude(pk=but)
    named = any(found.name == "name" for found in layer.model._meta.concrete_fields)
    fields = ("code", layer.geom, "name") if named else ("code", layer.geom)
    return [
        feature_json(values[1], code=values[0], name=values[-1] if named else "")
        for values in rows.order_by("code").values_list(*fields)[:MAX_NEIGHBOURS]
    ]


def referring(layer: SpatialLayer, feature: Feature, *, user: Asker) -> list[dict[str, Any]]:
    """Return what refers to `feature`, at the first geometry of each layer: the households of a site, say."""
    found = []
    for other in all_layers():
        for key in other.model._meta.concrete_fields:
            if related_key(key) != layer.key or other.model is Region:
                continue
            rows = features_for(other, user=user).filter(**{key.attname: feature.code, f"{other.geom}__isnull": False})
            found += [
                feature_json(geom, code=code, layer=str(other.title_one))
                for code, geom in rows.order_by("code").values_list("code", other.geom)[:MAX_NEIGHBOURS]
            ]
    return found


def around(box: Box) -> Polygon:
    """Return the box with its margin."""
    west, south, east, north = box
    found = Polygon.from_bbox((west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG))
    found.srid = CGCS2000
    return found


def map_data(layer: SpatialLayer, feature: Feature | None, *, region: str, user: Asker) -> dict[str, Any]:
    """Return all that a small map draws."""
    box = extent_of(layer, feature) if feature is not None else None
    return {
        "symbol": layer.symbol,
        "drawn": drawn(layer, feature) if feature is not None else [],
        "outlines": outlines(region=region, box=box),
        "neighbours": neighbours(layer, box=box, but=feature.pk if feature else None, user=user),
    }
