"""POST /analysis/<method>/runs/: JSON in, JSON out, refusals too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from spatial_analysis.models import AnalysisRun
from tests.factories import UserFactory

RUNS = "/analysis/relocation-distance/runs/"

pytestmark = pytest.mark.django_db


def test_a_run_is_made_found_and_listed(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    made = client.post(RUNS, {"region": "451221", "parameters": {"bands": [10, 30.5]}}, content_type="application/json")
    assert made.status_code == 201
    document = made.json()
    assert document["parameters"] == {"bands": [10.0, 30.5]}
    assert document["data"]["rows"] == 5
    assert document["state"] == "done"
    assert client.get(made["Location"]).json() == document
    listed = client.get(RUNS).json()["runs"]
    assert [run["id"] for run in listed] == [document["id"]]
    assert "answer" not in listed[0]


def test_an_empty_body_asks_for_everything_visible(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    made = client.post(RUNS, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["data"]["rows"] == 6


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("not json", "is not JSON"),
        ("[1]", "is a JSON object"),
        ('{"place": "45"}', "is a JSON object"),
        ('{"region": 45}', "is a text"),
        ('{"parameters": {"colour": "red"}}', "no parameter “colour”"),
        ('{"parameters": {"bands": [null]}}', "is not a list of distances"),
        ('{"parameters": {"bands": {"a": 1}}}', "is not a list of distances"),
        ('{"region": "459999"}', "No division"),
        ('{"region": "' + "4" * 100_001 + '"}', "too long"),
    ],
)
def test_a_bad_request_is_refused_with_a_sentence(client: Client, planner: Any, body: str, words: str) -> None:
    client.force_login(planner)
    response = client.post(RUNS, body, content_type="application/json", headers={"accept-language": "en"})
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert not AnalysisRun.objects.exists()


def test_refusals_are_json(client: Client) -> None:
    assert client.post(RUNS).status_code == 401
    client.force_login(UserFactory())
    assert client.post(RUNS).json()["error"]
    assert client.post(RUNS).status_code == 403


def test_an_unknown_method_is_named(client: Client, planner: Any) -> None:
    client.force_login(planner)
    response = client.post("/analysis/horoscope/runs/")
    assert response.status_code == 404
    assert "relocation-distance" in response.json()["error"]


def test_another_verb_is_not_allowed(client: Client, planner: Any) -> None:
    client.force_login(planner)
    assert client.delete(RUNS).status_code == 405
