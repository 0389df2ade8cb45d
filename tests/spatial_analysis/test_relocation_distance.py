"""relocation-distance on PostGIS: whose households, which divisions, what is counted apart."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from geocore.divisions import DivisionCode, Level
from spatial_analysis.feeds import household_ends
from spatial_analysis.reach import Reach
from spatial_analysis.relocation_distance import crossings, known_to, levels_of, relocation_distance
from tests.factories import HouseholdFactory, SiteFactory, UserFactory, grant, near, user_with

pytestmark = pytest.mark.django_db

SYSTEM = None


def everything() -> Reach:
    return Reach.of(SYSTEM, layer="households")


def test_distance_of_one_household_worked_by_hand() -> None:
    HouseholdFactory()  # 107.20 to 107.30 E at 24.75 N
    table = relocation_distance(everything())
    a, e2, lat = 6378137.0, 0.006694380022901, np.radians(24.75)
    along_the_parallel = a / np.sqrt(1 - e2 * np.sin(lat) ** 2) * np.cos(lat) * np.radians(0.1)
    assert table.households.distance_m[0] == pytest.approx(along_the_parallel, abs=0.05)
    assert table.total.n == 1
    assert table.total.bands == (0, 1, 0, 0)


def test_missing_ends_are_counted_apart_and_never_zero() -> None:
    HouseholdFactory()
    HouseholdFactory(old_home=None)
    HouseholdFactory(new_home=None)
    HouseholdFactory(old_home=None, new_home=None)
    total = relocation_distance(everything()).total
    assert (total.n, total.missing, total.missing_old, total.missing_new) == (1, 3, 2, 2)
    assert sum(total.bands) == 1
    assert total.median_m is not None
    assert total.median_m > 10_000


def test_where_all_are_missing_there_is_no_median() -> None:
    HouseholdFactory(old_home=None)
    total = relocation_distance(everything()).total
    assert (total.n, total.missing, total.median_m, total.p90_m, total.max_m) == (0, 1, None, None, None)


def test_no_household_gives_an_empty_table() -> None:
    table = relocation_distance(everything())
    assert (table.total.n, table.total.missing, table.divisions, len(table.households)) == (0, 0, (), 0)


def test_one_place_for_both_ends_is_flagged_and_counted() -> None:
    HouseholdFactory(old_home=near("451221"), new_home=near("451221"))
    HouseholdFactory()
    total = relocation_distance(everything()).total
    assert (total.n, total.same_place, total.bands) == (2, 1, (1, 1, 0, 0))


def test_a_height_does_not_lengthen_the_move() -> None:
    # The column is 2D: a 3D point is refused by the database, so what is stored has no height to count
    flat = HouseholdFactory()
    assert not flat.old_home.hasz


def test_rows_of_counties_add_up_to_their_prefecture_and_to_all() -> None:
    HouseholdFactory.create_batch(3)
    HouseholdFactory.create_batch(2, at="451222001001")
    HouseholdFactory(at="451027", to="451221001001")
    table = relocation_distance(everything())
    rows = {(row.level, row.code): row for row in table.divisions}
    assert rows[Level.COUNTY, "451221000000"].n == 3
    assert rows[Level.COUNTY, "451222000000"].n == 2
    assert rows[Level.PREFECTURE, "451200000000"].n == 5
    assert rows[Level.PREFECTURE, "451000000000"].n == 1
    assert table.total.n == 6


def test_a_move_over_a_county_line_is_flagged() -> None:
    HouseholdFactory(to="451222001001")
    HouseholdFactory()
    HouseholdFactory(destination=None)
    total = relocation_distance(everything()).total
    assert (total.cross_county, total.cross_county_unknown) == (1, 1)
    assert (total.cross_township, total.cross_township_unknown) == (1, 1)


@pytest.mark.parametrize(
    ("origin", "destination", "township", "county"),
    [
        (451221001001, 451221001002, 0, 0),
        (451221001001, 451221002001, 1, 0),
        (451221001001, 451222001001, 1, 1),
        (451221000000, 451221001000, -1, 0),  # the township of the origin is not known
        (451221000000, 451222000000, 1, 1),  # another county is another township too
        (451200000000, 451221001000, -1, -1),
        (451200000000, 450121001000, 1, 1),  # another prefecture is another county too
        (451221001001, 0, -1, -1),
    ],
)
def test_crossing_is_told_as_far_as_the_codes_tell(origin: int, destination: int, township: int, county: int) -> None:
    flags = crossings(np.array([origin]), np.array([destination]))
    assert [flag.tolist() for flag in flags] == [[township], [county]]


def test_households_without_a_county_have_a_row_of_their_own() -> None:
    HouseholdFactory(at="4512", old_home=near("451221"), new_home=near("451222"))
    rows = relocation_distance(everything()).divisions
    assert [(row.level, row.code, row.placed) for row in rows] == [
        (Level.PREFECTURE, "451200000000", True),
        (Level.COUNTY, "451200000000", False),
    ]


def test_known_to_reads_the_group_of_digits() -> None:
    codes = np.array([450000000000, 451200000000, 451221000000, 451221001000, 451221001001, 0])
    assert known_to(codes, Level.COUNTY).tolist() == [False, False, True, True, True, False]
    assert known_to(codes, Level.VILLAGE).tolist() == [False, False, False, False, True, False]


def test_a_division_narrows_to_the_households_that_come_from_it() -> None:
    HouseholdFactory()
    HouseholdFactory(at="451222001001", to="451221001001")
    table = relocation_distance(everything(), DivisionCode.parse("451221"))
    assert table.total.n == 1
    assert {row.level for row in table.divisions} == {Level.COUNTY, Level.TOWNSHIP}


@pytest.mark.parametrize(
    ("region", "levels"),
    [
        (None, (Level.PREFECTURE, Level.COUNTY)),
        ("45", (Level.PREFECTURE, Level.COUNTY)),
        ("451221", (Level.COUNTY, Level.TOWNSHIP)),
        ("451221001", (Level.TOWNSHIP, Level.VILLAGE)),
        ("451221001001", (Level.VILLAGE,)),
    ],
)
def test_levels_follow_the_division(region: str | None, levels: tuple[Level, ...]) -> None:
    assert levels_of(DivisionCode.parse(region) if region else None) == levels


def test_a_neighbour_county_stays_out() -> None:
    own = HouseholdFactory()
    arriving = HouseholdFactory(at="451222001001", to="451221001001")
    HouseholdFactory(at="451222001001")
    planner = user_with(Role.PLANNER, "451221")
    ends = household_ends(Reach.of(planner, layer="households"))
    assert sorted(ends.id.tolist()) == sorted([own.pk, arriving.pk])


def test_a_township_grant_and_a_site_grant_read_their_own() -> None:
    own = HouseholdFactory()
    other = HouseholdFactory(at="451222001001")
    site = SiteFactory(at="451222001001")
    housed = HouseholdFactory(at="451222001001", resettlement="site", site=site)
    user = user_with(Role.PLANNER, "451221001")
    grant(user, Role.PLANNER, site=site.code)
    ends = household_ends(Reach.of(user, layer="households"))
    assert sorted(ends.id.tolist()) == sorted([own.pk, housed.pk])
    assert other.pk not in ends.id


def test_somebody_without_a_grant_reads_nothing() -> None:
    HouseholdFactory()
    assert len(household_ends(Reach.of(UserFactory(), layer="households"))) == 0


def test_deleted_households_do_not_count() -> None:
    from layers.models import Household

    gone = HouseholdFactory()
    Household.objects.filter(pk=gone.pk).update(deleted_at="2020-01-01T00:00Z")
    assert relocation_distance(everything()).total.n == 0


def test_the_version_of_the_data_moves_with_a_change_and_a_deletion() -> None:
    first, second = HouseholdFactory(), HouseholdFactory()
    versions = [household_ends(everything()).version]
    first.new_home = Point(107.4, 24.8, srid=4490)
    first.save()
    versions.append(household_ends(everything()).version)
    type(second).objects.filter(pk=second.pk).update(deleted_at="2020-01-01T00:00Z")
    versions.append(household_ends(everything()).version)
    assert len(set(versions)) == 3
    assert household_ends(everything()).version == versions[-1]


def test_equal_moves_are_listed_in_order_of_id() -> None:
    households = HouseholdFactory.create_batch(4)
    far = HouseholdFactory(to="451222001001")
    moves = relocation_distance(everything()).households
    assert moves.ends.id[moves.longest(3)].tolist() == [far.pk, households[0].pk, households[1].pk]


def test_the_debug_mode_reads_the_same() -> None:
    # Django wraps the cursor there, and its copy_expert takes no further argument
    HouseholdFactory()
    with CaptureQueriesContext(connection):
        assert len(household_ends(everything())) == 1
