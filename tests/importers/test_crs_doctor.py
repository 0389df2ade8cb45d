"""The doctor names what a file may be in, with evidence, and takes one only where the lead is decisive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from accounts.roles import Role
from geocore.crs import CGCS2000, GCJ02, parse_crs
from importers.crs_choice import candidates_for
from importers.crs_clues import Clues
from importers.report import Report, Status
from layers.catalogue.facilities import Facility
from layers.registry import get_layer
from tests.factories import FacilityFactory, regions, user_with
from tests.importers.files import codes, run, table, vector_file

pytestmark = pytest.mark.django_db

PLACES = np.random.default_rng(5).uniform((107.05, 24.55), (107.45, 24.95), (30, 2))
"""In county 451221, which reaches from 107.0 to 107.5 and from 24.5 to 25.0."""


@pytest.fixture(autouse=True)
def country(settings) -> None:
    settings.ALLOW_GCJ02 = True
    regions()


def schools(path: Path, crs: str, header: str = "区划代码", claim: str = "451221") -> Path:
    """Write a table of schools in county 451221 whose coordinates are in `crs`."""
    numbers = parse_crs(crs).from_cgcs2000(PLACES)
    rows = [f"学校{n},primary,{x!r},{y!r},{claim}" for n, (x, y) in enumerate(numbers.tolist())]
    return table(path, f"名称,类型,经度,纬度,{header}", *rows)


def candidates(report: Report) -> list[str]:
    return [one.crs for one in report.detected.crs_candidates]


@pytest.mark.parametrize("crs", ["EPSG:4545", "EPSG:4524", "EPSG:4545:yx", "EPSG:4524:yx", "EPSG:3857", "EPSG:4496"])
def test_eastings_are_taken_where_the_rows_lie_in_the_county_that_they_name(tmp_path: Path, crs: str) -> None:
    report = run("facilities", schools(tmp_path / "a.csv", crs))
    assert (report.status, report.detected.crs) == (Status.COMMITTED, crs)
    assert report.detected.crs_candidates[0].share_inside == 1.0
    assert crs in report.warnings[0]
    assert "100.0 %" in report.warnings[0]
    stored = np.array([f.geom.coords for f in Facility.objects.order_by("given__row")])
    assert stored == pytest.approx(PLACES, abs=1e-8)


def test_a_column_of_county_names_is_evidence_too(tmp_path: Path) -> None:
    report = run("facilities", schools(tmp_path / "a.csv", "EPSG:4545", "所在县", "示例甲县"))
    assert (report.status, report.detected.crs) == (Status.COMMITTED, "EPSG:4545")


def test_without_a_claim_eastings_are_refused_with_what_fits(tmp_path: Path) -> None:
    report = run("facilities", schools(tmp_path / "a.csv", "EPSG:4545", "备注", "甲"))
    assert (report.status, codes(report)) == (Status.REFUSED, ["crs_not_named"])
    assert candidates(report)[0] == "EPSG:4545"
    assert report.detected.crs_candidates[0].share_inside == 1.0


def test_utm_and_gauss_kruger_on_one_meridian_are_left_to_the_user(tmp_path: Path) -> None:
    report = run("facilities", schools(tmp_path / "a.csv", "EPSG:32648"), crs="auto")
    assert codes(report) == ["crs_not_named"]
    assert candidates(report)[:2] == ["EPSG:4544", "EPSG:32648"]  # a kilometre apart, both in the county


def test_a_header_that_names_the_zone_counts(tmp_path: Path) -> None:
    path = schools(tmp_path / "a.csv", "EPSG:32648", "备注", "甲")
    text = path.read_text(encoding="utf-8").replace("经度,纬度", "X坐标(UTM 48N),Y坐标(UTM 48N)")
    path.write_text(text, encoding="utf-8")
    options = {"columns": {"X坐标(UTM 48N)": "geom.x", "Y坐标(UTM 48N)": "geom.y"}}
    assert run("facilities", path, **options).detected.crs == "EPSG:32648"
    path.write_text(text.replace("UTM 48N", "西安80"), encoding="utf-8")
    options = {"columns": {"X坐标(西安80)": "geom.x", "Y坐标(西安80)": "geom.y"}}
    assert codes(run("facilities", path, **options)) == ["datum_refused"]


def test_a_wrong_zone_in_a_prj_is_said_and_auto_takes_the_right_one(tmp_path: Path) -> None:
    numbers = parse_crs("EPSG:4545").from_cgcs2000(PLACES)
    data = {"name": [f"s{n}" for n in range(30)], "kind": ["primary"] * 30, "region": ["451221"] * 30}
    path = vector_file(tmp_path / "a.shp", data, list(shapely.points(numbers)), "EPSG:4546")
    report = run("facilities", path)
    assert codes(report) == ["crs_doubted"]
    assert "EPSG:4546" in report.reason
    assert "--crs EPSG:4545" in report.reason
    assert candidates(report)[0] == "EPSG:4545"
    assert run("facilities", path, crs="auto", dry_run=True).detected.crs == "EPSG:4545"
    named = run("facilities", path, crs="EPSG:4546", dry_run=True)
    assert "they fit EPSG:4545 better" in named.warnings[0]


@pytest.mark.parametrize(("crs", "told"), [("EPSG:4490:yx", "latitude stands before"), ("EPSG:4490:dms", "DD.MMSSss")])
def test_what_contradicts_the_headers_is_refused_and_auto_takes_it(tmp_path: Path, crs: str, told: str) -> None:
    path = schools(tmp_path / "a.csv", crs)
    report = run("facilities", path)
    assert codes(report) == ["crs_not_named"]
    assert told in report.reason
    assert crs in candidates(report)
    auto = run("facilities", path, crs="auto")
    assert (auto.status, auto.detected.crs) == (Status.COMMITTED, crs)
    assert Facility.objects.first().given["crs"] == crs
    assert run("facilities", path, crs=crs).counts.same == 30


def test_minutes_seconds_and_letters_need_no_crs(tmp_path: Path) -> None:
    rows = ["甲,primary,北纬24°45′00″,东经107°15′30″", "乙,primary,24°45′36″N,107°15′36″E"]
    report = run("facilities", table(tmp_path / "a.csv", "名称,类型,经度,纬度", *rows))
    assert (report.problems, report.detected.crs) == ([], "EPSG:4490:yx")  # the letters say which is which
    stored = Facility.objects.get(name="甲")
    assert (stored.geom.x, stored.geom.y) == pytest.approx((107.2583333, 24.75))
    assert stored.given["geometry"] == "北纬24°45′00″, 东经107°15′30″"
    bad = table(tmp_path / "b.csv", "名称,类型,经度,纬度", *rows, "丙,primary,107°75′00″,24°45′00″")
    report = run("facilities", bad)
    assert [(p.row, p.column, str(p.code)) for p in report.problems] == [(3, "经度", "not_a_coordinate")]


@pytest.mark.parametrize("shifted", ["gcj02", "bd09"])
def test_points_of_a_web_map_are_suspected_beside_what_is_known(tmp_path: Path, shifted: str, settings) -> None:
    for n, (x, y) in enumerate(PLACES[:5]):
        FacilityFactory(name=f"学校{n}", kind="town", geom=f"SRID=4490;POINT({x} {y})")
    path = schools(tmp_path / "a.csv", shifted)
    report = run("facilities", path)
    assert codes(report) == ["crs_suspected"]
    assert f"look like {shifted}" in report.reason
    assert "0 m with the shift undone" in report.reason
    assert candidates(report)[0] == shifted
    assert run("facilities", path, crs="auto", dry_run=True).detected.crs == shifted
    settings.ALLOW_GCJ02 = False
    assert codes(run("facilities", path)) == ["crs_suspected"]
    assert codes(run("facilities", path, crs="auto")) == ["crs_not_allowed"]
    assert run("facilities", path, crs="EPSG:4490", dry_run=True).problems == []


def test_what_the_user_may_not_see_is_no_evidence(tmp_path: Path) -> None:
    for n, (x, y) in enumerate(PLACES[:5]):
        FacilityFactory(at="451222001001", name=f"学校{n}", kind="town", geom=f"SRID=4490;POINT({x} {y})")
    path = schools(tmp_path / "a.csv", "gcj02")
    assert codes(run("facilities", path, dry_run=True)) == ["crs_suspected"]
    assert run("facilities", path, user=user_with(Role.STEWARD, "451221"), dry_run=True).problems == []


def test_every_candidate_has_positions_for_a_map() -> None:
    places = np.repeat(PLACES, 40, axis=0)
    shapes = shapely.points(GCJ02.from_cgcs2000(places))
    claims = np.array(["451221000000"] * len(shapes), dtype=object)
    diagnosis = candidates_for(Clues(get_layer("facilities"), np.array([*shapes, None])[:-1], claims))
    found = {one.crs.key: one for one in diagnosis.candidates}
    assert set(found) == {"EPSG:4490", "gcj02", "bd09"}
    assert (diagnosis.assumed, diagnosis.doubt) == (CGCS2000, None)
    assert found["gcj02"].on_map().shape == (400, 2)  # every third of 1,200
    assert found["gcj02"].on_map()[:40] == pytest.approx(places[::3][:40], abs=1e-7)
    assert found["gcj02"].on_map(10).shape == (10, 2)
    assert found["gcj02"].title == "GCJ-02 (Amap, Tencent)"
    assert found["EPSG:4490"].words == "100.0 % of 1200 positions lie in the division that their row names"


PIPELINE = (
    "+proj=pipeline +step +inv +proj=tmerc +lon_0=108 +x_0=500000 +ellps=krass +step +proj=cart +ellps=krass "
    "+step +proj=helmert +x=15.8 +y=-154.4 +z=-82.3 +step +inv +proj=cart +ellps=GRS80 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


def test_beijing_1954_is_taken_with_the_parameters_of_the_county(tmp_path: Path) -> None:
    data = {"name": ["甲"], "kind": ["primary"]}
    path = vector_file(tmp_path / "a.shp", data, [shapely.Point(424160.64, 2738423.5)], "EPSG:2435", encoding="UTF-8")
    assert codes(run("facilities", path)) == ["datum_refused"]
    report = run("facilities", path, pipeline=PIPELINE)
    assert (report.status, report.detected.crs) == (Status.COMMITTED, "pipeline")
    made = Facility.objects.get()
    assert (made.geom.x, made.geom.y) == pytest.approx((107.2506, 24.7483), abs=5e-4)
    assert made.given["pipeline"].startswith("+proj=pipeline +step +inv +proj=tmerc")
    assert run("facilities", path, pipeline=PIPELINE).counts.same == 1


@pytest.mark.parametrize(
    ("pipeline", "code"),
    [
        ("+proj=pipeline +step +proj=hgridshift +grids=x", "pipeline_refused"),
        (PIPELINE + " +step +proj=axisswap +order=2,1", "pipeline_elsewhere"),
    ],
)
def test_a_transformation_that_leads_elsewhere_is_refused(tmp_path: Path, pipeline: str, code: str) -> None:
    path = schools(tmp_path / "a.csv", "EPSG:4545")
    assert codes(run("facilities", path, pipeline=pipeline)) == [code]
