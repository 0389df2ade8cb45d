"""GeoPackage, shapefile and GeoJSON: geometry types, validity, encodings, archives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from importers.report import Status
from layers.catalogue.plots import Plot
from layers.catalogue.regions import Region
from layers.catalogue.sites import Site
from tests.factories import PlotFactory, regions
from tests.importers.files import codes, features, polygon, run, vector_file

pytestmark = pytest.mark.django_db

SQUARE = box(107.25, 24.75, 107.252, 24.752)


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def test_sites_from_a_geopackage_in_gauss_kruger(tmp_path: Path) -> None:
    path = vector_file(
        tmp_path / "a.gpkg",
        {"安置点名称": ["示例点"], "规划户数": [120]},
        [Polygon([(424000, 2738000), (424200, 2738000), (424200, 2738200), (424000, 2738200)])],
        "EPSG:4545",
    )
    report = run("sites", path)
    assert report.problems == []
    assert (report.detected.format, report.detected.crs) == ("gpkg", "EPSG:4545")
    site = Site.objects.get()
    assert (site.planned_households, site.geom.geom_type, site.region_id) == (120, "MultiPolygon", "451221000000")
    assert site.area_m2 == pytest.approx(40_000, rel=1e-3)
    assert site.given["geometry"].startswith("POLYGON ((424000 2738000")
    again = run("sites", path)
    assert (again.counts.same, Site.objects.get().version) == (1, 1)


def test_a_bow_tie_is_named_with_the_place_of_its_crossing(tmp_path: Path) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[107.25, 24.75], [107.252, 24.752], [107.252, 24.75], [107.25, 24.752], [107.25, 24.75]]],
    }
    path = tmp_path / "a.geojson"
    path.write_text(features(({"name": "好"}, polygon(107.3, 24.75)), ({"name": "坏"}, bow)), encoding="utf-8")
    report = run("sites", path)
    assert [(p.row, str(p.code)) for p in report.problems] == [(2, "self_intersection")]
    assert "107.251000" in report.problems[0].reason
    assert "24.751000" in report.problems[0].reason


def test_mixed_types_and_missing_geometries_are_problems_of_their_rows(tmp_path: Path) -> None:
    path = vector_file(
        tmp_path / "a.gpkg",
        {"name": ["a", "b", "c", "d"]},
        [SQUARE, Point(107.25, 24.75), None, MultiPolygon([translate(SQUARE, 0.1)])],
        "EPSG:4490",
    )
    report = run("sites", path)
    assert [(p.row, str(p.code)) for p in report.problems] == [(2, "wrong_geometry_type"), (3, "geometry_missing")]


def test_height_is_left_out(tmp_path: Path) -> None:
    path = vector_file(
        tmp_path / "a.gpkg", {"name": ["甲"], "kind": ["clinic"]}, [Point(107.25, 24.75, 300)], "EPSG:4490"
    )
    assert run("facilities", path).problems == []


@pytest.mark.parametrize("cpg", [True, False])
def test_a_shapefile_in_gbk_loose_and_zipped(tmp_path: Path, cpg: bool) -> None:
    path = vector_file(tmp_path / "a.shp", {"名称": ["示例安置点"]}, [SQUARE], "EPSG:4490", encoding="GBK")
    if not cpg:
        (tmp_path / "a.cpg").unlink()
    report = run("sites", path)
    assert report.problems == []
    assert Site.objects.get().name == "示例安置点"
    packed = tmp_path / "全部.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, f"数据/{part.name}")
    again = run("sites", packed)
    assert (again.detected.format, again.detected.encoding, again.counts.same) == ("shapefile", "GB18030", 1)


def test_plots_take_single_polygons_and_only_declare_a_stage(tmp_path: Path) -> None:
    path = vector_file(
        tmp_path / "a.gpkg",
        {"地块编号": ["P1", "P2"], "stage": ["verified", "reclaimed"], "verified_area_mu": [1.0, 2.0]},
        [MultiPolygon([SQUARE]), box(107.26, 24.75, 107.262, 24.752)],
        "EPSG:4490",
    )
    report = run("plots", path)
    assert report.problems == []
    first, second = Plot.objects.order_by("code")
    assert (first.stage, first.declared_stage, first.verified_area_mu) == ("registered", "verified", None)
    assert (second.stage, second.declared_stage) == ("registered", "reclaimed")
    assert any("verified_area_mu" in warning for warning in report.warnings)


def test_a_polygon_that_reaches_over_the_county_line_is_told_by_how_far(tmp_path: Path) -> None:
    path = vector_file(
        tmp_path / "a.gpkg", {"code": ["P1"], "区划代码": ["451221"]}, [box(107.49, 24.7, 107.51, 24.71)], "EPSG:4490"
    )
    report = run("plots", path)
    assert codes(report) == ["outside_region"]
    assert "1,01" in report.problems[0].reason  # 0.01 degrees at 24.7 N are 1,012 m


def test_townships_end_their_demonstration_and_follow_their_codes(tmp_path: Path) -> None:
    Region.objects.filter(code="451221001000").update(demonstration=True)
    path = vector_file(
        tmp_path / "a.gpkg", {"gb": ["451221001"], "name": ["示例甲镇"]}, [box(107.2, 24.7, 107.3, 24.8)], "EPSG:4490"
    )
    report = run("regions", path)
    assert report.problems == []
    town = Region.objects.get(code="451221001000")
    assert (town.demonstration, town.level, town.parent_id, town.outline is not None) == (
        False,
        4,
        "451221000000",
        True,
    )
    assert run("regions", path).counts.same == 1


def test_an_earlier_code_of_a_county_means_the_present_one(tmp_path: Path) -> None:
    Region.objects.filter(code="451221000000").update(aliases=["451229000000"])
    path = vector_file(tmp_path / "a.gpkg", {"code": ["P1"], "区划代码": ["451229"]}, [SQUARE], "EPSG:4490")
    assert run("plots", path).problems == []
    assert Plot.objects.get().region_id == "451221000000"


def test_a_finer_division_that_is_stored_survives_an_import_by_position(tmp_path: Path) -> None:
    plot = PlotFactory(at="451221001001")
    path = vector_file(tmp_path / "a.gpkg", {"code": [plot.code], "面积亩": [0.7]}, [SQUARE], "EPSG:4490")
    assert run("plots", path).counts.change == 1
    plot.refresh_from_db()
    assert (plot.region_id, str(plot.declared_area_mu)) == ("451221001001", "0.7000")


def test_several_layers_in_one_geopackage_are_refused_by_name_until_one_is_named(tmp_path: Path) -> None:
    path = vector_file(tmp_path / "a.gpkg", {"name": ["a"]}, [SQUARE], "EPSG:4490", layer="one")
    vector_file(path, {"name": ["b"]}, [box(107.3, 24.75, 107.302, 24.752)], "EPSG:4490", layer="two")
    report = run("sites", path)
    assert (report.status, codes(report)) == (Status.REFUSED, ["several_layers"])
    assert "one (1), two (1)" in report.reason
    assert codes(run("sites", path, part="three")) == ["no_such_part"]
    report = run("sites", path, part="TWO")
    assert (report.problems, report.detected.part, Site.objects.get().name) == ([], "two", "b")


def test_a_prj_on_xian_1980_is_refused(tmp_path: Path) -> None:
    path = vector_file(tmp_path / "a.shp", {"name": ["a"]}, [SQUARE], "EPSG:4610")
    assert codes(run("sites", path)) == ["datum_refused"]


@pytest.mark.parametrize(
    ("byte", "encoding", "name", "found"),
    [(0x4F, "BIG5", "安置點", "BIG5"), (0x57, "GBK", "安置点", "GB18030"), (0x4D, "GBK", "安置点", "GB18030")],
)
def test_the_code_page_of_a_table_counts_where_it_can(
    tmp_path: Path, byte: int, encoding: str, name: str, found: str
) -> None:
    path = vector_file(tmp_path / "a.shp", {"name": [name]}, [SQUARE], "EPSG:4490", encoding=encoding)
    (tmp_path / "a.cpg").unlink()
    raw = bytearray((tmp_path / "a.dbf").read_bytes())
    raw[29] = byte
    (tmp_path / "a.dbf").write_bytes(bytes(raw))
    report = run("sites", path)
    assert (report.problems, report.detected.encoding, report.detected.samples) == ([], found, [name])
    assert Site.objects.get().name == name
