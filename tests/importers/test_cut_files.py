"""Every format: empty, half of it, and with three hundred columns."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import Point

from importers.problems import ImportRefusedError
from importers.readers import read_file
from importers.readers.formats import READ
from tests.factories import regions
from tests.importers.files import codes, features, refusal_of, run, table
from tests.importers.test_archives import HERE, jpeg, packed
from tests.importers.test_drawings import CORNERS, dxf, land, parcel, polyline
from tests.importers.test_kml_and_gpx import WAYPOINTS, gpx, kml, mark, point
from tests.importers.test_xlsx import book

ROWS = 300
COLUMNS = [f"c{n}" for n in range(300)]


def frame(columns: list[str] = COLUMNS[:2]) -> geopandas.GeoDataFrame:
    """Return rows in Luocheng."""
    places = [Point(107.25, 24.75 + n / 10_000) for n in range(ROWS)]
    cells = {name: [f"{name}{n}" for n in range(ROWS)] for name in columns}
    return geopandas.GeoDataFrame({"name": ["甲"] * ROWS, **cells}, geometry=places, crs="EPSG:4490")


def ending_of(kind: str) -> str:
    return READ[kind].endings[0] if kind in READ else ".zip"


def folder_in_zip(path: Path, folder: Path) -> Path:
    """Pack a folder."""
    return packed(path, {f"{folder.name}/{one.name}": one.read_bytes() for one in folder.iterdir() if one.is_file()})


def json_features(path: Path) -> Path:
    """Write features as one document, or one a line."""
    rows = [({"name": f"点{n}"}, {"type": "Point", "coordinates": [107.25, 24.75]}) for n in range(ROWS)]
    lines = [features(row).partition("[")[2].rpartition("]")[0] for row in rows]
    path.write_text(features(*rows) if path.suffix == ".geojson" else "\n".join(lines), encoding="utf-8")
    return path


def shapefile_in_zip(path: Path) -> Path:
    frame().to_file(path.parent / "shape.shp")
    return packed(path, {one.name: one.read_bytes() for one in path.parent.glob("shape.*")})


def geodatabase(path: Path) -> Path:
    frame().to_file(path.parent / "a.gdb", driver="OpenFileGDB")
    return folder_in_zip(path, path.parent / "a.gdb")


def earth(path: Path) -> Path:
    whole = kml(path.parent / "doc.kml", "".join(mark(f"{n}", point("107.25,24.75")) for n in range(ROWS)))
    return packed(path, {"doc.kml": whole.read_bytes()}) if path.suffix == ".kmz" else whole.rename(path)


WRITERS: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys(("gpkg", "fgb", "shapefile"), lambda path: frame().to_file(path)),
    "zip": shapefile_in_zip,
    "gdb": geodatabase,
    "parquet": lambda path: frame().to_parquet(path),
    **dict.fromkeys(("geojson", "geojsonl"), json_features),
    "csv": lambda path: table(path, "name,lon,lat", *[f"甲{n},107.25,24.75" for n in range(ROWS)]),
    "xlsx": lambda path: book(path, {"a": [["name", "lon", "lat"], *[[f"甲{n}", 107.25, 24.75] for n in range(ROWS)]]}),
    **dict.fromkeys(("kml", "kmz"), earth),
    "gpx": lambda path: gpx(path, WAYPOINTS * ROWS),
    "dxf": lambda path: dxf(path, *[polyline(CORNERS)] * 20),
    "guotu-txt": lambda path: land(path, *[parcel(CORNERS)] * 20),
    "photos": lambda path: packed(path, {f"{n}.jpg": jpeg(HERE) for n in range(5)}),
}


def test_every_format_is_tried() -> None:
    assert set(WRITERS) == {*READ, "gdb", "photos"}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(WRITERS))
def test_half_of_a_file_is_never_imported(tmp_path: Path, kind: str) -> None:
    regions()
    path = tmp_path / f"whole{ending_of(kind)}"
    WRITERS[kind](path)
    if kind != "zip":
        assert read_file(path).format == {"kmz": "kml"}.get(kind, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 3])
    report = run("facilities", path, defaults={"kind": "town", "name": "x"})
    assert report.batch is None
    told = {"csv": {"ragged_row"}, "guotu-txt": {"point_count", "wrong_geometry_type"}}.get(
        kind, {"cut_short", "unreadable_file"}
    )
    assert set(codes(report)) <= told
    assert report.problems


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_file_of_no_bytes_and_one_of_noise(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a{ending_of(kind)}"
    path.write_bytes(b"")
    assert refusal_of(path) == "empty_file"
    path.write_bytes(bytes(range(256)) * 40)
    assert refusal_of(path) in {"misnamed", "not_text"}


@pytest.mark.parametrize("kind", ["gpkg", "zip", "fgb", "parquet", "xlsx", "geojson", "kml"])
def test_three_hundred_columns_are_no_trouble(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a{READ[kind].endings[0]}"
    wide: Any = frame(COLUMNS).head(3)
    if kind == "zip":
        wide[[*COLUMNS[:250], "geometry"]].to_file(tmp_path / "b.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("b.*"):
                archive.write(part, part.name)
    elif kind == "parquet":
        wide.to_parquet(path)
    elif kind == "xlsx":
        book(path, {"a": [COLUMNS, COLUMNS]})
    elif kind == "kml":
        data = "".join(f'<Data name="{name}"><value>x</value></Data>' for name in COLUMNS)
        kml(path, mark("甲", point("107.25,24.75"), f"<ExtendedData>{data}</ExtendedData>"))
    else:
        wide.to_file(path)
    try:
        assert len(read_file(path).columns) >= (250 if kind == "zip" else 300)
    except ImportRefusedError as refusal:
        pytest.fail(str(refusal))
