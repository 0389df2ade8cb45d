"""Exporting the households beside other ways of getting the same rows into the same file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
from django.db import connection
from psycopg2 import sql

from accounts.roles import Through
from benchmarks.measuring import Row, race
from benchmarks.registry import Context, job
from importers.exporters.columns import Kind, columns_of
from importers.exporters.formats import format_called
from importers.exporters.services import ExportOrder, checked, export_file
from layers.registry import get_layer

RUNS = 3
OVER_COPY = 1.3
NO_SLOWER = 1.0
LAYER = get_layer("households")
COLUMNS = columns_of(LAYER, personal=False)
DRIVERS = {
    "gpkg": {"driver": "GPKG", "VERSION": "1.2"},
    "fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
}
"""With an index geopandas fails: some households have no new home yet."""


@job("import")
def exports(context: Context) -> Iterator[Row]:
    """All households as GeoJSON beside COPY of the same, as GeoPackage, FlatGeobuf, GeoParquet beside geopandas."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        count = export(folder, "geojson")
        measured = race(lambda: export(folder, "geojson"), lambda: copy_geojson(folder / "copy.geojson"), runs=RUNS)
        yield context.row(
            f"{count:,} households to GeoJSON",
            measured,
            reference_name="COPY (SELECT ST_AsGeoJSON)",
            goal=OVER_COPY,
        )
        frame = read()
        for key in ("gpkg", "fgb", "parquet"):
            title = format_called(LAYER, key).title
            measured = race(lambda key=key: export(folder, key), lambda key=key: by_geopandas(folder, key), runs=RUNS)
            yield context.row(
                f"{count:,} households to {title}",
                measured,
                reference_name="geopandas, reading and writing",
                goal=NO_SLOWER,
            )
            measured = race(lambda key=key: export(folder, key), lambda key=key: write(frame, folder, key), runs=RUNS)
            yield context.row(
                f"{count:,} households to {title}",
                measured,
                reference_name="geopandas, writing alone",
                goal=None,
                note="ours reads the database too",
            )


def export(folder: Path, key: str) -> int:
    """Export all households as the system, and return their number."""
    form = format_called(LAYER, key)
    return export_file(checked(ExportOrder(LAYER, form)), folder / f"ours{form.ending}", through=Through.COMMAND)


def copy_geojson(path: Path) -> None:
    """Write the same features and properties, one a line, as PostGIS makes them by itself."""
    properties = [column.name for column in COLUMNS]
    query = sql.SQL(
        "COPY (SELECT ST_AsGeoJSON(feature, {geometry}, 9) FROM (SELECT {columns} FROM layers_household"
        " WHERE deleted_at IS NULL ORDER BY id) AS feature) TO STDOUT"
    ).format(geometry=sql.Literal(LAYER.geom), columns=sql.SQL(", ").join(sql.Identifier(name) for name in properties))
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.cursor.copy_expert(query, file)


def read() -> geopandas.GeoDataFrame:
    """Return the same rows as geopandas reads them; a second geometry and lists as text: its drivers take neither."""
    parts = [text_of(column) for column in COLUMNS]
    query = f"SELECT {', '.join(parts)} FROM layers_household WHERE deleted_at IS NULL ORDER BY id"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas prefers SQLAlchemy
        return geopandas.read_postgis(query, connection.connection, geom_col=LAYER.geom)


def text_of(column: Any) -> str:
    """Return what is selected for a column."""
    if column.kind is Kind.PLACE and column.name != LAYER.geom:
        return f"ST_AsText({column.name}, 17) AS {column.name}"
    return f"{column.name}::text" if column.kind is Kind.LIST else f"{column.name}"


def by_geopandas(folder: Path, key: str) -> None:
    """Read and write the same rows."""
    write(read(), folder, key)


def write(frame: geopandas.GeoDataFrame, folder: Path, key: str) -> None:
    """Write the rows as geopandas does."""
    path = folder / f"theirs.{key}"
    path.unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if key == "parquet":
            frame.to_parquet(path, compression="zstd")
        else:
            frame.to_file(path, engine="pyogrio", layer=LAYER.key, **DRIVERS[key])
