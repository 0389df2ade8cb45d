"""A layer with a column of every kind, rows for it, and what each declared loss makes of a value."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from importers.exporters.columns import ExportColumn, Kind, column_of
from importers.exporters.losses import Loss
from importers.exporters.sheets import FORMULA_STARTS
from importers.exporters.shipment import Shipment
from layers.spec import LayerView, SpatialLayer


class Everything(models.Model):
    """A field of every kind; no table."""

    code = models.CharField(max_length=40)
    a_rather_long_name = models.CharField(max_length=500)
    kind = models.CharField(max_length=10, choices=[("a", "the first"), ("b", "the second")])
    level = models.PositiveSmallIntegerField(choices=[(1, "one"), (2, "two")])
    persons = models.PositiveSmallIntegerField()
    planned = models.PositiveIntegerField()
    size_m2 = models.FloatField()
    money = models.DecimalField(max_digits=14, decimal_places=2)
    moved_on = models.DateField()
    seen_at = models.DateTimeField()
    flag = models.BooleanField()
    words = ArrayField(models.CharField(max_length=40))
    items = models.JSONField()
    second = models.PointField(null=True)
    rim = models.MultiPolygonField(null=True)
    geom = models.PointField(null=True)
    area = models.MultiPolygonField()

    class Meta:
        app_label = "tests"
        managed = False


NAMES = [field.name for field in Everything._meta.concrete_fields if field.name not in {"id", "geom", "area"}]
BY_POINT = tuple(column_of(Everything._meta.get_field(name)) for name in [*NAMES, "geom"])
BY_AREA = tuple(column_of(Everything._meta.get_field(name)) for name in [*NAMES, "area"])
LAYER = SpatialLayer(
    "everything", "Everything", "thing", Everything, (LayerView("everything", "Everything", "geom"),), ()
)
FURTHER = frozenset({"second", "rim"})
CUT = "its end is missing"
Row = dict[str, Any]


def shipment(rows: list[Row], columns: tuple[ExportColumn, ...]) -> Shipment:
    """Return rows (field to value, places as shapely has them) on their way into a file."""
    arrays = [pa.array([as_fed(one, row[one.name]) for row in rows], one.arrow) for one in columns]
    batch = pa.record_batch(arrays, names=[one.name for one in columns])
    return Shipment(LAYER, columns, lambda: iter([batch]))


def as_fed(column: ExportColumn, value: Any) -> Any:
    """Return a value as the database feeds it."""
    if value is None:
        return None
    if column.kind is Kind.PLACE:
        return shapely.to_wkb(value, byte_order=1)
    return json.dumps(value, ensure_ascii=False) if column.kind in {Kind.LIST, Kind.JSON} else value


TEXTS = {Kind.TEXT, Kind.CHOICE}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
Change = Callable[[ExportColumn, Any], Any]


def on_text(change: Callable[[str], str]) -> Change:
    """Return what changes texts alone."""
    return lambda column, value: change(value) if isinstance(value, str) and column.kind in TEXTS else value


def rounded(_column: ExportColumn, value: Any) -> Any:
    return shapely.transform(value, lambda xy: np.round(xy, 9)) if isinstance(value, shapely.Geometry) else value


def turned(_column: ExportColumn, value: Any) -> Any:
    return shapely.normalize(value) if isinstance(value, shapely.MultiPolygon | shapely.Polygon) else value


def alone(_column: ExportColumn, value: Any) -> Any:
    single = isinstance(value, shapely.MultiPolygon) and shapely.get_num_geometries(value) == 1
    return shapely.get_geometry(value, 0) if single else value


def sixteen(value: Any) -> Any:
    """Return a number, or a position, of 16 digits."""
    if isinstance(value, shapely.Point):
        return shapely.Point(sixteen(value.x), sixteen(value.y))
    return float(f"{value:.16g}") if isinstance(value, float) else value


CHANGES: dict[Loss, Change] = {
    Loss.WORDS_OF_LISTS: lambda column, value: column.words.get(value, value) if column.kind is Kind.CHOICE else value,
    Loss.CONTROL_CHARACTERS: on_text(lambda text: CONTROLS.sub("", text)),
    Loss.FORMULAS_MARKED: on_text(lambda text: f"'{text}" if text.startswith(FORMULA_STARTS) else text),
    Loss.CELL_TEXT: on_text(lambda text: text[:32_767]),
    Loss.SHORT_TEXT: on_text(lambda text: text.encode()[:254].decode(errors="ignore")),
    Loss.EDGE_SPACES: on_text(lambda text: text.rstrip(" ")),
    Loss.EMPTY_IS_NOTHING: lambda column, value: None if value == "" else value,
    Loss.FIFTEEN_DECIMALS: lambda _column, value: float(f"{value:.15f}") if isinstance(value, float) else value,
    Loss.SIXTEEN_DIGITS: lambda _column, value: sixteen(value),
    Loss.DAYS_AS_MOMENTS: lambda column, value: (
        dt.datetime(value.year, value.month, value.day) if column.kind is Kind.DAY and value else value  # noqa: DTZ001
    ),
    Loss.ROUNDED_PLACES: rounded,
    Loss.ONE_PART: alone,
    Loss.RINGS_TURNED: turned,
    Loss.NO_OUTLINES: lambda column, value: None if column.shape == "MultiPolygon" else value,
}
"""In the order in which they happen; the others are about how a value is told, see `understood`."""


def lost(column: ExportColumn, value: Any, losses: frozenset[Loss]) -> Any:
    """Return what is left of a value after `losses`."""
    as_text = Loss.PLACES_AS_WKT in losses and column.name in FURTHER
    for loss, change in CHANGES.items():
        if loss in losses and not (as_text and loss is Loss.ROUNDED_PLACES):
            value = change(column, value)
    return CUT if Loss.SHORT_TEXT in losses and too_long(column, value) else value


def too_long(column: ExportColumn, value: Any) -> bool:
    """Return whether a place or a list is longer, as text, than a cell of a shapefile."""
    if column.name in FURTHER and isinstance(value, shapely.Geometry):
        return len(shapely.to_wkt(value, rounding_precision=-1)) > 254
    structured = column.kind in {Kind.LIST, Kind.JSON} and value is not None and value != CUT
    return structured and len(json.dumps(value, ensure_ascii=False).encode()) > 254


def understood(column: ExportColumn, value: Any, losses: frozenset[Loss]) -> Any:
    """Return what a value that was read says, where a declared loss allows for the way in which it is told."""
    if value is None or (value == "" and Loss.EMPTY_IS_NOTHING in losses):
        return None
    if isinstance(value, bytes) and column.kind is Kind.PLACE:
        return shapely.from_wkb(value)
    if not isinstance(value, str):
        return comparable(column, value)
    for kinds, allowed, read in TOLD_AS_TEXT:
        if column.kind in kinds and allowed & losses:
            return parsed(read, value)
    return value


def parsed(read: Callable[[str], Any], text: str) -> Any:
    """Return what a text says; itself where it says nothing."""
    try:
        return read(text)
    except (ValueError, KeyError, ArithmeticError):
        return text


def comparable(column: ExportColumn, value: Any) -> Any:
    """Return decimals and moments as the row has them, from numbers and from the clock of nowhere."""
    if column.kind is Kind.DECIMAL:
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if column.kind is Kind.MOMENT and isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    return value


def place(text: str) -> Any:
    """Return a place of WKT, as far as it goes."""
    try:
        return shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        return CUT


def structured(text: str) -> Any:
    """Return what JSON says, as far as it goes."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return CUT


TOLD_AS_TEXT: tuple[tuple[set[Kind], set[Loss], Callable[[str], Any]], ...] = (
    ({Kind.PLACE}, {Loss.PLACES_AS_WKT, Loss.PLACES_AS_NUMBERS}, place),
    ({Kind.LIST, Kind.JSON}, {Loss.LISTS_AS_TEXT, Loss.ALL_TEXT}, structured),
    ({Kind.DAY}, {Loss.DAYS_AS_TEXT, Loss.ALL_TEXT, Loss.EARLY_DAYS_AS_TEXT}, dt.date.fromisoformat),
    ({Kind.MOMENT}, {Loss.DAYS_AS_TEXT, Loss.MOMENTS_AS_TEXT, Loss.ALL_TEXT}, dt.datetime.fromisoformat),
    ({Kind.CHOICE}, {Loss.ALL_TEXT}, lambda text: int(text) if text.isdigit() else text),
    ({Kind.INTEGER}, {Loss.ALL_TEXT}, int),
    ({Kind.FLOAT}, {Loss.ALL_TEXT}, float),
    ({Kind.DECIMAL}, {Loss.ALL_TEXT}, Decimal),
    ({Kind.TRUTH}, {Loss.ALL_TEXT}, {"true": True, "false": False}.__getitem__),
)
