"""Every problem code has its sentences and stands in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geocore.geometry import FaultCode
from importers.problems import GEOMETRY_SENTENCES, SENTENCES, ProblemCode, RowProblem

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "import-problems.md"


def listed() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    return {code: (reason, remedy) for code, reason, remedy in rows}


def test_the_reference_lists_every_code_with_its_sentences() -> None:
    words = {**SENTENCES, **GEOMETRY_SENTENCES}
    assert listed() == {str(code): (str(words[code][0]), str(words[code][1])) for code in ProblemCode}


def test_every_code_has_exactly_one_pair_of_sentences() -> None:
    assert set(SENTENCES) | set(GEOMETRY_SENTENCES) == set(ProblemCode)
    assert not set(SENTENCES) & set(GEOMETRY_SENTENCES)
    assert len(GEOMETRY_SENTENCES) == len(FaultCode)


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_sentence_can_be_filled_in(code: ProblemCode) -> None:
    words = {**SENTENCES, **GEOMETRY_SENTENCES}[code]
    names = set(re.findall(r"%\((\w+)\)s", " ".join(map(str, words)))) - {"value"}
    problem = RowProblem(1, "a", code, "x" * 500, dict.fromkeys(names, "y"))
    told = problem.as_json()
    assert told["reason"]
    assert told["remedy"]
    assert "%(" not in told["reason"] + told["remedy"]
    assert len(told["value"]) == 200


def test_a_place_is_said_with_its_coordinates() -> None:
    problem = RowProblem(1, None, ProblemCode.SELF_INTERSECTION, "", {"lon": 107.25, "lat": 24.5})
    assert problem.reason == "The boundary crosses itself. Near longitude 107.250000, latitude 24.500000."
