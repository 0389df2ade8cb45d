"""Geometries that cannot be stored: each is a problem of its row, in every format that can carry it."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import geopandas
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet
from shapely import MultiPolygon, Point, Polygon, box

from layers.catalogue.sites import Site
from tests.factories import regions
from tests.importers.files import run, vector_file

pytestmark = pytest.mark.django_db

SQUARE = box(107.25, 24.75, 107.252, 24.752)
ARC = ((107.25, 24.75), (107.251, 24.751), (107.252, 24.75), (107.251, 24.749), (107.25, 24.75))
NOT_FINITE, CURVE, WRONG_TYPE = "not_finite", "curve", "wrong_geometry_type"


def raised(places: int) -> Polygon:
    """Return a triangle with more ordinates than two, in a place of its own."""
    west, more = 107.3 + places / 100, " 1" * (places - 2)
    corners = ((west, 24.75), (west + 0.002, 24.75), (west + 0.002, 24.752), (west, 24.75))
    ring = ", ".join(f"{x} {y}{more}" for x, y in corners)
    return shapely.from_wkt(f"POLYGON {'ZM'[: places - 2]} (({ring}))")


def curved() -> bytes:
    """Return WKB of a polygon bounded by arcs (ISO 13249-3: CurvePolygon of a CircularString)."""
    arc = struct.pack("<BII", 1, 8, len(ARC)) + b"".join(struct.pack("<2d", *place) for place in ARC)
    return struct.pack("<BII", 1, 10, 1) + arc


def with_corner(x: float, y: float) -> bytes:
    """Return WKB of a polygon with one corner at that place."""
    corners = ((107.25, 24.75), (x, y), (107.252, 24.752), (107.25, 24.75))
    return struct.pack("<BIII", 1, 3, 1, 4) + b"".join(struct.pack("<2d", *place) for place in corners)


ROWS: tuple[tuple[bytes | None, str | None], ...] = (
    (SQUARE.wkb, None),
    (shapely.to_wkb(raised(3), output_dimension=3, flavor="iso"), None),
    (shapely.to_wkb(raised(4), output_dimension=4, flavor="iso"), None),
    (None, "geometry_missing"),
    (with_corner(float("nan"), 24.75), NOT_FINITE),
    (with_corner(107.26, float("inf")), NOT_FINITE),
    (with_corner(0.0, 0.0), "zero_zero"),
    (with_corner(24.75, 107.25), "axes_swapped"),
    (with_corner(1e300, 24.75), "out_of_range"),
    (curved(), CURVE),
    (struct.pack("<BII", 1, 12, 1) + curved(), CURVE),
    (Polygon().wkb, "geometry_empty"),
    (Point(107.25, 24.75).wkb, WRONG_TYPE),
    (shapely.from_wkt("GEOMETRYCOLLECTION (POINT (107 24))").wkb, WRONG_TYPE),
    (MultiPolygon([SQUARE, box(107.251, 24.751, 107.253, 24.753)]).wkb, "self_intersection"),
    (SQUARE.wkb[:40], "unreadable_geometry"),
)


def geopackage(path: Path) -> Path:
    """Write the rows as they are, which no library would."""
    names = [f"点{n}" for n in range(len(ROWS))]
    vector_file(path, {"name": names}, [SQUARE] * len(ROWS), "EPSG:4490", SPATIAL_INDEX="NO", layer="a")
    database = sqlite3.connect(path)
    for row, (wkb, _code) in enumerate(ROWS, start=1):
        blob = None if wkb is None else b"GP\x00\x01" + struct.pack("<i", 4490) + wkb
        database.execute("UPDATE a SET geom = ? WHERE fid = ?", (blob, row))
    database.commit()
    database.close()
    return path


def geoparquet(path: Path) -> Path:
    """Write the rows as they are."""
    geopandas.GeoDataFrame({"name": ["x"]}, geometry=[SQUARE], crs="EPSG:4490").to_parquet(path)
    made = parquet.read_table(path).schema.metadata
    names = [f"点{n}" for n in range(len(ROWS))]
    table = pa.table({"name": names, "geometry": pa.array([wkb for wkb, _code in ROWS], pa.binary())})
    parquet.write_table(table.replace_schema_metadata(made), path)
    return path


ENDINGS = {geopackage: ".gpkg", geoparquet: ".parquet"}


@pytest.mark.parametrize("write", [geopackage, geoparquet])
def test_each_bad_geometry_is_a_problem_of_its_row(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    regions()
    report = run("sites", write(tmp_path / f"a{ENDINGS[write]}"))
    assert {problem.row: str(problem.code) for problem in report.problems} == {
        row: code for row, (_wkb, code) in enumerate(ROWS, start=1) if code is not None
    }
    assert not Site.objects.exists()


def test_heights_and_measures_are_left_out(tmp_path: Path) -> None:
    regions()
    path = vector_file(tmp_path / "a.gpkg", {"name": ["甲", "乙"]}, [SQUARE, raised(3)], "EPSG:4490")
    assert run("sites", path).problems == []
    assert [site.geom.hasz for site in Site.objects.all()] == [False, False]
