"""KML: each row a placemark with a name, a description in the reader's language, and typed data.

Notes
-----
OGC 12-007r2. GDAL's own writer keeps the whole document in memory.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from django.utils.encoding import force_str

from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.geojson import DEGREE_DECIMALS
from importers.exporters.shipment import shapes_of, wkt_of
from importers.exporters.spreadsheet import UNWRITABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from importers.exporters.shipment import Shipment

TYPES = {Kind.INTEGER: "int", Kind.FLOAT: "double", Kind.DECIMAL: "double", Kind.TRUTH: "bool"}


def write_kml(shipment: Shipment, path: Path) -> None:
    """Write a document of placemarks."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        write_head(shipment, file)
        for batch in shipment.batches():
            file.writelines(placemarks(shipment, batch))
        file.write("</Document>\n</kml>\n")


def write_head(shipment: Shipment, file: IO[str]) -> None:
    """Write what comes before the placemarks: the title and the types of the data."""
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n')
    file.write(f'<Document id="root_doc">\n<name>{plain(force_str(shipment.layer.title))}</name>\n')
    file.write(f"<Schema name={quoteattr(shipment.layer.key)} id={quoteattr(shipment.layer.key)}>\n")
    for column in shipment.columns[:-1]:
        kind = "int" if is_number(column) else TYPES.get(column.kind, "string")
        file.write(f'<SimpleField name="{column.name}" type="{kind}">')
        file.write(f"<displayName>{plain(column.title)}</displayName></SimpleField>\n")
    file.write("</Schema>\n")


def is_number(column: ExportColumn) -> bool:
    """Return whether a choice is among numbers."""
    return column.kind is Kind.CHOICE and str(column.arrow).startswith("int")


def plain(text: str) -> str:
    """Return text as XML holds it."""
    return escape(UNWRITABLE.sub("", text))


def placemarks(shipment: Shipment, batch: pa.RecordBatch) -> Iterator[str]:
    """Yield the placemarks of a batch."""
    columns = shipment.columns[:-1]
    values = [texts(column, batch.column(place)) for place, column in enumerate(columns)]
    words = [column.words for column in columns]
    titles = [plain(column.title) for column in columns]
    named = next((place for place, column in enumerate(columns) if column.name == "name"), 0)
    shapes = shapes_of(batch.column(len(columns)))
    for row, cells in enumerate(zip(*values, strict=True)):
        told = [(title, choices.get(cell, cell)) for title, choices, cell in zip(titles, words, cells, strict=True)]
        lines = "\n".join(f"{title}: {plain(str(cell))}" for title, cell in told if cell not in {None, ""})
        data = "".join(
            f'<SimpleData name="{column.name}">{plain(str(cell))}</SimpleData>'
            for column, cell in zip(columns, cells, strict=True)
            if cell is not None
        )
        yield (
            f"<Placemark><name>{plain(str(cells[named] or cells[0]))}</name><description>{lines}</description>"
            f'<ExtendedData><SchemaData schemaUrl="#{shipment.layer.key}">{data}</SchemaData></ExtendedData>'
            f"{geometry(shapes[row])}</Placemark>\n"
        )


def texts(column: ExportColumn, values: pa.Array) -> list[Any]:
    """Return the values of a column, those that KML has no type for as text."""
    match column.kind:
        case Kind.PLACE:
            return list(wkt_of(values).to_pylist())
        case Kind.DAY | Kind.MOMENT:
            return [None if value is None else value.isoformat() for value in values.to_pylist()]
        case Kind.TRUTH:
            return [None if value is None else int(value) for value in values.to_pylist()]
    return list(values.to_pylist())


def geometry(shape: shapely.Geometry | None) -> str:
    """Return a geometry as KML; nothing where there is none."""
    if shape is None or shapely.is_empty(shape):
        return ""
    if isinstance(shape, shapely.Point):
        return f"<Point>{positions(shape)}</Point>"
    if isinstance(shape, shapely.Polygon):
        return polygon(shape)
    parts = "".join(geometry(part) for part in shapely.get_parts(shape))
    return f"<MultiGeometry>{parts}</MultiGeometry>"


def polygon(shape: shapely.Polygon) -> str:
    """Return a polygon with its holes."""
    holes = "".join(f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>" for hole in shape.interiors)
    return f"<Polygon><outerBoundaryIs>{ring(shape.exterior)}</outerBoundaryIs>{holes}</Polygon>"


def ring(shape: shapely.Geometry) -> str:
    """Return one ring."""
    return f"<LinearRing>{positions(shape)}</LinearRing>"


def positions(shape: shapely.Geometry) -> str:
    """Return the coordinates of a point or a ring."""
    rounded = np.round(shapely.get_coordinates(shape), DEGREE_DECIMALS).tolist()
    return "<coordinates>" + " ".join(f"{x!r},{y!r}" for x, y in rounded) + "</coordinates>"
