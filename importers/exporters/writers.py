"""How each format is written; apart from what is said of it, for these libraries take a second to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.exporters.geojson import write_geojson
from importers.exporters.geoparquet import write_geoparquet
from importers.exporters.kml import write_kml
from importers.exporters.land_office import write_parcels
from importers.exporters.spatial_files import write_flatgeobuf, write_geopackage, write_shapefile
from importers.exporters.spreadsheet import write_spreadsheet
from importers.exporters.text_tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from importers.exporters.shipment import Shipment

WRITERS: dict[str, Callable[[Shipment, Path], None]] = {
    "gpkg": write_geopackage,
    "parquet": write_geoparquet,
    "geojson": write_geojson,
    "fgb": write_flatgeobuf,
    "shp": write_shapefile,
    "csv": write_csv,
    "xlsx": write_spreadsheet,
    "kml": write_kml,
    "txt": write_parcels,
}
