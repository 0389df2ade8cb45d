"""The backup that the clock starts: made, verified, and older ones cleared away."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections
from django.utils.timezone import localtime

from gisapp.backup.errors import BackupError
from gisapp.backup.making import backup_make
from gisapp.backup.progress import silent
from gisapp.backup.rotation import NAMED, Policy, rotate
from gisapp.databases import BACKUP_ALIAS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gisapp.backup.manifest import Manifest


@dataclass(frozen=True, slots=True)
class NightlyBackup:
    """What a night left.

    Attributes
    ----------
    kept
        How many backups the folder holds now.
    free_bytes
        Room that is left where they lie.
    """

    path: Path
    manifest: Manifest
    kept: int
    free_bytes: int

    def facts(self) -> dict[str, Any]:
        """Return what the steward's page says of it."""
        return {
            "name": self.path.name,
            "made_at": self.manifest.made_at,
            "rows": self.manifest.rows,
            "files": len(self.manifest.media),
            "bytes": self.manifest.bytes,
            "kept": self.kept,
            "free_bytes": self.free_bytes,
        }


def backup_nightly(*, say: Callable[[str], None] = silent) -> NightlyBackup:
    """Make and verify a backup in the folder of backups, clear older ones away, and return what there is now.

    Raises
    ------
    BackupError
        It was not made or does not verify; then no older one is touched.
    """
    folder = settings.BACKUP_DIR
    if folder is None:
        raise BackupError("GISAPP_BACKUP_DIR is not set: it names the folder of backups.")
    made = folder / f"{localtime():{NAMED}}"
    manifest = backup_make(made, say=say)
    policy = Policy(settings.BACKUPS_DAILY, settings.BACKUPS_WEEKLY, settings.BACKUPS_MONTHLY)
    try:
        kept = rotate(folder, made, policy)
    except OSError as error:
        raise BackupError(
            f"{made} was made, but older ones cannot be cleared away: {error.filename}: {error.strerror}."
        ) from error
    return NightlyBackup(made, manifest, len(kept), shutil.disk_usage(folder).free)


def can_back_up() -> bool:
    """Return whether this machine knows the way to the database and the folder of backups."""
    return settings.BACKUP_DIR is not None and BACKUP_ALIAS in connections.settings
