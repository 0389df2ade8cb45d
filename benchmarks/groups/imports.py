"""Importing points beside other ways of bringing the same rows into the database.

Nothing stays: our import is a rehearsal (everything is done, then taken back), the others are rolled back or dropped.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
from django.conf import settings
from django.db import connection, models, transaction
from psycopg2 import sql

from accounts.context import acting_as
from benchmarks.measuring import Row, milliseconds, race
from benchmarks.registry import Context, job
from importers.report import Status
from importers.services import ImportOrder, import_file
from layers.catalogue.households import Household
from layers.registry import get_layer

SAMPLE = 2000
"""Rows for `bulk_create`, which takes a minute for all of them."""

OGR_TABLE = "bench_ogr2ogr"

# The households that are there, as new ones: real divisions and places, so that every check has its work to do.
ROWS = """
    SELECT 'NEW-' || code AS code, region_code AS region, destination_code AS destination, persons,
        ST_X(old_home) AS old_lon, ST_Y(old_home) AS old_lat, ST_X(new_home) AS lon, ST_Y(new_home) AS lat,
        to_char(moved_on, 'YYYY-MM-DD') AS moved_on, 'dispersed' AS resettlement, programme
    FROM layers_household WHERE deleted_at IS NULL AND new_home IS NOT NULL ORDER BY id
"""


@job("import")
def points(context: Context) -> Iterator[Row]:
    """As many households as there are, from CSV and GeoPackage, beside COPY, ogr2ogr and bulk_create."""
    with TemporaryDirectory() as folder:
        table, package, text = (Path(folder) / name for name in ("points.csv", "points.gpkg", "rows.copy"))
        count = write_table(table)
        write_package(table, package)
        columns = write_rows(text)
        ours: dict[str, float] = {}
        for path in (table, package):
            name = f"{count:,} households, {path.suffix[1:]}"
            measured = race(lambda path=path: rehearse(path), lambda: copy(text, columns), runs=3, warm=0)
            ours[path.suffix] = measured[0]
            yield context.row(name, measured, reference_name="COPY into the same table", goal=None)
        if shutil.which("ogr2ogr"):
            taken = milliseconds(lambda: ogr2ogr(package))
            yield context.row(
                f"{count:,} households, gpkg",
                (ours[".gpkg"], taken),
                reference_name="ogr2ogr",
                goal=None,
                note="ogr2ogr checks nothing and fills a table of its own",
            )
        sample = min(SAMPLE, count)
        taken = milliseconds(lambda: bulk_create(table, sample))
        yield context.row(
            "1,000 households, csv",
            (ours[".csv"] / count * 1000, taken / sample * 1000),
            reference_name="bulk_create",
            goal=None,
            note=f"bulk_create of {sample:,} rows",
        )


def write_table(path: Path) -> int:
    """Write the rows as a table and return how many there are."""
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(ROWS)
        writer = csv.writer(file)
        writer.writerow(column.name for column in cursor.description)
        found = cursor.fetchall()
        writer.writerows(found)
    return len(found)


def write_package(table: Path, path: Path) -> None:
    """Write the rows of `table` as a GeoPackage of points."""
    rows = geopandas.pd.read_csv(table, dtype={"code": str, "region": str, "destination": str})
    places = geopandas.points_from_xy(rows.pop("lon"), rows.pop("lat"), crs="EPSG:4490")
    # VERSION: pyogrio's own default is newer than the system's ogr2ogr reads
    geopandas.GeoDataFrame(rows, geometry=places).to_file(path, driver="GPKG", engine="pyogrio", VERSION="1.2")


def write_rows(path: Path) -> list[str]:
    """Write the stored form of the same households as COPY reads it, and return its columns."""
    columns = [
        field.column
        for field in Household._meta.concrete_fields
        if not (field.primary_key or isinstance(field, models.GeneratedField))
    ]
    wanted = [sql.SQL("'NEW-' || code") if column == "code" else sql.Identifier(column) for column in columns]
    text = sql.SQL("COPY (SELECT {} FROM layers_household WHERE deleted_at IS NULL AND new_home IS NOT NULL) TO STDOUT")
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.cursor.copy_expert(text.format(sql.SQL(", ").join(wanted)), file)
    return columns


def rehearse(path: Path) -> None:
    """Import the file and take it back.

    Raises
    ------
    RuntimeError
        The import found problems: it did not write what the others write.
    """
    report = import_file(
        ImportOrder(layer=get_layer("households"), path=path, crs="EPSG:4490", dry_run=True, reason="benchmark")
    )
    if report.status is not Status.REHEARSED:
        raise RuntimeError(f"{path.name}: {report.status}: {report.reason} {report.problems[:3]}")


def copy(path: Path, columns: list[str]) -> None:
    """COPY the rows into the same table, triggers and indexes included, and take them back."""
    text = sql.SQL("COPY layers_household ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
    with transaction.atomic():
        with acting_as(None, through="command"), connection.cursor() as cursor, path.open("rb") as file:
            cursor.cursor.copy_expert(text, file)
        transaction.set_rollback(True)


def ogr2ogr(path: Path) -> None:
    """Load the file into a table of its own with a spatial index, and drop it."""
    database = settings.DATABASES[settings.OWNER_ALIAS]
    words = {"dbname": database["NAME"], "host": database["HOST"], "user": database["USER"]}
    if database.get("PASSWORD"):
        words["password"] = database["PASSWORD"]
    address = "PG:" + " ".join(f"{key}='{value}'" for key, value in words.items())
    options = ("-nln", OGR_TABLE, "-overwrite", "-lco", "GEOMETRY_NAME=geom", "--config", "PG_USE_COPY", "YES")
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", address, str(path), *options], check=True, capture_output=True, text=True
    )
    drop(address, OGR_TABLE)


def drop(address: str, name: str) -> None:
    """Drop a table as its owner."""
    subprocess.run(["ogrinfo", address, "-sql", f"DROP TABLE {name}"], check=True, capture_output=True)


def bulk_create(path: Path, count: int) -> None:
    """Store the first rows of the table through the ORM, and take them back."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(count), strict=False)]
    with transaction.atomic():
        with acting_as(None, through="command"):
            Household.objects.bulk_create([household(row) for row in rows], batch_size=500)
        transaction.set_rollback(True)


def household(row: dict[str, Any]) -> Household:
    """Return a row of the table as a model."""
    return Household(
        code=row["code"],
        region_id=row["region"],
        destination_id=row["destination"] or None,
        persons=int(row["persons"]),
        resettlement=row["resettlement"],
        programme=row["programme"],
        moved_on=row["moved_on"] or None,
        new_home=f"SRID=4490;POINT({row['lon']} {row['lat']})",
        old_home=f"SRID=4490;POINT({row['old_lon']} {row['old_lat']})" if row["old_lon"] else None,
    )
