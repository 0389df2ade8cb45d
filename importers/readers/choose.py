"""Which reader a file needs: its content says what it is, its name only where the content has no sign of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.archive import Dataset, datasets
from importers.readers.dxf import drawing
from importers.readers.formats import READ, READ_ENDINGS, REFUSED, REFUSED_ENDINGS, misnamed, refused
from importers.readers.geojson import read_geojson, read_geojson_lines
from importers.readers.gpx import exchange
from importers.readers.guotu import read_land_text
from importers.readers.kml import keyhole, zipped_keyhole
from importers.readers.ogr import geodatabase, geopackage, read_flatgeobuf, read_shapefile
from importers.readers.parquet import read_parquet
from importers.readers.parts import Content, Contents, Part, one, pick
from importers.readers.photos import read_photos
from importers.readers.sniff import BINARY, JSON, TEXT, XML, kind_of
from importers.readers.source import Source, joined
from importers.readers.tables import read_table
from importers.readers.xlsx import workbook

Opener = Callable[[Path, str | None], Contents]


def whole(read: Callable[[Path, str | None], Source | Iterator[Source]]) -> Opener:
    """Return the opener of a format whose files hold one thing."""
    return lambda path, encoding: one(lambda: read(path, encoding))


OPENERS: dict[str, Opener] = {
    "gpkg": geopackage,
    "shapefile": whole(read_shapefile),
    "gdb": geodatabase,
    "geojson": whole(read_geojson),
    "geojsonl": whole(read_geojson_lines),
    "csv": whole(read_table),
    "xlsx": workbook,
    "kml": keyhole,
    "kmz": zipped_keyhole,
    "gpx": exchange,
    "dxf": drawing,
    "guotu-txt": whole(read_land_text),
    "photos": whole(read_photos),
    "fgb": whole(read_flatgeobuf),
    "parquet": whole(read_parquet),
}

WEAK: dict[str, frozenset[str]] = {
    TEXT: frozenset({"csv", "geojson", "geojsonl"}),
    JSON: frozenset({"csv", "geojson", "geojsonl"}),
    XML: frozenset(),
    BINARY: frozenset(),
    "zip": frozenset({"zip", "xlsx", "kmz"}),
}
"""Which formats a file may be whose content has no signature of its own."""


READ_BY_GDAL = frozenset({"gpkg", "fgb"})
"""Formats whose reader takes the name into account."""


def read_portions(
    path: Path, encoding: str | None = None, *, part: str | None = None, wanted: Collection[str] = ()
) -> Iterator[Source]:
    """Yield the rows of a file, a portion at a time where its format can be read so.

    Parameters
    ----------
    encoding
        Of its text; None: detect it.
    part
        The layer or sheet to be read; None: the only one that can be meant.
    wanted
        What the layer draws, such as {"point"}: it decides between several parts.

    Raises
    ------
    ImportRefusedError
        There is no such file, it is of a format that is not read, or it can't be read.
    """
    with opened(path, encoding) as (contents, warnings):
        chosen = pick(contents, part, wanted)
        rows = 0
        for source in chosen.portions():
            rows += source.lines
            yield replace(source, part=source.part or chosen.part.name or None, warnings=[*warnings, *source.warnings])
        if not rows:
            raise ImportRefusedError(ProblemCode.NO_ROWS)


def read_file(
    path: Path, encoding: str | None = None, *, part: str | None = None, wanted: Collection[str] = ()
) -> Source:
    """Return all rows of a file at once; parameters and errors are those of `read_portions`."""
    return joined(list(read_portions(path, encoding, part=part, wanted=wanted)))


def parts_of(path: Path) -> list[Part]:
    """Return what can be imported from a file by itself: layers of a geodatabase, sheets of a workbook ...

    Raises
    ------
    ImportRefusedError
        As `read_file`.
    """
    with opened(path, None) as (contents, _warnings):
        return [content.part for content in contents.parts]


@contextmanager
def opened(path: Path, encoding: str | None) -> Iterator[tuple[Contents, list[str]]]:
    """Give what a file holds, readable inside the block, and what its sender should know of it."""
    key, warnings = recognised(path)
    if key != "zip":
        yield OPENERS[key](path, encoding), warnings
        return
    with tempfile.TemporaryDirectory() as folder:
        found = datasets(path, Path(folder), tuple(READ_ENDINGS))
        yield together(found, encoding), warnings


def together(found: list[Dataset], encoding: str | None) -> Contents:
    """Return the contents of all data sets of an archive; where there are several, each name begins with its own."""
    opened_sets = [(one.name, OPENERS[one.format or recognised(one.path)[0]](one.path, encoding)) for one in found]
    if len(opened_sets) == 1:
        return opened_sets[0][1]
    return Contents(
        [
            Content(content.part._replace(name=f"{name}/{content.part.name}".rstrip("/")), content.read)
            for name, contents in opened_sets
            for content in contents.parts
        ]
    )


def recognised(path: Path) -> tuple[str, list[str]]:
    """Return the key of the format that a file is in, and what its sender should know.

    Raises
    ------
    ImportRefusedError
        There is no such file, or it is of a format that is not read.
    """
    check_file(path)
    ending, kind = path.suffix.lower(), kind_of(path)
    if kind == "encrypted":
        raise ImportRefusedError(ProblemCode.ENCRYPTED)
    signed = kind in READ and kind != "zip" and (kind != "shapefile" or ending == ".shp")
    if signed:
        return kind, told_of_name(kind, ending)
    if ending in REFUSED_ENDINGS:
        raise refused(REFUSED_ENDINGS[ending], ending)
    if kind in REFUSED:
        raise misnamed(ending, *REFUSED[kind]) if ending in READ_ENDINGS else refused(kind, ending)
    if ending not in READ_ENDINGS:
        raise ImportRefusedError(ProblemCode.FORMAT_UNKNOWN, ending or path.name)
    key = READ_ENDINGS[ending]
    if key not in WEAK.get(kind, ()):
        raise strange(kind, key, ending)
    return key, []


def told_of_name(kind: str, ending: str) -> list[str]:
    """Return a warning where a file that says itself what it is has the name of another format.

    Raises
    ------
    ImportRefusedError
        Its reader goes by the name.
    """
    title, endings = READ[kind]
    if ending in endings:
        return []
    if kind in READ_BY_GDAL:
        raise misnamed(ending, title, _("Rename the file so that it ends in %s.") % endings[0])
    said = _("The file is named like a %(ending)s file, but it is %(format)s and was read as that.")
    return [said % {"ending": ending, "format": title}]


def check_file(path: Path) -> None:
    """Refuse what is no file, or an empty one."""
    if str(path).startswith("/vsi") or "\x00" in str(path):
        raise ImportRefusedError(ProblemCode.NOT_FOUND, path.name)
    if path.is_dir():
        if path.suffix.lower() in REFUSED_ENDINGS:
            raise refused(REFUSED_ENDINGS[path.suffix.lower()], path.suffix.lower())
        raise ImportRefusedError(ProblemCode.NOT_A_FILE, path.name)
    if not path.is_file():
        raise ImportRefusedError(ProblemCode.NOT_FOUND, path.name)
    if not path.stat().st_size:
        raise ImportRefusedError(ProblemCode.EMPTY_FILE)


def strange(kind: str, key: str, ending: str) -> ImportRefusedError:
    """Return the refusal of a file whose content is no such thing as its name says."""
    if kind == BINARY and key in WEAK[TEXT]:
        return ImportRefusedError(ProblemCode.NOT_TEXT)
    found = {
        TEXT: _("plain text"),
        JSON: "JSON",
        XML: _("XML of another kind"),
        BINARY: _("binary data of no known kind"),
        "zip": _("an archive"),
        "shapefile": _("the drawing of a shapefile"),
    }
    return misnamed(ending, found[kind])
