"""Tiles by pass in front of Django: the same tile, and Django wherever there is something to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from benchmarks.readers import environ_of
from gisapp.wsgi import application
from tests.factories import SiteFactory, region, user_with
from tests.tiles.conftest import tile_at
from tiles import queries
from tiles.front import must_become_secure

pytestmark = pytest.mark.django_db
ZOOM = 12


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(address: str, method: str = "GET", **environ: str) -> Answer:
    """Return what the application that is served answers."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    with one_connection():
        parts = application(
            {**environ_of(address), "REQUEST_METHOD": method, **environ},
            lambda line, headers, error=None: begun.append((line, headers)),
        )
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
    line, headers = begun[0]
    return Answer(int(line.split()[0]), dict(headers), body)


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's connection, whose transaction is open, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def address() -> str:
    """Return the address, with its pass, of the tile in which a site of 451221 lies."""
    site = SiteFactory(region=region("451221001001"))
    client = Client()
    client.force_login(user_with(Role.PLANNER, "451221"))
    parts = urlsplit(client.get("/tiles/sites/tilejson.json").json()["tiles"][0])
    z, x, y = tile_at(site.geom.centroid.x, site.geom.centroid.y, ZOOM)
    return f"{parts.path}?{parts.query}".replace("{z}/{x}/{y}", f"{z}/{x}/{y}")


def test_it_gives_the_tile_that_django_gives(address: str) -> None:
    front, django = ask(address), Client().get(address)
    assert (front.status, front.body, front.headers["ETag"]) == (200, django.content, django["ETag"])
    for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options", "X-Frame-Options", "Content-Length"):
        assert front.headers[name] == django[name]
    assert len(front.headers["X-Request-ID"]) == 32


def test_it_asks_the_database_for_the_tile_alone(address: str) -> None:
    ask(address)
    with CaptureQueriesContext(connection) as asked:
        assert ask(address).status == 200
    assert [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"] and "ST_AsMVT" not in one["sql"]] == []


def test_what_the_reader_has_is_not_sent_again_and_head_sends_nothing(address: str) -> None:
    first = ask(address)
    again = ask(address, HTTP_IF_NONE_MATCH=f'"x", W/{first.headers["ETag"]}')
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    head = ask(address, "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(first.body)))


def test_an_empty_tile_has_no_content(address: str) -> None:
    path, _, question = address.partition("?")
    empty = ask(f"{path.rsplit('/', 3)[0]}/{ZOOM}/0/0.mvt?{question}")
    assert (empty.status, empty.body) == (204, b"")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda one: one[:-3] + "xyz", 403),
        (lambda one: one.replace("/sites/", "/plots/"), 403),
        (lambda one: one.replace("/sites/", "/dragons/"), 404),
        (lambda one: one.replace(f"/{ZOOM}/", "/24/"), 404),
        (lambda one: one.replace(f"/{ZOOM}/", "/1/"), 404),
        (lambda one: one.partition("?")[0], 401),
    ],
)
def test_whatever_is_not_a_tile_has_djangos_sentence(address: str, change, status: int) -> None:
    answer = ask(change(address))
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_method_is_djangos(address: str) -> None:
    assert ask(address, "POST").status in {403, 405}


def test_a_tile_that_takes_too_long_is_not_asked_for_again(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = queries.SETTINGS + queries.sql.SQL("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1); ")
    monkeypatch.setattr(queries, "SETTINGS", slow)
    with CaptureQueriesContext(connection) as asked:
        answer = ask(address)
    assert answer.status == 503
    assert sum("pg_sleep" in one["sql"] for one in asked) == 1


def test_in_the_clear_nothing_is_answered_where_only_https_is_served(address: str, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert must_become_secure(environ_of(address))
    assert not must_become_secure({**environ_of(address), "wsgi.url_scheme": "https"})
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert must_become_secure({**environ_of(address), "wsgi.url_scheme": "https"})
    assert not must_become_secure({**environ_of(address), "HTTP_X_FORWARDED_PROTO": "https"})
