"""What of a feature goes into a tile: its shape at a zoom and its properties, as parts of a query.

Shapes are compared in degrees and cut in Web Mercator: this is drawing, not measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg2 import sql

from tiles.grid import EXTENT, UNITS_PER_PX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.spec import LayerView, SpatialLayer, TileRule
    from tiles.grid import TileAddress

# CGCS2000 is drawn as WGS 84: PROJ's own way from 4490 to 3857 gives the same coordinates and takes twice as long.
TO_MERCATOR = sql.SQL("ST_Transform(ST_SetSRID({shape}, 4326), 3857)")

IN_TILE = sql.SQL("ST_AsMVTGeom({shape}, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), {extent}, %(buffer_units)s, TRUE)")

# A polygon that shrinks to nothing stays on the map as a point. Area over perimeter tells those from the ones that
# only their box brings here, and costs less than a point on the surface of a province.
POLYGON_OR_POINT = sql.SQL(
    "COALESCE({polygon}, CASE WHEN ST_Area({column}) <= ST_Perimeter({column}) * %(pixel_deg)s THEN {point} END)"
)

SIMPLIFIED = sql.SQL("ST_Simplify({column}, %(tolerance_deg)s, TRUE)")

TOLERANCE_PX = 0.25
"""Half a pixel of a screen, on which a tile of 256 px covers 512."""

NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)

Kind = Literal["String", "Number", "Boolean"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a view is drawn at one zoom.

    Attributes
    ----------
    column
        Geometry column that is searched and drawn.
    as_point
        Polygons are drawn as one point on their surface.
    simplify
        Vertices that make no difference at this zoom are left out.
    """

    column: str
    polygon: bool
    as_point: bool
    simplify: bool


def drawing_at(layer: SpatialLayer, view: LayerView, zoom: int) -> Drawing:
    """Return how `view` is drawn at `zoom` by its tile rule.

    A view with a generalised column keeps every vertex of either column: neighbours simplified one by one would
    no longer share their border.
    """
    rule = view.tiles
    field = view.geom
    if rule.overview is not None and zoom < rule.overview_below:
        field = rule.overview
    found = cast("gis.GeometryField[Any, Any]", layer.model._meta.get_field(field))
    polygon = found.geom_type in {"POLYGON", "MULTIPOLYGON"}
    return Drawing(
        column=found.column,
        polygon=polygon,
        as_point=polygon and rule.point_below is not None and zoom < rule.point_below,
        simplify=polygon and rule.overview is None and zoom < rule.maxzoom,
    )


def shape(drawing: Drawing, alias: str) -> sql.Composable:
    """Return the expression of the geometry in tile units; NULL where nothing of the feature is in the tile."""
    column = sql.Identifier(alias, drawing.column)
    if not drawing.polygon:
        return in_tile(column)
    point = in_tile(sql.SQL("ST_PointOnSurface({})").format(column))
    if drawing.as_point:
        return point
    outline = SIMPLIFIED.format(column=column) if drawing.simplify else column
    return POLYGON_OR_POINT.format(polygon=in_tile(outline), column=column, point=point)


def in_tile(geometry: sql.Composable) -> sql.Composed:
    """Return `geometry` (degrees) cut to the tile."""
    return IN_TILE.format(shape=TO_MERCATOR.format(shape=geometry), extent=sql.Literal(EXTENT))


def measures(rule: TileRule, address: TileAddress) -> dict[str, float]:
    """Return the values that the expressions of this module need for one tile."""
    return {
        "z": address.z,
        "x": address.x,
        "y": address.y,
        "buffer_units": rule.buffer_px * UNITS_PER_PX,
        "pixel_deg": address.pixel_deg,
        "tolerance_deg": address.pixel_deg * TOLERANCE_PX,
    }


def fields_of(layer: SpatialLayer, names: Iterable[str]) -> list[models.Field[object, object]]:
    """Return the fields called `names` that a tile can carry; a second geometry is never a property."""
    found = [layer.model._meta.get_field(name) for name in names]
    return [
        cast("models.Field[object, object]", field)
        for field in found
        if field.concrete and not isinstance(field, gis.GeometryField)
    ]


def kind_of(field: models.Field[object, object]) -> Kind:
    """Return what TileJSON calls the values of a property."""
    target = target_of(field)
    if isinstance(target, models.BooleanField):
        return "Boolean"
    return "Number" if isinstance(target, NUMBERS) else "String"


def target_of(field: models.Field[object, object]) -> models.Field[object, object]:
    """Return the field whose values a column holds: of a foreign key the key, of a generated column its result."""
    while True:
        if isinstance(field, models.ForeignKey):
            field = field.target_field
        elif isinstance(field, models.GeneratedField):
            field = cast("models.Field[object, object]", field.output_field)
        else:
            return field


def property_column(field: models.Field[object, object], alias: str) -> sql.Composed:
    """Return the expression of one property, named as its column.

    A vector tile knows texts, numbers and booleans: dates become ISO 8601, decimals the nearest double, and lists
    one text with commas. An empty value is left out of the feature.
    """
    column = sql.Identifier(alias, str(field.column))
    target = target_of(field)
    expression: sql.Composable = column
    if isinstance(target, models.DateTimeField):
        iso = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
        expression = sql.SQL(iso).format(column)
    elif isinstance(target, models.DateField):
        expression = sql.SQL("to_char({}, 'YYYY-MM-DD')").format(column)
    elif isinstance(target, models.DecimalField):
        expression = sql.SQL("{}::float8").format(column)
    elif isinstance(target, ArrayField):
        expression = sql.SQL("NULLIF(array_to_string({}, ','), '')").format(column)
    elif kind_of(field) == "String":
        expression = sql.SQL("{}::text").format(column)
    return sql.SQL("{} AS {}").format(expression, sql.Identifier(str(field.column)))
