"""A database of its own with rows of every layer, personal ones, history and uploads."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from accounts.context import acting_as
from accounts.roles import Through
from gisapp.backup.programs import program
from tests.contract.world import neighbours
from tests.databases import make_empty, spare_database

PICTURES = {"photos/一张.jpg": b"\xff\xd8 one", "photos/again.jpg": b"\xff\xd8 one", "notes/empty.txt": b""}


@dataclass(frozen=True)
class Office:
    """An office's work as it was, and the backup of it; `database` is where it was and where it comes back."""

    database: str
    saved: Path
    rows: dict[str, tuple[int, str]]
    uploads: dict[str, bytes]


@pytest.fixture(scope="module")
def whole_office(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Fill a database and a folder of uploads, and back both up once for the tests of a module."""
    with django_db_blocker.unblock(), spare_database() as name, override_settings():
        settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
        with acting_as(None, through=Through.COMMAND, reason="set-up"):
            neighbours()
        for path, content in PICTURES.items():
            target = settings.MEDIA_ROOT / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        saved = tmp_path_factory.mktemp("backups") / "saved"
        call_command("db", "backup", str(saved))
        yield Office(name, saved, all_rows(), all_files(settings.MEDIA_ROOT))


@pytest.fixture
def office(whole_office: Office, tmp_path: Path) -> Office:
    """Return the office with a copy of its backup that a test may spoil."""
    shutil.copytree(whole_office.saved, tmp_path / "saved")
    return replace(whole_office, saved=tmp_path / "saved")


@pytest.fixture
def lost(office: Office) -> Office:
    """Destroy the database; the folder of uploads of each test is empty as it is."""
    make_empty(office.database)
    return office


def programs_with(folder: Path, **scripts: str) -> Path:
    """Return a folder of PostgreSQL's programs, some of them scripts; `{real}` in one is the folder of the others."""
    real = Path(program("pg_dump")).resolve().parent
    folder.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        if name in scripts:
            (folder / name).write_text("#!/bin/bash\n" + scripts[name].format(real=real))
            (folder / name).chmod(0o755)
        else:
            (folder / name).symlink_to(real / name)
    return folder


def all_rows() -> dict[str, tuple[int, str]]:
    """Return count and hash of every table of ours, generated columns too: another way than the product's."""
    with connections["backup"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND relname <> 'spatial_ref_sys'"
        )
        found = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM public."{name}" AS t')
            rows = sorted(row for (row,) in cursor.fetchall())
            found[name] = (len(rows), hashlib.md5("\n".join(rows).encode()).hexdigest())
    connections["backup"].close()
    return found


def all_files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
