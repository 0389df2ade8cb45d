"""Files that are read a portion at a time: wherever a portion ends, the rows and what is said of them are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from django.utils import translation

from importers.problems import ImportRefusedError
from importers.readers import ogr, parquet, read_file, read_portions, tables
from importers.report import Status
from layers.catalogue.facilities import Facility
from layers.catalogue.projects import Project
from tests.factories import regions
from tests.importers.files import run, table
from tests.importers.test_tables import HEADER

LINES = ["", 'a;b;"c\nx"', *(f"{n};甲{n};y" for n in range(1, 28))]
LINES[5:13] = ["only;two", "5;戊;y", "", "7;庚;y;", "8;辛;y", "   ", '"9\nz";壬;y', ";;"]
LINES[15] = "13;丑;y;;4"


@pytest.fixture(params=[64, 1 << 20])
def small(request, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a portion be a few rows, or the whole file."""
    monkeypatch.setattr(tables, "PORTION_BYTES", request.param)
    for module in (ogr, parquet):
        monkeypatch.setattr(module, "PORTION_ROWS", 3 if request.param == 64 else 1000)
    return int(request.param)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "mark", "shown"),
    [
        ("utf-8", "", "UTF-8"),
        ("utf-8", "\ufeff", "UTF-8"),
        ("gb18030", "", "GB18030"),
        ("utf-16-le", "\ufeff", "UTF-16"),
        ("utf-16-be", "\ufeff", "UTF-16"),
    ],
)
def test_lines_of_a_table_are_counted_as_a_person_counts(
    tmp_path: Path, small: int, newline: str, encoding: str, mark: str, shown: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((mark + newline.join(LINES) + newline * 2).encode(encoding))
    source = read_file(path)
    rows = dict(zip(source.row_numbers.tolist(), source.columns[0].values.to_pylist(), strict=True))
    # counted from the line after the header: 4 has too few cells, 6 and 9 are blank, 11 holds separators alone,
    # 14 has a cell too many; 7 has a separator too many and is a row
    assert sorted(rows) == [n for n in range(1, 28) if n not in {4, 6, 9, 11, 14}]
    assert (rows[7], rows[10].splitlines(), rows[27]) == ("7", ["9", "z"], "27")
    assert [(problem.row, problem.value) for problem in source.problems] == [(4, "only;two"), (14, "13;丑;y;;4")]
    assert [column.name.splitlines() for column in source.columns] == [["a"], ["b"], ["c", "x"]]
    assert source.encoding == shown


def test_a_quotation_mark_that_never_ends_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PORTION_BYTES", 64)
    path = table(tmp_path / "a.csv", "a,b", *(f"{n},甲" for n in range(50)), '50,"乙', *(f"{n},丙" for n in range(50)))
    with translation.override("en"), pytest.raises(ImportRefusedError, match="quotation mark"):
        read_file(path)


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".fgb", ".parquet"])
def test_features_come_in_order_whatever_the_portion(tmp_path: Path, small: int, ending: str) -> None:
    import geopandas

    path = tmp_path / f"a{ending}"
    points = shapely.points(107 + np.arange(10) / 100, 24.5)
    frame = geopandas.GeoDataFrame({"name": [f"甲{n}" for n in range(10)]}, geometry=points, crs="EPSG:4490")
    if ending == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio", encoding="utf-8")
    portions = list(read_portions(path))
    assert (len(portions) > 1) == (small == 64)
    source = read_file(path)
    order = np.argsort(shapely.get_x(source.geometries))
    assert source.row_numbers.tolist() == list(range(1, 11))
    assert [source.columns[-1].values[int(n)].as_py() for n in order] == [f"甲{n}" for n in range(10)]


@pytest.mark.django_db
def test_what_rows_have_in_common_is_found_across_portions(tmp_path: Path, small: int) -> None:
    regions()
    lines = [f"F{n},示例小学{n},primary,{107.1 + n / 1000},24.75,{n}" for n in range(20)]
    head = f"设施编号,{HEADER}"
    assert run("facilities", table(tmp_path / "a.csv", head, *lines)).counts.add == 20
    assert Facility.objects.get(code="F19").given["row"] == 20
    again = run("facilities", table(tmp_path / "b.csv", head, *lines, lines[0], "F30,甲,castle,107.2,24.75,1"))
    assert again.status is Status.PROBLEMS
    assert [(p.row, str(p.code)) for p in again.problems] == [(21, "duplicate_in_file"), (22, "unknown_choice")]
    assert again.counts.as_json() == {"read": 22, "add": 0, "change": 0, "same": 20, "rejected": 2}


@pytest.mark.django_db
def test_twins_are_found_across_portions(tmp_path: Path, small: int) -> None:
    regions()
    lines = [f"{n}号电站,planned,{107.01 + n / 100},24.75" for n in range(10)]
    path = table(
        tmp_path / "a.csv",
        "名称,状态,经度,纬度",
        "示例大坝,planned,107.25,24.75",
        *lines,
        "示例水库,planned,107.26,24.75",
    )
    report = run("projects", path)
    assert report.status is Status.COMMITTED, report.problems
    first, last = Project.objects.get(name="示例大坝"), Project.objects.get(name="示例水库")
    assert last.possible_duplicate_of == first.code
    assert any("12" in warning and "示例大坝" in warning for warning in report.warnings)
