"""Archives: shapefiles in folders, geodatabases, photos, other files, and what somebody packed on purpose."""

from __future__ import annotations

import io
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image
from shapely import Point, box

from importers.readers import archive, parts_of, read_file
from layers.catalogue.facilities import Facility
from layers.catalogue.sites import Site
from tests.factories import regions
from tests.importers.files import codes, features, refusal_of, run, values_in, vector_file

SQUARE = box(107.25, 24.75, 107.252, 24.752)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def shape_parts(folder: Path, name: str, shapes: list[Any], inside: str = "") -> dict[str, bytes]:
    vector_file(folder / f"{name}.shp", {"name": ["示例"] * len(shapes)}, shapes, "EPSG:4490", encoding="GBK")
    return {f"{inside}{part.name}": part.read_bytes() for part in folder.glob(f"{name}.*")}


@pytest.mark.django_db
def test_a_shapefile_in_a_folder_with_chinese_names_in_gbk(tmp_path: Path) -> None:
    regions()
    members = shape_parts(tmp_path, "a", [SQUARE])
    renamed = {f"数据/安置点{Path(name).suffix}": content for name, content in members.items()}
    path = tmp_path / "全部.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in renamed.items():
            made.writestr(zipfile.ZipInfo(marker(name)), content)
    replace_names(path, list(renamed))
    assert zipfile.ZipFile(path).namelist()[0] != next(iter(renamed))  # zipfile takes them for CP437
    report = run("sites", path)
    assert (report.problems, report.detected.part, Site.objects.get().name) == ([], None, "示例")


def marker(name: str) -> str:
    """Return ASCII of as many bytes as the name has in GBK, unique by its length and ending."""
    return (Path(name).suffix[1:] * 20)[: len(name.encode("gbk"))]


def replace_names(path: Path, names: list[str]) -> None:
    """Put the names in GBK in the place of their markers, without the mark for UTF-8."""
    raw = path.read_bytes()
    for name in names:
        raw = raw.replace(marker(name).encode(), name.encode("gbk"))
    path.write_bytes(raw)


def test_several_shapefiles_are_parts(tmp_path: Path) -> None:
    members = shape_parts(tmp_path, "one", [SQUARE]) | shape_parts(tmp_path, "two", [SQUARE, SQUARE], "b/")
    path = packed(tmp_path / "a.zip", members)
    assert [part.name for part in parts_of(path)] == ["one", "two"]
    assert refusal_of(path) == "several_layers"
    assert len(read_file(path, part="two")) == 2


def test_other_files_are_read_from_an_archive_too(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {
            "__MACOSX/._a.csv": b"x",
            "readme.txt": b"x",
            "a/a.csv": "name,lon,lat\n甲,107.25,24.75\n".encode("gbk"),
        },
    )
    source = read_file(path)
    assert (source.format, source.encoding, len(source)) == ("csv", "GB18030", 1)
    packed(path, {"a.csv": b"name\na\n", "b.geojson": features(({}, None)).encode()})
    assert [part.name for part in parts_of(path)] == ["a.csv", "b.geojson"]
    assert read_file(path, part="b.geojson").format == "geojson"
    packed(path, {"b.geojson": b"\xff\xd8\xff\xe0photo"})
    assert refusal_of(path) == "misnamed"


@pytest.fixture
def geodatabase(tmp_path: Path) -> Path:
    folder = tmp_path / "示例.gdb"
    for name, shapes in (("plots", [SQUARE]), ("empty", []), ("schools", [Point(107.25, 24.75)])):
        vector_file(
            folder,
            {"名称": ["甲"] * len(shapes)},
            shapes,
            "EPSG:4490",
            driver="OpenFileGDB",
            layer=name,
            **({"geometry_type": "Point"} if not shapes else {}),
        )
    return packed(
        tmp_path / "a.zip", {f"示例.gdb/{part.name}": part.read_bytes() for part in folder.iterdir() if part.is_file()}
    )


@pytest.mark.django_db
def test_the_layer_of_a_geodatabase_that_fits_is_taken(geodatabase: Path) -> None:
    regions()
    assert [part.rows for part in parts_of(geodatabase)] == [1, 0, 1]
    report = run("facilities", geodatabase, defaults={"kind": "town"})
    assert (report.problems, report.detected.format, report.detected.part) == ([], "gdb", "schools")
    assert Facility.objects.get().name == "甲"
    assert refusal_of(geodatabase, part="empty") == "no_rows"
    assert refusal_of(geodatabase) == "several_layers"


def test_a_geodatabase_that_lost_a_table_is_refused(geodatabase: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(geodatabase) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    packed(tmp_path / "b.zip", {name: body[: len(body) // 2] for name, body in members.items()})
    assert refusal_of(tmp_path / "b.zip") in {"unreadable_file", "no_rows", "cut_short"}
    packed(tmp_path / "c.zip", {name: body for name, body in members.items() if "a00000001." not in name})
    assert refusal_of(tmp_path / "c.zip") == "unreadable_file"


def jpeg(gps: dict[int, Any] | None, taken: str = "2019:03:01 10:20:30") -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8769)[0x9003] = taken
    if gps is not None:
        exif.get_ifd(0x8825).update(gps)
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


HERE = {1: "N", 2: (24.0, 45.0, 0.0), 3: "E", 4: (107.0, 15.0, 0.0), 6: 300.5, 17: 123.4}


@pytest.mark.django_db
def test_photos_with_position_time_and_direction(tmp_path: Path) -> None:
    regions()
    path = packed(tmp_path / "a.zip", {"照片/a.jpg": jpeg(HERE), "b.JPEG": jpeg(HERE | {1: "S", 3: "W"}, "0000")})
    source = read_file(path)
    assert shapely.get_coordinates(source.geometries).tolist() == [[107.25, 24.75], [-107.25, -24.75]]
    assert values_in(source, "taken_at") == ["2019-03-01 10:20:30", None]
    assert (values_in(source, "bearing_deg"), values_in(source, "altitude_m")) == (["123.4"] * 2, ["300.5"] * 2)
    assert values_in(source, "file") == ["照片/a.jpg", "b.JPEG"]
    path = packed(tmp_path / "b.zip", {"a.jpg": jpeg(HERE)})
    report = run("facilities", path, columns={"file": "name"}, defaults={"kind": "town"})
    assert (report.problems, report.detected.format, Facility.objects.get().name) == ([], "photos", "a.jpg")


@pytest.mark.django_db
def test_photos_without_a_usable_position_are_problems_of_their_rows(tmp_path: Path) -> None:
    regions()
    zero = {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    path = packed(
        tmp_path / "a.zip",
        {
            "1.jpg": jpeg(None),
            "2.jpg": jpeg(zero),
            "3.jpg": jpeg(HERE | {2: (24.0, 45.0)}),
            "4.jpg": b"no photo",
            "5.jpg": jpeg(HERE)[:80],
        },
    )
    report = run("facilities", path, columns={"file": "name"}, defaults={"kind": "town"})
    assert codes(report) == ["geometry_missing", "zero_zero", *["unreadable_geometry"] * 3]


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "C:/a.shp", "..\\..\\a.shp"])
def test_names_that_lead_out_of_an_archive(tmp_path: Path, name: str) -> None:
    assert refusal_of(packed(tmp_path / "a.zip", {name: b"x"})) == "unsafe_archive"
    assert refusal_of(packed(tmp_path / "a.kmz", {name: b"x", "b.kml": b"<kml/>"})) == "unsafe_archive"


def test_links_in_an_archive(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/hostname")
    assert refusal_of(tmp_path / "a.zip") == "unsafe_archive"


@pytest.mark.parametrize("name", ["a.zip", "a.kmz", "a.xlsx"])
def test_bombs_are_not_unpacked(tmp_path: Path, name: str) -> None:
    inside = {"a.zip": "a.csv", "a.kmz": "doc.kml", "a.xlsx": "xl/workbook.xml"}[name]
    assert refusal_of(packed(tmp_path / name, {inside: bytes(300_000_000)})) == "unsafe_archive"


def test_a_member_that_is_larger_than_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": b"name\n" + b"x" * 1000})
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    assert refusal_of(path) in {"unsafe_archive", "unreadable_file"}
    monkeypatch.setattr(archive, "MOST_MEMBERS", 1)
    assert refusal_of(packed(path, {"a.csv": b"name\na\n", "b.csv": b"name\na\n"})) == "unsafe_archive"


def test_an_archive_with_a_password_or_in_an_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": b"name\na\n"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(bytes(raw))
    assert refusal_of(path) == "encrypted"
    assert refusal_of(packed(path, {"b.zip": b"PK", "c.rar": b"Rar!"})) == "archive_content"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIRTUAL TABLE x USING VirtualOGR('/vsicurl/http://127.0.0.1:9/a.geojson')",
        "CREATE VIEW x AS SELECT ogr_geocode('127.0.0.1') AS geom",
        "CREATE VIEW x AS SELECT load_extension('x.so')",
    ],
)
def test_a_geopackage_in_which_tables_open_other_files(tmp_path: Path, sql: str) -> None:
    path = vector_file(tmp_path / "a.gpkg", {"name": ["a"]}, [SQUARE], "EPSG:4490")
    kind = "view" if "VIEW" in sql else "table"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA writable_schema = 1")
        database.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (?, 'x', 'x', 0, ?)", (kind, sql)
        )
    assert refusal_of(path) == "unsafe_file"
