"""Files as counties send them: what becomes of each is stated here."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import shapely
from django.db import transaction

from geocore.divisions import Level
from importers.readers import read_file
from importers.regions import regions_load
from importers.report import Report, Status
from importers.services import ImportOrder, import_file
from layers.catalogue.facilities import Facility
from layers.catalogue.projects import Project
from layers.catalogue.regions import Region
from layers.registry import get_layer
from tests.importers.files import refusal_of, values_in

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data with real files is not here"),
]


def load(layer: str, name: str, **options) -> Report:
    return import_file(ImportOrder(layer=get_layer(layer), path=DATA / name, **options))


def counts(report: Report) -> tuple[int, int, int, int, int]:
    found = report.counts
    assert found.read == found.add + found.change + found.same + found.rejected
    return found.read, found.add, found.change, found.same, found.rejected


def boundaries(*provinces: str) -> None:
    for province in provinces:
        regions_load(province=province, deepest=Level.COUNTY)


def above_counties(province: str) -> None:
    """Load the divisions of a province and take its counties away again."""
    boundaries(province)
    Region.objects.filter(level=3).update(geom=None, outline=None)


def test_counties_of_guizhou_from_a_geopackage() -> None:
    first = load("regions", "admin/guizhou_counties_4490.gpkg")
    assert first.status is Status.PROBLEMS  # their prefectures are not known
    assert {problem.code for problem in first.problems} == {"division_above_missing"}
    assert counts(first) == (88, 0, 0, 0, 88)
    assert not Region.objects.exists()


def test_counties_of_guizhou_twice() -> None:
    above_counties("52")
    report = load("regions", "admin/guizhou_counties_4490.gpkg")
    assert (report.status, report.problems) == (Status.COMMITTED, [])
    assert counts(report) == (88, 0, 88, 0, 0)
    assert Region.objects.filter(level=3, geom__isnull=False, outline__isnull=False).count() == 88
    again = load("regions", "admin/guizhou_counties_4490.gpkg")
    assert counts(again) == (88, 0, 0, 88, 0)
    assert Region.objects.filter(level=3).order_by("-version").first().version == 3  # loaded, emptied, filled


def test_counties_of_baise_in_gcj02_are_refused_until_named(settings) -> None:
    boundaries("45")
    name = "admin/baise_counties_amap_GCJ02.geojson"
    refused = load("regions", name)
    assert refused.status is Status.REFUSED
    assert refused.problems[0].code == "crs_suspected"
    assert "gcj02" in refused.reason
    assert counts(refused) == (12, 0, 0, 0, 12)
    settings.ALLOW_GCJ02 = False
    assert load("regions", name).problems[0].code == "crs_suspected"
    assert load("regions", name, crs="gcj02").problems[0].code == "crs_not_allowed"
    settings.ALLOW_GCJ02 = True
    named = load("regions", name, crs="gcj02")
    assert named.problems == []
    assert counts(named) == (12, 0, 12, 0, 0)
    ious = {one.crs.key: round(one.median_iou, 3) for one in named.detected.outlines}
    assert (ious["EPSG:4490"], ious["gcj02"]) == (0.963, 0.974)
    assert counts(load("regions", name, crs="gcj02")) == (12, 0, 0, 12, 0)


def test_dams_of_guangxi() -> None:
    boundaries("45")
    report = load("projects", "dams/wri_hydro_guangxi.csv")
    assert report.problems == []
    assert counts(report) == (45, 45, 0, 0, 0)
    marked = Project.objects.exclude(possible_duplicate_of="").order_by("name")
    assert [project.name for project in marked] == ["Dahua Dam", "Guangxi Qiaogong"]
    assert len([warning for warning in report.warnings if "may be the same" in warning]) == 2
    assert counts(load("projects", "dams/wri_hydro_guangxi.csv")) == (45, 0, 0, 45, 0)


def test_a_shapefile_in_gbk_without_cpg() -> None:
    report = load("regions", "shapefile/chinese_poly_gbk_nocpg.shp", columns={"ADCODE99": "code"})
    assert report.detected.encoding == "GB18030"
    assert report.problems == []
    assert Region.objects.get().name == "黑龙江省"
    again = load("regions", "shapefile/chinese_poly_gbk_nocpg.shp", columns={"ADCODE99": "code"})
    assert counts(again) == (1, 0, 0, 1, 0)


def test_towns_as_facilities() -> None:
    boundaries("45", "52")
    options = {"columns": {"name": "name", "lng": "geom.x", "lat": "geom.y"}, "defaults": {"kind": "town"}}
    report = load("facilities", "settlements/geonames_guangxi_guizhou.csv", **options)
    assert report.problems == []
    assert counts(report) == (258, 258, 0, 0, 0)
    assert set(Facility.objects.values_list("kind", flat=True)) == {"town"}
    # two ports on a generalised coast, two towns whose rounded position lies across the line of another province
    outside = next(warning for warning in report.warnings if "no known division" in warning)
    assert [row in outside for row in ("row 72", "row 86", "row 255", "row 257")] == [True] * 4
    again = load("facilities", "settlements/geonames_guangxi_guizhou.csv", **options)
    assert counts(again) == (258, 0, 0, 258, 0)


class Outcome(NamedTuple):
    """What becomes of a file.

    `codes` are those of its problems; `counts` read, added, changed, the same and rejected rows.
    """

    name: str
    layer: str
    counts: tuple[int, int, int, int, int]
    codes: tuple[str, ...] = ()
    options: dict[str, Any] = {}


NAMED = {"defaults": {"kind": "town", "name": "示例"}}
NAMED_SITE = {"defaults": {"name": "示例"}}
NOTHING = (0, 0, 0, 0, 0)

IN_LOADED_PROVINCES = (
    Outcome("admin/guangxi_province_4490.geojson", "regions", (1, 0, 0, 1, 0)),
    Outcome("admin/guangxi_cities_4490.geojson", "regions", (14, 0, 0, 14, 0)),
    Outcome("admin/guangxi_counties_4490.geojson", "regions", (111, 0, 0, 111, 0)),
    Outcome("admin/guizhou_counties_4490.gpkg", "regions", (88, 0, 0, 88, 0)),
    Outcome("admin/baise_counties_amap_GCJ02.geojson", "regions", (12, 0, 0, 0, 12), ("crs_suspected",)),
    Outcome("division/areas_45_52_53.csv", "regions", (328, 0, 0, 328, 0)),
    Outcome("division/streets_45.csv", "regions", (1284, 1284, 0, 0, 0), options={"columns": {"code9": "code"}}),
    Outcome("dams/wri_hydro_guangxi.csv", "projects", (45, 45, 0, 0, 0)),
    Outcome("dams/wri_hydro_guizhou.csv", "projects", (46, 46, 0, 0, 0)),
    Outcome("xlsx/dams_guizhou_dms.xlsx", "projects", (46, 46, 0, 0, 0)),
    Outcome("plots/guotu_txt_hangzhou_zone40_gbk.txt", "plots", (1, 1, 0, 0, 0)),
    # one of them lies in Zhanjiang
    Outcome(
        "facilities/universities_guangxi.csv",
        "facilities",
        (90, 89, 0, 0, 1),
        ("no_region_here",),
        {"defaults": {"kind": "college"}},
    ),
    # twelve lie in provinces that are not loaded
    Outcome(
        "settlements/ne_places_sw_china.geojson",
        "facilities",
        (43, 31, 0, 0, 12),
        ("no_region_here",),
        {"defaults": {"kind": "town"}},
    ),
    Outcome(
        "settlements/geonames_guangxi_guizhou.csv",
        "facilities",
        (258, 258, 0, 0, 0),
        options={"defaults": {"kind": "town"}},
    ),
)

ELSEWHERE = (
    # villages need their county, places their division: neither is loaded
    Outcome(
        "division/villages_451222_451028.csv",
        "regions",
        (184, 0, 0, 0, 184),
        ("division_above_missing",),
        {"columns": {"code12": "code"}},
    ),
    Outcome(
        "csv/qgis_testdms.csv",
        "facilities",
        (24, 0, 0, 0, 24),
        ("no_region_here", "not_a_coordinate"),
        {"columns": {"description": "name"}, "defaults": {"kind": "town"}, "crs": "EPSG:4326"},
    ),
    Outcome("coords/cgcs2000_gk_two_vectors.json", "facilities", NOTHING, ("not_geojson",)),
    Outcome("coords/gcj02_bd09_eviltransform.json", "facilities", NOTHING, ("not_geojson",)),
    Outcome("validity/geos_TestValid.csv", "sites", (87, 0, 0, 0, 87), ("no_known_column",)),
    Outcome(
        "dxf/usa.dxf",
        "sites",
        (59, 0, 0, 0, 59),
        ("no_region_here", "ring_self_intersection", "self_intersection"),
        {"columns": {"Layer": "name"}},
    ),
    Outcome("gdb/testopenfilegdb.gdb.zip", "facilities", NOTHING, ("several_layers",)),
    Outcome(
        "gdb/testopenfilegdb.gdb.zip",
        "facilities",
        (5, 0, 0, 0, 5),
        ("no_region_here",),
        {"part": "point", "columns": {"str": "name"}, "defaults": {"kind": "town"}},
    ),
    Outcome(
        "gdb/testopenfilegdb.gdb.zip",
        "sites",
        (5, 0, 0, 0, 5),
        ("geometry_missing",),
        {"part": "null_polygon", "columns": {"str": "name"}},
    ),
    Outcome("gpkg/qgis_points_gpkg.gpkg", "facilities", NOTHING, ("several_layers",)),
    Outcome(
        "gpkg/qgis_points_gpkg.gpkg",
        "facilities",
        (3, 0, 0, 0, 3),
        ("no_region_here",),
        {"part": "points_small", **NAMED},
    ),
    Outcome("gpx/wpt.gpx", "facilities", (40, 0, 0, 0, 40), ("no_region_here",), NAMED),
    Outcome("gpx/Mojstrovka.gpx", "facilities", (1, 0, 0, 0, 1), ("wrong_geometry_type",), NAMED),
    Outcome("gpx/around-visnjan-with-car.gpx", "facilities", (1, 0, 0, 0, 1), ("wrong_geometry_type",), NAMED),
    Outcome("gpx/korita-zbevnica.gpx", "facilities", (2, 0, 0, 0, 2), ("no_region_here",), NAMED),
    Outcome("gpx/gpx1.1_with_all_fields.gpx", "facilities", (2, 0, 0, 0, 2), ("no_region_here",), NAMED),
    Outcome("kml/KML_Samples.kml", "facilities", NOTHING, ("several_layers",), NAMED),
    Outcome("kml/KML_Samples.kml", "facilities", (3, 0, 0, 0, 3), ("no_region_here",), {"part": "Placemarks", **NAMED}),
    Outcome("kml/gxtrack.kml", "facilities", (1, 0, 0, 0, 1), ("wrong_geometry_type",), NAMED),
    Outcome("kml/multigeometry_sibling.kml", "facilities", (1, 0, 0, 0, 1), ("wrong_geometry_type",), NAMED),
    # no layer holds lines
    Outcome("roads/highways_guangxi.geojson", "facilities", (6, 0, 0, 0, 6), ("wrong_geometry_type",), NAMED),
    Outcome("settlements/lijiang_river_osm.geojson", "facilities", (18, 0, 0, 0, 18), ("wrong_geometry_type",), NAMED),
    Outcome("settlements/ne_rivers_guangxi.geojson", "facilities", (17, 0, 0, 0, 17), ("wrong_geometry_type",), NAMED),
    Outcome("shapefile/coutwildrnp.zip", "sites", (67, 0, 0, 0, 67), ("no_region_here",)),
    Outcome("shapefile/coutwildrnp.shp", "sites", (67, 0, 0, 0, 67), ("no_region_here",)),
    Outcome("shapefile/file_cp936_cpg.shp", "sites", (1, 0, 0, 0, 1), ("wrong_geometry_type",), NAMED_SITE),
    Outcome("shapefile/qgis_polys.shp", "sites", (10, 0, 0, 0, 10), ("no_region_here",), {"columns": {"Name": "name"}}),
    Outcome("shapefile/qgis_utf8.shp", "facilities", (1, 0, 0, 0, 1), ("no_region_here",), NAMED),
    Outcome(
        "shapefile/chinese_poly_gbk_nocpg.shp", "regions", (1, 1, 0, 0, 0), options={"columns": {"ADCODE99": "code"}}
    ),
)

NOT_READ = {
    ".jpg": "format_not_read",
    ".mvt": "format_not_read",
    ".tif": "format_not_read",
    ".shx": "format_not_read",
    ".dbf": "format_not_read",
    ".prj": "format_not_read",
    ".cpg": "format_not_read",
    ".result": "format_unknown",
    ".md": "format_unknown",
}
"""What is never imported by itself: photos come in an archive, parts of a shapefile with it."""


def became(outcome: Outcome) -> Outcome:
    report = load(outcome.layer, outcome.name, **outcome.options)
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert (report.status in {Status.COMMITTED, Status.REHEARSED}) == (not report.problems)
    codes = tuple(sorted({str(problem.code) for problem in report.problems}))
    return outcome._replace(counts=counts(report), codes=codes)


def test_files_about_provinces_that_are_loaded() -> None:
    boundaries("33", "45", "52", "53")
    for outcome in IN_LOADED_PROVINCES:
        with transaction.atomic():
            assert became(outcome) == outcome
            transaction.set_rollback(True)


@pytest.mark.parametrize("outcome", ELSEWHERE, ids=lambda outcome: f"{outcome.name}-{outcome.options.get('part', '')}")
def test_files_about_other_places(outcome: Outcome) -> None:
    assert became(outcome) == outcome


ALL = sorted(path for path in DATA.rglob("*") if path.is_file())
BAD = sorted((DATA / "geojson" / "hint_bad").glob("*.geojson"))
GOOD = sorted((DATA / "geojson" / "hint_good").glob("*.geojson"))


def test_every_file_has_its_outcome() -> None:
    listed = {outcome.name for outcome in (*IN_LOADED_PROVINCES, *ELSEWHERE)}
    left = [path for path in ALL if path.suffix not in NOT_READ and path not in {*BAD, *GOOD}]
    assert {str(path.relative_to(DATA)) for path in left} == listed


@pytest.mark.parametrize("path", [path for path in ALL if path.suffix in NOT_READ], ids=lambda path: path.name)
def test_files_that_are_never_imported_by_themselves(path: Path) -> None:
    assert refusal_of(path) == NOT_READ[path.suffix]


def test_photos_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted((DATA / "photos").iterdir()):
            archive.write(path, path.name)
    source = read_file(tmp_path / "a.zip")
    assert shapely.get_coordinates(source.geometries).tolist() == [
        pytest.approx(place, abs=1e-6)
        for place in ([11.885127, 43.467448], [11.884538, 43.467082], [11.881478, 43.464455], [9.110333, 45.500667])
    ]
    assert values_in(source, "altitude_m") == [None, None, None, "217", None]
    assert values_in(source, "datum")[:4] == ["WGS-84"] * 4
    report = load("facilities", str(tmp_path / "a.zip"), columns={"file": "name"}, defaults={"kind": "town"})
    assert [str(problem.code) for problem in report.problems] == [*["no_region_here"] * 4, "geometry_missing"]


def test_the_parcel_of_hangzhou_has_the_area_that_it_declares() -> None:
    source = read_file(DATA / "plots" / "guotu_txt_hangzhou_zone40_gbk.txt")
    assert source.crs == "EPSG:4528"
    assert shapely.area(source.geometries[0]) / 10_000 == pytest.approx(5.7090, abs=5e-5)
    assert values_in(source, "地块面积(公顷)") == ["5.7089"]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
@pytest.mark.parametrize("layer", ["regions", "facilities", "sites"])
def test_bad_geojson_is_refused_with_a_sentence(path: Path, layer: str) -> None:
    defaults = {} if layer == "regions" else {"name": "示例", **({"kind": "town"} if layer == "facilities" else {})}
    report = load(layer, str(path), defaults=defaults)
    assert report.status in {Status.REFUSED, Status.PROBLEMS}
    assert report.problems
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert not get_layer(layer).model.objects.exists()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_geojson_of_another_place_finds_no_division(path: Path) -> None:
    report = load("facilities", str(path), defaults={"name": "示例", "kind": "town"})
    assert report.status is Status.PROBLEMS
