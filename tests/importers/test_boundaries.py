"""Divisions of a province from the two packages.

Expected numbers: Ministry of Civil Affairs, Guangxi has 14 prefectures and 111 counties; Guizhou 9 and 88.
"""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from geocore.divisions import Level
from importers.boundaries import Boundaries, read_boundaries
from importers.division_names import read_names
from importers.regions import parent_of, regions_load
from layers.models import Region


@pytest.fixture(scope="module")
def guangxi() -> Boundaries:
    return read_boundaries("45")


def levels(found: Boundaries) -> dict[str, int]:
    return dict(Counter(row.level.name for row in found.rows))


def test_guangxi_has_14_prefectures_and_111_counties(guangxi: Boundaries) -> None:
    assert levels(guangxi) == {"PROVINCE": 1, "PREFECTURE": 14, "COUNTY": 111}


def test_guizhou_has_9_prefectures_and_88_counties() -> None:
    assert levels(read_boundaries("52")) == {"PROVINCE": 1, "PREFECTURE": 9, "COUNTY": 88}


def test_a_prefecture_without_counties_is_there() -> None:
    rows = {row.code: row for row in read_boundaries("44").rows}
    assert rows["441900000000"].name == "东莞市"
    assert rows["441900000000"].level is Level.PREFECTURE


def test_counties_governed_by_the_province_get_their_paper_prefecture() -> None:
    names = {division.code: division.name for division in read_names("46", settings.NODE_MODULES)}
    found = read_boundaries("46", names)
    row = next(row for row in found.rows if row.code == "469000000000")
    assert row.name == "省直辖县级行政区划"
    assert any("no polygon of its own" in remark for remark in found.remarks)


def test_codes_of_counties_equal_the_published_list(guangxi: Boundaries) -> None:
    listed = {d.code for d in read_names("45", settings.NODE_MODULES) if d.level is Level.COUNTY}
    assert {row.code for row in guangxi.rows if row.level is Level.COUNTY} == listed


def test_every_geometry_is_valid_and_holds_its_seat(guangxi: Boundaries) -> None:
    for row in guangxi.rows:
        assert row.geom.is_valid, row.code
        assert row.outline.is_valid, row.code
        assert row.geom.covers(row.seat), row.code


def test_outlines_of_neighbours_share_their_lines(guangxi: Boundaries) -> None:
    outlines = [row.outline for row in guangxi.rows if row.level is Level.COUNTY]
    assert shapely.coverage_is_valid(outlines)
    exact = [row.geom for row in guangxi.rows if row.level is Level.COUNTY]
    # the source is generalised already, to about 1 km between corners: what goes is mostly coast and islands
    assert shapely.get_num_coordinates(outlines).sum() < shapely.get_num_coordinates(exact).sum()


def test_outlines_of_prefectures_lie_on_those_of_counties(guangxi: Boundaries) -> None:
    rows = {row.code: row for row in guangxi.rows}
    counties = [row.outline for row in guangxi.rows if row.level is Level.COUNTY and row.code.startswith("4512")]
    assert shapely.equals(rows["451200000000"].outline, shapely.coverage_union_all(counties))


def test_outlines_meet_across_the_province_line(guangxi: Boundaries) -> None:
    both = [row.outline for row in (*guangxi.rows, *read_boundaries("52").rows) if row.level is Level.COUNTY]
    assert shapely.coverage_is_valid(both)


def test_the_invalid_polygon_and_the_lines_are_reported(guangxi: Boundaries) -> None:
    said = "\n".join(guangxi.remarks)
    assert "district.geojson: 7 boundary lines left out" in said
    assert "铁门关市" in said
    assert "repaired with make_valid" in said


def test_a_parent_is_the_nearest_division_that_is_known() -> None:
    rows = {"450000000000": None, "451200000000": None, "451221000000": None}
    assert parent_of("451221001000", rows) == "451221000000"  # type: ignore[arg-type]
    assert parent_of("451300000000", rows) == "450000000000"  # type: ignore[arg-type]
    assert parent_of("450000000000", rows) is None  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_second_load_changes_nothing() -> None:
    first = regions_load(province="45", deepest=Level.TOWNSHIP)
    second = regions_load(province="45", deepest=Level.TOWNSHIP)
    assert (first.added, first.changed) == (1 + 14 + 111 + 1284, 0)
    assert (second.added, second.changed) == (0, 0)
    assert not Region.objects.filter(version__gt=1).exists()
    assert Region.objects.get(code="450181000000").aliases == ["450127000000"]
    assert Region.objects.get(code="451221000000").parent_id == "451200000000"


@pytest.mark.django_db
def test_a_change_in_the_source_makes_one_new_version() -> None:
    regions_load(province="52", deepest=Level.COUNTY)
    Region.objects.filter(code="520100000000").update(name="旧名")
    again = regions_load(province="52", deepest=Level.COUNTY)
    assert (again.added, again.changed) == (0, 1)
    region = Region.objects.get(code="520100000000")
    assert (region.name, region.version, region.changed_through) == ("贵阳市", 3, "command")


@pytest.mark.django_db
def test_an_invented_township_survives_a_load() -> None:
    regions_load(province="52", deepest=Level.TOWNSHIP)
    county = Region.objects.get(code="520102000000")
    Region.objects.filter(parent=county, level=4).update(geom=county.geom, demonstration=True)
    assert regions_load(province="52", deepest=Level.TOWNSHIP).changed == 0
    assert Region.objects.filter(parent=county, level=4, demonstration=True, geom__isnull=False).exists()


@pytest.mark.django_db
def test_the_command_says_what_it_did() -> None:
    out = io.StringIO()
    call_command("load_boundaries", "--province", "52", "--down-to", "county", stdout=out)
    assert "9 prefecture, 88 county, 0 township, 0 village; 98 added, 0 changed" in out.getvalue()


@pytest.mark.parametrize("province", ["4", "99", "451221", "广西"])
def test_a_wrong_province_is_refused_with_a_sentence(province: str) -> None:
    with pytest.raises(CommandError, match="two digits of a province"):
        call_command("load_boundaries", "--province", province)


def test_a_province_without_counties_is_refused_with_a_sentence() -> None:
    with pytest.raises(CommandError, match="no counties of province 71"):
        call_command("load_boundaries", "--province", "71")


def test_seats_are_inside_not_on_the_line(guangxi: Boundaries) -> None:
    distance = np.array([row.geom.boundary.distance(row.seat) for row in guangxi.rows])
    assert distance.min() > 0.005
