"""Features for other programs, beside what the database does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.urls import reverse
from psycopg2 import sql

from benchmarks.measuring import Row, race
from benchmarks.readers import leader
from benchmarks.registry import Context, job
from layers.geojson import property_columns
from layers.registry import get_view
from layers.selectors import shown_properties, visibility_for

GOAL = 1.5
FLAT_MB = 16
"""Memory is flat when a stream of any length takes no more than this."""


class Sink:
    """Takes what COPY writes and keeps nothing of it."""

    length = 0

    def write(self, portion: bytes) -> int:
        """Count a portion."""
        self.length += len(portion)
        return len(portion)


@job("ogcapi")
def households_as_geojson(context: Context) -> Iterator[Row]:
    """All households as GeoJSON, beside COPY (SELECT ST_AsGeoJSON ...)."""
    reader = leader()
    layer, view = get_view("households")
    scope, parameters = visibility_for(layer, user=reader.user).sql("feature")
    names = shown_properties(layer, user=reader.user)
    with connection.cursor() as cursor:
        inner = sql.SQL(
            "SELECT {columns}, feature.{geom} FROM {table} AS feature WHERE feature.deleted_at IS NULL AND {scope}"
        ).format(
            columns=sql.SQL(", ").join(property_columns(layer, names)),
            geom=sql.Identifier(view.geom),
            table=sql.Identifier(layer.model._meta.db_table),
            scope=sql.SQL(scope),
        )
        feature = sql.SQL("COPY (SELECT ST_AsGeoJSON(t.*, {}, 9) FROM ({}) AS t) TO STDOUT")
        copy = cursor.cursor.mogrify(feature.format(sql.Literal(view.geom), inner), parameters)
    address = reverse("layers:geojson", args=("households",))
    sink = Sink()

    def ours() -> None:
        reader.get(address)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(copy, sink, size=256 * 1024)

    small = f"{address}?region={layer.model._default_manager.first().region_id}"
    reader.get(small)
    before = peak_mb()
    reader.get(address)
    growth = peak_mb() - before
    yield context.row(
        "features.geojson, all households", race(ours, bare, runs=5), reference_name="COPY ST_AsGeoJSON", goal=GOAL
    )
    yield context.row("features.geojson, memory", (growth, FLAT_MB), reference_name="limit", goal=1.0, unit="MB")


def peak_mb() -> float:
    """Return the most memory that this process held so far, in megabytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process holds")
