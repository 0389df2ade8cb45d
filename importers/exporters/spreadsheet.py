"""XLSX for people: headings and words in the reader's language, numbers and days in types of their own."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.utils.encoding import force_str

from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.sheets import Table, write_xlsx
from importers.exporters.text_tables import coordinates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from importers.exporters.shipment import Shipment

FIRST_DAY = dt.date(1900, 3, 1)
"""Spreadsheets count days from here; before it they know a 29 February 1900 that never was."""
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""What XML cannot hold, and the carriage return, which it turns into a line feed."""


def write_spreadsheet(shipment: Shipment, path: Path) -> None:
    """Write a workbook row by row; more rows than a sheet holds go on in a further one."""
    columns = [column for column in shipment.columns if column.kind is not Kind.PLACE or column.shape == "Point"]
    keys = [name for column in columns for name in axes(column, column.name)]
    titles = [name for column in columns for name in axes(column, column.title)]
    write_xlsx([Table(force_str(shipment.layer.title), keys, titles, rows_of(shipment, columns))], path)


def axes(column: ExportColumn, name: str) -> tuple[str, ...]:
    """Return the headings of a column: a position has two."""
    return (f"{name} x", f"{name} y") if column.kind is Kind.PLACE else (name,)


def rows_of(shipment: Shipment, columns: list[ExportColumn]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows."""
    places = {column.name: place for place, column in enumerate(shipment.columns)}
    words = {column.name: column.words for column in columns if column.kind is Kind.CHOICE}
    for batch in shipment.batches():
        cells: list[list[Any]] = []
        for column in columns:
            cells += cells_of(column, batch.column(places[column.name]), words.get(column.name, {}))
        yield from zip(*cells, strict=True)


def cells_of(column: ExportColumn, values: pa.Array, words: dict[Any, str]) -> list[list[Any]]:
    """Return the cells of one column."""
    match column.kind:
        case Kind.PLACE:
            return [axis.to_pylist() for axis in coordinates(values)]
        case Kind.CHOICE:
            return [[words.get(value, value) for value in values.to_pylist()]]
        case Kind.DAY:
            return [[day(value) for value in values.to_pylist()]]
        case Kind.MOMENT:
            return [[None if value is None else value.isoformat() for value in values.to_pylist()]]
        case Kind.TEXT | Kind.LIST | Kind.JSON:
            return [[text and UNWRITABLE.sub("", text) for text in values.to_pylist()]]
    return [values.to_pylist()]


def day(value: dt.date | None) -> dt.date | str | None:
    """Return a day as a cell holds it."""
    return value if value is None or value >= FIRST_DAY else value.isoformat()
