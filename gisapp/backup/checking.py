"""Proving a backup: every byte is what it was when it was made."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from gisapp.backup.errors import BackupError
from gisapp.backup.files import sha256_of
from gisapp.backup.manifest import DUMP, Copied, Manifest, place_of, read_manifest
from gisapp.backup.programs import program
from gisapp.backup.progress import Progress, silent


def backup_verify(folder: Path, *, say: Callable[[str], None] = silent) -> Manifest:
    """Return the manifest of a backup in which every file is whole.

    Raises
    ------
    BackupError
        Names each file that is missing or was changed.
    """
    folder = folder.absolute()
    manifest = read_manifest(folder)
    files = {DUMP: manifest.dump, **{str(place_of(one.sha256)): one for one in manifest.media.values()}}
    progress = Progress("{n} of " + f"{len(files):,} files checked", say)
    problems = []
    for name, expected in files.items():
        if problem := problem_of(folder / name, expected):
            paths = [path for path, one in manifest.media.items() if one is not manifest.dump and one == expected]
            problems.append(f"{name}{f' ({paths[0]})' if paths else ''} {problem}.")
        progress.step()
    if not problems:
        contents_of(folder / DUMP)
        return manifest
    raise BackupError("The backup is damaged. " + " ".join(problems))


def problem_of(path: Path, expected: Copied) -> str | None:
    """Return what is wrong with a file, None where it is whole."""
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != expected.bytes:
        return f"has {path.stat().st_size:,} bytes instead of {expected.bytes:,}"
    return None if sha256_of(path) == expected.sha256 else "was changed"


def contents_of(dump: Path) -> list[str]:
    """Return the table of contents of a dump, a line an entry.

    Raises
    ------
    BackupError
        pg_restore cannot read it.
    """
    done = subprocess.run([program("pg_restore"), "--list", str(dump)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupError(f"{dump.name} cannot be read by pg_restore: {done.stderr.strip()}")
    return done.stdout.splitlines()
