"""Files that a job will need, and files that it leaves, both below the media folder.

What it will need is kept from when it is asked for until it is done.

The file may be gone or be another one when the job runs, so it is copied, under its hash and a mark of its own: nobody
else's job refers to the copy, and it can be taken away without asking.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from jobs.errors import JobRefusedError

FOLDER, LEFT = "jobs", "job-files"
BLOCK = 1 << 20


def keep_copy(path: Path) -> tuple[str, str]:
    """Copy a file, with those that belong to it (a shapefile's), and return the folder's token and the file's name.

    Raises
    ------
    OSError
        It cannot be read, or the copy not be written; nothing is left behind.
    """
    token = f"{sha256_of(path)}-{uuid.uuid4().hex[:8]}"
    folder = kept_folder(token)
    folder.mkdir(parents=True)
    try:
        for one in belonging(path):
            shutil.copyfile(one, folder / one.name)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return token, path.name


def kept_file(token: str, name: str) -> Path:
    """Return the copy of a file.

    Raises
    ------
    JobRefusedError
        It is gone, or is not what was handed in.
    """
    path = kept_folder(token) / name
    if not path.is_file():
        raise JobRefusedError(_("The copy of “%(name)s” is gone; hand the file in again.") % {"name": name})
    if sha256_of(path) != token.partition("-")[0]:
        raise JobRefusedError(_("The copy of “%(name)s” was damaged; hand the file in again.") % {"name": name})
    return path


def discard(tokens: Iterable[str]) -> None:
    """Take copies away; those that are gone already are no matter."""
    for token in tokens:
        shutil.rmtree(kept_folder(token), ignore_errors=True)


def left_file(job_id: uuid.UUID, name: str) -> Path:
    """Return the place of the file that a job leaves for its requester; a view that checks who asks hands it out."""
    return Path(settings.MEDIA_ROOT) / LEFT / str(job_id) / name


def discard_left_before(moment: float) -> None:
    """Take away what jobs left before `moment` (seconds of the epoch)."""
    root = Path(settings.MEDIA_ROOT) / LEFT
    for one in root.iterdir() if root.is_dir() else ():
        if one.stat().st_mtime < moment:
            shutil.rmtree(one, ignore_errors=True)


def kept_before(moment: float) -> set[str]:
    """Return the tokens of all copies that were made before `moment` (seconds of the epoch)."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    return {one.name for one in root.iterdir() if one.stat().st_mtime < moment} if root.is_dir() else set()


def kept_folder(token: str) -> Path:
    """Return the folder of a copy."""
    return Path(settings.MEDIA_ROOT) / FOLDER / token


def belonging(path: Path) -> list[Path]:
    """Return the files that make up `path`: for a shapefile all of its name, else itself."""
    if path.suffix.lower() != ".shp":
        return [path]
    return sorted(one for one in path.parent.iterdir() if one.is_file() and one.name.partition(".")[0] == path.stem)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
