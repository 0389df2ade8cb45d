"""The last step, in the database: rows by COPY into a table of their own, matched, checked and written as sets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import pyarrow as pa
from django.contrib.gis.db.models import GeometryField
from django.db import connection
from django.db.models import UUIDField
from psycopg2 import sql
from psycopg2.extensions import cursor as PgCursor
from psycopg2.extras import Json

from importers.codes import keys_beyond_code
from importers.copying import Column, copy_columns
from layers.fields import field_of
from layers.spec import MatchKey, SpatialLayer
from layers.sqlfiles import compose

STAGE = "import_stage"
Found = list[tuple[Any, ...]]


class Update(Enum):
    """What a staged value does to a stored feature; each is SQL on the staged row `s` and the stored row `t`."""

    REPLACE = "s.{0}"
    """The value of the file counts, an empty one too."""
    FILL = "coalesce(t.{0}, s.{0})"
    """Only where nothing is stored."""
    KEEP_IF_EMPTY = "coalesce(s.{0}, t.{0})"
    """An empty geometry leaves the stored one alone."""
    NEVER = "t.{0}"
    """For new features only."""
    DERIVED_REGION = "CASE WHEN starts_with(t.{0}, left(s.{0}, 6)) THEN t.{0} ELSE s.{0} END"
    """Found by position: a finer division that is stored within it stays."""
    WITH_GEOM = (
        "CASE WHEN t.{0} IS NULL OR coalesce(s.geom, t.geom) IS DISTINCT FROM t.geom "
        "THEN coalesce(s.{0}, t.{0}) ELSE t.{0} END"
    )
    """Follows the boundary."""
    SURVEYED = "t.{0} AND s.geom IS NULL"
    """A demonstration ends with the first boundary that is given."""
    ORIGIN = "(s.{0})"
    """Says where the values are from: written with a change, but no change by itself."""

    def expression(self, column: str) -> sql.Composed:
        """Return the SQL of the new value of `column`."""
        return sql.SQL(self.value).format(sql.Identifier(column))


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A column of the layer's table with a value for each row."""

    name: str
    values: Column | pa.Array
    update: Update = Update.REPLACE


class Filled(NamedTuple):
    """A column of the layer's table that the import fills, and what its values do to a stored feature."""

    name: str
    update: Update


class Stage:
    """The staged rows of one import; lives in one transaction.

    Parameters
    ----------
    columns
        That the import fills; every portion of the file has values for each.
    scope
        SQL of a test whether the stored row `t` is one that the user may change.
    """

    def __init__(self, cursor: PgCursor, layer: SpatialLayer, columns: Sequence[Filled], scope: sql.Composable) -> None:
        self.cursor = cursor
        self.layer = layer
        self.columns = {column.name: column for column in columns}
        self.table = sql.Identifier(layer.model._meta.db_table)
        self.scope = scope

    def run(
        self, name: str, parameters: dict[str, Any] | None = None, **parts: sql.Composable
    ) -> list[tuple[Any, ...]]:
        """Run one of the queries `import_*.sql` and return its rows."""
        query = compose("importers", f"import_{name}", table=self.table, **parts)
        self.cursor.execute(query, parameters)
        return self.cursor.fetchall() if self.cursor.description else []

    def create(self) -> None:
        """Make the table."""
        self.cursor.execute("DROP TABLE IF EXISTS pg_temp.import_stage")
        self.run("stage", columns=listed(self.columns))

    def add(self, row_numbers: Column, derived: Column, twins: Column, columns: Sequence[StageColumn]) -> None:
        """Copy the rows of a portion into the table."""
        values = {column.name: column.values for column in columns}
        copy_columns(self.cursor, STAGE, {"row_number": row_numbers, "derived": derived, "twin_row": twins, **values})

    def complete(self) -> None:
        """Let the planner know what is in the table."""
        self.cursor.execute("ANALYZE import_stage")

    def lock(self) -> None:
        """Let nobody else write to the layer until the transaction ends; readers go on."""
        self.cursor.execute("SET LOCAL lock_timeout = '20s'")
        self.cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(self.table))

    def match(self) -> None:
        """Give rows without a code of their own the code of the stored feature that they are about."""
        undecided: sql.Composable = sql.SQL("TRUE")
        for key in self.usable_keys():
            parts = self.sameness(key)
            metres = self.nearness(key.within_m)[1]
            self.run("match", None, undecided=undecided, metres=metres, scope=self.scope, **parts)
            undecided = sql.SQL("{} AND NOT ({})").format(undecided, parts["filled"])
        if "possible_duplicate_of" in self.columns:
            self.run("twins")

    def usable_keys(self) -> list[MatchKey]:
        """Return the match keys beyond the code whose fields the file fills."""
        return [
            key
            for key in keys_beyond_code(self.layer)
            if {self.column_of(name) for name in key.fields} <= set(self.columns)
        ]

    def sameness(self, key: MatchKey) -> dict[str, sql.Composable]:
        """Return the SQL that says that a row fills a key, is the same as a stored one by it, and near enough."""
        names = [sql.Identifier(self.column_of(name)) for name in key.fields]
        return {
            "filled": sql.SQL(" AND ").join(sql.SQL("s.{}::text <> ''").format(name) for name in names),
            "same": sql.SQL(" AND ").join(sql.SQL("t.{0} = s.{0}").format(name) for name in names),
            "near": self.nearness(key.within_m)[0],
        }

    def nearness(self, within_m: float | None) -> tuple[sql.Composable, sql.Composable]:
        """Return the test and the distance of a match key that asks for a place."""
        geometry = self.column_of(self.layer.imports.geometry)
        if within_m is None:
            return sql.SQL("TRUE"), sql.SQL("0")
        if geometry not in self.columns:
            return sql.SQL("FALSE"), sql.SQL("0")
        name, reach = sql.Identifier(geometry), sql.Literal(within_m)
        return (
            sql.SQL("ST_DWithin(t.{0}::geography, s.{0}::geography, {1})").format(name, reach),
            sql.SQL("ST_Distance(t.{0}::geography, s.{0}::geography)").format(name),
        )

    def column_of(self, field: str) -> str:
        """Return the column of a field."""
        return str(field_of(self.layer.model, field).column)

    def drop(self, row_numbers: Iterable[int]) -> int:
        """Take rejected rows out and return how many there were."""
        self.cursor.execute(
            "DELETE FROM import_stage WHERE row_number = ANY(%(rows)s)", {"rows": sorted(set(row_numbers))}
        )
        return self.cursor.rowcount

    def duplicates(self) -> list[tuple[int, int, str]]:
        """Return row, first row and code of rows that are about the same feature as an earlier one."""
        return [(row, first, code) for row, first, code in self.run("duplicates")]

    def taken(self) -> list[tuple[int, str]]:
        """Return row and code of rows whose code belongs to a feature that the user may not change."""
        return [(row, code) for row, code in self.run("taken", scope=self.scope)]

    def new_rows(self) -> list[int]:
        """Return the rows that no stored feature matches."""
        return [row for (row,) in self.run("new")]

    def revived(self) -> int:
        """Return how many rows are about features that were deleted."""
        return int(self.run("revived")[0][0])

    def broken_rules(self) -> list[tuple[str, int]]:
        """Return the name of the constraint and the row, for each rule of the table that a row would break."""
        rules = self.run("rules", {"table": self.layer.model._meta.db_table})
        fields = self.stored_fields()
        merged = [
            sql.SQL("CASE WHEN t.id IS NULL THEN {} ELSE {} END AS {}").format(
                self.inserted(field), self.updated(field.column), sql.Identifier(field.column)
            )
            for field in fields
        ]
        tests = [
            sql.SQL("SELECT {}, row_number FROM candidate WHERE NOT ({})").format(sql.Literal(name), sql.SQL(rule))
            for name, rule in rules
        ]
        if not tests:
            return []
        found = self.run("check", merged=sql.SQL(", ").join(merged), tests=sql.SQL(" UNION ALL ").join(tests))
        return [(name, row) for name, row in found]

    def write(self) -> tuple[int, int]:
        """Write what is new or different; return how many rows were inserted and updated."""
        changed = [c for c in self.columns.values() if c.update is not Update.NEVER and c.name != "code"]
        self.run(
            "update",
            assignments=sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(c.name), c.update.expression(c.name)) for c in changed
            ),
            differs=self.differs(),
        )
        updated = self.cursor.rowcount
        fields = self.stored_fields()
        self.run(
            "insert",
            columns=sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
            merged=sql.SQL(", ").join(self.inserted(field) for field in fields),
        )
        return self.cursor.rowcount, updated

    def compared(self) -> list[Filled]:
        """Return the columns that make a row differ from the feature that it is about."""
        return [c for c in self.columns.values() if c.update not in {Update.NEVER, Update.ORIGIN} and c.name != "code"]

    def differs(self) -> sql.Composable:
        """Return the SQL of the test whether the staged row `s` would change the stored row `t`."""
        columns = self.compared()
        return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(
            listed(c.name for c in columns),
            sql.SQL(", ").join(c.update.expression(c.name) for c in columns),
        )

    def stored_fields(self) -> list[Any]:
        """Return the fields that an insert fills: all but the number and what the database computes."""
        return [
            field
            for field in self.layer.model._meta.concrete_fields
            if not field.primary_key and not getattr(field, "generated", False)
        ]

    def inserted(self, field: Any) -> sql.Composable:
        """Return the SQL of the value of a field of a new feature."""
        if field.column in self.columns:
            return sql.SQL("s.{}").format(sql.Identifier(field.column))
        if field.name == "changed_at":
            return sql.SQL("now()")  # the stamp sets it
        if isinstance(field, UUIDField) and field.default is uuid.uuid4:
            return sql.SQL("gen_random_uuid()")
        if isinstance(field, GeometryField):
            return sql.SQL("NULL::geometry")
        default = None if field.null and not field.has_default() else field.get_default()
        value = Json(default) if isinstance(default, dict) else default
        return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(column_type(field)))

    def updated(self, column: str) -> sql.Composable:
        """Return the SQL of the value of a column of a stored feature after the update."""
        if column in self.columns:
            return self.columns[column].update.expression(column)
        return sql.SQL("t.{}").format(sql.Identifier(column))


def column_type(field: Any) -> str:
    """Return the type of a column as SQL writes it."""
    return str(field.db_type(connection))


def listed(columns: Iterable[str]) -> sql.Composable:
    """Return column names of the stored row `t`."""
    return sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns)
