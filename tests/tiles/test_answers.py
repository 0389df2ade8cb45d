"""How a tile travels: unchanged, compressed, refused, stopped."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.context import acting_as
from accounts.roles import Role
from tests.factories import FacilityFactory, user_with
from tests.tiles.conftest import ask, tile_at
from tiles import queries

pytestmark = pytest.mark.django_db


# How it travels


def test_an_unchanged_tile_is_not_sent_again() -> None:
    row = FacilityFactory()
    user = user_with(Role.LEADER)
    place = tile_at(row.geom.x, row.geom.y, 14)
    first = ask(user, "facilities", *place)
    assert first.status_code == 200
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert first["Cache-Control"] == "private, no-cache"
    again = ask(user, "facilities", *place, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    with acting_as(None, through="command"):
        row.name = "改名"
        row.save()
    changed = ask(user, "facilities", *place, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_large_tile_is_compressed_for_who_takes_it() -> None:
    for number in range(60):
        FacilityFactory(name=f"示例学校{number}")
    user = user_with(Role.LEADER)
    place = tile_at(107.27, 24.77, 12)
    plain = ask(user, "facilities", *place)
    packed = ask(user, "facilities", *place, **{"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    refused = ask(user, "facilities", *place, **{"Accept-Encoding": "gzip;q=0"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)
    assert packed["ETag"] != plain["ETag"], "two representations, two strong tags"
    assert "Content-Encoding" not in plain
    assert "Content-Encoding" not in refused
    assert refused.content == plain.content
    assert "Accept-Encoding" in packed["Vary"]


# What makes no sense


@pytest.mark.parametrize(
    ("place", "status"),
    [
        (("a", "0", "0"), 400),
        (("10", "-1", "0"), 400),
        (("10", "0.5", "1"), 400),
        (("10", "1e3", "1"), 400),
        (("99", "0", "0"), 404),
        (("3", "8", "0"), 404),
        (("3", "0", "99999999999999999999"), 400),
    ],
)
def test_bad_numbers_get_a_sentence_and_no_tile_query(
    place: tuple[str, str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "rows_of", lambda query: pytest.fail("a query ran"))
    answer = ask(user_with(Role.LEADER), "sites", *place)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_an_unknown_layer_is_not_found() -> None:
    answer = ask(user_with(Role.LEADER), "dragons", 1, 0, 0)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no layer of this name."


def test_a_tile_that_takes_too_long_is_stopped_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = queries.SETTINGS + queries.sql.SQL("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1); ")
    monkeypatch.setattr(queries, "SETTINGS", slow)
    row = FacilityFactory()
    answer = ask(user_with(Role.LEADER), "facilities", *tile_at(row.geom.x, row.geom.y, 14))
    assert answer.status_code == 503
    assert "Zoom in" in answer.json()["detail"]


def settings_do_not_outlive_a_tile() -> None:
    """Ask for a tile and compare the session before and after."""
    row = FacilityFactory()
    user = user_with(Role.LEADER)

    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            found: str = cursor.fetchone()[0]
            return found

    before = timeout()
    assert ask(user, "facilities", *tile_at(row.geom.x, row.geom.y, 14)).status_code == 200
    assert timeout() == before


def test_settings_of_a_tile_do_not_leak_into_a_transaction_around_it() -> None:
    assert connection.in_atomic_block
    settings_do_not_outlive_a_tile()


@pytest.mark.django_db(transaction=True)
def test_settings_of_a_tile_do_not_stay_in_the_session() -> None:
    assert not connection.in_atomic_block
    settings_do_not_outlive_a_tile()
