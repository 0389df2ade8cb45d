"""Dynamic vector tiles beside the query that they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from accounts.passes import rights_epoch
from benchmarks.measuring import Row, race
from benchmarks.readers import Reader, leader
from benchmarks.registry import Context, job
from layers.registry import all_views, get_view
from layers.selectors import shown_properties, viewing_area, visibility_for
from tiles.grid import TileAddress
from tiles.map_layers import tile_address
from tiles.queries import tile_query

ZOOM = 12
GOAL = 1.5
# Tiles by how many features lie in them: the web grid's own formula, on the point that stands for a feature.
CROWDED = """
    WITH place AS (
        SELECT (ST_X(p) + 180) / 360 * 2 ^ %(zoom)s AS x,
            (1 - asinh(tand(ST_Y(p))) / pi()) / 2 * 2 ^ %(zoom)s AS y
        FROM (SELECT ST_Centroid({column}) AS p FROM {table} WHERE {column} IS NOT NULL AND deleted_at IS NULL) AS f
    )
    SELECT floor(x)::int, floor(y)::int, count(*) FROM place GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""


@job("tiles")
def dynamic_tile(context: Context) -> Iterator[Row]:
    """A dynamic tile at z12 as it leaves the application, beside its bare SQL."""
    reader = leader()
    for _layer, view in all_views():
        tiles = crowded(view.key)
        yield tile_row(context, reader, view.key, "busiest", tiles[:1])
        yield tile_row(context, reader, view.key, "twenty busiest", tiles[:20])


def crowded(view_key: str) -> list[TileAddress]:
    """Return the tiles in which features of a view lie, the fullest first."""
    layer, view = get_view(view_key)
    column = layer.model._meta.get_field(view.geom).column
    with connection.cursor() as cursor:
        cursor.execute(CROWDED.format(table=layer.model._meta.db_table, column=column), {"zoom": ZOOM})
        return [TileAddress(ZOOM, x, y) for x, y, _count in cursor.fetchall()]


def tile_row(context: Context, reader: Reader, view: str, which: str, tiles: list[TileAddress]) -> Row:
    """Return how long `tiles` take, one after another, in the application and in a cursor."""
    layer, _ = get_view(view)
    visible = visibility_for(layer, user=reader.user)
    names = shown_properties(layer, user=reader.user)
    queries = [tile_query(view, names, tile, visible) for tile in tiles]
    template = tile_address(layer, view, viewing_area(layer, user=reader.user), rights_epoch())
    addresses = [template.replace("{z}/{x}/{y}", f"{tile.z}/{tile.x}/{tile.y}") for tile in tiles]
    size = [0]

    def ours() -> None:
        size[0] = sum(reader.get(address, encoding="gzip") for address in addresses)

    def bare() -> None:
        with connection.cursor() as cursor:
            for query in queries:
                cursor.cursor.execute(query.text, query.parameters)
                cursor.cursor.fetchall()

    measured = race(ours, bare, runs=30 if len(tiles) == 1 else 15, warm=2)
    each = (measured[0] / len(tiles), measured[1] / len(tiles))
    return context.row(
        f"{view} z{ZOOM}, {which}",
        each,
        reference_name="bare SQL",
        goal=GOAL,
        note=f"{size[0] / len(tiles) / 1000:,.0f} kB gzip",
    )
