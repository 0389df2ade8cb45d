"""The columns that an export of a layer has: which fields, under which names, of which types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.encoding import force_str
from django.utils.text import capfirst

from layers.fields import field_of

if TYPE_CHECKING:
    from django.db.models import Field

    from layers.spec import SpatialLayer


class Kind(StrEnum):
    """What a column holds, as far as formats differ in it."""

    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DAY = "day"
    MOMENT = "moment"
    TRUTH = "truth"
    LIST = "list"
    JSON = "json"
    PLACE = "place"


MOST_DIGITS = 15
"""A decimal of so many digits is the same after it was a binary number of 64 bits; a longer one would not be."""

INTEGERS: dict[str, pa.DataType] = {
    "PositiveSmallIntegerField": pa.int16(),
    "SmallIntegerField": pa.int16(),
    "IntegerField": pa.int32(),
    "PositiveIntegerField": pa.int32(),
}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of an export.

    Attributes
    ----------
    name
        That of the column in the database, as in GeoJSON, tiles and imports.
    kind, arrow
        What it holds, and as which type it goes through (`JSON` and `LIST` as JSON text, `PLACE` as WKB).
    shape
        Of a place: "Point", "Polygon" or "MultiPolygon".
    """

    name: str
    field: Field[Any, Any]
    kind: Kind
    arrow: pa.DataType
    shape: str = ""

    @property
    def title(self) -> str:
        """Return its heading for people, in the present language."""
        return capfirst(force_str(self.field.verbose_name))

    @property
    def words(self) -> dict[Any, str]:
        """Return the words of its choices by value, in the present language."""
        return {value: str(label) for value, label in self.field.flatchoices}


def columns_of(layer: SpatialLayer, *, personal: bool) -> tuple[ExportColumn, ...]:
    """Return the columns of an export of `layer`: the code first, the geometries last, its own geometry the very last.

    Parameters
    ----------
    personal
        Whether the personal properties that the layer declares are among them.
    """
    names = dict.fromkeys(("code", *layer.exported(personal=personal)))
    fields = [field_of(layer.model, name) for name in names]
    places = [found for found in layer.model._meta.concrete_fields if is_drawn(layer, found)]
    places.sort(key=lambda found: found.name == layer.geom)
    return tuple(column_of(found) for found in [*(one for one in fields if one not in places), *places])


def is_drawn(layer: SpatialLayer, found: Any) -> bool:
    """Return whether a field is a geometry that leaves: drawn, or filled by people; generalised copies stay."""
    return isinstance(found, GeometryField) and (found.editable or found.name in layer.geometries)


def column_of(found: Field[Any, Any]) -> ExportColumn:
    """Return the column of a field."""
    kind, arrow = kind_of(found)
    shape = SHAPES[found.geom_type] if isinstance(found, GeometryField) else ""
    return ExportColumn(str(found.column), found, kind, arrow, shape)


SHAPES = {"POINT": "Point", "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "LINESTRING": "LineString"}


def kind_of(found: Any) -> tuple[Kind, pa.DataType]:
    """Return what a field holds, and as which Arrow type it goes through."""
    if isinstance(found, models.GeneratedField):
        return kind_of(found.output_field)
    if isinstance(found, models.ForeignKey):
        return kind_of(found.target_field)
    if isinstance(found, models.IntegerField):
        return Kind.CHOICE if found.choices else Kind.INTEGER, INTEGERS.get(type(found).__name__, pa.int64())
    if isinstance(found, models.DecimalField):
        assert found.max_digits is not None
        assert found.decimal_places is not None
        return Kind.DECIMAL, pa.decimal128(found.max_digits, found.decimal_places)
    for sort, answer in KINDS:
        if isinstance(found, sort):
            return answer
    return Kind.CHOICE if found.choices else Kind.TEXT, pa.string()


# A DateTimeField is a DateField too, so it stands first.
KINDS: tuple[tuple[type, tuple[Kind, pa.DataType]], ...] = (
    (GeometryField, (Kind.PLACE, pa.binary())),
    (ArrayField, (Kind.LIST, pa.string())),
    (models.JSONField, (Kind.JSON, pa.string())),
    (models.DateTimeField, (Kind.MOMENT, pa.timestamp("us", "UTC"))),
    (models.DateField, (Kind.DAY, pa.date32())),
    (models.FloatField, (Kind.FLOAT, pa.float64())),
    (models.BooleanField, (Kind.TRUTH, pa.bool_())),
)
