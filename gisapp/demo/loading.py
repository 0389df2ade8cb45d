"""Arrays of demonstration data into the tables of the layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.contrib.postgres.fields import ArrayField
from django.db import connections, models
from psycopg2 import sql

from gisapp.demo.scales import SOURCE, Scale
from importers.copying import Column, array_literal, copy_columns
from layers.base import Feature
from layers.sqlfiles import load

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

STAMPED = frozenset({"changed_at", "changed_by", "changed_through", "change_reason"})
"""Filled by the stamping trigger."""


class Loader:
    """Writes columns of one scale and seed by COPY, within the running transaction of the table's owner.

    Attributes
    ----------
    counts
        Rows written by table name.
    """

    def __init__(self, scale: Scale, seed: int, using: str) -> None:
        self.using = using
        self.batch = str(scale.batch(seed))
        self.counts: dict[str, int] = {}
        self.scopes: dict[tuple[str, ...], int] = {}

    def prepare(self) -> None:
        """Make the transaction fit for many rows.

        Each row trigger of pgtrigger opens a subtransaction and, where its setting is unknown, ends it by an error;
        then PostgreSQL walks all deferred events: 35,000 rows took 41 s instead of 1.5.
        """
        with self.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL pgtrigger.ignore = '{}'")

    @contextmanager
    def signing_by_hand(self, model: type[models.Model]) -> Iterator[dict[str, Any]]:
        """Give the columns that the row triggers of `model` would fill, and let these triggers rest meanwhile.

        They cost 40 microseconds a row, most of it pgtrigger's own question whether it is to be ignored: half of the
        time of a million rows. Rules are never rested: only who signs, and what says which counties are concerned.
        """
        table = sql.Identifier(model._meta.db_table)
        with self.cursor() as cursor:
            cursor.execute(load("gisapp", "demo_signing_triggers"), {"table": model._meta.db_table})
            names = [sql.Identifier(name) for (name,) in cursor.fetchall()]
            for name in names:
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(table, name))
            cursor.execute("SELECT now()::text, current_setting('gisapp.through'), current_setting('gisapp.reason')")
            signature = dict(zip(("changed_at", "changed_through", "change_reason"), cursor.fetchone(), strict=True))
        yield signature
        with self.cursor() as cursor:
            for name in names:
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(table, name))

    def cursor(self) -> CursorWrapper:
        """Return a cursor of the transaction."""
        return connections[self.using].cursor()

    def load(self, model: type[models.Model], columns: Mapping[str, Column]) -> int:
        """Append rows to the table of `model` and return their number.

        Columns that are not given take the default of their field; a feature is marked as a demonstration.
        """
        count = len(next(iter(columns.values())))
        marks: dict[str, Any] = {"batch": self.batch, "source": SOURCE} if issubclass(model, Feature) else {}
        constants = defaults_of(model, {*columns, *marks}) | marks
        with self.signing_by_hand(model) as signature, self.cursor() as cursor:
            fixed = {name: np.full(count, value, dtype=object) for name, value in (constants | signature).items()}
            copy_columns(cursor, model._meta.db_table, dict(columns) | fixed)
        return self.count(model, count)

    def load_protected(self, model: type[models.Model], columns: Mapping[str, Column]) -> int:
        """Append rows to a table under row-level security, which refuses COPY: by way of a temporary one."""
        table = sql.Identifier(model._meta.db_table)
        copied = [sql.Identifier(name) for name in columns]
        known = {field.column for field in model._meta.concrete_fields}
        with self.signing_by_hand(model) as signature, self.cursor() as cursor:
            signed = {name: value for name, value in signature.items() if name in known}
            constants = defaults_of(model, set(columns)) | signed
            cursor.execute(
                sql.SQL("CREATE TEMPORARY TABLE demo_stage AS SELECT {} FROM {} LIMIT 0").format(
                    sql.SQL(", ").join(copied), table
                )
            )
            count = copy_columns(cursor, "demo_stage", columns)
            cursor.execute(
                sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM demo_stage").format(
                    table=table,
                    names=sql.SQL(", ").join([*copied, *map(sql.Identifier, constants)]),
                    values=sql.SQL(", ").join([*copied, *map(sql.Literal, constants.values())]),
                )
            )
            cursor.execute("DROP TABLE demo_stage")
        return self.count(model, count)

    def count(self, model: type[models.Model], rows: int) -> int:
        """Add to the counts and return the rows."""
        name = model._meta.db_table
        self.counts[name] = self.counts.get(name, 0) + rows
        return rows

    def scope_ids(self, code_columns: Sequence[npt.NDArray[np.str_]]) -> npt.NDArray[np.int64]:
        """Return the scope of each row, given the columns of division codes that it concerns; empty codes are none.

        The database's own function is asked once for each distinct set of counties.
        """
        counties = np.char.partition(np.column_stack([column.astype("U6") for column in code_columns]), " ")[..., 0]
        sets, row = np.unique(counties, axis=0, return_inverse=True)
        return np.array([self.scope_id([str(code) for code in codes if code]) for codes in sets])[row.ravel()]

    def scope_id(self, codes: Sequence[str]) -> int:
        """Return the scope of a set of division codes."""
        key = tuple(sorted({code[:6] for code in codes}))
        if key not in self.scopes:
            with self.cursor() as cursor:
                cursor.execute("SELECT layers_scope_of(%s::text[])", [[code.ljust(12, "0") for code in key]])
                (self.scopes[key],) = cursor.fetchone()
        return self.scopes[key]

    def analyse(self) -> None:
        """Let the planner see what has been written."""
        with self.cursor() as cursor:
            for table in (*self.counts, "layers_region", "layers_scope"):
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def defaults_of(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    """Return column and value of the fields that are not given, may not be NULL and are not filled by the database."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.null or field.column in given or field.name in STAMPED:
            continue
        if getattr(field, "generated", False) or field.db_default is not models.NOT_PROVIDED:
            continue
        value = field.get_default()
        if isinstance(field, ArrayField):
            value = array_literal(value)
        elif isinstance(value, dict):
            value = json.dumps(value)
        values[field.column] = value
    return values
