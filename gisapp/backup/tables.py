"""Rows and hash of every table, the same on every server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as PgCursor

from layers.sqlfiles import load

# How values are written must not depend on the server's configuration.
WRITTEN_ALIKE = """
    SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL row_security = off;
    SET LOCAL statement_timeout = 0
"""
# What migrating an empty database writes by itself.
BOOKKEEPING = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what its hash is made of."""

    name: str
    columns: list[str]
    key: list[str] | None
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a table holds: the number of its rows and the SHA-256 of all of them in the order of the key."""

    rows: int
    sha256: str


class Digest:
    """A file to write into that keeps the hash and counts the lines."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.lines = 0

    def write(self, block: bytes) -> int:
        """Take a block in."""
        self.sha256.update(block)
        # COPY writes a row a line and escapes line ends in values.
        self.lines += block.count(b"\n")
        return len(block)


def all_tables(cursor: PgCursor) -> list[Table]:
    """Return our tables in the database of `cursor`, without those of extensions."""
    cursor.execute(load("gisapp", "backup_tables"))
    return [Table(*row) for row in cursor.fetchall()]


def fingerprints(cursor: PgCursor) -> Iterator[tuple[str, Fingerprint]]:
    """Yield each table's name with its fingerprint, all of one moment where `cursor` is in one snapshot.

    Generated columns are left out: they follow from the others, and another version of PostGIS may round them
    differently in the last place.
    """
    cursor.execute(WRITTEN_ALIKE)
    for table in all_tables(cursor):
        digest = Digest()
        cursor.copy_expert(rows_in_order(table, collate=not collates_by_bytes(cursor)), digest)
        yield table.name, Fingerprint(digest.lines, digest.sha256.hexdigest())


def rows_in_order(table: Table, *, collate: bool) -> sql.Composed:
    """Return the COPY of all rows; by the key, else by the whole row."""
    bytewise = sql.SQL(' COLLATE "C"')
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    if table.key:
        # Said needlessly, the collation would keep the index of the key from being used.
        order = sql.SQL(", ").join(
            sql.Identifier(name) + (bytewise if collate and name in table.texts else sql.SQL("")) for name in table.key
        )
    else:
        order = sql.SQL("ROW({})::text").format(columns) + bytewise
    return sql.SQL("COPY (SELECT {} FROM ONLY public.{} ORDER BY {}) TO STDOUT").format(
        columns, sql.Identifier(table.name), order
    )


def collates_by_bytes(cursor: PgCursor) -> bool:
    """Return whether texts sort by their bytes in this database."""
    cursor.execute("SELECT datcollate IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()")
    row = cursor.fetchone()
    return bool(row and row[0])


def table_with_rows(cursor: PgCursor) -> str | None:
    """Return the name of a table that holds rows, apart from what migrating writes; None where the place is empty."""
    cursor.execute(WRITTEN_ALIKE)
    for table in all_tables(cursor):
        if table.name not in BOOKKEEPING:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(sql.Identifier(table.name)))
            row = cursor.fetchone()
            if row and row[0]:
                return table.name
    return None
