"""Putting a backup back: into an empty place, the database as a whole or not at all, and compared afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from gisapp.backup.checking import backup_verify, contents_of
from gisapp.backup.errors import BackupError
from gisapp.backup.files import copy_hashed, files_below, sha256_of, sync_tree
from gisapp.backup.manifest import DUMP, Manifest, place_of
from gisapp.backup.programs import address, connected, program
from gisapp.backup.progress import Progress, silent
from gisapp.backup.tables import fingerprints, table_with_rows
from gisapp.databases import BACKUP_ALIAS, OWNER_ALIAS
from gisapp.version import version

# Whoever still uses the empty tables is not waited for for ever.
BEFORE = b"BEGIN; SET LOCAL lock_timeout = '10s'; DROP OWNED BY CURRENT_USER CASCADE;\n"


def backup_restore(folder: Path, *, say: Callable[[str], None] = silent) -> Manifest:
    """Restore a backup, compare what is there now with its manifest, migrate, and return the manifest.

    Raises
    ------
    BackupError
        The backup is damaged or newer than this code, the place is not empty, or the result differs.
    """
    folder = folder.absolute()
    manifest = backup_verify(folder, say=say)
    say("The backup is whole.")
    refuse_newer(manifest)
    refuse_used_database()
    refuse_used_media(manifest)
    restore_media(folder, manifest, say)
    restore_database(folder / DUMP)
    compare(manifest)
    say(f"{manifest.rows:,} rows in {len(manifest.tables)} tables: each table is what the manifest says.")
    # An older backup gets the tables of this code; for one of the same version nothing is to be done.
    call_command("migrate", interactive=False, verbosity=0)
    with connected(OWNER_ALIAS) as connection, connection.cursor() as cursor:
        cursor.execute("SET client_min_messages = error; ANALYZE")
        connection.commit()
    return manifest


def refuse_newer(manifest: Manifest) -> None:
    """Refuse a backup with migrations that this code does not have."""
    known = {
        name for key, migration in MigrationLoader(None).disk_migrations.items() for name in [key, *migration.replaces]
    }
    unknown = [
        f"{app}.{name}" for app, names in manifest.migrations.items() for name in names if (app, name) not in known
    ]
    if unknown or as_numbers(manifest.version) > as_numbers(version()):
        what = f"its migration {unknown[0]} is unknown here" if unknown else f"this is {version()}"
        raise BackupError(
            f"The backup was made by a newer version ({manifest.version}; {what}). Restore it with that one."
        )


def as_numbers(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare."""
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def refuse_used_database() -> None:
    """Refuse a database in which any table holds rows."""
    with connected(BACKUP_ALIAS) as connection, connection.cursor() as cursor:
        used = table_with_rows(cursor)
    if used:
        raise BackupError(f"The database is not empty: {used} holds rows. Restore into a new or freshly migrated one.")


def refuse_used_media(manifest: Manifest) -> None:
    """Refuse uploads that are not those of the backup; the same ones are what an interrupted restore left."""
    root = Path(settings.MEDIA_ROOT)
    for path in files_below(root):
        expected = manifest.media.get(path.relative_to(root).as_posix())
        if expected is None or sha256_of(path) != expected.sha256:
            raise BackupError(f"The folder of uploads is not empty: {path} is not of this backup. Move it away first.")


def restore_media(folder: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    """Put every file back; each gets its name when it is whole."""
    root, progress = Path(settings.MEDIA_ROOT), Progress("{n} files put back", say)
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name, expected in manifest.media.items():
            path = root / name
            if not path.resolve().is_relative_to(root.resolve()):
                raise BackupError(f"{name} would lie outside the folder of uploads.")
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                aside = path.with_name(f".{path.name}.restoring"[-250:])
                if copy_hashed(folder / place_of(expected.sha256), aside) != (expected.bytes, expected.sha256):
                    raise BackupError(f"{name} changed while it was read.")
                aside.rename(path)
            progress.step()
        sync_tree(root)
    except OSError as error:
        raise BackupError(
            f"The folder of uploads {root} cannot be written: {os.strerror(error.errno or 0)}."
        ) from error


def restore_database(dump: Path) -> None:
    """Replace the empty tables by those of the dump, in one transaction.

    Extensions are the superuser's and are there already. psql gets its COMMIT only after pg_restore has ended well:
    whatever dies on the way, nothing is changed.
    """
    dsn, environment = address(OWNER_ALIAS)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
        wanted.writelines(f"{line}\n" for line in contents_of(dump) if " EXTENSION " not in line)
        wanted.flush()
        read = [program("pg_restore"), "--no-owner", f"--use-list={wanted.name}", "--file=-", str(dump)]
        write = [program("psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", f"--dbname={dsn}"]
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said) as source,  # noqa: S603
            subprocess.Popen(  # noqa: S603
                write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
            ) as target,
        ):
            assert source.stdout is not None
            assert target.stdin is not None
            relay(source, source.stdout, target.stdin)
            if target.wait() or source.wait():
                raise BackupError(f"The database was not restored, nothing was changed: {tail_of(said)}")


def relay(source: subprocess.Popen[bytes], script: IO[bytes], psql: IO[bytes]) -> None:
    """Hand the script on inside a transaction that only a whole script commits."""
    try:
        with psql:
            psql.write(BEFORE)
            shutil.copyfileobj(script, psql, 1 << 20)
            if source.wait() == 0:
                psql.write(b"COMMIT;\n")
    except BrokenPipeError:
        # psql has stopped at an error and says which.
        source.kill()


def tail_of(file: IO[bytes]) -> str:
    """Return the last words of what was said."""
    file.seek(0)
    return file.read().decode(errors="replace").strip()[-1000:]


def compare(manifest: Manifest) -> None:
    """Compare every table with the manifest."""
    with connected(BACKUP_ALIAS) as connection, connection.cursor() as cursor:
        found = dict(fingerprints(cursor))
    wrong = [name for name in sorted(found.keys() | manifest.tables) if found.get(name) != manifest.tables.get(name)]
    if wrong:
        raise BackupError(f"Restored, but not as the manifest says: {', '.join(wrong)}. Do not use this database.")
