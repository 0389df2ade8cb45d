"""What a file is: its content decides, and a name that says something else is told."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import geopandas
import pandas as pd
import pyogrio
import pytest
from pyogrio.errors import DataSourceError
from shapely import MultiPoint, Point

from importers.problems import ImportRefusedError
from importers.readers import parts_of, read_file
from importers.readers.formats import READ, READ_ENDINGS, REFUSED, REFUSED_ENDINGS
from layers.catalogue.facilities import Facility
from tests.factories import regions
from tests.importers.files import features, refusal_of, run, table, values_in, vector_file

HERE = {"type": "Point", "coordinates": [107.25, 24.75]}


def feature(name: str) -> str:
    return json.dumps({"type": "Feature", "properties": {"name": name}, "geometry": HERE}, ensure_ascii=False)


def test_no_ending_is_both_read_and_refused() -> None:
    assert not set(READ_ENDINGS) & set(REFUSED_ENDINGS)
    assert set(REFUSED_ENDINGS.values()) <= set(REFUSED)
    assert not set(READ) & set(REFUSED)


@pytest.mark.parametrize(
    ("content", "name", "code", "said"),
    [
        (b"Rar!\x1a\x07\x00", "a.zip", "misnamed", "archive"),
        (b"AC1027" + bytes(100), "a.dxf", "misnamed", "DWG"),
        (b"%PDF-1.4", "a.xlsx", "misnamed", "document"),
        (b"\xff\xd8\xff\xe0", "a.geojson", "misnamed", "photo"),
        (b"<html><body>", "a.kml", "misnamed", "web page"),
        (b"<osm/>", "a.gpx", "misnamed", "XML"),
        (b"name,lon,lat\n", "a.gpkg", "misnamed", "plain text"),
        (b"PK\x03\x04", "a.csv", "misnamed", "archive"),
        (bytes(range(256)), "a.shp", "misnamed", "binary"),
        (bytes(range(256)), "a.csv", "not_text", "binary"),
        (bytes(range(256)), "a.parquet", "misnamed", "binary"),
        (b"WMAP9021", "a.zip", "misnamed", "MapGIS"),
        (b"<OGRVRTDataSource><SrcDataSource>/vsicurl/http://127.0.0.1:9/a", "a.gpkg", "misnamed", "reference"),
        (b"<OGRVRTDataSource/>", "a.shp", "misnamed", "reference"),
        (b"SQLite format 3\x00 <OGRVRTDataSource>", "a.gpkg", "misnamed", "reference"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}', "a.json", "misnamed", "reference"),
        (b"MZ\x90\x00", "a.exe", "format_not_read", "program"),
        (b"x", "a.xyz", "format_unknown", "xyz"),
        (b'{"a": 1}', "a.json", "not_geojson", "JSON of another kind"),
        (b'{"type": "Topology"}', "a.json", "not_geojson", "TopoJSON"),
        (b'{"geometryType": "esriGeometryPoint", "features": []}', "a.json", "not_geojson", "Esri JSON"),
    ],
)
def test_a_file_that_is_something_else_is_told_what_it_is(
    tmp_path: Path, content: bytes, name: str, code: str, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal_of(path) == code
    with pytest.raises(ImportRefusedError, match=said):
        read_file(path)


def test_a_file_of_a_known_format_under_another_name_is_read_or_to_be_renamed(tmp_path: Path) -> None:
    vector_file(tmp_path / "a.gpkg", {"name": ["a"]}, [Point(107, 24)], "EPSG:4490").rename(tmp_path / "a.zip")
    assert refusal_of(tmp_path / "a.zip") == "misnamed"
    with pytest.raises(ImportRefusedError, match=r"GeoPackage\. Rename the file so that it ends in \.gpkg"):
        read_file(tmp_path / "a.zip")
    (tmp_path / "a.csv").write_text(features(({"name": "甲"}, HERE)), encoding="utf-8")
    source = read_file(tmp_path / "a.csv")
    assert source.format == "geojson"
    assert "like a .csv file, but it is GeoJSON" in source.warnings[0]
    assert read_file(table(tmp_path / "b.txt", "name\tlon", "甲\t107", encoding="gbk")).format == "csv"


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [".geojsonl", ".ndjson", ".json"])
def test_a_feature_a_line(tmp_path: Path, ending: str) -> None:
    regions()
    path = tmp_path / f"a{ending}"
    path.write_text(f"\x1e{feature('甲')}\n\n{feature('乙')}\n", encoding="utf-8")
    report = run("facilities", path, defaults={"kind": "town"})
    assert (report.problems, report.detected.format, report.counts.add) == ([], "geojsonl", 2)
    path.write_text(f"{feature('甲')}\n{feature('乙')[:-9]}", encoding="utf-8")
    assert refusal_of(path) == "cut_short"
    path.write_text(f"{feature('甲')}\n{{]\n{feature('乙')}", encoding="utf-8")
    assert refusal_of(path) == "not_geojson"
    assert refusal_of(table(path, feature("甲"), '{"type": "Point"}')) == "not_geojson"


@pytest.mark.django_db
def test_flatgeobuf_and_geoparquet(tmp_path: Path) -> None:
    regions()
    frame = geopandas.GeoDataFrame(
        {"名称": ["甲", "乙"], "类型": ["town", "town"], "opened_on": pd.to_datetime(["2019-03-01", None])},
        geometry=[Point(107.25, 24.75), Point(107.26, 24.76)],
        crs="EPSG:4490",
    )
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    first = run("facilities", tmp_path / "a.parquet")
    assert (first.problems, first.detected.format, first.detected.crs) == ([], "parquet", "EPSG:4490")
    assert str(Facility.objects.get(name="甲").opened_on) == "2019-03-01"
    again = run("facilities", tmp_path / "a.fgb")
    assert (again.problems, again.detected.format, again.counts.same) == ([], "fgb", 2)


def test_a_parquet_without_geometry_is_a_table_and_the_crs_may_be_left_out(tmp_path: Path) -> None:
    pd.DataFrame({"name": ["甲"], "lon": [107.25]}).to_parquet(tmp_path / "a.parquet")
    source = read_file(tmp_path / "a.parquet")
    assert (source.geometries, values_in(source, "lon")) == (None, [107.25])
    geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[MultiPoint([(1, 2)])]).to_parquet(tmp_path / "b.parquet")
    assert read_file(tmp_path / "b.parquet").crs is None


@pytest.mark.parametrize("ending", [".gpkg", ".fgb", ".parquet"])
def test_columnar_files_cut_in_half(tmp_path: Path, ending: str) -> None:
    frame = geopandas.GeoDataFrame({"name": ["甲"] * 500}, geometry=[Point(107, 24)] * 500, crs="EPSG:4490")
    path = tmp_path / f"a{ending}"
    frame.to_parquet(path) if ending == ".parquet" else frame.to_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal_of(path) in {"cut_short", "unreadable_file"}
    path.write_bytes(path.read_bytes()[:40])
    assert refusal_of(path) in {"cut_short", "unreadable_file", "misnamed"}


def test_a_file_of_2_gb_is_refused_by_its_size_or_its_first_bytes(tmp_path: Path) -> None:
    starts = {
        ".geojson": b'{"type": "FeatureCollection", "features": [',
        ".kml": b"<kml>",
        ".gpx": b"<gpx>",
        ".dxf": b"  0\nSECTION\n",
        ".txt": "[属性描述]\n".encode(),
        ".xlsx": b"PK\x03\x04",
    }
    for ending, start in starts.items():
        path = tmp_path / f"a{ending}"
        path.write_bytes(start + b" " * 5_000)
        with path.open("r+b") as file:
            file.truncate(2_000_000_000)
        assert refusal_of(path) in {"too_large", "misnamed", "unreadable_file"}, ending
    for ending in (".csv", ".zip", ".gpkg", ".shp", ".fgb", ".parquet"):
        path = tmp_path / f"b{ending}"
        with path.open("wb") as file:
            file.truncate(2_000_000_000)
        assert refusal_of(path) in {"misnamed", "not_text"}, ending


def test_parts_of_a_file_that_holds_one_thing(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(features(({"name": "甲"}, HERE)), encoding="utf-8")
    assert [tuple(part) for part in parts_of(path)] == [("", None, "mixed")]


def test_gdal_asks_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        with pytest.raises(DataSourceError):
            pyogrio.read_info(f"/vsicurl/http://127.0.0.1:{server.getsockname()[1]}/a.geojson")
        with pytest.raises(TimeoutError):
            server.accept()
