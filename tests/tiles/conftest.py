"""Reading tiles back in tests."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from math import asinh, floor, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User

Tile = dict[str, Any]
"""Layer name to its decoded layer."""


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int, int]:
    """Return the tile in which a position lies, by the published formula of the web grid."""
    across = 2**zoom
    x = floor((longitude + 180) / 360 * across)
    y = floor((1 - asinh(tan(radians(latitude))) / pi) / 2 * across)
    return zoom, x, y


def ask(user: User | None, view: str, z: Any, x: Any, y: Any, **headers: str) -> HttpResponse:
    """Return the answer to the request for a tile."""
    client = Client()
    if user is not None:
        client.force_login(user)
    answer: HttpResponse = client.get(f"/tiles/{view}/{z}/{x}/{y}.mvt", headers=headers)
    return answer


def decode(body: bytes) -> Tile:
    """Return the layers of a tile, y counted from the top as it is stored."""
    found: Tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return found


@pytest.fixture
def read() -> Callable[..., Tile]:
    """Return a function that gives the layers of a tile; none where it is empty."""

    def tile(user: User | None, view: str, z: int, x: int, y: int) -> Tile:
        answer = ask(user, view, z, x, y)
        assert answer.status_code in {200, 204}, answer.content
        body = answer.content
        return decode(gzip.decompress(body) if answer.get("Content-Encoding") == "gzip" else body)

    return tile


@pytest.fixture
def tilejson() -> Callable[..., dict[str, Any]]:
    """Return a function that gives the description of the tiles of a view."""

    def description(user: User | None, view: str) -> dict[str, Any]:
        client = Client()
        if user is not None:
            client.force_login(user)
        answer = client.get(reverse("tiles:tilejson", args=(view,)))
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    return description
