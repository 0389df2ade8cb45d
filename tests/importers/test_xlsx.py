"""Spreadsheets as offices keep them: titles above, totals below, merged cells, dates and numbers of every kind."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importers.problems import ImportRefusedError
from importers.readers import Source, parts_of, read_file, xlsx
from layers.catalogue.facilities import Facility
from tests.factories import regions
from tests.importers.files import refusal_of, run


def book(path: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> Path:
    """Write a workbook; cells are merged in its first sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        made.worksheets[0].merge_cells(cells)
    made.save(path)
    return path


def table_of(source: Source) -> dict[str, list[str | None]]:
    return {column.name: column.values.to_pylist() for column in source.columns}


TITLED = [
    ["罗城县公共服务设施一览表", None, None, None],
    ["填报单位:示例局", None, None, "2019年3月"],
    ["名称", "类型", "经度", "纬度"],
    ["甲", "town", 107.25, 24.75],
    ["乙", "town", "107.26", "24.76"],
    [None, None, None, None],
    ["合 计", None, 2, None],
    ["填表人:某某", None, "审核人:某某", None],
]


def test_the_header_is_found_below_titles_and_totals_and_notes_are_left_out(tmp_path: Path) -> None:
    source = read_file(book(tmp_path / "a.xlsx", {"设施": TITLED}, ("A1:D1",)))
    assert table_of(source) == {
        "名称": ["甲", "乙"],
        "类型": ["town", "town"],
        "经度": ["107.25", "107.26"],
        "纬度": ["24.75", "24.76"],
    }
    assert list(source.row_numbers) == [1, 2]
    said = " ".join(source.warnings)
    assert "header was found in line 3" in said
    assert "totals were left out: 7" in said
    assert "notes were left out: 8" in said


@pytest.mark.django_db
def test_a_workbook_is_imported_and_its_samples_are_shown(tmp_path: Path) -> None:
    regions()
    report = run("facilities", book(tmp_path / "a.xlsx", {"设施": TITLED}))
    assert (report.problems, report.counts.add, report.detected.format) == ([], 2, "xlsx")
    assert (report.detected.part, len(report.detected.samples)) == ("设施", 3)
    assert Facility.objects.count() == 2


def test_values_come_as_they_are_typed(tmp_path: Path) -> None:
    at = dt.datetime(2019, 3, 1, 10, 20)  # noqa: DTZ001  spreadsheets know no time zones
    rows = [
        ["编号", "日期", "时刻", "面积", "户数", "身份证", "是否", "比例"],
        [
            "001",
            dt.date(2019, 3, 1),
            at,
            0.1 + 0.2,
            12.0,
            "451221199001011234",
            True,
            "５",
        ],
    ]
    source = read_file(book(tmp_path / "a.xlsx", {"a": rows}))
    assert [values[0] for values in table_of(source).values()] == [
        *("001", "2019-03-01", "2019-03-01 10:20:00", "0.3", "12", "451221199001011234", "true", "５")
    ]


def test_a_number_that_the_program_rounded_is_told(tmp_path: Path) -> None:
    source = read_file(book(tmp_path / "a.xlsx", {"a": [["身份证", "名称"], [4.51221199001011e17, "甲"]]}))
    assert any("身份证" in said and "15 digits" in said for said in source.warnings)


def test_merged_cells_count_for_each_of_their_rows_and_two_lines_make_one_header(tmp_path: Path) -> None:
    rows = [
        ["乡镇", "迁出地", None, "迁入地", None, "户主"],
        [None, "经度", "纬度", "经度", "纬度", None],
        ["东门镇", 107.1, 24.1, 107.2, 24.2, "甲"],
        [None, 107.3, 24.3, 107.4, 24.4, "乙"],
    ]
    source = read_file(book(tmp_path / "a.xlsx", {"a": rows}, ("A1:A2", "B1:C1", "D1:E1", "F1:F2", "A3:A4")))
    assert list(table_of(source)) == ["乡镇", "迁出地 经度", "迁出地 纬度", "迁入地 经度", "迁入地 纬度", "户主"]
    assert table_of(source)["乡镇"] == ["东门镇", "东门镇"]
    assert any("merged" in said for said in source.warnings)


def test_a_name_that_begins_like_a_total_is_a_row(tmp_path: Path) -> None:
    rows = [["名称", "户数"], ["总计屯安置点", 3], ["小计镇", 4], ["本页小计", 7], ["TOTAL", 7]]
    assert table_of(read_file(book(tmp_path / "a.xlsx", {"a": rows})))["名称"] == ["总计屯安置点", "小计镇"]


def test_several_sheets_are_listed_and_one_is_named(tmp_path: Path) -> None:
    sheets = {"一月": [["名称"], ["甲"], ["乙"]], "二月": [["名称"], ["丙"]], "空": []}
    path = book(tmp_path / "a.xlsx", sheets)
    assert [(part.name, part.rows) for part in parts_of(path)] == [("一月", 3), ("二月", 2), ("空", 0)]
    with pytest.raises(ImportRefusedError, match=r"一月 \(3\), 二月 \(2\)"):
        read_file(path)
    assert table_of(read_file(path, part="二月")) == {"名称": ["丙"]}
    with pytest.raises(ImportRefusedError, match="There is no layer or sheet"):
        read_file(path, part="三月")


def test_the_only_sheet_with_rows_is_taken_and_hidden_ones_are_not(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"说明": [], "数据": [["名称"], ["甲"]], "字典": [["名称"], ["乙"]]})
    made = openpyxl.load_workbook(path)
    made["字典"].sheet_state = "hidden"
    made.save(path)
    assert read_file(path).part == "数据"


def test_a_sheet_of_numbers_alone_has_no_header(tmp_path: Path) -> None:
    assert refusal_of(book(tmp_path / "a.xlsx", {"a": [[1, 2], [3, 4]]})) == "no_header"
    assert refusal_of(book(tmp_path / "a.xlsx", {"a": []})) == "no_rows"


def test_formulas_that_were_never_calculated_are_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["名称", "面积"], ["甲", "=1+1"], ["乙", 3]]})
    source = read_file(path)
    assert table_of(source)["面积"] == [None, "3"]
    assert any("B2" in said for said in source.warnings)


def rewritten(path: Path, member: str, change: Any) -> Path:
    """Change one member of an archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["名称"], ["甲"]]})
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]>'
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: bomb + xml.replace(b"<v>0</v>", b"<v>&c;</v>"))
    assert refusal_of(path) == "unsafe_file"


def test_a_workbook_that_is_damaged_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["名称"], *[[f"甲{n}"] for n in range(500)]]})
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2])
    assert refusal_of(path) == "unreadable_file"
    book(path, {"a": [["名称"], *[[f"甲{n}"] for n in range(500)]]})
    monkeypatch.setattr(xlsx, "MOST_ROWS", 400)
    assert refusal_of(path) == "too_large"
    monkeypatch.setattr(xlsx, "LARGEST_BYTES", 100)
    assert refusal_of(path) == "too_large"


def test_a_workbook_with_a_password_and_an_old_one_are_told_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    for name, content, code in (
        ("a.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("b.xls", ole + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("c.xls", ole + "Workbook".encode("utf-16-le"), "format_not_read"),
        ("d.xlsx", ole + "Workbook".encode("utf-16-le"), "misnamed"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ImportRefusedError) as refusal:
            read_file(tmp_path / name)
        assert str(refusal.value.problem.code) == code
        assert ".xlsx" in str(refusal.value) or code == "encrypted"


def test_a_workbook_under_the_ending_of_an_old_one_is_read_and_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["名称"], ["甲"]]}).rename(tmp_path / "a.xls")
    source = read_file(path)
    assert source.format == "xlsx"
    assert ".xls" in source.warnings[0]
