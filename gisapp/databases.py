"""The ways into the one database: the application's role, the owner's for migrations, and one that only reads all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.db import DEFAULT_DB_ALIAS, connections

ENGINE = "django.contrib.gis.db.backends.postgis"
OWNER_ALIAS = "owner"
BACKUP_ALIAS = "backup"
APP_ROLE = "gisapp_app"
OWNER_ROLE = "gisapp_owner"
BACKUP_ROLE = "gisapp_backup"
# What runs before the first query of a connection. Tiles are milliseconds: the workers of a parallel plan cost
# ten times that to start (z10: 44 ms instead of 3.3 ms), and so does compiling a plan.
SESSION_OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off"
# A server that hangs, or a machine that vanished without a word, is given up while somebody still waits for the page,
# and not after the two hours of the kernel. An address may say otherwise.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class OwnerUnknownError(LookupError):
    """The address of the owner's role is not set."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the default connection be the owner's for the length of the block.

    A migration of somebody else's app may ask for the default connection whatever alias it runs on: on two
    connections it would wait for its own locks.

    Raises
    ------
    OwnerUnknownError
        The alias `owner` is not configured.
    """
    if OWNER_ALIAS not in connections.settings:
        raise OwnerUnknownError(OWNER_ALIAS)
    connection = connections[DEFAULT_DB_ALIAS]
    owner = connections[OWNER_ALIAS].settings_dict
    kept = {key: connection.settings_dict[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")}
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in kept})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


def databases(
    *,
    url: str,
    owner_url: str,
    backup_url: str,
    passwords: Mapping[str, str],
    socket_dir: Path,
    conn_max_age_s: int,
    statement_timeout_s: int,
    problems: list[str],
) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES for a real server (`url`) or the embedded cluster (no `url`).

    Parameters
    ----------
    passwords
        By alias, for addresses that hold none.
    statement_timeout_s
        Seconds after which a query of the application is ended; 0 never.
    problems
        Sentences on what could not be read are added here.

    Notes
    -----
    The aliases `owner` and `backup` are missing where their addresses are unknown: a web container has no business
    with them.
    """
    if url:
        found = {"default": parse(url, "DATABASE_URL", problems)}
        if owner_url:
            found[OWNER_ALIAS] = parse(owner_url, "DATABASE_OWNER_URL", problems)
        if backup_url:
            found[BACKUP_ALIAS] = parse(backup_url, "DATABASE_BACKUP_URL", problems)
    else:
        found = {
            alias: {"HOST": str(socket_dir), "PORT": "", "NAME": "gisapp", "USER": role, "PASSWORD": ""}
            for alias, role in (("default", APP_ROLE), (OWNER_ALIAS, OWNER_ROLE), (BACKUP_ALIAS, BACKUP_ROLE))
        }
    for alias, password in passwords.items():
        if url and alias in found and not found[alias].get("PASSWORD"):
            found[alias]["PASSWORD"] = password
    for alias, database in found.items():
        options = database["OPTIONS"] = {**PATIENCE, **database.get("OPTIONS", {})}
        timeout = statement_timeout_s if alias == "default" else 0
        options["options"] = f"{SESSION_OPTIONS} -c statement_timeout={timeout}s"
        database |= {"ENGINE": ENGINE, "CONN_MAX_AGE": conn_max_age_s, "CONN_HEALTH_CHECKS": True}
        # The suite makes the test database itself, from gisapp_template (tests/conftest.py).
        database["TEST"] = {"NAME": f"test_{database.get('NAME', '')}"}
    return found


def parse(url: str, name: str, problems: list[str]) -> dict[str, Any]:
    """Return the parts of a database address; a wrong one is named in `problems`, without its password."""
    try:
        found = dict(dj_database_url.parse(url, engine=ENGINE))
    except ValueError:
        found = {}
    if not found.get("NAME") or url.split(":", 1)[0] not in {"postgis", "postgres", "postgresql"}:
        problems.append(f"{name} is not an address like postgis://role:password@host:5432/gisapp.")
    return found
