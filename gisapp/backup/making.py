"""Making a backup: one moment of the database, every file by its hash, named only when it was verified."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from django.conf import settings
from psycopg2.extensions import cursor as PgCursor

from gisapp.backup.checking import backup_verify
from gisapp.backup.errors import BackupError
from gisapp.backup.files import copy_hashed, files_below, sha256_of, size_below, sync_folder, sync_tree
from gisapp.backup.keys import needed_keys
from gisapp.backup.manifest import DUMP, MEDIA, Copied, Manifest, place_of
from gisapp.backup.programs import address, connected, program
from gisapp.backup.progress import INTERVAL_S, Progress, silent
from gisapp.backup.tables import Fingerprint, fingerprints
from gisapp.databases import BACKUP_ALIAS
from gisapp.version import version

UNFINISHED = ".unfinished"
FULL = {errno.ENOSPC, errno.EDQUOT}


def backup_make(target: Path, *, say: Callable[[str], None] = silent) -> Manifest:
    """Make a backup in `target`, verify it and return its manifest.

    Raises
    ------
    BackupError
        `target` holds something, the disk is full, the database cannot be read, or what was written reads otherwise.
        Nothing is left in `target`.
    """
    target = target.absolute()
    try:
        refuse_used(target)
        with draft_of(target) as draft:
            manifest = filled(draft, say)
            manifest.write(draft)
            sync_tree(draft)
            backup_verify(draft, say=say)
            # Onto an empty folder of that name too; one that somebody filled meanwhile is refused.
            draft.rename(target)
            sync_folder(target.parent)
    except psycopg2.Error as error:
        raise BackupError(f"The database cannot be read: {str(error).strip()}") from error
    except OSError as error:
        if error.errno in FULL:
            raise BackupError(
                f"The disk of {target.parent} is full. Nothing was kept; make room and repeat."
            ) from error
        raise BackupError(f"{error.filename or target}: {error.strerror}. Nothing was kept.") from error
    return manifest


def refuse_used(target: Path) -> None:
    """Refuse a folder that holds anything, and a disk that is too small for the files alone."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is not empty. Name a folder that does not exist yet.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    needed, free = size_below(Path(settings.MEDIA_ROOT)), shutil.disk_usage(target.parent).free
    if needed > free:
        raise BackupError(
            f"The disk of {target.parent} is too full: uploads alone need {needed:,} bytes, {free:,} are free."
        )


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """Yield the folder beside `target` that gets its name at the end; what a killed run left there is removed."""
    draft = target.with_name(target.name + UNFINISHED)
    draft.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(draft, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise BackupError(f"A backup into {target} is being made already.") from error
    try:
        for left in draft.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def filled(draft: Path, say: Callable[[str], None]) -> Manifest:
    """Fill the folder and return what it holds.

    The database first: a file that one of its rows names is there already, and one added meanwhile is only more.
    """
    with connected(BACKUP_ALIAS) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        postgresql, postgis, snapshot = first_row(
            cursor, "SELECT current_setting('server_version'), postgis_lib_version(), pg_export_snapshot()"
        )
        with dumping(draft / DUMP, snapshot, say):
            say("The database is being dumped, each table hashed meanwhile.")
            tables = hashed_tables(cursor, say)
            keys, migrations = needed_keys(cursor), applied_migrations(cursor)
    dump = Copied((draft / DUMP).stat().st_size, sha256_of(draft / DUMP))
    say(f"Dump: {dump.bytes:,} bytes, {len(tables)} tables.")
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version(),
        postgresql=postgresql,
        postgis=postgis,
        keys=keys,
        migrations=migrations,
        dump=dump,
        tables=tables,
        media=copied_media(draft, say),
    )


def first_row(cursor: PgCursor, query: str) -> tuple[str, ...]:
    """Return the first row of a query."""
    cursor.execute(query)
    row = cursor.fetchone()
    assert row is not None
    return tuple(row)


@contextmanager
def dumping(path: Path, snapshot: str, say: Callable[[str], None]) -> Iterator[None]:
    """Let pg_dump write the snapshot to `path` while the block runs, and wait for it."""
    dsn, environment = address(BACKUP_ALIAS)
    command = [program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={path}", f"--dbname={dsn}"]
    # The list of coordinate systems comes with PostGIS, and only a superuser may write it.
    command += ["--no-password", "--lock-wait-timeout=60s", "--exclude-table-data=public.spatial_ref_sys"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield
        said = last_words(process, path, say)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise BackupError(f"pg_dump failed: {said.strip()}")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def last_words(process: subprocess.Popen[str], path: Path, say: Callable[[str], None]) -> str:
    """Wait for pg_dump, saying how far it is, and return what it said."""
    while True:
        try:
            return process.communicate(timeout=INTERVAL_S)[1]
        except subprocess.TimeoutExpired:
            say(f"Dump: {path.stat().st_size if path.exists() else 0:,} bytes so far.")


def hashed_tables(cursor: PgCursor, say: Callable[[str], None]) -> dict[str, Fingerprint]:
    """Return the fingerprint of every table."""
    found, progress = {}, Progress("{n} tables hashed", say)
    for name, fingerprint in fingerprints(cursor):
        found[name] = fingerprint
        progress.step()
    return found


def applied_migrations(cursor: PgCursor) -> dict[str, list[str]]:
    """Return the names of the applied migrations by app, in the order in which they were applied."""
    cursor.execute("SELECT app, array_agg(name::text ORDER BY id) FROM django_migrations GROUP BY app ORDER BY app")
    return dict(cursor.fetchall())


def copied_media(draft: Path, say: Callable[[str], None]) -> dict[str, Copied]:
    """Copy every upload under its hash, equal ones once, and return what was copied by path."""
    root, found, progress = Path(settings.MEDIA_ROOT), {}, Progress("{n} files copied", say)
    (draft / MEDIA).mkdir()
    aside = draft / MEDIA / "copying"
    for path in files_below(root):
        try:
            size, sha256 = copy_hashed(path, aside)
        except FileNotFoundError:
            say(f"{path} vanished while the backup was made.")
            continue
        place = draft / place_of(sha256)
        place.parent.mkdir(exist_ok=True)
        aside.rename(place)
        found[path.relative_to(root).as_posix()] = Copied(size, sha256)
        progress.step()
    aside.unlink(missing_ok=True)
    say(f"Files: {len(found)}.")
    return found
