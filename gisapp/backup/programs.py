"""PostgreSQL's own programs and how each role reaches the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2.extensions import connection as PgConnection
from psycopg2.extensions import make_dsn

from gisapp.backup.errors import BackupError
from gisapp.cluster_host import SYSTEM_BINARIES, clean_environment, find_binaries
from gisapp.databases import BACKUP_ALIAS, OWNER_ALIAS

URL_OF = {BACKUP_ALIAS: "DATABASE_BACKUP_URL", OWNER_ALIAS: "DATABASE_OWNER_URL"}


def program(name: str) -> str:
    """Return the path of `pg_dump`, `pg_restore` or `psql`.

    Raises
    ------
    BackupError
        It is not on this machine.
    """
    found = shutil.which(str(folder_of_programs() / name)) or shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} is not on this machine. Install postgresql-client of your server, or set GISAPP_PG_BINDIR."
        )
    return found


def folder_of_programs() -> Path:
    """Return the folder of the programs: the cluster's own, else the newest, which also reads older servers."""
    if settings.PG_BINDIR:
        return Path(settings.PG_BINDIR)
    if settings.EMBEDDED_DATABASE:
        return find_binaries(settings.CLUSTER_HOME / "data")
    folders = [path.parent for path in SYSTEM_BINARIES.glob("*/bin/pg_dump")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=Path("/usr/bin"))


def address(alias: str) -> tuple[str, dict[str, str]]:
    """Return the address of the database for the role of `alias`, and the environment that holds its password.

    A password in the address could be read in the list of processes.

    Raises
    ------
    BackupError
        This machine does not know the address.
    """
    if alias not in connections.settings:
        raise BackupError(f"{URL_OF[alias]} is not set: it names the database for the role gisapp_{alias}.")
    known = connections[alias].settings_dict
    parts = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "dbname": known["NAME"]}
    dsn = make_dsn(**{name: value for name, value in parts.items() if value}, **known["OPTIONS"])
    password = {"PGPASSWORD": known["PASSWORD"]} if known["PASSWORD"] else {}
    return dsn, {**clean_environment(), **password}


@contextmanager
def connected(alias: str) -> Iterator[PgConnection]:
    """Yield a connection of the role of `alias`, apart from Django's own.

    Raises
    ------
    BackupError
        The database does not answer, or not to this role.
    """
    dsn, environment = address(alias)
    try:
        connection = psycopg2.connect(dsn, password=environment.get("PGPASSWORD"))
    except psycopg2.OperationalError as error:
        raise BackupError(f"The database does not answer to gisapp_{alias}: {str(error).strip()}") from error
    try:
        yield connection
    finally:
        connection.close()
