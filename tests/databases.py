"""Test databases: one migrated by the owner for each state of the migrations, a copy of it for each process.

`test_base_<fingerprint>` stays between runs; `test_run_<process>` lives as long as its process, which holds an
advisory lock of that name. What a killed run left behind is nobody's lock any more and is dropped by the next.
"""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2 import sql
from psycopg2.extensions import cursor as PgCursor

from gisapp.cluster import Cluster
from gisapp.databases import APP_ROLE, BACKUP_ROLE

TEMPLATE = "gisapp_template"
BASE, RUN = "test_base_", "test_run_"
MAKING = "test databases are being made"
ALIASES = ("default", "owner", "backup")


@contextmanager
def run_database() -> Iterator[str]:
    """Give this process a database of its own with all migrations, and point Django's aliases at it."""
    if settings.EMBEDDED_DATABASE:
        Cluster(settings.CLUSTER_HOME, binaries=settings.PG_BINDIR).start()
    run = f"{RUN}{os.getpid()}"
    with owner_cursor() as cursor:
        lock(cursor, MAKING)
        drop_abandoned(cursor)
        base = base_database(cursor)
        lock(cursor, run)
        copy_database(cursor, base, run)
        unlock(cursor, MAKING)
        point_django_at(run)
        yield run
        for alias in ALIASES:
            connections[alias].close()
        drop_database(cursor, run)


@contextmanager
def spare_database() -> Iterator[str]:
    """Yield a second migrated database of this process; Django's aliases point to it meanwhile."""
    name, before = f"{RUN}{os.getpid()}_spare", connections["default"].settings_dict["NAME"]
    with owner_cursor() as cursor:
        lock(cursor, MAKING)
        lock(cursor, name)
        drop_database(cursor, name)
        copy_database(cursor, base_database(cursor), name)
        unlock(cursor, MAKING)
        point_django_at(name)
        try:
            yield name
        finally:
            point_django_at(before)
            drop_database(cursor, name)


@contextmanager
def no_connection_left() -> Iterator[None]:
    """Let nobody connect to the database of this process; the connection of this thread is closed, as after a crash."""
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format
    run = sql.Identifier(connections["default"].settings_dict["NAME"])
    with owner_cursor() as cursor:
        cursor.execute(limit(run, sql.Literal(0)))
        connections["default"].close()
        try:
            yield
        finally:
            cursor.execute(limit(run, sql.Literal(-1)))


def make_empty(name: str) -> None:
    """Replace a database of this process by one that only has the extensions."""
    with owner_cursor() as cursor:
        lock(cursor, MAKING)
        drop_database(cursor, name)
        copy_database(cursor, TEMPLATE, name)
        unlock(cursor, MAKING)
    for alias in ALIASES:
        connections[alias].close()


@contextmanager
def owner_cursor() -> Iterator[PgCursor]:
    """Yield a cursor of the owner's, outside any transaction.

    In the server's own database, whatever DATABASE_URL names: advisory locks are known within one database only,
    and two runs that named different ones would drop each other's.
    """
    owner = connections["owner"].settings_dict
    connection = psycopg2.connect(
        host=owner["HOST"],
        port=owner["PORT"] or None,
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        dbname="postgres",
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def base_database(cursor: PgCursor) -> str:
    """Return the name of the migrated database to copy; make it where these migrations have none yet."""
    base = BASE + fingerprint()
    if base in databases_like(cursor, BASE):
        return base
    for old in databases_like(cursor, BASE):
        drop_database(cursor, old)
    # Under another name until it is whole: a run that is killed while migrating leaves no base behind.
    half = f"{RUN}half_made"
    drop_database(cursor, half)
    copy_database(cursor, TEMPLATE, half)
    point_django_at(half)
    call_command("migrate", verbosity=0)
    for alias in ALIASES:
        connections[alias].close()
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(base)))
    return base


def point_django_at(name: str) -> None:
    """Let both aliases use the database `name` from now on."""
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def copy_database(cursor: PgCursor, source: str, name: str) -> None:
    """Make `name` as a copy of `source`, with the rights that a copy does not inherit."""
    names = {
        "name": sql.Identifier(name),
        "source": sql.Identifier(source),
        "app": sql.Identifier(APP_ROLE),
        "backup": sql.Identifier(BACKUP_ROLE),
    }
    cursor.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {source}").format(**names))
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
    cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {app}").format(**names))
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO {backup}").format(**names))
    # Nobody misses a test's rows after a power cut.
    cursor.execute(sql.SQL("ALTER DATABASE {name} SET synchronous_commit = off").format(**names))


def drop_database(cursor: PgCursor, name: str) -> None:
    """Drop `name` where it is, ending whoever is still in it."""
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_abandoned(cursor: PgCursor) -> None:
    """Drop the databases of runs that are no more."""
    for name in databases_like(cursor, RUN):
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if (row := cursor.fetchone()) and row[0]:
            drop_database(cursor, name)
            unlock(cursor, name)


def databases_like(cursor: PgCursor, prefix: str) -> list[str]:
    """Return the names of the databases that begin with `prefix`."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [name for (name,) in cursor.fetchall()]


def lock(cursor: PgCursor, name: str) -> None:
    """Wait for the advisory lock `name` and hold it until unlocked or disconnected."""
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])


def unlock(cursor: PgCursor, name: str) -> None:
    """Let the advisory lock `name` go."""
    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def fingerprint() -> str:
    """Return a mark of everything that decides what migrating gives."""
    root = settings.BASE_DIR
    migrations = sorted(root.glob("*/migrations/*.py"))
    files = {*with_imports(migrations), *root.glob("*/sql/**/*.sql"), root / "requirements.txt"}
    mark = hashlib.sha256()
    for path in sorted(files):
        mark.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()[:12]


def with_imports(modules: list[Path]) -> set[Path]:
    """Return the files of `modules` and of every module of ours that they import, however deep."""
    found: set[Path] = set()
    waiting = list(modules)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [file for name in imported(path) if (file := file_of(name))]
    return found


def imported(path: Path) -> set[str]:
    """Return the dotted names that the module in `path` imports, with what it takes out of them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def file_of(name: str) -> Path | None:
    """Return the file of one of our modules, None for anything else."""
    stem = settings.BASE_DIR.joinpath(*name.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)
