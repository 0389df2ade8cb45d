"""Importing points beside other ways of bringing the same rows into the database.

Nothing stays: our import is a rehearsal (everything is done, then taken back), the others are rolled back or dropped.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import geopandas
import numpy as np
import psycopg2
import pyarrow as pa
from django.conf import settings
from django.db import connection, connections, models, transaction
from psycopg2 import sql
from pyarrow import csv as arrow_csv

from accounts.context import acting_as
from benchmarks.measuring import Row, milliseconds, race
from benchmarks.registry import Context, job
from importers.report import Status
from importers.services import ImportOrder, import_file
from layers.catalogue.households import Household
from layers.registry import get_layer

COUNT = {"small": 20_000, "guangxi": 1_000_000, "national": 1_000_000}
"""Households in the file of a scale; fewer where the database holds none to make them of."""

SAMPLE = 2000
"""Rows for `bulk_create`, which takes minutes for all of them."""

RUNS = 2
OVER_COPY, AGAIN, CHANGED = 2.2, 0.75, 0.85
OVER_BULK_CREATE = 1 / 6
MOST_MB = 400.0

OGR_TABLE = "bench_ogr2ogr"

# The households that are there, as new ones and as often as it takes: real divisions and places, so that every check
# has its work to do.
SOURCE = """
    FROM layers_household AS h CROSS JOIN generate_series(1, %(times)s) AS copy (number)
    WHERE h.deleted_at IS NULL AND h.new_home IS NOT NULL ORDER BY copy.number, h.id LIMIT %(count)s
"""
TEXTS = dict.fromkeys(("code", "region", "destination"), pa.string())
CODE = "'NEW-' || copy.number || '-' || h.code"
ROWS = f"""
    SELECT {CODE} AS code, region_code AS region, destination_code AS destination, persons,
        ST_X(old_home) AS old_lon, ST_Y(old_home) AS old_lat, ST_X(new_home) AS lon, ST_Y(new_home) AS lat,
        to_char(moved_on, 'YYYY-MM-DD') AS moved_on, 'dispersed' AS resettlement, programme
"""


@job("import")
def points(context: Context) -> Iterator[Row]:
    """A million households from CSV and GeoPackage into the indexed table, beside COPY, ogr2ogr and bulk_create."""
    with TemporaryDirectory() as folder, database_of_its_own():
        table, changed, package, text = (
            Path(folder) / name for name in ("points.csv", "changed.csv", "points.gpkg", "rows.copy")
        )
        count = write_table(table, COUNT[context.scale])
        change(table, changed)
        write_package(table, package)
        columns = write_rows(text, count)
        ours: dict[str, float] = {}
        bare = 0.0
        for path in (table, package):
            measured = race(lambda path=path: rehearse(path), lambda: copy(text, columns), runs=RUNS, warm=0)
            ours[path.suffix], bare = measured
            name = f"{count:,} households, {path.suffix[1:]}"
            yield context.row(name, measured, reference_name="COPY into the same table", goal=OVER_COPY)
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
            goal=OVER_BULK_CREATE,
            note=f"bulk_create of {sample:,} rows",
        )
        memory = commit(table)
        yield context.row(
            f"memory of importing {count:,} households, csv",
            (memory, MOST_MB),
            reference_name=f"{MOST_MB:.0f} MB",
            goal=1,
            unit="MB",
        )
        for name, path, goal in (("the same file again", table, AGAIN), ("5 % of it changed", changed, CHANGED)):
            taken = milliseconds(lambda path=path: rehearse(path))
            yield context.row(
                f"{count:,} households, csv, {name}",
                (taken, bare),
                reference_name="the same COPY",
                goal=goal,
            )


@contextmanager
def database_of_its_own() -> Iterator[None]:
    """Work on a copy of the database of the scale, and drop it."""
    name = connection.settings_dict["NAME"]
    copy_name = f"{name}_import"
    owner = settings.DATABASES[settings.OWNER_ALIAS]
    connections.close_all()
    with connected_to(owner, "postgres") as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy_name)))
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy_name), sql.Identifier(name))
        )
    connection.settings_dict["NAME"] = copy_name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = name
        with connected_to(owner, "postgres") as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(copy_name)))


@contextmanager
def connected_to(database: dict[str, Any], name: str) -> Iterator[Any]:
    """Give a cursor on another database of the same server, outside any transaction."""
    words = {key.lower(): database[key] for key in ("HOST", "PORT", "USER", "PASSWORD") if database[key]}
    found = psycopg2.connect(**words, dbname=name)
    found.autocommit = True
    try:
        with found.cursor() as cursor:
            yield cursor
    finally:
        found.close()


def times_for(count: int) -> dict[str, int]:
    """Return how often the households that are there make `count`, as parameters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_household WHERE deleted_at IS NULL AND new_home IS NOT NULL")
        (there,) = cursor.fetchone()
    return {"times": -(-count // there), "count": count}


def write_table(path: Path, count: int) -> int:
    """Write the rows as a table and return how many there are."""
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.cursor.copy_expert(
            cursor.cursor.mogrify(f"COPY ({ROWS} {SOURCE}) TO STDOUT WITH (FORMAT csv, HEADER)", times_for(count)), file
        )
        return int(cursor.cursor.rowcount)


def change(table: Path, changed: Path) -> None:
    """Write the table with another number of persons in every twentieth row."""
    rows = arrow_csv.read_csv(table, convert_options=arrow_csv.ConvertOptions(column_types=TEXTS))
    persons = np.asarray(rows.column("persons"))
    persons = np.where(np.arange(len(persons)) % 20 == 0, persons + 1, persons)
    arrow_csv.write_csv(rows.set_column(rows.column_names.index("persons"), "persons", pa.array(persons)), changed)


def write_package(table: Path, path: Path) -> None:
    """Write the rows of `table` as a GeoPackage of points."""
    rows = geopandas.pd.read_csv(table, dtype={"code": str, "region": str, "destination": str})
    places = geopandas.points_from_xy(rows.pop("lon"), rows.pop("lat"), crs="EPSG:4490")
    # VERSION: pyogrio's own default is newer than the system's ogr2ogr reads
    geopandas.GeoDataFrame(rows, geometry=places).to_file(path, driver="GPKG", engine="pyogrio", VERSION="1.2")


def write_rows(path: Path, count: int) -> list[str]:
    """Write the stored form of the same households as COPY reads it, and return its columns."""
    columns = [
        field.column
        for field in Household._meta.concrete_fields
        if not (field.primary_key or isinstance(field, models.GeneratedField))
    ]
    wanted = [sql.SQL(CODE) if column == "code" else sql.Identifier("h", column) for column in columns]
    with connection.cursor() as cursor, path.open("wb") as file:
        text = sql.SQL("COPY (SELECT {} {}) TO STDOUT").format(sql.SQL(", ").join(wanted), sql.SQL(SOURCE))
        cursor.cursor.copy_expert(cursor.cursor.mogrify(text, times_for(count)), file)
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


def commit(path: Path) -> float:
    """Import the file in a process of its own and return the most memory that it took, in MB.

    Raises
    ------
    RuntimeError
        It was not imported.
    """
    database = connection.settings_dict
    address = f"postgis://{database['USER']}@{quote(database['HOST'], safe='')}/{database['NAME']}"
    words = [sys.executable, "manage.py", "import_layer", "households", str(path), "--crs", "EPSG:4490"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        env={**os.environ, "DATABASE_URL": address},
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return int(done.stdout.splitlines()[-1]) / 1024


MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], check=False).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


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
