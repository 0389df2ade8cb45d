"""Who may import what, and where; what lies elsewhere stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.roles import Role
from importers.report import Status
from layers.catalogue.facilities import Facility
from tests.factories import FacilityFactory, SiteFactory, near, regions, user_with
from tests.importers.files import codes, run, table

pytestmark = pytest.mark.django_db

HEADER = "code,name,kind,lon,lat"


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def test_without_the_role_nothing_is_imported(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", HEADER, "F1,甲,town,107.25,24.75")
    report = run("facilities", path, user=user_with(Role.LEADER))
    assert (report.status, codes(report)) == (Status.REFUSED, ["no_import_right"])


def test_a_steward_of_a_county_imports_there_and_only_there(tmp_path: Path) -> None:
    steward = user_with(Role.STEWARD, "451221")
    path = table(tmp_path / "a.csv", HEADER, "F1,甲,town,107.25,24.75", "F2,乙,town,107.75,24.75")
    report = run("facilities", path, user=steward)
    assert [(p.row, str(p.code)) for p in report.problems] == [(2, "outside_area")]
    assert run("facilities", table(tmp_path / "b.csv", HEADER, "F1,甲,town,107.25,24.75"), user=steward).counts.add == 1
    assert Facility.objects.get().changed_by == steward


def test_a_code_of_the_neighbours_is_not_available_and_says_no_more(tmp_path: Path) -> None:
    theirs = FacilityFactory(at="451222001001", code="F1", name="邻县秘密")
    path = table(tmp_path / "a.csv", HEADER, "F1,甲,town,107.25,24.75")
    steward = user_with(Role.STEWARD, "451221")
    report = run("facilities", path, user=steward)
    assert codes(report) == ["code_not_available"]
    reserved = run("facilities", table(tmp_path / "b.csv", HEADER, "new,甲,town,107.25,24.75"), user=steward)
    assert reserved.problems[0].reason.replace("new", "F1") == report.problems[0].reason
    assert "邻县" not in str(report.as_json())
    assert "451222" not in str(report.as_json())
    theirs.refresh_from_db()
    assert theirs.version == 1


def test_names_match_only_what_the_user_may_change(tmp_path: Path) -> None:
    FacilityFactory(at="451222001001", name="示例", kind="town", geom=near("451222", -0.2499, 0))
    path = table(tmp_path / "a.csv", "name,kind,lon,lat", "示例,town,107.4999,24.75")
    report = run("facilities", path, user=user_with(Role.STEWARD, "451221"))
    assert (report.counts.add, report.counts.change, report.problems) == (1, 0, [])
    assert Facility.objects.count() == 2


def test_names_near_by_are_the_same_feature_for_the_system(tmp_path: Path) -> None:
    school = FacilityFactory(name="示例", kind="town")
    point = school.geom
    path = table(tmp_path / "a.csv", "name,kind,lon,lat", f"示例,town,{point.x + 0.001},{point.y}")
    report = run("facilities", path)
    assert (report.counts.add, report.counts.change) == (0, 1)


def test_a_site_of_the_neighbours_is_as_unknown_as_none(tmp_path: Path) -> None:
    site = SiteFactory(at="451222001001")
    path = table(
        tmp_path / "a.csv", "户编号,安置方式,安置点编号,人口,旧居经度,旧居纬度", f"H1,site,{site.code},4,107.25,24.75"
    )
    assert codes(run("households", path, user=user_with(Role.STEWARD, "451221"))) == ["unknown_code"]
