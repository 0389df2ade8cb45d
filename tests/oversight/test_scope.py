"""Where somebody may look."""

import pytest

from accounts.roles import Role
from oversight.scope import Looking, OutsideAreaError, areas_of, look_at
from tests.factories import SiteFactory, UserFactory, grant, regions, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def country() -> None:
    regions()


def looking(user: object, code: str = "") -> Looking:
    found = look_at(code, areas=areas_of(user))
    assert found is not None
    return found


def test_a_leader_begins_at_the_province_and_drills_down():
    leader = user_with(Role.LEADER, "45")
    assert looking(leader).place.name == "示例省"
    assert [place.prefix for place in looking(leader).children] == ["4510", "4512"]
    county = looking(leader, "451221")
    assert [place.prefix for place in county.path] == ["45", "4512", "451221"]
    assert county.children == ()


@pytest.mark.parametrize("code", ["4512", "451200000000"])
def test_a_division_is_named_with_or_without_closing_zeros(code: str):
    assert looking(user_with(Role.LEADER, "45"), code).place.name == "示例市"


def test_a_county_planner_begins_at_the_county():
    planner = user_with(Role.PLANNER, "451221")
    assert looking(planner).root.prefix == "451221"


@pytest.mark.parametrize("code", ["451222", "4512", "45", "451027", "4599", "not a code"])
def test_a_county_planner_looks_nowhere_else(code: str):
    with pytest.raises(OutsideAreaError):
        looking(user_with(Role.PLANNER, "451221"), code)


def test_two_counties_of_a_prefecture_begin_there_and_show_only_themselves():
    user = user_with(Role.PLANNER, "451221")
    grant(user, Role.PLANNER, "451027")
    assert looking(user).root.prefix == "45"
    assert looking(user).prefixes("households") == ("451027", "451221")
    assert [place.prefix for place in looking(user, "4512").children] == ["451221"]


def test_a_township_is_looked_at_in_its_county():
    user = user_with(Role.FIELD, "451221001")
    assert looking(user).root.prefix == "451221"
    assert looking(user).prefixes("households") == ("451221001",)
    assert not looking(user).areas.whole_counties


def test_a_grant_to_one_site_does_not_open_the_tally():
    site = SiteFactory()
    user = UserFactory()
    grant(user, Role.FIELD, site=site.code)
    assert not areas_of(user).whole_counties


def test_without_a_grant_there_is_nothing_to_look_at():
    assert look_at("", areas=areas_of(UserFactory())) is None
