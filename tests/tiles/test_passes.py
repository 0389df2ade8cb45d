"""Tiles by pass: the address alone says what may be seen."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import passes
from accounts.models import Grant, User
from accounts.roles import Role
from tests.factories import SiteFactory, region, user_with
from tests.tiles.conftest import decode, tile_at
from tiles.map_layers import map_layers

pytestmark = pytest.mark.django_db
ZOOM = 12


def template(user: User, view: str = "sites") -> str:
    """Return the address of tiles as tilejson.json gives it, without the host."""
    client = Client()
    client.force_login(user)
    parts = urlsplit(client.get(f"/tiles/{view}/tilejson.json").json()["tiles"][0])
    return f"{parts.path}?{parts.query}"


def filled(address: str, feature) -> str:
    z, x, y = tile_at(feature.geom.centroid.x, feature.geom.centroid.y, ZOOM)
    return address.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))


def codes(body: bytes, view: str = "sites") -> set[str]:
    return {found["properties"]["code"] for found in decode(body)[view]["features"]} if body else set()


@pytest.fixture
def two():
    """Return a site on each side of the county line, at one place."""
    mine = SiteFactory(region=region("451221001001"))
    return mine, SiteFactory(region=region("451222001001"), geom=mine.geom)


def test_it_shows_what_its_owner_sees_to_nobody_in_particular(two) -> None:
    address = filled(template(user_with(Role.PLANNER, "451221")), two[0])
    answer = Client().get(address)
    assert answer.status_code == 200
    assert codes(answer.content) == {two[0].code}


def test_neither_session_nor_user_nor_grants_are_read(two) -> None:
    user = user_with(Role.PLANNER, "451221")
    address = filled(template(user), two[0])
    client = Client()
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    # the test's own transaction is kept by a savepoint around the query of the tile
    assert [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"] and "ST_AsMVT" not in one["sql"]] == []


def test_an_own_wider_right_does_not_widen_it(two) -> None:
    leader = user_with(Role.LEADER)
    address = filled(template(user_with(Role.PLANNER, "451221")), two[0])
    client = Client()
    client.force_login(leader)
    assert codes(client.get(address).content) == {two[0].code}


@pytest.mark.parametrize("change", ["", "forged", "x" * 3000, "%00", "密"])
def test_a_forged_one_is_refused_with_a_sentence(two, change: str) -> None:
    client = Client()
    client.force_login(user_with(Role.LEADER))
    plain = filled("/tiles/sites/{z}/{x}/{y}.mvt", two[0])
    answer = client.get(f"{plain}?{passes.PARAMETER}={change}", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "tilejson.json" in answer.json()["detail"]


def test_that_of_another_layer_is_refused(two) -> None:
    query = template(user_with(Role.LEADER), "regions").partition("?")[2]
    assert Client().get(filled("/tiles/sites/{z}/{x}/{y}.mvt", two[0]) + "?" + query).status_code == 403


def test_a_grant_taken_away_ends_it_and_the_next_description_is_narrower(two) -> None:
    user = user_with(Role.PLANNER, "451221")
    address = filled(template(user), two[0])
    assert Client().get(address).status_code == 200
    Grant.objects.filter(user=user).delete()
    passes.known_epoch.read_at = float("-inf")
    assert Client().get(address).status_code == 403
    assert Client().get(filled(template(user), two[0])).status_code == 204


def test_no_description_and_so_no_new_pass_for_a_pass(two) -> None:
    query = template(user_with(Role.LEADER)).partition("?")[2]
    assert Client().get(f"/tiles/sites/tilejson.json?{query}").status_code == 401


def test_a_visitor_without_account_gets_one_for_what_is_public() -> None:
    answer = Client().get("/tiles/regions/tilejson.json")
    assert f"?{passes.PARAMETER}=" in answer.json()["tiles"][0]


def test_a_map_asks_twice_for_all_its_passes(django_assert_num_queries) -> None:
    user = user_with(Role.PLANNER, "451221")
    with django_assert_num_queries(2):
        found = map_layers(user=user, shown=())
    assert {layer["key"] for layer in found} > {"sites", "households", "origins"}
    assert template(user).endswith(next(layer["tiles"] for layer in found if layer["key"] == "sites").split("?")[1])
