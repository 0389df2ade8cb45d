"""Columns, units, lists and dates as counties write them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import shapely

from importers.problems import WrongUseError
from importers.report import Report
from layers.catalogue.households import Household
from layers.catalogue.plots import Plot
from layers.catalogue.projects import Project
from tests.factories import regions
from tests.importers.files import codes, run, table, vector_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def plots(path: Path, header: str, *cells: object, **options) -> Report:
    """Import plots side by side, with one column besides their codes."""
    shapes = [shapely.box(107.2 + n / 100, 24.7, 107.201 + n / 100, 24.701) for n in range(len(cells))]
    data = {"地块编号": [f"P{n}" for n in range(len(cells))], header: list(cells)}
    return run("plots", vector_file(path / "a.gpkg", data, shapes, "EPSG:4490"), **options)


@pytest.mark.parametrize(
    ("header", "cell", "mu"),
    [
        ("面积(亩)", "1.5", "1.5"),
        ("面积（平方米）", "1,000", "1.5"),
        ("面积㎡", 1000.0, "1.5"),
        ("申报面积(公顷)", "0.1", "1.5"),
        ("MJ_M2", "１０００", "1.5"),
        ("面积亩", "1000平方米", "1.5"),
        ("area_ha", "0.1", "1.5"),
        ("面积(平方米)", "333.3333", "0.5"),
    ],
)
def test_areas_come_in_the_unit_that_the_header_or_the_cell_says(
    tmp_path: Path, header: str, cell: object, mu: str
) -> None:
    report = plots(tmp_path, header, cell)
    assert report.problems == []
    assert Plot.objects.get().declared_area_mu == Decimal(mu)


def test_a_conversion_is_said_in_the_report_and_so_is_a_unit_that_nobody_named(tmp_path: Path) -> None:
    report = plots(tmp_path, "面积（平方米）", "1000", dry_run=True)
    assert "Column 面积（平方米） was converted from m2 to mu (× 0.0015)." in report.warnings
    report = plots(tmp_path, "申报面积", "1.5", dry_run=True)
    assert "Column 申报面积 names no unit: its numbers were taken as mu." in report.warnings
    report = plots(tmp_path, "面积(亩)", "1.5", dry_run=True)
    assert not [one for one in report.warnings if "面积" in one]


def test_the_user_may_name_the_unit(tmp_path: Path) -> None:
    assert plots(tmp_path, "申报面积", "1000", units={"申报面积": "m2"}).problems == []
    assert Plot.objects.get().declared_area_mu == Decimal("1.5")
    for units in ({"申报面积": "yuan"}, {"申报面积": "鸡"}, {"没有": "m2"}):
        with pytest.raises(WrongUseError):
            plots(tmp_path, "申报面积", "1000", units=units)


def test_a_unit_of_something_else_is_no_number(tmp_path: Path) -> None:
    assert codes(plots(tmp_path, "面积(亩)", "3元", "abc", "2亩")) == ["not_a_number", "not_a_number"]


def test_money_in_yuan_becomes_ten_thousands(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "水库名称,经度,纬度,总投资(元),死水位(米)", "示例,107.25,24.75,12345678,330.5")
    assert run("projects", path).problems == []
    made = Project.objects.get()
    assert (made.investment_wan_yuan, made.dead_level_m) == (Decimal("1234.57"), 330.5)


@pytest.mark.parametrize(
    ("word", "stage"),
    [("已复绿", "reclaimed"), ("拆除", "demolished"), ("已登记", "registered"), ("Verified", "verified")],
)
def test_stages_by_the_words_of_the_registers(tmp_path: Path, word: str, stage: str) -> None:
    assert plots(tmp_path, "进度", word).problems == []
    assert (Plot.objects.get().declared_stage, Plot.objects.get().stage) == (stage, "registered")


def test_programmes_resettlement_and_months_of_households(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "HBH,搬迁类型,安置方式,家庭人口,旧居经度,旧居纬度,搬迁时间,入住时间",
        "H1,易地搬迁,分散,4,107.25,24.75,2019.3,2019年5月",
        "H2,水库移民,插花安置,３,107.25,24.76,43525,2019-10-01",
    )
    report = run("households", path)
    assert report.problems == []
    first, second = Household.objects.order_by("code")
    assert (first.programme, first.resettlement, first.moved_on.isoformat()) == ("poverty", "dispersed", "2019-03-01")
    assert (second.programme, second.persons, second.moved_on.isoformat()) == ("reservoir", 3, "2019-03-01")
    told = " ".join(report.warnings)
    assert "Column 搬迁时间: 1 dates without a day" in told
    assert "Column 搬迁时间: 1 numbers were read as the dates of a spreadsheet." in told
    path = table(tmp_path / "b.csv", "HBH,家庭人口,旧居经度,旧居纬度,搬迁时间", "H3,4,107.25,24.75,2019.1")
    assert codes(run("households", path)) == ["january_or_october"]
