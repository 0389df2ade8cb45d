"""What a rehearsal would do, feature by feature, read from the stage before it is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from importers.findings import MOST_FEATURES
from importers.stage import Stage
from layers.fields import is_geometry
from layers.sqlfiles import compose

if TYPE_CHECKING:
    from django.db.models import Field


@dataclass(frozen=True, slots=True)
class PreviewFeature:
    """What would become of one row.

    Attributes
    ----------
    kind
        "add", "change" or "same".
    before, after
        Columns that would change, with the stored and the new value; empty but for "change".
    geometry, old_geometry
        GeoJSON in CGCS2000; the old one only where it would change.
    moved_m
        How far a point would move, in metres on the ellipsoid.
    old_area_m2, new_area_m2
        Of a polygon that would change, on the ellipsoid.
    """

    row: int
    code: str
    kind: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    old_geometry: dict[str, Any] | None = None
    moved_m: float | None = None
    old_area_m2: float | None = None
    new_area_m2: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)


def preview(stage: Stage) -> list[PreviewFeature]:
    """Return what the staged rows would do, the first `MOST_FEATURES`: changes, then additions, then the same."""
    values = [column for column in stage.compared() if not is_geometry(stored_field(stage, column.name))]
    geometry = stage.column_of(stage.layer.imports.geometry)
    query = compose(
        "importers",
        "preview",
        table=stage.table,
        geom=sql.Identifier(geometry),
        compared=stage.differs(),
        moved=stage.updated(geometry),
        before=as_object((column.name, sql.SQL("t.{}").format(sql.Identifier(column.name))) for column in values),
        after=as_object((column.name, column.update.expression(column.name)) for column in values),
    )
    stage.cursor.execute(query, {"most": MOST_FEATURES})
    return [from_row(row) for row in stage.cursor.fetchall()]


def from_row(row: tuple[Any, ...]) -> PreviewFeature:
    """Return a feature of the answer; of its values those that differ."""
    number, code, kind, before, after, old, new, moved_m, old_area, new_area = row
    # Django keeps psycopg2 from decoding jsonb
    before, after = json.loads(before or "{}"), json.loads(after or "{}")
    changed = [name for name in before if before[name] != after[name]]
    return PreviewFeature(
        row=number,
        code=code,
        kind=kind,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        geometry=json.loads(new) if new else None,
        old_geometry=json.loads(old) if old and old != new else None,
        moved_m=moved_m,
        old_area_m2=old_area,
        new_area_m2=new_area,
    )


def as_object(pairs: Iterable[tuple[str, sql.Composable]]) -> sql.Composable:
    """Return the SQL of an object of names and values, built in pieces: a function takes a hundred arguments."""
    pieces = [sql.SQL("jsonb_build_object({}, {})").format(sql.Literal(name), value) for name, value in pairs]
    return sql.SQL(" || ").join(pieces) if pieces else sql.SQL("'{{}}'::jsonb").format()


def stored_field(stage: Stage, column: str) -> Field[Any, Any]:
    """Return the model's field of a column of the stage."""
    found: Field[Any, Any] = next(one for one in stage.layer.model._meta.concrete_fields if one.column == column)
    return found
