"""Which part of the earth a tile shows. Pure arithmetic on the usual web grid (Web Mercator, XYZ)."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, degrees, pi, sinh

DEEPEST_ZOOM = 24
"""Deeper than this a tile is a few centimetres wide and its numbers no longer fit an int32."""

EXTENT = 4096
"""Units across a vector tile."""

SCREEN_PX = 256
"""Pixels across a tile on the grid; buffers and tolerances are given in these."""

UNITS_PER_PX = EXTENT // SCREEN_PX

MERCATOR_LATITUDE = 85.051128779806604
"""Where the square of Web Mercator ends, in degrees."""


class NoSuchTileError(ValueError):
    """These numbers name no tile.

    Attributes
    ----------
    reason
        `not_a_number`, `zoom` or `outside`.
    """

    def __init__(self, reason: str, **numbers: object) -> None:
        super().__init__(f"{reason}: {numbers}")
        self.reason = reason
        self.numbers = numbers


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east and north in degrees."""

    west: float
    south: float
    east: float
    north: float

    def named(self) -> dict[str, float]:
        """Return the edges by name, as parameters of a query."""
        return {"west": self.west, "south": self.south, "east": self.east, "north": self.north}


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Zoom, column from the west and row from the north."""

    z: int
    x: int
    y: int

    def box(self, *, margin_px: float = 0) -> Box:
        """Return the box of the tile, grown by `margin_px` of its 256 pixels on each side.

        At the poles and the antimeridian it ends where the grid ends: there is nothing beyond.
        """
        margin = margin_px / SCREEN_PX
        across = 1 << self.z
        return Box(
            west=max(-180.0, longitude((self.x - margin) / across)),
            south=max(-MERCATOR_LATITUDE, latitude((self.y + 1 + margin) / across)),
            east=min(180.0, longitude((self.x + 1 + margin) / across)),
            north=min(MERCATOR_LATITUDE, latitude((self.y - margin) / across)),
        )

    @property
    def pixel_deg(self) -> float:
        """Degrees of longitude that a pixel covers."""
        return 360 / ((1 << self.z) * SCREEN_PX)


def longitude(share: float) -> float:
    """Return the longitude at a share of the way from the west to the east edge of the grid, in degrees."""
    return share * 360 - 180


def latitude(share: float) -> float:
    """Return the latitude at a share of the way from the north to the south edge of the grid, in degrees."""
    return degrees(atan(sinh(pi * (1 - 2 * share))))


def read_address(z: str, x: str, y: str) -> TileAddress:
    """Return the tile that three words of an address name.

    Raises
    ------
    NoSuchTileError
        A word is not a whole number, the zoom does not exist, or the tile lies outside the grid.
    """
    words = {"z": z, "x": x, "y": y}
    for name, word in words.items():
        # int() would also take "+3", "1_0" and digits of other scripts, which are other spellings of the same tile.
        if not (word.isascii() and word.isdecimal() and len(word) <= 10):
            raise NoSuchTileError("not_a_number", name=name, value=word[:20])
    address = TileAddress(int(z), int(x), int(y))
    if address.z > DEEPEST_ZOOM:
        raise NoSuchTileError("zoom", value=address.z, last=DEEPEST_ZOOM)
    last = (1 << address.z) - 1
    if address.x > last or address.y > last:
        raise NoSuchTileError("outside", z=address.z, last=last)
    return address
