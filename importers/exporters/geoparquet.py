"""GeoParquet, written by Arrow: the one format with several geometries a row, each declared.

Notes
-----
GeoParquet 1.1.0: metadata `geo` with encoding, types, bounding box and reference system of each geometry column.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from pyarrow import parquet

from importers.exporters.columns import Kind
from importers.exporters.shipment import shapes_of
from importers.exporters.spatial_files import definition

if TYPE_CHECKING:
    from pathlib import Path

    from geocore.crs import Crs
    from importers.exporters.columns import ExportColumn
    from importers.exporters.shipment import Shipment

VERSION = "1.1.0"


def write_geoparquet(shipment: Shipment, path: Path) -> None:
    """Write a GeoParquet file: decimals, days and lists in types of their own, each geometry declared."""
    schema = pa.schema([declared(column) for column in shipment.columns])
    boxes = {column.name: Box() for column in shipment.columns if column.kind is Kind.PLACE}
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in shipment.batches():
            arrays = [held(column, batch.column(place)) for place, column in enumerate(shipment.columns)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            for place, column in enumerate(shipment.columns):
                if column.kind is Kind.PLACE:
                    boxes[column.name].add(batch.column(place))
        writer.add_key_value_metadata({"geo": json.dumps(geo_metadata(shipment, boxes))})


def declared(column: ExportColumn) -> pa.Field:
    """Return a column with its type in the file, its title beside it."""
    kind = {Kind.LIST: pa.list_(pa.string()), Kind.JSON: pa.json_()}.get(column.kind, column.arrow)
    return pa.field(column.name, kind, metadata={"title": column.title})


def held(column: ExportColumn, values: pa.Array) -> pa.Array:
    """Return the values of a column as the file holds them."""
    if column.kind is Kind.JSON:
        return pa.ExtensionArray.from_storage(pa.json_(), values)
    if column.kind is not Kind.LIST:
        return values
    lists = [None if text is None else json.loads(text) for text in values.to_pylist()]
    return pa.array(lists, pa.list_(pa.string()))


class Box:
    """The bounds of a column of places, taken batch by batch."""

    def __init__(self) -> None:
        self.bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def add(self, column: pa.Array) -> None:
        """Widen it to hold a batch."""
        if not len(column):
            return
        found = shapely.total_bounds(shapes_of(column))
        if np.isfinite(found).all():
            self.bounds[:2] = np.minimum(self.bounds[:2], found[:2])
            self.bounds[2:] = np.maximum(self.bounds[2:], found[2:])


def geo_metadata(shipment: Shipment, boxes: dict[str, Box]) -> dict[str, Any]:
    """Return the metadata `geo`."""
    shapes = {column.name: column.shape for column in shipment.columns}
    told = {
        name: {"encoding": "WKB", "geometry_types": [shapes[name]], "crs": reference(shipment.crs)}
        | ({"bbox": box.bounds.tolist()} if np.isfinite(box.bounds).all() else {})
        for name, box in boxes.items()
    }
    return {"version": VERSION, "primary_column": shipment.geometry.name, "columns": told}


def reference(crs: Crs) -> dict[str, Any]:
    """Return a reference system as PROJJSON."""
    found: dict[str, Any] = pyproj.CRS(definition(crs)).to_json_dict()
    return found
