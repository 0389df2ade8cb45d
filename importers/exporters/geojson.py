"""GeoJSON, written by the database itself where the coordinates are those that are stored.

Notes
-----
RFC 7946 knows longitude and latitude alone. In another reference system the file is of the kind before it (2008), whose
member `crs` GDAL, QGIS, ArcGIS and our own import understand.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from psycopg2 import sql

from geocore.geometry import oriented
from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.feed import ALIAS, Selection, copy_out
from importers.exporters.shipment import shapes_of, unchanged
from layers.sqlfiles import compose

if TYPE_CHECKING:
    from pathlib import Path

    from geocore.crs import Crs
    from importers.exporters.shipment import Shipment

DEGREE_DECIMALS = 9
METRE_DECIMALS = 4

# JSON holds no control characters, so with these COPY never has anything to quote.
UNQUOTED = r", DELIMITER E'\x02', QUOTE E'\x01'"


def write_geojson(shipment: Shipment, path: Path) -> None:
    """Write a collection of features; further geometries are GeoJSON among the properties."""
    with path.open("wb") as file:
        file.write(opening(shipment))
        if shipment.selection is not None and unchanged(shipment.crs):
            shipment.step(from_database(shipment, shipment.selection, file))
        else:
            between = b""
            for batch in shipment.batches():
                if batch.num_rows:
                    file.write(between + ",\n".join(features(shipment, batch).to_pylist()).encode())
                    between = b",\n"
        file.write(b"\n]}\n")


def opening(shipment: Shipment) -> bytes:
    """Return what comes before the features."""
    head = {"type": "FeatureCollection", "name": shipment.layer.key}
    if not unchanged(shipment.crs):
        head["crs"] = {"type": "name", "properties": {"name": urn(shipment.crs)}}  # type: ignore[assignment]
    return json.dumps(head)[:-1].encode() + b',"features":[\n'


def urn(crs: Crs) -> str:
    """Return the name of a reference system."""
    return crs.name if crs.epsg is None else f"urn:ogc:def:crs:EPSG::{crs.epsg}"


def from_database(shipment: Shipment, selection: Selection, file: IO[bytes]) -> int:
    """Write the features as the database tells them, and return their number."""
    parts, parameters = selection.parts()
    geometry = shipment.geometry
    column = sql.Identifier(ALIAS, geometry.name)
    query = compose(
        "layers",
        "features_geojson",
        # RFC 7946, 3.1.6: outer rings run against the clock
        geometry=column if geometry.shape == "Point" else sql.SQL("ST_ForcePolygonCCW({})").format(column),
        properties=sql.SQL(", ").join(told(one) for one in shipment.columns if one is not geometry),
        **parts,
    )
    return copy_out(query, parameters, Joined(file), UNQUOTED)  # type: ignore[arg-type]


def told(column: ExportColumn) -> sql.Composable:
    """Return what the database tells of a column."""
    name = sql.Identifier(ALIAS, column.name)
    if column.kind is not Kind.PLACE:
        return name
    return sql.SQL("ST_AsGeoJSON({}, 9, 0)::json AS {}").format(name, sql.Identifier(column.name))


class Joined:
    """A file that puts a comma between the lines that COPY writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.between = b""

    def write(self, line: bytes) -> int:
        """Write one line."""
        self.file.write(self.between)
        self.between = b",\n"
        return self.file.write(line[:-1])


def features(shipment: Shipment, batch: pa.RecordBatch) -> pa.Array:
    """Return the features of a batch, one text a row."""
    properties = properties_of(shipment, batch)
    geometry = shapes_told(batch.column(batch.num_columns - 1), shipment.crs)
    codes = pa.array([json.dumps(code, ensure_ascii=False) for code in batch.column(0).to_pylist()], pa.string())
    return pc.binary_join_element_wise(
        '{"type":"Feature","id":', codes, ',"geometry":', geometry, ',"properties":', properties, "}", ""
    )


def properties_of(shipment: Shipment, batch: pa.RecordBatch) -> pa.Array:
    """Return the properties of a batch, one object a row."""
    names = [json.dumps(column.name) for column in shipment.columns[:-1]]
    values = [as_json(column, batch.column(place), shipment) for place, column in enumerate(shipment.columns[:-1])]
    rows = zip(*values, strict=True)
    return pa.array(
        ["{" + ",".join(f"{name}:{value}" for name, value in zip(names, row, strict=True)) + "}" for row in rows],
        pa.string(),
    )


def as_json(column: ExportColumn, values: pa.Array, shipment: Shipment) -> list[str]:
    """Return the values of a column as JSON."""
    match column.kind:
        case Kind.PLACE:
            return [str(text) for text in shapes_told(values, shipment.crs).to_pylist()]
        case Kind.LIST | Kind.JSON:
            return [text or "null" for text in values.to_pylist()]
        case Kind.DECIMAL:
            return ["null" if value is None else str(value) for value in values.to_pylist()]
        case Kind.DAY | Kind.MOMENT:
            return ["null" if value is None else f'"{value.isoformat()}"' for value in values.to_pylist()]
    return [json.dumps(value, ensure_ascii=False) for value in values.to_pylist()]


def shapes_told(values: pa.Array, crs: Crs) -> pa.Array:
    """Return places as GeoJSON geometries, "null" where there is none."""
    shapes = oriented(shapes_of(values))
    decimals = DEGREE_DECIMALS if crs.in_degrees else METRE_DECIMALS
    there = ~shapely.is_missing(shapes)
    shapes[there] = shapely.transform(shapes[there], lambda xy: np.round(xy, decimals))
    texts = np.full(len(shapes), "null", dtype=np.object_)
    texts[there] = shapely.to_geojson(shapes[there])
    return pa.array(texts, pa.string())
