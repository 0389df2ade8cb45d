"""The one way in which a stored file leaves: it is looked at or saved, and never runs.

What people upload may be a page, a script, a drawing with a script, or a picture that is a script as well. No address
leads to the folder of uploads; a view that has checked who asks hands the file of its row to `stored_file_response`.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

PICTURES = {
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".webp": ("image/webp", b"RIFF"),
}
"""What may be shown in a page: ending, type, and how such a file begins. SVG is no picture but a page."""
DOCUMENTS = {
    ".csv": "text/csv; charset=utf-8",
    ".fgb": "application/vnd.flatgeobuf",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
"""What is saved under its own type; everything else is saved as bytes of no type."""
NO_TYPE = "application/octet-stream"
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""Should a browser show it all the same, it is nobody's page: no script, no form, no cookie of ours."""
NAME_LENGTH = 120


def stored_file_response(stored: FieldFile, *, name: str = "") -> FileResponse:
    """Return a stored file to somebody who was already found to be allowed to have it.

    Parameters
    ----------
    stored
        The file of a row. A name from a request is none: the path comes from the database, and must lie in its storage.
    name
        The name it is saved under, as somebody gave it; its own where empty.

    Raises
    ------
    Http404
        The row has no file, or the file is gone or lies elsewhere.
    """
    path = path_of(stored)
    return file_response(path, name=name or path.name)


def file_response(path: Path, *, name: str) -> FileResponse:
    """Return a file that the caller chose, to be looked at or saved under `name`, and never run."""
    kind, inline = kind_of(path)
    response = FileResponse(
        path.open("rb"), content_type=kind, as_attachment=not inline, filename=safe_name(name, path.suffix)
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    return response


def path_of(stored: FieldFile) -> Path:
    """Return where a stored file lies, once all links are followed."""
    missing = _("The file is not there any more.")
    if not stored:
        raise Http404(missing)
    try:
        root, path = Path(stored.storage.path("")).resolve(), Path(stored.path).resolve()
    except (SuspiciousFileOperation, ValueError) as error:
        raise Http404(missing) from error
    if not path.is_relative_to(root) or not path.is_file():
        raise Http404(missing)
    return path


def kind_of(path: Path) -> tuple[str, bool]:
    """Return the media type of a file, and whether it may be shown in a page: both ending and first bytes decide."""
    ending = path.suffix.lower()
    if ending in PICTURES:
        kind, mark = PICTURES[ending]
        with path.open("rb") as file:
            begins = file.read(12)
        fits = begins.startswith(mark) and (kind != "image/webp" or begins[8:] == b"WEBP")
        return (kind, True) if fits else (NO_TYPE, False)
    return DOCUMENTS.get(ending, NO_TYPE), False


def safe_name(name: str, ending: str) -> str:
    """Return a name to save under: one step of a path, printable, with the ending that the stored file has."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem = printable.removesuffix(ending) or "file"
    return stem[:NAME_LENGTH] + ending
