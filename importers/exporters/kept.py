"""Files that jobs wrote: one folder a job, for its requester alone, for a week."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from uuid import UUID

FOLDER = "exports"
KEPT = timedelta(days=7)


def folder_of(job_id: UUID) -> Path:
    """Return the folder of the file that a job writes; no address leads to it."""
    return Path(settings.MEDIA_ROOT) / FOLDER / str(job_id)


def place_for(job_id: UUID, name: str) -> Path:
    """Return where a job writes its file, in an empty folder: what an attempt before it left is gone."""
    folder = folder_of(job_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder / name


def kept_file(job_id: UUID) -> Path | None:
    """Return the file that a job wrote; None where there is none any more."""
    folder = folder_of(job_id)
    found = sorted(one for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []
    return found[0] if found else None


def discard_old() -> int:
    """Take away files that were written more than a week ago, and return how many."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    before = time.time() - KEPT.total_seconds()
    old = [one for one in root.iterdir() if one.stat().st_mtime < before] if root.is_dir() else []
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)
