"""Tables with coordinates: mapping, values, codes, regions, and importing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.models import ImportBatch
from importers.report import Status
from layers.catalogue.facilities import Facility
from layers.catalogue.households import Household
from layers.catalogue.plots import Plot
from tests.factories import FacilityFactory, HouseholdFactory, SiteFactory, regions
from tests.importers.files import codes, run, table

pytestmark = pytest.mark.django_db

HEADER = "设施名称,类型,经度,纬度,学位"


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def test_a_table_of_schools_by_its_chinese_columns(tmp_path: Path) -> None:
    path = table(
        tmp_path / "学校.csv",
        HEADER,
        "示例小学,primary,107.2500000001,24.75,300",
        "示例中学,Junior Secondary School,107.6,24.8,",
    )
    report = run("facilities", path)
    assert (report.status, report.problems) == (Status.COMMITTED, [])
    assert (report.detected.format, report.detected.encoding, report.detected.crs) == ("csv", "UTF-8", "EPSG:4490")
    first, second = Facility.objects.order_by("name").reverse()
    assert (first.name, first.kind, first.capacity, first.region_id) == ("示例小学", "primary", 300, "451221000000")
    assert (second.kind, second.capacity, second.region_id) == ("junior", None, "451222000000")
    assert (first.geom.x, first.geom.y) == (107.2500000001, 24.75)
    assert first.given == {"crs": "EPSG:4490", "file": "学校.csv", "row": 1, "geometry": "107.2500000001, 24.75"}
    assert (first.changed_through, first.version, first.scope.counties) == ("import", 1, ["451221"])
    batch = ImportBatch.objects.get()
    assert (str(first.batch), str(batch.pk)) == (report.batch, report.batch)
    assert batch.counts == {"read": 2, "add": 2, "change": 0, "same": 0, "rejected": 0}
    assert batch.mapping["geom.x"] == "经度"
    assert len(batch.sha256) == 64


def test_the_same_file_again_changes_nothing_and_an_edited_one_only_what_it_edits(tmp_path: Path) -> None:
    lines = [f"示例小学{n},primary,{107.1 + n / 1000},24.75,{n}" for n in range(50)]
    run("facilities", table(tmp_path / "a.csv", HEADER, *lines))
    again = run("facilities", tmp_path / "a.csv")
    assert (again.counts.same, again.counts.add, again.counts.change) == (50, 0, 0)
    assert set(Facility.objects.values_list("version", flat=True)) == {1}
    lines[7] = "示例小学7,primary,107.1072,24.75,777"  # 20 m further on: the same school
    edited = run("facilities", table(tmp_path / "b.csv", HEADER, *lines), reason="更正")
    assert (edited.counts.same, edited.counts.add, edited.counts.change) == (49, 0, 1)
    changed = Facility.objects.get(version=2)
    assert (changed.capacity, changed.change_reason, changed.versions.get().capacity) == (777, "更正", 7)
    assert run("facilities", tmp_path / "b.csv").counts.same == 50


def test_a_rehearsal_counts_and_changes_nothing(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", HEADER, "示例小学,primary,107.25,24.75,300")
    report = run("facilities", path, dry_run=True)
    assert (report.status, report.counts.add) == (Status.REHEARSED, 1)
    assert not Facility.objects.exists()
    assert not ImportBatch.objects.exists()


def test_gb18030_tabs_quotes_and_numbers_as_people_write_them(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "设施名称\t类型\tＬＯＮ\tLat\t学 位\t开办",
        '"示例\n小学"\tprimary\t１０７．２５\t24.75\t"1,200"\t2019年3月1日',
        encoding="gb18030",
    )
    report = run("facilities", path, columns={"开办": "opened_on"})
    assert report.problems == []
    assert report.detected.encoding == "GB18030"
    made = Facility.objects.get()
    assert (made.name, made.capacity, made.opened_on.isoformat()) == ("示例\n小学", 1200, "2019-03-01")


def test_every_problem_of_a_table_is_named_by_row_column_and_value(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        HEADER + ",opened_on,区划代码",
        "好的,primary,107.25,24.75,1,2019/3/1,451221",
        ",primary,107.25,24.75,1,,",
        "甲,university,107.25,24.75,1,,",
        "乙,primary,107.25,24.75,many,,",
        "丙,primary,107.25,24.75,1.5,,",
        "丁,primary,107.25,24.75,-1,2019-02-30,",
        "",
        "戊,primary,0,0,1,,",
        "己,primary,NaN,24.75,1,,",
        "庚,primary,1e999,24.75,1,,",
        "辛,primary,107.25,,1,,",
        "壬,primary,120.5,30.5,1,,",
        "癸,primary,107.25,24.75,1,,451299",
        "子,primary,107.25,24.75,1,,abc",
        "丑,primary,107.75,24.75,1,,451221",
        f"{'长' * 81},primary,107.25,24.75,1,,",
        "好的,primary,107.25,24.75,1,2019/3/1,451221",
        "寅,primary,24.75,107.25,1,,",
    )
    report = run("facilities", path)
    assert report.status is Status.PROBLEMS
    assert [(p.row, p.column, str(p.code)) for p in report.problems] == [
        (2, "设施名称", "missing"),
        (3, "类型", "unknown_choice"),
        (4, "学位", "not_a_number"),
        (5, "学位", "not_an_integer"),
        (6, "学位", "out_of_bounds"),
        (6, "opened_on", "not_a_date"),
        (8, "经度, 纬度", "zero_zero"),
        (9, "经度", "not_finite"),
        (10, "经度", "not_finite"),
        (11, "经度, 纬度", "missing"),
        (12, "区划代码", "no_region_here"),
        (13, "区划代码", "unknown_code"),
        (14, "区划代码", "not_a_division_code"),
        (15, "区划代码", "outside_region"),
        (16, "设施名称", "too_long"),
        (17, None, "duplicate_in_file"),
        (18, "经度, 纬度", "axes_swapped"),
    ]
    assert (report.counts.read, report.counts.add, report.counts.rejected) == (17, 1, 16)
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert "university" in report.problems[1].reason
    assert "primary school" in report.problems[1].remedy
    assert not Facility.objects.exists()


def test_rules_of_the_database_are_told_for_every_row(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        HEADER + ",opened_on,closed_on",
        "甲,primary,107.25,24.75,1,2019-01-01,2018-01-01",
        "乙,primary,107.25,24.76,1,2018-01-01,2019-01-01",
        "丙,primary,107.25,24.77,1,2019-01-01,2018-01-01",
    )
    report = run("facilities", path)
    assert [(p.row, str(p.code), p.reason) for p in report.problems] == [
        (1, "constraint", "A facility closes after it opened."),
        (3, "constraint", "A facility closes after it opened."),
    ]


def test_households_find_both_ends_and_their_site(tmp_path: Path) -> None:
    site = SiteFactory(at="451222001001")
    path = table(
        tmp_path / "户.csv",
        "户编号,安置方式,安置点编号,人口,旧居经度,旧居纬度,经度,纬度,搬迁日期",
        f"H1,site,{site.code},4,107.25,24.75,107.75,24.75,2019.3.1",
        "H2,dispersed,,3,107.26,24.75,,,",
    )
    report = run("households", path)
    assert report.problems == []
    first, second = Household.objects.order_by("code")
    assert (first.region_id, first.destination_id, first.site_id) == ("451221000000", "451222000000", site.code)
    assert first.scope.counties == ["451221", "451222"]
    assert first.given["geometry"] == {"old_home": "107.25, 24.75", "new_home": "107.75, 24.75"}
    assert (second.destination_id, second.new_home, second.programme) == (None, None, "poverty")
    assert run("households", path).counts.same == 2


def test_an_unknown_site_is_a_problem_of_its_row(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "户编号,安置方式,安置点编号,人口,旧居经度,旧居纬度", "H1,site,AZ-9,4,107.25,24.75")
    report = run("households", path)
    assert codes(report) == ["unknown_code"]
    assert "AZ-9" in report.problems[0].reason


def test_a_table_without_coordinates_updates_by_code_and_adds_nothing(tmp_path: Path) -> None:
    school = FacilityFactory(capacity=100)
    path = table(tmp_path / "a.csv", "设施编号,学位", f"{school.code},250", "F-none,10")
    report = run("facilities", path)
    assert [(p.row, str(p.code), p.column) for p in report.problems] == [
        (2, "missing", "region"),
        (2, "missing", "name"),
        (2, "missing", "kind"),
    ]
    report = run("facilities", table(tmp_path / "b.csv", "设施编号,学位", f"{school.code},250"))
    assert (report.counts.change, report.problems) == (1, [])
    school.refresh_from_db()
    assert (school.capacity, school.kind, school.version) == (250, "primary", 2)


def test_the_stage_of_a_file_is_only_declared(tmp_path: Path) -> None:
    household = HouseholdFactory()
    path = table(tmp_path / "a.csv", "地块编号,户编号,stage,行政区划代码", f"P1,{household.code},verified,451221")
    report = run("plots", path)
    assert codes(report) == ["geometry_missing"]
    assert not Plot.objects.exists()


def test_a_deleted_feature_comes_back_with_the_file_that_has_it(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", HEADER, "示例小学,primary,107.25,24.75,300")
    run("facilities", path)
    Facility.objects.update(deleted_at="2026-01-01T00:00:00Z")
    report = run("facilities", path)
    assert (report.counts.add, report.counts.change, report.counts.same) == (1, 0, 0)
    assert Facility.objects.get().deleted_at is None


def test_numbers_in_metres_without_a_named_crs_are_refused_with_what_fits(tmp_path: Path) -> None:
    # 107.25 E, 24.75 N in zone 36 (central meridian 108)
    path = table(tmp_path / "a.csv", HEADER, "示例小学,primary,424160.64,2738423.5,300")
    report = run("facilities", path)
    assert report.status is Status.REFUSED
    assert "EPSG:4545" in report.reason
    named = run("facilities", path, crs="EPSG:4545")
    assert named.problems == []
    assert Facility.objects.get().geom.x == pytest.approx(107.25, abs=1e-3)
    assert run("facilities", path, crs="EPSG:4545").counts.same == 1


def test_latitude_before_longitude_is_refused_and_taken_when_named(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", HEADER, "示例小学,primary,24.75,107.25,300")
    assert "EPSG:4490:yx" in run("facilities", path).reason
    assert run("facilities", path, crs="EPSG:4490:yx").counts.add == 1
    assert Facility.objects.get().geom.x == 107.25


@pytest.mark.parametrize("crs", ["北京54", "EPSG:4610", "EPSG:2414"])
def test_beijing_1954_and_xian_1980_are_refused(tmp_path: Path, crs: str) -> None:
    path = table(tmp_path / "a.csv", HEADER, "示例小学,primary,107.25,24.75,300")
    assert codes(run("facilities", path, crs=crs)) == ["datum_refused"]
