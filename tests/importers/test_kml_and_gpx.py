"""KML, KMZ and GPX: what phones and Google Earth give."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import shapely

from importers.problems import ImportRefusedError
from importers.readers import parts_of, read_file
from layers.catalogue.sites import Site
from tests.factories import regions
from tests.importers.files import codes, refusal_of, run, values_in

SQUARE = "107.25,24.75,0 107.252,24.75,0 107.252,24.752,0 107.25,24.752,0 107.25,24.75,0"


def kml(path: Path, body: str, *, declared: str = "UTF-8", encoding: str = "utf-8") -> Path:
    text = f'<?xml version="1.0" encoding="{declared}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}'
    path.write_bytes(f"{text}</Document></kml>".encode(encoding))
    return path


def mark(name: str, geometry: str, more: str = "") -> str:
    return f"<Placemark><name>{name}</name>{more}{geometry}</Placemark>"


def point(coordinates: str) -> str:
    return f"<Point><coordinates>{coordinates}</coordinates></Point>"


def area(coordinates: str, inner: str = "") -> str:
    hole = f"<innerBoundaryIs><LinearRing><coordinates>{inner}</coordinates></LinearRing></innerBoundaryIs>"
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{coordinates}</coordinates></LinearRing></outerBoundaryIs>"
        f"{hole if inner else ''}</Polygon>"
    )


@pytest.mark.django_db
def test_sites_of_a_kml_with_extended_data_in_folders(tmp_path: Path) -> None:
    regions()
    more = '<ExtendedData><Data name="规划户数"><value>120</value></Data></ExtendedData>'
    path = kml(
        tmp_path / "a.kml", f"<name>全部</name><Folder><name>甲镇</name>{mark('示例点', area(SQUARE), more)}</Folder>"
    )
    report = run("sites", path)
    assert (report.problems, report.detected.format, report.detected.crs) == ([], "kml", "EPSG:4326")
    site = Site.objects.get()
    assert (site.name, site.planned_households, site.geom.hasz) == ("示例点", 120, False)
    packed = tmp_path / "a.kmz"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "doc.kml")
        archive.writestr("files/icon.png", b"x")
    assert run("sites", packed).counts.same == 1


def test_folders_of_one_kind_are_read_together_with_their_names(tmp_path: Path) -> None:
    one = f"<Folder><name>甲镇</name>{mark('a', point('107.25,24.75'))}<Folder><name>乙村</name>"
    path = kml(tmp_path / "a.kml", f"<name>x</name>{one}{mark('b', point('107.26,24.76'))}</Folder></Folder>")
    source = read_file(path)
    assert values_in(source, "folder") == ["甲镇", "甲镇/乙村"]
    assert read_file(path, part="甲镇/乙村").part == "甲镇/乙村"


def test_folders_of_several_kinds_are_chosen_by_what_the_layer_draws(tmp_path: Path) -> None:
    line = "<LineString><coordinates>107,24 107.1,24.1</coordinates></LineString>"
    path = kml(
        tmp_path / "a.kml",
        f"<Folder><name>点</name>{mark('a', point('107.25,24.75'))}</Folder>"
        f"<Folder><name>线</name>{mark('b', line)}</Folder>",
    )
    assert [(part.name, part.shapes) for part in parts_of(path)] == [("点", "point"), ("线", "line")]
    assert values_in(read_file(path, wanted={"point"}), "name") == ["a"]
    with pytest.raises(ImportRefusedError, match=r"点 \(1\), 线 \(1\)"):
        read_file(path, wanted={"polygon"})


def test_positions_that_cannot_be_read_are_faults_and_never_0_0(tmp_path: Path) -> None:
    marks = [point("107.25"), point("east,north"), point(""), point("NaN,24"), point("107.25 , 24.75 , 3"), ""]
    path = kml(tmp_path / "a.kml", "".join(mark(str(n), one) for n, one in enumerate(marks)))
    source = read_file(path)
    assert [fault.row for fault in source.faults] == [0, 1, 2]
    assert shapely.to_wkt(source.geometries[4]) == "POINT (107.25 24.75)"
    assert source.geometries[5] is None
    assert [len(source), shapely.get_x(source.geometries[3])] == [6, pytest.approx(float("nan"), nan_ok=True)]


def test_holes_many_parts_tracks_and_open_rings(tmp_path: Path) -> None:
    hole = "107.2505,24.7505 107.251,24.7505 107.251,24.751 107.2505,24.7505"
    two = f"<MultiGeometry>{area(SQUARE)}{area(SQUARE.replace('107.', '108.'))}</MultiGeometry>"
    track = "<gx:Track xmlns:gx='g'><gx:coord>107 24 1</gx:coord><gx:coord>107.1 24.1 1</gx:coord></gx:Track>"
    marks = [area(SQUARE, hole), two, track, area(SQUARE[:-14]), area("1,1 2,2 1,1"), "<Model/>"]
    source = read_file(kml(tmp_path / "a.kml", "".join(mark(str(n), one) for n, one in enumerate(marks))))
    kinds = [None if one is None else one.geom_type for one in source.geometries]
    assert kinds == ["Polygon", "MultiPolygon", "LineString", None, None, None]
    assert len(source.geometries[0].interiors) == 1
    assert [str(fault.code) for fault in source.faults] == ["ring_not_closed", "too_few_points", "geometry_type"]


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    source = read_file(kml(tmp_path / "a.kml", link + mark("a", point("107.25,24.75"))))
    assert "1 × NetworkLink" in source.warnings[0]
    assert refusal_of(kml(tmp_path / "b.kml", link)) == "no_rows"


@pytest.mark.parametrize(("declared", "encoding"), [("GBK", "gbk"), ("gb2312", "gb18030"), ("UTF-8", "gbk")])
def test_chinese_encodings_declared_or_not(tmp_path: Path, declared: str, encoding: str) -> None:
    path = kml(tmp_path / "a.kml", mark("示例点", point("107.25,24.75")), declared=declared, encoding=encoding)
    source = read_file(path)
    assert (values_in(source, "name"), source.encoding) == (["示例点"], "GB18030")


BOMB = '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("kind", ["kml", "gpx"])
@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">'])
def test_entities_and_document_types_are_refused(tmp_path: Path, kind: str, doctype: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_text(f'<?xml version="1.0"?>{doctype}<{kind}><name>&a;</name></{kind}>', encoding="utf-8")
    assert refusal_of(path) == "unsafe_file"


@pytest.mark.parametrize("kind", ["kml", "gpx"])
def test_xml_that_stops_or_breaks_is_told_apart(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_text(f"<{kind}>\n<a>\n<b", encoding="utf-8")
    assert refusal_of(path) == "cut_short"
    path.write_text(f"<{kind}>\n<a></b>\n</{kind}>", encoding="utf-8")
    assert refusal_of(path) == "unreadable_file"


def gpx(path: Path, body: str) -> Path:
    path.write_text(
        f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{body}</gpx>',
        encoding="utf-8",
    )
    return path


WAYPOINTS = '<wpt lat="24.75" lon="107.25"><ele>300</ele><time>2019-03-01T02:00:00Z</time><name>甲</name></wpt>'


def test_waypoints_and_tracks_of_a_gpx_are_parts(tmp_path: Path) -> None:
    track = "".join(f'<trkpt lat="24.7{n}" lon="107.25"/>' for n in range(3))
    path = gpx(
        tmp_path / "a.gpx",
        f"{WAYPOINTS}<trk><name>路</name><trkseg>{track}</trkseg><trkseg><trkpt lat='1' lon='1'/></trkseg></trk>",
    )
    assert [tuple(part) for part in parts_of(path)] == [
        ("waypoints", 1, "point"),
        ("routes", 0, "line"),
        ("tracks", 1, "line"),
    ]
    source = read_file(path, wanted={"point"})
    assert (values_in(source, "name"), values_in(source, "ele"), source.part) == (["甲"], ["300"], "waypoints")
    lines = read_file(path, part="tracks")
    assert shapely.to_wkt(lines.geometries[0]) == "LINESTRING (107.25 24.7, 107.25 24.71, 107.25 24.72)"
    assert "1 track segments" in lines.warnings[0]
    with pytest.raises(ImportRefusedError, match=r"waypoints \(1\), tracks \(1\)"):
        read_file(path)


@pytest.mark.django_db
def test_a_waypoint_without_a_readable_position_is_no_point_at_0_0(tmp_path: Path) -> None:
    regions()
    bad = '<wpt lat="24,75" lon="107.25"><name>乙</name></wpt><wpt><name>丙</name></wpt><wpt lat="0" lon="0"/>'
    report = run("facilities", gpx(tmp_path / "a.gpx", WAYPOINTS + bad), defaults={"kind": "town", "name": "x"})
    assert codes(report) == ["unreadable_geometry", "unreadable_geometry", "zero_zero"]
    assert "24,75" in report.problems[0].reason


def test_a_gpx_without_anything_is_refused(tmp_path: Path) -> None:
    assert refusal_of(gpx(tmp_path / "a.gpx", "<metadata/>")) == "no_rows"
