"""The database of a scale: made once, kept between runs, apart from the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from gisapp.cluster import Cluster

ROOT = Path(__file__).parent.parent
SEED = "1"
PROVINCE = "45"

MARK = "benchmark data complete"
"""Comment on a database whose data were loaded to the end."""


class PreparationError(RuntimeError):
    """The data of a scale could not be made."""


def prepare(scale: str) -> dict[str, str]:
    """Return the environment in which Django finds the data of `scale`; they are made where they are missing.

    Raises
    ------
    PreparationError
        A command that makes the data failed, or the address of the owner is not known.
    """
    name = f"gisapp_bench_{scale}"
    application, owner = addresses(name)
    folder = ROOT / "var" / "bench" / scale
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        "DATABASE_URL": application,
        "DATABASE_OWNER_URL": owner,
        # accounts and secrets of its own: those of the demo stay as they are
        "GISAPP_VAR": str(folder),
        "GISAPP_MODE": "demo",
    }
    complete = create_database(owner, name)
    manage(environment, "migrate", "--verbosity", "0")
    if not complete:
        manage(environment, "load_boundaries", "--province", PROVINCE)
        manage(environment, "seed_demo", "--scale", scale, "--seed", SEED)
        with connected(owner) as cursor:
            cursor.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(MARK)),
            )
    return environment


def addresses(name: str) -> tuple[str, str]:
    """Return the addresses of the database `name` for the application and for the owner of its tables.

    Beside the database of `DATABASE_URL` where that is set, else in the embedded cluster, which is started.
    """
    given, given_owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if not given:
        home = Path(os.environ.get("GISAPP_VAR", ROOT / "var")) / "pg"
        cluster = Cluster(home)
        cluster.start()
        host = quote(str(cluster.socket_dir), safe="")
        given, given_owner = (f"postgis://{role}@{host}/gisapp" for role in ("gisapp_app", "gisapp_owner"))
    if not given_owner:
        raise PreparationError("DATABASE_OWNER_URL is not set: making a database needs the role gisapp_owner.")
    return renamed(given, name), renamed(given_owner, name)


def renamed(address: str, name: str) -> str:
    """Return `address` with another database."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def create_database(owner: str, name: str) -> bool:
    """Make the database where it is missing; return whether it holds its data already."""
    with connected(renamed(owner, "postgres")) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %(name)s", {"name": name}
        )
        found = cursor.fetchone()
        if found is not None and found[0] == MARK:
            return True
        # What a run that was broken off left behind is worth nothing.
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE gisapp_template").format(sql.Identifier(name)))
    return False


class connected:  # noqa: N801  reads as a word in `with`
    """A cursor on an address, outside any transaction."""

    def __init__(self, address: str) -> None:
        # libpq knows neither Django's name of the scheme nor its own options in it
        self.connection = psycopg2.connect(address.replace("postgis://", "postgresql://", 1))
        self.connection.autocommit = True

    def __enter__(self) -> psycopg2.extensions.cursor:
        """Return the cursor."""
        return self.connection.cursor()

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self.connection.close()


def manage(environment: dict[str, str], *words: str) -> None:
    """Run a command of `manage.py` in `environment`."""
    print(f"  manage.py {' '.join(words)}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PreparationError(f"manage.py {' '.join(words)} failed:\n{done.stdout[-3000:]}")
