"""`manage.py analyse`: files that read back, and sentences for wrong use."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.roles import Role
from spatial_analysis.models import AnalysisRun
from tests.factories import HouseholdFactory, RegionFactory, user_with

pytestmark = pytest.mark.django_db


def analyse(out: Path, method: str = "relocation-distance", **options: Any) -> str:
    told = StringIO()
    call_command("analyse", method, out=out, stdout=told, stderr=told, **options)
    return told.getvalue()


def test_json_has_the_answer_and_every_household(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    told = analyse(out)
    document = json.loads(out.read_text())
    assert document["answer"]["total"]["n"] == 5
    rows = {row["household"]: row for row in document["households"]}
    assert len(rows) == 7
    assert rows[moves["no_old"].code]["distance_m"] is None
    assert rows[moves["same"].code]["distance_m"] == 0
    assert rows[moves["same"].code]["same_place"] is True
    assert "7" in told


def test_csv_has_one_row_for_all_and_one_a_division(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    analyse(out, region="4512")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == ["451200000000", "451200000000", "451221000000", "451222000000"]
    assert rows[2]["name"] == "示例甲县"
    assert (rows[2]["n"], rows[2]["missing"]) == ("3", "2")
    assert float(rows[2]["max_m"]) > float(rows[2]["median_m"])
    assert rows[0]["from_5_to_20_km"] == "2"


def test_csv_of_households_alone(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    analyse(out, rows="only")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["household"]: row for row in csv.DictReader(file)}
    assert len(rows) == 7
    assert rows[moves["no_new"].code]["distance_m"] == ""
    assert rows[moves["out"].code]["cross_county"] == "True"


def test_workbook_reads_back(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    analyse(out)
    book = openpyxl.load_workbook(out)
    divisions, longest, households = (list(sheet.values) for sheet in book.worksheets)
    assert len(divisions) == 1 + 1 + 1 + 2
    assert len(longest) == 1 + 5
    assert len(households) == 1 + 7


def test_geopackage_reads_back_with_lines_and_boundaries(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    analyse(out)
    lines = geopandas.read_file(out, layer="moves").set_index("household")
    assert lines.crs.to_epsg() == 4490
    assert len(lines) == 7
    assert lines.loc[moves["no_old"].code].geometry is None
    line = lines.loc[moves["within"].code].geometry
    assert list(line.coords) == [(107.2, 24.75), (107.3, 24.75)]
    divisions = geopandas.read_file(out, layer="divisions").set_index("code")
    assert divisions.loc["451221000000"].geometry.bounds == (107.0, 24.5, 107.5, 25.0)
    assert divisions.loc["451221000000"].n == 3
    # Version 1.2 of the format says so in its header: "GPKG" and 10200
    assert out.read_bytes()[60:72] == (10200).to_bytes(4, "big") + out.read_bytes()[64:68] + b"GPKG"


def test_map_names_no_other_host(moves: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    analyse(out)
    page = out.read_text()
    assert json.dumps("示例甲县") in page
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", page)
    assert not re.findall(r"url\((?!data:|#)", page)
    assert "cdn" not in page


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "gpkg", "html"])
def test_an_empty_answer_is_a_whole_file(db: None, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"a.{ending}"
    told = analyse(out)
    assert out.stat().st_size > 0
    assert "empty answer" in told


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "gpkg", "html"])
def test_a_user_exports_the_own_area_alone(moves: dict[str, Any], planner: Any, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"a.{ending}"
    analyse(out, user=planner.username)
    run = AnalysisRun.objects.get()
    assert (run.rows, run.requested_by_id, run.through) == (6, planner.pk, "command")
    if ending not in {"xlsx", "gpkg"}:
        assert moves["neighbour"].code not in out.read_text()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_name_that_looks_like_a_formula_is_made_harmless(db: None, tmp_path: Path, start: str) -> None:
    name = f"{start}HYPERLINK(1)"
    RegionFactory(code="451221000000", name=name)
    HouseholdFactory()
    analyse(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert names["451221000000"] == f"'{name}"
    analyse(tmp_path / "a.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows() for cell in row]
    assert f"'{name}" in [cell.value for cell in cells]
    assert all(cell.data_type != "f" for cell in cells)


def test_text_in_the_map_is_escaped(db: None, tmp_path: Path) -> None:
    RegionFactory(code="451221000000", name="<img src=x onerror=alert(1)>")
    HouseholdFactory()
    analyse(tmp_path / "a.html", region="451221")
    assert "<img src=x" not in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "horoscope"}, "There is no analysis “horoscope”"),
        ({"param": ["bands=near"]}, "is not a list of distances"),
        ({"param": ["bands"]}, "is not of the form NAME=VALUE"),
        ({"param": ["colour=red"]}, "no parameter “colour”"),
        ({"region": "4"}, "is not a division code"),
        ({"region": "459999"}, "No division with the code"),
        ({"user": "nobody"}, "There is no active account “nobody”"),
        ({"out": "answer.docx"}, "“.docx” is no form"),
        ({"out": "answer"}, "“answer” is no form"),
        ({"out": "nowhere/answer.csv"}, "there is no such folder"),
    ],
)
def test_wrong_use_is_told_and_ends_with_2(db: None, tmp_path: Path, options: dict[str, Any], words: str) -> None:
    out = tmp_path / options.pop("out", "answer.csv")
    with pytest.raises(CommandError, match=re.escape(words)) as caught:
        analyse(out, **options)
    assert caught.value.returncode == 2
    assert not out.exists()
    assert not AnalysisRun.objects.exists()


def test_a_user_who_may_not_export_is_refused(db: None, tmp_path: Path) -> None:
    user = user_with(Role.FIELD, "451221")
    with pytest.raises(CommandError, match="was not granted to export"):
        analyse(tmp_path / "a.csv", user=user.username)
