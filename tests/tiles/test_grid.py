"""Which part of the earth a tile shows."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.tiles.conftest import tile_at
from tiles.grid import DEEPEST_ZOOM, MERCATOR_LATITUDE, NoSuchTileError, TileAddress, read_address


def test_the_tile_of_zoom_zero_is_the_whole_grid() -> None:
    box = TileAddress(0, 0, 0).box()
    assert (box.west, box.east) == (-180, 180)
    assert box.north == pytest.approx(MERCATOR_LATITUDE, abs=1e-12)
    assert box.south == pytest.approx(-MERCATOR_LATITUDE, abs=1e-12)


def test_a_margin_does_not_leave_the_grid() -> None:
    assert TileAddress(0, 0, 0).box(margin_px=64) == TileAddress(0, 0, 0).box()


def test_a_margin_is_in_pixels_of_256_a_tile() -> None:
    inner, outer = TileAddress(1, 0, 0).box(), TileAddress(1, 0, 0).box(margin_px=128)
    assert inner.east == 0
    assert outer.east == 90


@pytest.mark.parametrize(("longitude", "latitude"), [(107.25, 24.75), (110.3, 25.27), (-77.0, -12.0)])
def test_a_position_lies_in_its_tile(longitude: float, latitude: float) -> None:
    for zoom in range(17):
        box = TileAddress(*tile_at(longitude, latitude, zoom)).box()
        assert box.west <= longitude < box.east
        assert box.south < latitude <= box.north


@pytest.mark.django_db
@pytest.mark.parametrize("address", [TileAddress(5, 25, 13), TileAddress(12, 3268, 1762), TileAddress(16, 0, 65535)])
def test_the_box_is_that_of_postgis(address: TileAddress) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(t), ST_YMin(t), ST_XMax(t), ST_YMax(t) "
            "FROM ST_Transform(ST_TileEnvelope(%s, %s, %s), 4326) AS t",
            (address.z, address.x, address.y),
        )
        west, south, east, north = cursor.fetchone()
    box = address.box()
    assert (box.west, box.south, box.east, box.north) == pytest.approx((west, south, east, north), abs=1e-9)


def test_pixels_are_degrees_of_longitude() -> None:
    assert TileAddress(0, 0, 0).pixel_deg == 360 / 256
    assert TileAddress(3, 0, 0).pixel_deg == 360 / 256 / 8


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("a", "0", "0"), "not_a_number"),
        (("1", "-1", "0"), "not_a_number"),
        (("1", "0", "0.5"), "not_a_number"),
        (("1", "+1", "0"), "not_a_number"),
        (("1", "1_0", "0"), "not_a_number"),
        (("1", "٣", "0"), "not_a_number"),
        (("", "0", "0"), "not_a_number"),
        (("1", "9" * 4000, "0"), "not_a_number"),
        ((str(DEEPEST_ZOOM + 1), "0", "0"), "zoom"),
        (("9999999999", "0", "0"), "zoom"),
        (("3", "8", "0"), "outside"),
        (("3", "0", "8"), "outside"),
    ],
)
def test_numbers_that_name_no_tile_are_refused(words: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(NoSuchTileError) as caught:
        read_address(*words)
    assert caught.value.reason == reason


def test_the_last_tile_of_the_deepest_zoom_exists() -> None:
    last = 2**DEEPEST_ZOOM - 1
    assert read_address(str(DEEPEST_ZOOM), str(last), str(last)) == TileAddress(DEEPEST_ZOOM, last, last)
