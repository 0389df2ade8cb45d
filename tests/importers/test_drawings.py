"""DXF and land-office text: outlines as surveyors hand them over."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from django.core.management import call_command

from geocore.crs import parse_crs
from importers.readers import parts_of, read_file
from layers.catalogue.plots import Plot
from tests.factories import PlotFactory, regions
from tests.importers.files import codes, refusal_of, run, values_in

CORNERS = ((424_000, 2_738_000), (424_200, 2_738_000), (424_200, 2_738_200), (424_000, 2_738_200))
"""A square of 4 ha in EPSG:4545, in Luocheng of the tests."""


def polyline(corners: tuple[tuple[float, float], ...], layer: str = "界址线", *, closed: bool = True) -> str:
    places = "".join(f" 10\n{x}\n 20\n{y}\n" for x, y in corners)
    return (
        f"  0\nLWPOLYLINE\n  5\n1\n100\nAcDbEntity\n  8\n{layer}\n100\nAcDbPolyline\n 90\n{len(corners)}\n"
        f" 70\n{int(closed)}\n{places}"
    )


def words(text: str, x: float, y: float) -> str:
    return (
        f"  0\nTEXT\n  5\n2\n100\nAcDbEntity\n  8\n注记\n100\nAcDbText\n 10\n{x}\n 20\n{y}\n 40\n1.0\n  1\n{text}\n"
        "100\nAcDbText\n"
    )


CIRCLE = "  0\nCIRCLE\n  5\n3\n100\nAcDbEntity\n  8\n树\n100\nAcDbCircle\n 10\n0.0\n 20\n0.0\n 40\n2.0\n"


def dxf(path: Path, *entities: str, version: str = "AC1015", page: str = "ANSI_936", encoding: str = "gbk") -> Path:
    head = f"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\n{version}\n  9\n$DWGCODEPAGE\n  3\n{page}\n  0\nENDSEC\n"
    body = f"  0\nSECTION\n  2\nENTITIES\n{''.join(entities)}  0\nENDSEC\n  0\nEOF\n"
    path.write_bytes((head + body).encode(encoding))
    return path


@pytest.mark.django_db
def test_closed_outlines_become_polygons_and_the_rest_is_told(tmp_path: Path) -> None:
    regions()
    path = dxf(
        tmp_path / "a.dxf",
        polyline(CORNERS),
        polyline(((0, 0), (9, 9), (9, 0)), closed=False),
        words("P001", 424_100, 2_738_100),
        CIRCLE,
    )
    report = run("plots", path, crs="EPSG:4545", columns={"Text": "code"})
    assert (report.problems, report.detected.format, report.detected.part) == ([], "dxf", "界址线")
    assert Plot.objects.get().area_m2 == pytest.approx(40_000, rel=1e-3)
    assert any("2 × LineString" in said for said in report.warnings)
    assert codes(run("plots", path)) == ["crs_not_named"]


@pytest.mark.parametrize(
    ("version", "page", "encoding"),
    [("AC1015", "ANSI_936", "gbk"), ("AC1021", "ANSI_936", "utf-8"), ("AC1009", "", "gbk")],
)
def test_chinese_in_drawings_of_any_age(tmp_path: Path, version: str, page: str, encoding: str) -> None:
    small = ((424_010, 2_738_010), (424_020, 2_738_010), (424_020, 2_738_020))
    path = dxf(
        tmp_path / "a.dxf",
        polyline(CORNERS),
        polyline(small),
        words("示例地块", 424_100, 2_738_100),
        words("房", 424_018, 2_738_012),
        version=version,
        page=page,
        encoding=encoding,
    )
    assert values_in(read_file(path), "Text") == ["示例地块", "房"]


def test_outlines_on_several_layers_are_listed(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", polyline(CORNERS), polyline(CORNERS, "房屋"))
    assert [tuple(part) for part in parts_of(path)] == [("界址线", 1, "polygon"), ("房屋", 1, "polygon")]
    assert refusal_of(path) == "several_layers"
    assert len(read_file(path, part="房屋")) == 1


def test_drawings_that_give_nothing_are_refused(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", CIRCLE, polyline(CORNERS, closed=False))
    assert refusal_of(path) == "no_outlines"
    assert refusal_of(dxf(path)) == "no_outlines"
    dxf(path, *[polyline(CORNERS)] * 20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal_of(path) == "cut_short"
    path.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(100))
    assert refusal_of(path) == "unreadable_file"


def land(path: Path, *parcels: str, encoding: str = "gbk", **head: str) -> Path:
    said = {
        "坐标系": "2000国家大地坐标系",
        "几度分带": "3",
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": "36",
    } | head
    lines = ["[属性描述]", *(f"{key}={value}" for key, value in said.items()), "[地块坐标]", *parcels]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def parcel(
    *rings: tuple[tuple[float, float], ...], zone: int = 0, announced: int | None = None, number: str = "450000000001"
) -> str:
    count = sum(map(len, rings)) if announced is None else announced
    points = [
        f"J{place},{ring},{y:.3f},{x + zone * 1_000_000:.3f}"
        for ring, corners in enumerate(rings, start=1)
        for place, (x, y) in enumerate(corners, start=1)
    ]
    return "\r\n".join([f"{count},4.0,{number},示例,面,,宅基地,0702,@", *points])


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "crs"), [(36, "EPSG:4524"), (0, "EPSG:4545")])
def test_parcels_of_a_land_office_with_and_without_the_zone(tmp_path: Path, zone: int, crs: str) -> None:
    regions()
    path = land(tmp_path / "a.txt", parcel((*CORNERS, CORNERS[0]), zone=zone))
    report = run("plots", path)
    assert report.problems == []
    assert (report.detected.format, report.detected.encoding, report.detected.crs) == ("guotu-txt", "GB18030", crs)
    plot = Plot.objects.get()
    assert (plot.code, plot.area_m2) == ("450000000001", pytest.approx(40_000, rel=1e-3))
    assert plot.geom.centroid.x == pytest.approx(107.25, abs=0.1)


def test_rings_inside_rings_are_holes_and_islands(tmp_path: Path) -> None:
    def square(inset: float) -> tuple[tuple[float, float], ...]:
        (west, south), (east, north) = CORNERS[0], CORNERS[2]
        w, s, e, n = west + inset, south + inset, east - inset, north - inset
        return ((w, s), (e, s), (e, n), (w, n))

    away = tuple((x + 1000, y) for x, y in CORNERS)
    source = read_file(land(tmp_path / "a.txt", parcel(CORNERS, square(20), square(40), away)))
    shape = source.geometries[0]
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == 200**2 - 160**2 + 120**2 + 200**2
    assert shape.is_valid


def test_serial_numbers_are_no_codes(tmp_path: Path) -> None:
    source = read_file(land(tmp_path / "a.txt", parcel(CORNERS, number="1"), parcel(CORNERS, number="2")))
    assert values_in(source, "地块号") == ["1", "2"]
    assert "地块编号" not in [column.name for column in source.columns]


@pytest.mark.django_db
def test_what_is_wrong_with_a_parcel_is_told(tmp_path: Path) -> None:
    regions()
    broken = parcel(CORNERS).replace("2738000.000", "二百万", 1)
    short = parcel(CORNERS, announced=7)
    path = land(tmp_path / "a.txt", parcel(CORNERS, number="450000000009"), broken, short)
    report = run("plots", path)
    assert [(p.row, str(p.code)) for p in report.problems] == [(2, "unreadable_geometry"), (3, "point_count")]
    assert "二百万" in report.problems[0].reason
    assert "7 points, but 4 follow" in report.problems[1].reason
    half = tmp_path / "half.txt"
    half.write_bytes(path.read_bytes()[: path.stat().st_size - 60])
    assert codes(run("plots", half))[-1] == "point_count"


@pytest.mark.parametrize(
    ("head", "crs"),
    [
        ({"坐标系": "80国家大地坐标系"}, "西安80"),
        ({"坐标系": "1954北京坐标系"}, "北京54"),
        ({"计量单位": "度"}, "EPSG:4490"),
        ({"几度分带": "6", "带号": "18"}, "EPSG:4507"),
        ({"几度分带": "", "带号": ""}, None),
        ({"带号": "99"}, "2000国家大地坐标系 3° 99"),
    ],
)
def test_the_description_names_the_reference_system(tmp_path: Path, head: dict[str, str], crs: str | None) -> None:
    assert read_file(land(tmp_path / "a.txt", parcel(CORNERS), **head)).crs == crs


def test_parameters_that_are_not_applied_are_told(tmp_path: Path) -> None:
    assert read_file(land(tmp_path / "a.txt", parcel(CORNERS), 转换参数="0,0,0,0,0,0,0")).warnings == []
    assert len(read_file(land(tmp_path / "a.txt", parcel(CORNERS), 转换参数="1.5,0,0,0,0,0,0")).warnings) == 1


def test_a_text_without_parcels_is_refused(tmp_path: Path) -> None:
    assert refusal_of(land(tmp_path / "a.txt")) == "no_rows"
    assert refusal_of(land(tmp_path / "a.txt", "甲,乙,丙")) == "unreadable_file"


def test_points_and_lines_of_a_land_office(tmp_path: Path) -> None:
    as_line, as_points = (parcel(CORNERS).replace(",面,", f",{kind},") for kind in "线点")
    shapes = read_file(land(tmp_path / "a.txt", as_line, as_points)).geometries
    assert shapely.get_type_id(shapes).tolist() == [shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTIPOINT]


@pytest.mark.django_db
def test_our_own_text_is_read_back(tmp_path: Path) -> None:
    regions()
    plot = PlotFactory(code="450000000001")
    call_command("export_layer", "plots", str(tmp_path / "a.txt"))
    source = read_file(tmp_path / "a.txt")
    assert values_in(source, "地块编号") == ["450000000001"]
    back = parse_crs(source.crs or "").geometries_to_cgcs2000(source.geometries)
    assert shapely.hausdorff_distance(back[0], shapely.from_wkb(bytes(plot.geom.wkb))) < 2e-9
    assert run("plots", tmp_path / "a.txt").problems == []
    assert Plot.objects.count() == 1
