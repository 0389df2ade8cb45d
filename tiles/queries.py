"""The queries behind tiles: composed once a view, zoom and property set, run read-only with a time limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from psycopg2 import sql

from layers import sqlfiles
from layers.registry import get_view
from tiles.drawing import drawing_at, fields_of, measures, property_column, shape
from tiles.grid import EXTENT, Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.selectors import Visibility
    from tiles.grid import TileAddress

TIMEOUT_S = 10
"""A tile that takes longer is of no use to anybody who waits for a map."""

# In the same round trip as the query. Parallel workers and compiled plans, which cost more than a tile, are off in
# every session already (`gisapp.databases.SESSION_OPTIONS`).
SETTINGS = sql.SQL("SET LOCAL statement_timeout = '{}s'; ").format(sql.Literal(TIMEOUT_S))

ALIAS = "feature"


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its named parameters, as `cursor.execute` takes them."""

    text: sql.Composed
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the tile query gives back.

    Attributes
    ----------
    tile
        The layer as an encoded vector tile; empty where nothing is.
    found
        Rows in the search box, at most as many as the rule allows.
    last_id
        The highest id among them; None without rows.
    """

    tile: bytes
    found: int
    last_id: int | None


def tile_query(view_key: str, names: tuple[str, ...], address: TileAddress, visible: Visibility) -> Query:
    """Return the query of one tile: the whole of what the database does for it."""
    _, view = get_view(view_key)
    template = template_of(view_key, names, address.z)
    scope, scope_parameters = visible.sql(ALIAS)
    return Query(
        template.format(scope=sql.SQL(scope)),
        {
            **measures(view.tiles, address),
            **address.box(margin_px=view.tiles.buffer_px).named(),
            **scope_parameters,
            "max_features": view.tiles.max_features,
        },
    )


@cache
def template_of(view_key: str, names: tuple[str, ...], zoom: int) -> sql.SQL:
    """Return the tile query of a view at a zoom with everything filled in but the scope.

    It is the same for every tile and every user with these properties: there are as many as views, zooms and
    property sets.
    """
    layer, view = get_view(view_key)
    drawing = drawing_at(layer, view, zoom)
    columns = [property_column(field, ALIAS) for field in fields_of(layer, names)]
    composed = sqlfiles.compose(
        "tiles",
        "tile",
        table=sql.Identifier(layer.model._meta.db_table),
        column=sql.Identifier(drawing.column),
        properties=sql.SQL(", ").join(columns) if columns else sql.SQL("NULL AS _nothing"),
        shape=shape(drawing, ALIAS),
        name=sql.Literal(view_key),
        extent=sql.Literal(EXTENT),
        scope=sql.SQL("{scope}"),
    )
    with connection.cursor() as cursor:
        return sql.SQL(composed.as_string(cursor.cursor))


def omitted_query(view_key: str, address: TileAddress, visible: Visibility, *, last_id: int) -> Query:
    """Return the query that counts what a full tile leaves out, as a layer `<view>_meta`."""
    layer, view = get_view(view_key)
    scope, scope_parameters = visible.sql(ALIAS)
    text = sqlfiles.compose(
        "tiles",
        "omitted",
        table=sql.Identifier(layer.model._meta.db_table),
        column=sql.Identifier(drawing_at(layer, view, address.z).column),
        name=sql.Literal(meta_name(view_key)),
        extent=sql.Literal(EXTENT),
        scope=sql.SQL(scope),
    )
    parameters = {**address.box().named(), **scope_parameters}
    return Query(text, {**parameters, "last_id": last_id, "max_features": view.tiles.max_features})


def meta_name(view_key: str) -> str:
    """Return the name of the second layer of a full tile."""
    return f"{view_key}_meta"


def read_tile(query: Query) -> Drawn:
    """Run `query` of `tile_query`.

    Raises
    ------
    django.db.OperationalError
        It took longer than `TIMEOUT_S`.
    """
    tile, found, last_id = next(rows_of(query))
    return Drawn(bytes(tile or b""), found, last_id)


def read_omitted(query: Query) -> bytes:
    """Run `query` of `omitted_query`; empty bytes where nothing was left out."""
    return b"".join(bytes(meta) for (meta,) in rows_of(query))


def read_extent(view_key: str, visible: Visibility) -> Box | None:
    """Return the box around all of a view that `visible` lets through; None where that is nothing."""
    layer, view = get_view(view_key)
    scope, parameters = visible.sql(ALIAS)
    text = sqlfiles.compose(
        "tiles",
        "extent",
        table=sql.Identifier(layer.model._meta.db_table),
        column=sql.Identifier(view.geom),
        scope=sql.SQL(scope),
    )
    west, south, east, north = next(rows_of(Query(text, parameters)))
    return None if west is None else Box(west, south, east, north)


def rows_of(query: Query) -> Iterator[tuple[Any, ...]]:
    """Return the rows of `query`, read under `SETTINGS`, which end with it."""
    if not connection.in_atomic_block:
        # Statements sent together are one transaction: one round trip instead of three.
        return fetched(query)
    with transaction.atomic():
        rows = fetched(query)
        # Nothing was written; this takes the settings back out of somebody else's transaction.
        transaction.set_rollback(True)
    return rows


def fetched(query: Query) -> Iterator[tuple[Any, ...]]:
    """Return the rows of `query`, sent together with its settings."""
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS + query.text, query.parameters)
        return iter(cursor.fetchall())
