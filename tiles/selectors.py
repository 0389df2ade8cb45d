"""Tiles as somebody may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.registry import get_view
from layers.selectors import seen_within
from tiles import queries
from tiles.drawing import fields_of, kind_of

if TYPE_CHECKING:
    from accounts.selectors import GrantedArea
    from tiles.grid import Box, TileAddress


def vector_tile(view_key: str, address: TileAddress, *, area: GrantedArea) -> bytes:
    """Return the tile of a view with what may be seen of it within `area`; empty bytes where that is nothing.

    A tile that leaves features out, because there are more than the rule of the view allows, has a second layer
    `<view>_meta` with one point that says how many (`omitted`).

    Raises
    ------
    UnknownLayerError
        There is no such view.
    django.db.OperationalError
        The query took too long.
    """
    layer, view = get_view(view_key)
    if not view.tiles.minzoom <= address.z <= view.tiles.maxzoom:
        return b""
    visible, names = seen_within(layer, area)
    if visible.nothing:
        return b""
    drawn = queries.read_tile(queries.tile_query(view_key, names, address, visible))
    if drawn.last_id is None or drawn.found < view.tiles.max_features:
        return drawn.tile
    meta = queries.omitted_query(view_key, address, visible, last_id=drawn.last_id)
    # Layers of a tile follow each other: joining the bytes joins the tiles.
    return drawn.tile + queries.read_omitted(meta)


@dataclass(frozen=True, slots=True)
class Description:
    """What a client should know of the tiles of a view before it asks for one.

    Attributes
    ----------
    fields
        Property name to `String`, `Number` or `Boolean`.
    bounds
        The box of what may be seen; None where that is nothing.
    """

    title: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]
    bounds: Box | None


def described(view_key: str, *, area: GrantedArea) -> Description:
    """Return what somebody with `area` should know of the tiles of a view: other properties and bounds than others.

    Raises
    ------
    UnknownLayerError
        There is no such view.
    """
    layer, view = get_view(view_key)
    visible, names = seen_within(layer, area)
    return Description(
        title=str(view.title),
        minzoom=view.tiles.minzoom,
        maxzoom=view.tiles.maxzoom,
        fields={str(field.column): kind_of(field) for field in fields_of(layer, () if visible.nothing else names)},
        bounds=None if visible.nothing else queries.read_extent(view_key, visible),
    )


def tilejson(view_key: str, description: Description, *, address: str) -> dict[str, Any]:
    """Return `description` as TileJSON 3.0.0.

    Parameters
    ----------
    address
        The URL template of the tiles, with `{z}`, `{x}` and `{y}`.
    """
    zooms = {"minzoom": description.minzoom, "maxzoom": description.maxzoom}
    meta = {"omitted": "Number", "shown": "Number"}
    found: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": description.title,
        "scheme": "xyz",
        "tiles": [address],
        **zooms,
        "vector_layers": [
            {"id": view_key, "description": description.title, **zooms, "fields": description.fields},
            {"id": queries.meta_name(view_key), **zooms, "fields": meta},
        ],
    }
    if description.bounds is not None:
        box = description.bounds
        # 3.3: west, south, east, north
        found["bounds"] = [box.west, box.south, box.east, box.north]
    return found
