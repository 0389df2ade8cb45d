"""Function, page, command and interface give one answer, within the asker's area."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from geocore.divisions import DivisionCode
from spatial_analysis.models import AnalysisRun
from spatial_analysis.reach import Reach
from spatial_analysis.relocation_answer import answer_of
from spatial_analysis.relocation_distance import relocation_distance

PAGE = "/analysis/relocation-distance/"
RUNS = "/analysis/relocation-distance/runs/"


def by_function(user: Any, region: str, bands: str) -> Any:
    reach = Reach.of(user, layer="households")
    code = DivisionCode.parse(region) if region else None
    table = relocation_distance(reach, code, tuple(float(edge) for edge in bands.split(",")))
    return json.loads(json.dumps(answer_of(table, region=code, reach=reach)))


def by_page(client: Client, region: str, bands: str) -> Any:
    return client.get(PAGE, {"region": region, "bands": bands}).context["answer"]


def by_interface(client: Client, region: str, bands: str) -> Any:
    body = {"region": region, "parameters": {"bands": bands}}
    response = client.post(RUNS, body, content_type="application/json")
    assert response.status_code == 201
    return response.json()["answer"]


def by_command(user: Any, region: str, bands: str, folder: Path) -> Any:
    out = folder / "answer.json"
    call_command(
        "analyse",
        "relocation-distance",
        region=region,
        param=[f"bands={bands}"],
        user=user.username,
        out=out,
        verbosity=0,
    )
    return json.loads(out.read_text())["answer"]


@pytest.mark.parametrize(
    ("region", "bands"), [("", "5,20,50"), ("451221", "5,20,50"), ("4512", "1,30"), ("451222", "10")]
)
def test_four_ways_one_answer(
    moves: dict[str, Any], planner: Any, client: Client, tmp_path: Path, region: str, bands: str
) -> None:
    client.force_login(planner)
    wanted = by_function(planner, region, bands)
    assert by_page(client, region, bands) == wanted
    assert by_interface(client, region, bands) == wanted
    assert by_command(planner, region, bands, tmp_path) == wanted


def test_the_neighbour_stays_out_of_every_way(
    moves: dict[str, Any], planner: Any, client: Client, tmp_path: Path
) -> None:
    client.force_login(planner)
    hidden = moves["neighbour"].code
    for answer in (
        by_function(planner, "", "5"),
        by_page(client, "", "5"),
        by_interface(client, "", "5"),
        by_command(planner, "", "5", tmp_path),
    ):
        assert answer["total"]["n"] + answer["total"]["missing"] == 6
        assert hidden not in json.dumps(answer)


def test_a_division_outside_the_area_is_marked_as_a_part(moves: dict[str, Any], planner: Any) -> None:
    rows = {row["code"]: row for row in by_function(planner, "", "5")["divisions"] if row["level"] == "county"}
    assert not rows["451221000000"]["partial"]
    assert rows["451222000000"]["partial"]
    assert rows["451222000000"]["n"] == 1  # the one that arrives in 451221


def test_the_leader_counts_every_household_once(moves: dict[str, Any], leader: Any, client: Client) -> None:
    client.force_login(leader)
    total = by_interface(client, "", "5,20,50")["total"]
    assert (total["n"], total["missing"], total["same_place"], total["cross_county"]) == (5, 2, 1, 2)


def test_the_longest_move_comes_first(moves: dict[str, Any], leader: Any) -> None:
    longest = by_function(leader, "", "5")["longest"]
    assert [move["household"] for move in longest[:2]] == [moves["out"].code, moves["in"].code]
    assert longest[0]["cross_county"] is True
    assert longest[0]["origin_name"].endswith("示例甲村")


def test_every_way_leaves_a_run(moves: dict[str, Any], planner: Any, client: Client, tmp_path: Path) -> None:
    client.force_login(planner)
    by_page(client, "451221", "5")
    by_interface(client, "451221", "5")
    by_command(planner, "451221", "5", tmp_path)
    runs = AnalysisRun.objects.order_by("started_at")
    assert [run.through for run in runs] == ["page", "api", "command"]
    assert {run.data_version for run in runs} == {runs[0].data_version}
    assert runs[0].area == {"everywhere": False, "divisions": ["451221"], "sites": []}
    assert (runs[0].rows, runs[0].missing, runs[0].region_id) == (5, 2, "451221000000")
