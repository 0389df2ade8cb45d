"""Files that were handed in on the page: one private folder each, which no address leads to."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

FOLDER = "imports"
GIVEN = "given"
"""Below the folder of an upload: the files as they came."""

REJECTS = "rejected"
"""Below it too: the rejected rows as a file."""

MOST_FILES = 12
"""A shapefile with all its side files has ten."""
LONGEST_NAME_BYTES = 180
SHAPEFILE = ".shp"
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".cst", ".xml")


class UploadRefusedError(Exception):
    """What was handed in is not kept; `str()` says why and what to do."""


def folder_of(upload: UUID) -> Path:
    """Return the folder of an upload; everything that is known of it lies there."""
    return Path(settings.MEDIA_ROOT) / FOLDER / str(upload)


def given_file(upload: UUID, name: str) -> Path:
    """Return the file that was handed in, which may be gone."""
    return folder_of(upload) / GIVEN / name


def fresh_rejects(upload: UUID) -> Path:
    """Return the empty folder for the rejected rows of an upload."""
    folder = folder_of(upload) / REJECTS
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def rejects_file(upload: UUID) -> Path | None:
    """Return the file of the rejected rows; None where there is none."""
    folder = folder_of(upload) / REJECTS
    return next(iter(sorted(folder.iterdir())), None) if folder.is_dir() else None


def keep_files(upload: UUID, files: Sequence[UploadedFile]) -> tuple[str, int]:
    """Write the files of one upload to its folder; return the name of the main one and the size of all in bytes.

    Raises
    ------
    UploadRefusedError
        They are none, not one file or one shapefile, or too large; nothing is left behind.
    OSError
        They cannot be written; nothing is left behind.
    """
    names = [stored_name(file.name or "") for file in files]
    main = main_of(names)
    size = sum(file.size or 0 for file in files)
    if size > most_bytes():
        raise UploadRefusedError(too_large())
    folder = folder_of(upload) / GIVEN
    folder.mkdir(parents=True, mode=0o700)
    try:
        for name, file in zip(names, files, strict=True):
            with (folder / name).open("wb") as out:
                for block in file.chunks():
                    out.write(block)
    except OSError:
        discard(upload)
        raise
    return main, size


def main_of(names: Sequence[str]) -> str:
    """Return the name of the file that the others belong to: the .shp of a loose shapefile, else the only one.

    Raises
    ------
    UploadRefusedError
        There is no file, or they are not one thing.
    """
    if not names:
        raise UploadRefusedError(_("No file was chosen. Choose one, or all files of one shapefile together."))
    if len(names) > MOST_FILES or len({name.casefold() for name in names}) < len(names):
        raise UploadRefusedError(
            _("These are more files than one import has. Hand in one file at a time; pack a shapefile into one .zip.")
        )
    if len(names) == 1:
        return names[0]
    drawn = [name for name in names if ending_of(name) == SHAPEFILE]
    stems = {stem_of(name) for name in names}
    if len(drawn) != 1 or len(stems) > 1 or any(ending_of(name) not in (SHAPEFILE, *SIDE_FILES) for name in names):
        raise UploadRefusedError(
            _(
                "Several files count as one only where they are the parts of one shapefile (.shp, .shx, .dbf, .prj, "
                ".cpg). Hand in the others one by one."
            )
        )
    return drawn[0]


def ending_of(name: str) -> str:
    """Return the ending of a file name in small letters."""
    return PurePosixPath(name).suffix.lower()


def stem_of(name: str) -> str:
    """Return what the names of the parts of one shapefile have in common."""
    return name.partition(".")[0].casefold()


def stored_name(name: str) -> str:
    """Return the name under which a file is kept: one step of a path, printable, short enough for every disk."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    printable = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')
    stem, dot, ending = printable.rstrip(" .").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    ending = re.sub(r"[^\w]", "", ending)[:12]
    short = stem.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").strip(" .") or "file"
    return f"{short}.{ending}" if ending else short


def most_bytes() -> int:
    """Return how large an upload may be."""
    return int(settings.IMPORT_MAX_MB) * 1_000_000


def too_large() -> str:
    """Return the sentence on an upload that is too large."""
    return _(
        "The file is larger than %(most)d MB. Send it as GeoPackage or zipped shapefile, in parts, or have the "
        "administrator import it by command (manage.py import_layer)."
    ) % {"most": settings.IMPORT_MAX_MB}


def discard(upload: UUID) -> None:
    """Take away everything that is kept of an upload; what is gone already is no matter."""
    shutil.rmtree(folder_of(upload), ignore_errors=True)


def orphans(known: set[str], *, before: float) -> list[UUID]:
    """Return folders that no upload in `known` has, made before a moment (seconds of the epoch)."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    if not root.is_dir():
        return []
    return [UUID(one.name) for one in root.iterdir() if one.name not in known and one.stat().st_mtime < before]
