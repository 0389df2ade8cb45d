"""System checks: what can be wrong with the settings and the machine, and what to do about it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connections

from gisapp import env

Apps = Sequence[AppConfig] | None

LEAST_SECRET = 32
LEAST_POSTGRESQL = 15_00_00
LEAST_POSTGIS = (3, 3)
# An https origin; a star may stand for the first label alone, and never for a whole domain of the first two levels.
BASEMAP_HOST = re.compile(r"https://(\*\.[a-z0-9-]+\.|[a-z0-9-]+\.)([a-z0-9-]+\.)*[a-z][a-z0-9-]*(:\d{1,5})?", re.ASCII)


@register
def environment_can_be_read(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each variable that could not be understood."""
    return [
        Error(problem, hint="docs/reference/settings.md lists what each variable takes.", id="gisapp.E001")
        for problem in env.problems
    ]


@register
def psycopg3_is_absent(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error where psycopg 3 can be imported: Django would use it instead of psycopg2 and not say so."""
    if find_spec("psycopg") is None:
        return []
    hint = "Remove it (uv pip uninstall psycopg psycopg-binary) and see which package brought it in."
    return [Error("psycopg (3) is installed; Django would silently prefer it.", hint=hint, id="gisapp.E002")]


@register
def production_has_its_own_secrets(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each secret that production lacks."""
    if not settings.PRODUCTION:
        return []
    found = {
        "GISAPP_SECRET_KEY": settings.SECRET_KEY,
        "GISAPP_PERSONAL_DATA_KEY": settings.PERSONAL_DATA_KEY,
        "GISAPP_PERSONAL_HASH_KEY": settings.PERSONAL_HASH_KEY,
    }
    hint = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))', and keep it safe."
    errors: list[CheckMessage] = [
        Error(f"{name} is missing or shorter than {LEAST_SECRET} characters.", hint=hint, id="gisapp.E003")
        for name, value in found.items()
        if len(value) < LEAST_SECRET
    ]
    if len(set(found.values())) < len(found):
        errors.append(Error("Two secrets are the same.", hint="Each guards something else.", id="gisapp.E004"))
    return errors


@register
def keys_are_exchanged_as_agreed(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each earlier key of personal data that cannot be one."""
    given = {
        "GISAPP_PERSONAL_DATA_KEYS_OLD": (settings.PERSONAL_DATA_KEYS_OLD, settings.PERSONAL_DATA_KEY),
        "GISAPP_PERSONAL_HASH_KEYS_OLD": (settings.PERSONAL_HASH_KEYS_OLD, settings.PERSONAL_HASH_KEY),
    }
    hint = "Name only keys that were in force before the present one, separated by commas."
    errors: list[CheckMessage] = []
    for name, (old, present) in given.items():
        if any(len(key) < LEAST_SECRET for key in old):
            errors.append(
                Error(f"{name} has a key of less than {LEAST_SECRET} characters.", hint=hint, id="gisapp.E013")
            )
        if present in old or len(set(old)) < len(old):
            errors.append(Error(f"{name} repeats a key.", hint=hint, id="gisapp.E014"))
    return errors


@register
def production_names_its_hosts(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error where production would answer to no name, or to any."""
    if not settings.PRODUCTION or (settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS):
        return []
    hint = "Name them, separated by commas: GISAPP_ALLOWED_HOSTS=map.example.org"
    return [Error("GISAPP_ALLOWED_HOSTS names no host, or all.", hint=hint, id="gisapp.E005")]


@register(Tags.security)
def basemap_hosts_are_hosts(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each base map host that would open the content security policy wider than to itself."""
    hint = "Write scheme and host, with a port where it has one: GISAPP_BASEMAP_HOSTS=https://t0.tianditu.gov.cn"
    return [
        Error(f"GISAPP_BASEMAP_HOSTS: “{host}” is no https origin.", hint=hint, id="gisapp.E012")
        for host in settings.BASEMAP_HOSTS
        if not BASEMAP_HOST.fullmatch(host)
    ]


@register
def gdal_fits_the_system(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return an error where the Python package gdal is not of the system's libgdal."""
    config = shutil.which("gdal-config")
    try:
        package = version("gdal")
    except PackageNotFoundError:
        return [Error("The Python package gdal is missing.", hint="Run script/bootstrap.", id="gisapp.E006")]
    if config is None:
        return []
    system = subprocess.run([config, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    if system == package:
        return []
    hint = "Pin gdal in requirements.in to the version of this system, run script/lock and script/bootstrap."
    return [Error(f"gdal {package} was built for another libgdal than {system}.", hint=hint, id="gisapp.E007")]


@register
def no_foreign_proj_data(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning where the environment points rasterio and pyproj at another PROJ's files."""
    if not settings.FOREIGN_GEO_DATA:
        return []
    names = " ".join(settings.FOREIGN_GEO_DATA)
    return [
        Caution(
            f"{names} is set: rasterio and pyproj bring their own files and break on others.",
            hint=f"unset {names}",
            id="gisapp.W001",
        )
    ]


@register
def front_end_is_there(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning where pages would come without their packages."""
    if not settings.NODE_MODULES.is_dir() and not settings.STATIC_RELEASE:
        hint = "Run script/bootstrap, which runs npm ci."
        return [Caution("node_modules is missing: pages have no map and no style.", hint=hint, id="gisapp.W002")]
    if settings.PRODUCTION and not settings.STATIC_RELEASE:
        return [Caution("Static files are not collected.", hint="Run manage.py collectstatic.", id="gisapp.W003")]
    return []


@register(Tags.security, deploy=True)
def production_uses_a_real_server(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning where production would keep its data in the embedded cluster."""
    if not settings.PRODUCTION or not settings.EMBEDDED_DATABASE:
        return []
    hint = "Set DATABASE_URL, and DATABASE_OWNER_URL where migrations run."
    return [Caution("Production on the embedded database.", hint=hint, id="gisapp.W004")]


@register(Tags.database)
def database_is_as_agreed(
    app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return errors where the server is too old or the application's role may do too much."""
    if "default" not in (databases or ()):
        return []
    try:
        return [*server_errors(), *role_errors(), *key_errors()]
    except DatabaseError as error:
        hint = "Start it with manage.py db start, or correct DATABASE_URL."
        return [Error(f"The database does not answer: {error}", hint=hint, id="gisapp.E008")]


def server_errors() -> list[CheckMessage]:
    """Return an error for a PostgreSQL or PostGIS that is too old."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, postgis_lib_version()")
        server, postgis = cursor.fetchone()
    errors: list[CheckMessage] = []
    if server < LEAST_POSTGRESQL:
        errors.append(Error("PostgreSQL is older than 15.", hint="Use version 15 or newer.", id="gisapp.E009"))
    if tuple(int(part) for part in postgis.split(".")[:2]) < LEAST_POSTGIS:
        errors.append(Error(f"PostGIS {postgis} is older than 3.3.", hint="Use 3.3 or newer.", id="gisapp.E010"))
    return errors


def role_errors() -> list[CheckMessage]:
    """Return an error for a role of the application that is not bound by row-level security."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """
            SELECT rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
            FROM pg_roles WHERE rolname = current_user
            """
        )
        unbound, owns = cursor.fetchone()
    hint = "Connect as gisapp_app (gisapp/sql/roles.sql); the owner's address belongs in DATABASE_OWNER_URL."
    if unbound or owns:
        return [Error("The application's role passes row-level security by.", hint=hint, id="gisapp.E011")]
    return []


def key_errors() -> list[CheckMessage]:
    """Return an error where personal data lie under a master key that is not set."""
    from layers.sealing.rotation import unknown_masters

    if "layers_householdkey" not in connections["default"].introspection.table_names() or not unknown_masters():
        return []
    hint = "Name the key that was in force before in GISAPP_PERSONAL_DATA_KEYS_OLD, then run manage.py rotate_keys."
    return [Error("Personal data lie under a key that is not set.", hint=hint, id="gisapp.E015")]
