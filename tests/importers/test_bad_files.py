"""What cannot be read at all: each with a sentence, nothing with a traceback."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from shapely import Point

from importers.report import Status
from layers.catalogue.facilities import Facility
from tests.factories import regions
from tests.importers.files import codes, features, run, table, vector_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def refused(path: Path, code: str, **options: object) -> str:
    report = run("facilities", path, **options)
    assert (report.status, codes(report)) == (Status.REFUSED, [code])
    assert report.problems[0].remedy
    assert not Facility.objects.exists()
    return report.reason


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".shp", ".zip"])
def test_missing_empty_and_binary_files_of_every_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    refused(path, "not_found")
    path.write_bytes(b"")
    refused(path, "empty_file")
    path.write_bytes(bytes(range(256)) * 8)
    report = run("facilities", path)
    assert (report.status, len(report.problems)) == (Status.REFUSED, 1)
    path.unlink()
    path.mkdir()
    refused(path, "not_a_file")


@pytest.mark.parametrize(
    "name",
    ["a.xls", "a.et", "a.dwg", "a.vrt", "a.gdb", "a.wp", "a.udb", "a.tab", "a.rar", "a.pdf", "a.dbf", "a.tif", "a.jpg"],
)
def test_other_formats_are_refused_by_name_with_what_to_send(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<OGRVRTDataSource/>", encoding="utf-8")
    assert Path(name).suffix in refused(path, "format_not_read")


def test_an_unknown_ending_and_none_are_refused(tmp_path: Path) -> None:
    for name in ("a.xyz", "abc"):
        (tmp_path / name).write_text("x", encoding="utf-8")
        refused(tmp_path / name, "format_unknown")


def test_paths_of_gdal_are_no_files() -> None:
    refused(Path("/vsicurl/http://127.0.0.1/a.geojson"), "not_found")
    refused(Path("/vsizip/a.zip"), "not_found")


def test_a_vrt_named_like_another_format_is_not_opened(tmp_path: Path) -> None:
    for ending in (".gpkg", ".shp", ".geojson"):
        path = tmp_path / f"a{ending}"
        path.write_text('<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', encoding="utf-8")
        assert run("facilities", path).status is Status.REFUSED


def test_a_header_alone_is_no_import(tmp_path: Path) -> None:
    refused(table(tmp_path / "a.csv", "name,kind,lon,lat"), "no_rows")
    (tmp_path / "a.geojson").write_text(features(), encoding="utf-8")
    refused(tmp_path / "a.geojson", "no_rows")


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".zip"])
def test_files_cut_in_half(tmp_path: Path, ending: str) -> None:
    whole = tmp_path / f"whole{'.shp' if ending == '.zip' else ending}"
    vector_file(whole, {"name": ["甲"] * 500}, [Point(107.25, 24.75 + n / 10_000) for n in range(500)], "EPSG:4490")
    if ending == ".zip":
        with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
            for part in tmp_path.glob("whole.*"):
                archive.write(part, part.name) if part.suffix != ".zip" else None
        whole = tmp_path / "whole.zip"
    path = whole if ending == ".shp" else tmp_path / f"half{ending}"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    report = run("facilities", path, defaults={"kind": "town"})
    assert report.status is Status.REFUSED
    assert codes(report)[0] in {"cut_short", "unreadable_file", "not_geojson", "no_rows"}


def test_a_table_cut_inside_a_row_is_a_problem_of_that_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,kind,lon,lat\n甲,town,107.25,24.75\n乙,town,107", encoding="utf-8")
    report = run("facilities", path)
    assert [(p.row, str(p.code)) for p in report.problems] == [(2, "ragged_row")]
    assert (report.counts.read, report.counts.rejected, report.counts.add) == (2, 1, 1)


def test_three_hundred_columns_are_no_trouble(tmp_path: Path) -> None:
    more = [f"c{n}" for n in range(300)]
    path = table(tmp_path / "a.csv", ",".join(["name,kind,lon,lat", *more]), ",".join(["甲,town,107.25,24.75", *more]))
    report = run("facilities", path)
    assert report.problems == []
    assert "(+288)" in report.warnings[0]


def test_two_columns_for_one_field_are_refused_and_may_be_decided(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "name,名称,kind,lon,lat", "甲,乙,town,107.25,24.75")
    assert "名称" in refused(path, "ambiguous_columns")
    assert run("facilities", path, columns={"名称": "name"}).problems == []
    assert Facility.objects.get().name == "乙"


def test_equal_column_names_are_refused_where_they_matter(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "name,name,kind,lon,lat", "甲,乙,town,107.25,24.75")
    refused(path, "ambiguous_columns")
    path = table(tmp_path / "b.csv", "name,x1,x1,kind,lon,lat", "甲,乙,丙,town,107.25,24.75")
    assert run("facilities", path).problems == []


def test_columns_that_mean_nothing_are_refused_with_the_fields(tmp_path: Path) -> None:
    assert "capacity" in refused(table(tmp_path / "a.csv", "甲,乙", "1,2"), "no_known_column")


def test_text_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,kind,lon,lat\n\xff\xff\x80,town,107.25,24.75\n")
    refused(path, "encoding_unknown")
    refused(path, "encoding_wrong", encoding="utf-8")
    refused(path, "encoding_wrong", encoding="no-such")


def test_archives_that_lead_out_or_explode_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.shp", b"x")
    refused(path, "unsafe_archive")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * 300_000_000)
    refused(path, "unsafe_archive")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.doc", b"x")
    assert "a.doc" in refused(path, "archive_content")


def test_huge_numbers_and_deep_lists_in_geojson(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    point = {"type": "Point", "coordinates": [1e300, 24.75]}
    path.write_text(features(({"name": "甲", "kind": "town"}, point)), encoding="utf-8")
    assert codes(run("facilities", path)) == ["out_of_range"]
    path.write_text('{"type": "FeatureCollection", "features": ' + "[" * 100_000, encoding="utf-8")
    refused(path, "not_geojson")
    path.write_text('{"type":"Point","coordinates":[NaN, 1]}', encoding="utf-8")
    assert codes(run("facilities", path, defaults={"name": "甲", "kind": "town"})) == ["not_finite"]
