"""What a file is by its first bytes: its name says only what somebody believed."""

from __future__ import annotations

import codecs
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

HEAD_BYTES = 4096
FIRST_LINE_BYTES = 5_000_000
"""A feature on a line of its own is shorter; a document in one line is longer, or alone."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"fgb\x03fgb", "fgb"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"AutoCAD Binary DXF", "dxf"),
    (b"AC10", "dwg"),
    (b"WMAP", "mapgis"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "raster"),
    (b"II+\x00", "raster"),
    (b"MM\x00*", "raster"),
    (b"%PDF", "document"),
    (b"{\\rtf", "document"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"PMTiles", "tiles"),
    (b"\x00\x01\x00\x00Standard", "mdb"),
    (b"MZ", "program"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SQLITE = b"SQLite format 3\x00"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
REFERENCES = (b"<OGRVRT", b"<VRTDataset", b"<GDALTileIndexDataset", b"gdal_streamed_alg")
"""GDAL takes a file for a reference to others wherever its first kilobyte has one of these."""

XML_ROOTS = {"kml": "kml", "gpx": "gpx", "html": "web-page"}

TEXT, JSON, XML, BINARY = "text", "json", "xml", "binary"
"""What has no signature of its own: the name decides, if it is a name of such a format."""


def kind_of(path: Path) -> str:
    """Return what a file is: a key of `formats.READ` or `formats.REFUSED`, "encrypted", or one of the above."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if any(mark in head for mark in REFERENCES):
        return "vrt"
    if head.startswith(ZIP):
        return kind_of_zip(path)
    if head.startswith(SQLITE):
        return kind_of_sqlite(path)
    if head.startswith(OLE):
        return kind_of_ole(path)
    for magic, kind in MAGIC:
        if head.startswith(magic) and (len(magic) > 2 or not is_text(head)):
            return kind
    return kind_of_text(path, head) if is_text(head) else BINARY


def is_text(head: bytes) -> bool:
    """Return whether the first bytes may be text of any encoding."""
    marked = head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return marked or not re.search(rb"[\x00-\x08\x0e-\x1d]", head)


def kind_of_zip(path: Path) -> str:
    """Return what an archive is by the names in it: office programs and Google Earth pack their files too."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.casefold() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"  # its reader says what is wrong with it
    for name, kind in (
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "document"),
        ("ppt/presentation.xml", "document"),
        ("doc.kml", "kmz"),
    ):
        if name in names:
            return kind
    if "content.xml" in names and "mimetype" in names:
        return "spreadsheet"
    return "kmz" if path.suffix.lower() == ".kmz" and any(name.endswith(".kml") for name in names) else "zip"


def kind_of_sqlite(path: Path) -> str:
    """Return what a SQLite database is by its tables; nothing in it is run."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as database:
            tables = {str(name).casefold() for (name,) in database.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        return "gpkg"  # its reader says what is wrong with it
    if "gpkg_contents" in tables:
        return "gpkg"
    return "tiles" if "tiles" in tables else "sqlite"


def kind_of_ole(path: Path) -> str:
    """Return which of the old office formats it is; a workbook with a password is packed into one as well."""
    with path.open("rb") as file:
        content = file.read(50_000_000)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "encrypted"
    return "document" if "WordDocument".encode("utf-16-le") in content else "xls"


def kind_of_text(path: Path, head: bytes) -> str:
    """Return what a text is by how it begins."""
    start = beginning(head)
    if re.match(r"(999\s.*\s+)*0\s+SECTION\b", start):
        return "dxf"
    if start.startswith("["):
        return "guotu-txt" if re.search(r"\[(属性描述|地块坐标)\]", start) else JSON
    if start.startswith("<"):
        root = re.search(r"<(?:\w+:)?([A-Za-z][\w.-]*)", re.sub(r"<[?!][^>]*>|<!--.*?-->", "", start, flags=re.DOTALL))
        return XML_ROOTS.get(root[1].casefold() if root else "", XML)
    if start.startswith(("{", "\x1e")):
        if one_feature_a_line(path):
            return "geojsonl"
        return "geojson" if re.search(r'"type"\s*:\s*"Feature(Collection)?"', start) else JSON
    return TEXT


def beginning(head: bytes) -> str:
    """Return the first characters of a text in whatever encoding, without the mark at its start."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", errors="ignore").lstrip()
    plain = head.removeprefix(codecs.BOM_UTF8)
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            return decoder.decode(plain, final=False).lstrip()
        except UnicodeDecodeError:
            continue
    return plain.decode("latin-1").lstrip()


def one_feature_a_line(path: Path) -> bool:
    """Return whether the first line is a feature and another line follows."""
    with path.open("rb") as file:
        first = file.readline(FIRST_LINE_BYTES).removeprefix(codecs.BOM_UTF8).strip(b"\x1e \t\r\n")
        if not file.read(1):
            return False
    try:
        feature = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(feature, dict) and feature.get("type") == "Feature"
