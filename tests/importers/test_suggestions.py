"""What the columns of a foreign table may mean, for a person to confirm."""

from __future__ import annotations

from pathlib import Path

import pytest

from geocore.id_numbers import check_characters
from importers.readers import read_file
from importers.suggestions import Suggestion, suggestions
from layers.registry import get_layer
from tests.importers.files import table


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Suggestion]:
    import numpy as np

    body = "45122119800101123"  # a valid number of nobody's
    number = body + str(check_characters(np.array([body]))[0])
    path = table(
        tmp_path / "a.csv",
        "户编号,住房面积（平方米）,安置方式,家庭人口数量,编码列,类别,证,备注,说了",
        f"H1,75,集中,4,451221,建档立卡户,{number},甲,x",
        f"H2,80,分散,5,451221001,同步搬迁,{number},乙,x",
        f"H3,90,分散,5,451222,同步搬迁,{number},丙,x",
        f"H4,91,分散,5,451222,同步搬迁,{number},丁,x",
    )
    said = {"说了": "room"}
    return {one.column: one for one in suggestions(get_layer("households"), read_file(path), said)}


@pytest.mark.parametrize(
    ("column", "field", "confidence", "why"),
    [
        ("户编号", "code", 0.95, "the name is known"),
        ("住房面积（平方米）", "housing_area_m2", 0.95, "the name is known"),
        ("家庭人口数量", "persons", 0.64, "the name is like one that is known"),
        ("编码列", "region", 0.6, "all values are division codes"),
        ("类别", "origin_type", 0.6, "all values are in the list of this field"),
        ("证", "", 0.0, "personal data, which no layer takes from a file"),
        ("备注", "", 0.0, "nothing known"),
        ("说了", "room", 1.0, "as you said"),
    ],
)
def test_a_column_is_suggested_by_name_or_content(
    found: dict[str, Suggestion], column: str, field: str, confidence: float, why: str
) -> None:
    one = found[column]
    assert (one.field, one.why) == (field, why)
    assert one.confidence == pytest.approx(confidence, abs=0.02)


def test_a_suggestion_has_three_samples_its_unit_and_alternatives(found: dict[str, Suggestion]) -> None:
    assert found["户编号"].samples == ["H1", "H2", "H3"]
    assert found["住房面积（平方米）"].unit == "m2"
    assert "housing_area_m2" not in found["住房面积（平方米）"].alternatives
    assert "code" not in found["家庭人口数量"].alternatives
