"""Files as counties send them: what becomes of each is stated here."""

from __future__ import annotations

from pathlib import Path

import pytest

from geocore.divisions import Level
from importers.regions import regions_load
from importers.report import Report, Status
from importers.services import ImportOrder, import_file
from layers.catalogue.facilities import Facility
from layers.catalogue.projects import Project
from layers.catalogue.regions import Region
from layers.registry import get_layer

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


BAD = sorted((DATA / "geojson" / "hint_bad").glob("*.geojson"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
@pytest.mark.parametrize("layer", ["regions", "facilities", "sites"])
def test_bad_geojson_is_refused_with_a_sentence(path: Path, layer: str) -> None:
    defaults = {} if layer == "regions" else {"name": "示例", **({"kind": "town"} if layer == "facilities" else {})}
    report = load(layer, str(path), defaults=defaults)
    assert report.status in {Status.REFUSED, Status.PROBLEMS}
    assert report.problems
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert not get_layer(layer).model.objects.exists()


@pytest.mark.parametrize("path", sorted((DATA / "geojson" / "hint_good").glob("*.geojson")), ids=lambda path: path.stem)
def test_good_geojson_of_another_place_finds_no_division(path: Path) -> None:
    report = load("facilities", str(path), defaults={"name": "示例", "kind": "town"})
    assert report.status is Status.PROBLEMS
