"""The page `/` and its data, as a browser asks for them."""

import json

import pytest
from django.test import Client

from accounts.roles import Role
from tests.factories import HouseholdFactory, UserFactory, regions, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def country() -> None:
    regions()
    HouseholdFactory(at="451221001001")
    HouseholdFactory(at="451222001001", moved_in_on=None)


@pytest.fixture
def leader(client: Client) -> Client:
    client.force_login(user_with(Role.LEADER, "45"))
    return client


@pytest.fixture
def county_planner(client: Client) -> Client:
    client.force_login(user_with(Role.PLANNER, "451221"))
    return client


@pytest.mark.parametrize("path", ["/", "/overview/counties.json", "/overview/divisions.json"])
def test_a_stranger_is_asked_to_log_in(client: Client, path: str):
    assert client.get(path).status_code == 302


def test_the_page_names_its_division_and_month(leader: Client):
    page = leader.get("/?region=4512&month=2019-06").content.decode()
    assert "示例市" in page
    assert 'data-month="2019-06"' in page


def test_nothing_stands_inline_but_the_import_map(leader: Client):
    page = leader.get("/").content.decode()
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src") + page.count('type="module" src') + page.count(
        'type="application/json"'
    ) + page.count('<script type="importmap" nonce="')


def test_a_month_that_is_none_is_answered_with_a_sentence(leader: Client):
    response = leader.get("/?month=soon")
    assert response.status_code == 400
    assert "Go back" in response.content.decode() or "返回" in response.content.decode()


@pytest.mark.parametrize("path", ["/?region=451222", "/overview/counties.json?region=451222", "/?region=459999"])
def test_a_neighbour_and_a_county_that_does_not_exist_read_the_same(county_planner: Client, path: str):
    response = county_planner.get(path)
    assert response.status_code == 404
    assert "示例乙县" not in response.content.decode()


def test_the_page_of_a_county_names_no_neighbour(county_planner: Client):
    assert "示例乙县" not in county_planner.get("/").content.decode()


def test_the_counties_of_the_area_come_with_their_class(leader: Client):
    found = json.loads(leader.get("/overview/counties.json").content)
    classes = {county["code"]: (county["class"], county["rate"]) for county in found["counties"]}
    # 451222 has moved but nobody is in yet: that is a rate of 0; 451027 has no task
    assert classes == {"451027000000": (-2, None), "451221000000": (4, 100.0), "451222000000": (0, 0.0)}


def test_a_browser_that_has_the_counties_already_is_told_so(leader: Client):
    first = leader.get("/overview/counties.json")
    again = leader.get("/overview/counties.json", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert "private" in first["Cache-Control"]


def test_divisions_come_with_a_place_for_their_name(leader: Client):
    found = json.loads(leader.get("/overview/divisions.json").content)["divisions"]
    county = next(division for division in found if division["code"] == "451221000000")
    assert county["place"] == [107.25, 24.75]
    assert county["extent"] == [107.0, 24.5, 107.5, 25.0]


def test_an_account_without_an_area_is_told_what_to_do(client: Client):
    client.force_login(UserFactory())
    page = client.get("/").content.decode()
    assert "empty-state" in page


def test_the_page_is_put_together_with_few_queries(leader: Client, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        leader.get("/")
