"""CSV, for programs and for spreadsheets."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyarrow import csv

from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.sheets import FORMULA_STARTS
from importers.exporters.shipment import shapes_of, wkt_of

if TYPE_CHECKING:
    from pathlib import Path

    from importers.exporters.shipment import Shipment

FORMULA = f"^[{''.join(FORMULA_STARTS)}]".replace("-", r"\-")


def write_csv(shipment: Shipment, path: Path) -> None:
    """Write CSV with the names of the columns in its first line.

    UTF-8 begins with the mark without which spreadsheet programs read Chinese wrongly.
    """
    with path.open("wb") as file:
        if shipment.encoding == "utf-8":
            file.write(codecs.BOM_UTF8)
        file.write((",".join(headings(shipment)) + "\n").encode(shipment.encoding))
        for batch in shipment.batches():
            lines = as_lines(shipment, batch)
            file.write(lines if shipment.encoding == "utf-8" else lines.decode().encode(shipment.encoding))


def headings(shipment: Shipment) -> list[str]:
    """Return the names of the columns: a position is two of them."""
    return [name for column in shipment.columns for name in names_of(column)]


def names_of(column: ExportColumn) -> tuple[str, ...]:
    """Return the headings of one column."""
    return (f"{column.name}.x", f"{column.name}.y") if column.shape == "Point" else (column.name,)


def as_lines(shipment: Shipment, batch: pa.RecordBatch) -> bytes:
    """Return a batch as lines."""
    cells: list[Any] = []
    for place, column in enumerate(shipment.columns):
        cells += cells_of(column, batch.column(place))
    text = io.BytesIO()
    csv.write_csv(pa.table(cells, names=headings(shipment)), text, csv.WriteOptions(include_header=False))
    return text.getvalue()


def cells_of(column: ExportColumn, values: pa.Array) -> list[pa.Array]:
    """Return the cells of one column."""
    if column.shape == "Point":
        return coordinates(values)
    if column.kind is Kind.PLACE:
        return [wkt_of(values)]
    if column.kind is Kind.MOMENT:
        return [pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ")]
    return [unformulated(values) if pa.types.is_string(values.type) else values]


def coordinates(values: pa.Array) -> list[pa.Array]:
    """Return positions as two columns of numbers; none where there is no position."""
    shapes = shapes_of(values)
    found = np.full((len(shapes), 2), np.nan)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    found[there] = shapely.get_coordinates(shapes[there])
    return [pa.array(found[:, axis], from_pandas=True) for axis in (0, 1)]


def unformulated(values: pa.Array) -> pa.Array:
    """Return texts of which no spreadsheet program takes one for a formula."""
    marked = pc.binary_join_element_wise(pa.scalar("'"), values, "")
    return pc.if_else(pc.match_substring_regex(values, FORMULA), marked, values)
