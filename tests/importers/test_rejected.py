"""Rejected rows go back in the format that they came in, with a reason; text stays text."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import Point, Polygon

from importers.problems import ProblemCode, RowProblem
from importers.readers import read_file
from importers.rejected import write_rejected
from tests.importers.files import table, vector_file

PROBLEMS = [RowProblem(2, "kind", ProblemCode.MISSING), RowProblem(2, None, ProblemCode.GEOMETRY_EMPTY)]


def points(path: Path) -> Path:
    data = {"name": ["里湖", "八圩"], "kind": ["town", "clinic"]}
    return vector_file(path, data, [Point(107.1, 24.7), Point(107.2, 24.8)], "EPSG:4490")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_features_keep_their_attributes_and_place(tmp_path: Path, ending: str) -> None:
    source = read_file(points(tmp_path / f"a{ending}"))
    back = geopandas.read_file(write_rejected(source, PROBLEMS, tmp_path, "back"))
    assert (tmp_path / f"back{ending}").is_file()
    assert (list(back["name"]), list(back["source_row"]), back.geometry[0]) == (["八圩"], [2], Point(107.2, 24.8))
    assert "There is no value." in back["reason"][0]
    assert "The geometry is empty." in back["reason"][0]


def test_a_shapefile_goes_back_as_a_zip_in_its_encoding(tmp_path: Path) -> None:
    path = points(tmp_path / "a.shp")
    target = write_rejected(read_file(path), PROBLEMS, tmp_path, "back")
    with zipfile.ZipFile(target) as archive:
        assert {Path(name).suffix for name in archive.namelist()} >= {".shp", ".shx", ".dbf", ".prj"}
    assert read_file(target).columns[0].values.to_pylist() == ["八圩"]


def test_points_and_polygons_together_go_back_as_a_geopackage(tmp_path: Path) -> None:
    ring = Polygon([(107.1, 24.7), (107.2, 24.7), (107.2, 24.8)])
    path = vector_file(tmp_path / "a.gpkg", {"name": ["a", "b"]}, [Point(107.1, 24.7), ring], "EPSG:4490")
    problems = [RowProblem(row, None, ProblemCode.MISSING) for row in (1, 2)]
    back = write_rejected(read_file(path), problems, tmp_path, "back")
    assert sorted(geopandas.read_file(back).geometry.geom_type) == ["Point", "Polygon"]


def test_no_cell_becomes_a_formula_and_numbers_stay(tmp_path: Path) -> None:
    source = read_file(table(tmp_path / "a.csv", "name,lon", '"=1+1",-5.5'))
    back = write_rejected(source, [RowProblem(1, None, ProblemCode.MISSING)], tmp_path, "back")
    assert back.read_text(encoding="utf-8-sig").splitlines()[1].startswith("'=1+1,-5.5,1,")


def test_a_line_that_is_no_row_stands_in_the_reason(tmp_path: Path) -> None:
    source = read_file(table(tmp_path / "a.csv", "name,kind,lon", "甲,town,1", "乙,x"))
    back = write_rejected(source, source.problems, tmp_path, "back")
    assert "乙,x" in back.read_text(encoding="utf-8-sig").splitlines()[1]
