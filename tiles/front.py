"""Tiles by pass, answered in front of Django.

A tile of a few features takes the database a millisecond; middleware, routing and signals took as long again. A
request whose address carries a pass needs none of them: it is nobody's, has no session and no language. Only what
succeeds is answered here. All else (no pass, one that does not hold, an address that names no tile, a database that
fails) goes on to Django, which has the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import DatabaseError, OperationalError
from psycopg2.errors import QueryCanceled

from accounts import passes
from accounts.request_id import HEADER as REQUEST_ID
from accounts.request_id import forget_request_id, remember_request_id
from layers.registry import UnknownLayerError, get_view
from tiles import selectors
from tiles.answers import TileAnswer, tile_answer
from tiles.grid import NoSuchTileError, read_address

if TYPE_CHECKING:
    from tiles.grid import TileAddress

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

ADDRESS = re.compile(r"/tiles/(?P<view>[a-z_]+)/(?P<z>\d{1,2})/(?P<x>\d{1,8})/(?P<y>\d{1,8})\.mvt", re.ASCII)

TOO_SLOW = "tiles.too_slow"
"""Set in the environ of a request whose query was stopped for its length: Django says so and does not ask again."""


class TileFront:
    """The application, with tiles by pass in front of it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.standing = standing_headers()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        found = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or must_become_secure(environ):
            return self.application(environ, start_response)
        number = remember_request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            answer = answered(environ, **found.groupdict())
        finally:
            forget_request_id()
        if answer is None:
            return self.application(environ, start_response)
        headers = [*answer.headers.items(), *self.standing, (REQUEST_ID, number)]
        if answer.status == HTTPStatus.OK:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []


def answered(environ: Environ, *, view: str, z: str, x: str, y: str) -> TileAnswer | None:
    """Return the tile that the address names; None where Django has to answer."""
    given = parse_qs(environ.get("QUERY_STRING", "")).get(passes.PARAMETER)
    if not given:
        return None
    try:
        tile = tile_by_pass(given[-1], view, read_address(z, x, y))
    except (UnknownLayerError, NoSuchTileError, passes.PassError):
        return None
    except DatabaseError as error:
        environ[TOO_SLOW] = isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled)
        return None
    if tile is None:
        return None
    return tile_answer(
        tile,
        accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
        if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
    )


def tile_by_pass(text: str, view: str, address: TileAddress) -> bytes | None:
    """Return the tile as the pass `text` lets it be seen; None above the last zoom of the view.

    Raises
    ------
    UnknownLayerError, accounts.passes.PassError
        There is no such view; the pass does not open it.
    django.db.DatabaseError
        The query failed, or took too long.
    """
    layer, found = get_view(view)
    area = passes.opened(text, layer=layer.key)
    return None if address.z > found.tiles.maxzoom else selectors.vector_tile(view, address, area=area)


def standing_headers() -> list[tuple[str, str]]:
    """Return what every tile tells a browser: that it is no page, and in production to come back by https alone."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
    ]
    if settings.SECURE_HSTS_SECONDS:
        words = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        words += ["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
        words += ["preload"] * settings.SECURE_HSTS_PRELOAD
        headers.append(("Strict-Transport-Security", "; ".join(words)))
    return headers


def must_become_secure(environ: Environ) -> bool:
    """Return whether the request came in the clear where only https is served; Django then redirects it."""
    if not settings.SECURE_SSL_REDIRECT:
        return False
    name, value = settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme", "https")
    return environ.get(name) != value
