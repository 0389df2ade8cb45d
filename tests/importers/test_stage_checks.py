"""What a row is told beside the rest of its file and what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from accounts.context import acting_as
from accounts.roles import Role, Through
from importers.report import Report, Status
from layers.catalogue.facilities import Facility
from layers.catalogue.plots import Plot
from layers.personal import Person
from tests.factories import FacilityFactory, HouseholdFactory, PlotFactory, regions, square, user_with
from tests.importers.files import codes, run, table, vector_file

pytestmark = pytest.mark.django_db

WEST, SOUTH, SIDE = 107.25, 24.75, 0.002


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def plots(path: Path, offsets: dict[str, float], **options) -> Report:
    """Import square plots, each so many sides east of the middle of county 451221."""
    shapes = [shapely.box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE) for n in offsets.values()]
    data = {"code": list(offsets), "region": ["451221"] * len(offsets)}
    return run("plots", vector_file(path / "a.gpkg", data, shapes, "EPSG:4490"), **options)


def test_plots_may_touch_and_not_overlap_within_a_file(tmp_path: Path) -> None:
    assert plots(tmp_path, {"P1": 0, "P2": 1, "P3": 2.00001}).problems == []  # a gap and a common line
    report = plots(tmp_path, {"P5": 10, "P6": 11.5, "P7": 10.9})
    assert [(p.row, str(p.code), p.params["other"]) for p in report.problems] == [(3, "overlaps_row", 2)]
    # 0.4 of a square of 202.4 m by 221.6 m at this latitude
    assert "17,9" in report.problems[0].reason
    assert Plot.objects.count() == 3


def test_hand_drawn_neighbours_may_differ_by_a_sliver(tmp_path: Path) -> None:
    assert plots(tmp_path, {"P1": 0, "P2": 0.99999}).problems == []  # 2 mm by 222 m


def test_plots_do_not_overlap_what_is_stored_but_their_own_former_self(tmp_path: Path) -> None:
    PlotFactory(code="P1", geom=square("451221"))
    assert plots(tmp_path, {"P1": 0.5}, dry_run=True).problems == []
    report = plots(tmp_path, {"P2": 0.5})
    assert [(str(p.code), p.value) for p in report.problems] == [("overlaps_stored", "P1")]
    assert plots(tmp_path, {"P1": 3, "P2": 0.5}).status is Status.COMMITTED  # the file itself moves P1 away
    assert plots(tmp_path, {"P1": 3, "P2": 0.5}).counts.same == 2


def test_what_is_stored_with_an_overlap_stays_importable(tmp_path: Path) -> None:
    for code, n in (("P1", 0), ("P2", 0.5)):
        PlotFactory(
            code=code, geom=f"SRID=4490;{shapely.box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE)}"
        )
    assert plots(tmp_path, {"P1": 0, "P2": 0.5}).problems == []


def test_a_plot_of_the_neighbours_is_not_named(tmp_path: Path) -> None:
    PlotFactory(code="P-secret", at="451222001001", geom=square("451221"))
    report = plots(tmp_path, {"P1": 0.5}, user=user_with(Role.STEWARD, "451221"))
    assert codes(report) == ["overlaps_something"]
    assert "P-secret" not in str(report.as_json())
    assert "451222" not in str(report.as_json())


def test_a_new_code_for_a_known_school_is_flagged_and_imported(tmp_path: Path) -> None:
    school = FacilityFactory(code="F-1", name="示例小学", kind="primary")
    x, y = school.geom.coords
    path = table(tmp_path / "a.csv", "code,name,kind,lon,lat", f"F-2,示例小学,primary,{x + 0.001},{y}")
    report = run("facilities", path)
    assert (report.status, report.counts.add) == (Status.COMMITTED, 1)
    assert "1 new rows look like stored records with another code (same name, kind): row 1: F-1." in report.warnings
    assert Facility.objects.count() == 2
    again = run("facilities", path)
    assert not [one for one in again.warnings if "look like" in one]


def test_a_household_has_no_fewer_persons_than_members_on_record(tmp_path: Path) -> None:
    household = HouseholdFactory(persons=3)
    with acting_as(None, through=Through.COMMAND):
        for number in (1, 2):
            Person.objects.create(household=household, number=number, name=f"示例{number}")
    path = table(tmp_path / "a.csv", "户编号,人口", f"{household.code},1")
    report = run("households", path)
    assert [(p.row, p.column, str(p.code)) for p in report.problems] == [(1, "persons", "fewer_than_members")]
    assert "2 members" in report.problems[0].reason
    assert run("households", table(tmp_path / "b.csv", "户编号,人口", f"{household.code},2")).counts.change == 1
