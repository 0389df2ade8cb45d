"""Features as GeoJSON (RFC 7946), streamed from the database as fast as it can write them.

Coordinates are longitude and latitude in CGCS2000, which RFC 7946 readers take as WGS 84: the two differ by less
than the error of a receiver, so that no `crs` member is needed (nor allowed).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from django.contrib.gis.db import models as gis
from django.db import connection
from psycopg2 import sql

from accounts.context import acting_as
from accounts.roles import Through
from layers import sqlfiles
from layers.among import among
from layers.listing import ListQuery, listed_features
from layers.registry import get_view
from layers.selectors import shown_properties, visibility_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.utils import CursorWrapper

    from accounts.selectors import Asker
    from layers.selectors import Visibility
    from layers.spec import LayerView, SpatialLayer

CHUNK_BYTES = 256 * 1024
"""Features are fetched and sent in portions of about this size, whatever one of them weighs."""

FIRST_ROWS = 100
MOST_ROWS = 2000

# For each portion, not for the whole stream; and a reader who takes nothing for minutes gives the transaction back.
# The planner is told that every row will be read: else it walks an index in order as if a page were wanted.
SETTINGS = (
    "SET LOCAL statement_timeout = '60s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '300s'; "
    "SET LOCAL cursor_tuple_fraction = 1"
)

ALIAS = "feature"
EVERY_ROW = ListQuery()


class BoxError(ValueError):
    """A box is four numbers: west, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east and north in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, given: str) -> Box:
        """Return the box that `west,south,east,north` names.

        Raises
        ------
        BoxError
            There are not four numbers, they are no degrees, or west and east, south and north are swapped.
        """
        try:
            numbers = [float(word) for word in given.split(",")]
        except ValueError:
            raise BoxError(given) from None
        if len(numbers) != 4 or not all(isfinite(number) for number in numbers):
            raise BoxError(given)
        west, south, east, north = numbers
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise BoxError(given)
        return cls(west, south, east, north)


def feature_collection(
    view_key: str, *, user: Asker, bbox: Box | None = None, query: ListQuery = EVERY_ROW
) -> Iterator[bytes]:
    """Return the features of a view that `user` may see, as the portions of one GeoJSON document.

    Parameters
    ----------
    bbox
        Only features whose geometry in this view meets the box; those without one do not.
    query
        The filters of the list page; its order is not used, features come in the order in which they were made.

    Returns
    -------
    Iterator of bytes
        The transaction is open while it is read; closing it early ends the query. An error in the middle ends the
        document in the middle, so that nobody takes half of it for all.

    Raises
    ------
    UnknownLayerError
        There is no such view.
    """
    layer, view = get_view(view_key)
    visible = visibility_for(layer, user=user)
    if visible.nothing:
        return iter([opening(view_key) + CLOSING])
    text, parameters = features_query(layer, view, visible, user=user, bbox=bbox, query=query)
    return streamed(view_key, text, parameters, user=user)


def features_query(
    layer: SpatialLayer,
    view: LayerView,
    visible: Visibility,
    *,
    user: Asker,
    bbox: Box | None = None,
    query: ListQuery = EVERY_ROW,
) -> tuple[sql.Composed, dict[str, Any]]:
    """Return the query of the features and its parameters."""
    scope, parameters = visible.sql(ALIAS)
    tests: list[sql.Composable] = [sql.SQL("TRUE")]
    geometry = cast("gis.GeometryField[Any, Any]", layer.model._meta.get_field(view.geom))
    column = sql.Identifier(ALIAS, geometry.column)
    if bbox is not None:
        tests.append(
            sql.SQL("ST_Intersects({}, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490))").format(column)
        )
        parameters |= {"west": bbox.west, "south": bbox.south, "east": bbox.east, "north": bbox.north}
    if query.narrows:
        tests.append(sql.SQL(listed_ids(layer, user=user, query=query)))
    text = sqlfiles.compose(
        "layers",
        "features_geojson",
        table=sql.Identifier(layer.model._meta.db_table),
        # RFC 7946, 3.1.6: outer rings run against the clock
        geometry=column if geometry.geom_type == "POINT" else sql.SQL("ST_ForcePolygonCCW({})").format(column),
        properties=sql.SQL(", ").join(property_columns(layer, shown_properties(layer, user=user))),
        scope=sql.SQL(scope),
        wanted=sql.SQL(" AND ").join(tests),
    )
    return text, parameters


def property_columns(layer: SpatialLayer, names: tuple[str, ...]) -> list[sql.Identifier]:
    """Return the columns of the fields called `names`; a second geometry is never a property."""
    fields = [layer.model._meta.get_field(name) for name in names]
    columns = [str(field.column) for field in fields if field.concrete and not isinstance(field, gis.GeometryField)]
    return [sql.Identifier(ALIAS, column) for column in columns]


def listed_ids(layer: SpatialLayer, *, user: Asker, query: ListQuery) -> str:
    """Return the test that a row is among those that the list page would show, its values filled in."""
    return among(listed_features(layer, user=user, query=query), ALIAS).replace("%", "%%")


def opening(view_key: str) -> bytes:
    """Return what comes before the features."""
    return b'{"type":"FeatureCollection","name":' + json.dumps(view_key).encode() + b',"features":[\n'


CLOSING = b"\n]}\n"


def streamed(view_key: str, text: sql.Composed, parameters: dict[str, Any], *, user: Asker) -> Iterator[bytes]:
    """Yield the document in portions, from a cursor that stays in the database."""
    with acting_as(user, through=Through.PAGE):
        with connection.cursor() as cursor:
            cursor.execute(SETTINGS)
        yield opening(view_key)
        with connection.chunked_cursor() as cursor:
            cursor.execute(text, parameters)
            yield from portions(cursor)
        yield CLOSING


def portions(cursor: CursorWrapper) -> Iterator[bytes]:
    """Yield the features of `cursor` with commas between them, about `CHUNK_BYTES` at a time."""
    wanted = FIRST_ROWS
    between = b""
    while rows := cursor.fetchmany(wanted):
        portion = ",\n".join([feature for (feature,) in rows]).encode()
        yield between + portion
        between = b",\n"
        wanted = max(1, min(MOST_ROWS, CHUNK_BYTES * len(rows) // len(portion)))
