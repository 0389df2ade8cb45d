"""GeoPackage, shapefile, File Geodatabase and FlatGeobuf, by GDAL (pyogrio)."""

from __future__ import annotations

import mmap
import re
import sqlite3
import struct
import warnings
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geocore.wkb import read_wkb
from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.encoding import detect_in_cells, known_encoding, reads, shown
from importers.readers.parts import Content, Contents, Part, shapes_of
from importers.readers.source import Column, Source

UNREADABLE = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowException,
    OSError,
    ValueError,
    IndexError,  # pyogrio, of a FlatGeobuf that ends in its header
)

DRIVERS = {"gpkg": "GPKG", "shapefile": "ESRI Shapefile", "gdb": "OpenFileGDB", "fgb": "FlatGeobuf", "dxf": "DXF"}
"""The one driver that may open a file of each format."""

HARMLESS_MODULES = frozenset({"rtree", "fts3", "fts4", "fts5"})
"""Virtual tables that a GeoPackage may have: its indexes."""

VIRTUAL_TABLE = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\b.*?\bUSING\s+(\w+)", re.IGNORECASE | re.DOTALL)
FUNCTIONS_THAT_REACH = re.compile(r"\b(load_extension|readfile|writefile|ogr_\w+|gdal_\w+)\s*\(", re.IGNORECASE)
"""Of SQLite and GDAL, as a view may call them: they load code, read files, ask a network."""
LANGUAGE_AT = 29
LANGUAGE_BYTES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5", 0x03: "cp1252", 0x57: "cp1252"}
"""Code pages of dBASE. One that takes any byte (cp1252) is believed only where the text is no UTF-8 and no GB18030."""

# whatever a file refers to, GDAL asks no network for it
pyogrio.set_gdal_config_options({"CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none"})

PORTION_ROWS = 16_384
MOST_SAID = 10
SHP_HEADER_BYTES = 100
SHP_MAGIC = 9994


def geopackage(path: Path, encoding: str | None = None) -> Contents:
    """Return the layers of a GeoPackage; its text is UTF-8 by its standard.

    Raises
    ------
    ImportRefusedError
        It can't be read, or its tables reach for other files.
    """
    check_tables(path)
    return layers_of(path, "gpkg", tables=False)


def geodatabase(path: Path, encoding: str | None = None) -> Contents:
    """Return the layers and tables of a File Geodatabase; its text is Unicode."""
    return layers_of(path, "gdb", tables=True)


def read_flatgeobuf(path: Path, encoding: str | None = None) -> Iterator[Source]:
    """Return the features of a FlatGeobuf file; its text is UTF-8 by its specification."""
    return read_layer(path, "fgb", "UTF-8")


def check_tables(path: Path) -> None:
    """Refuse a database with virtual tables or views that reach for other files: GDAL would follow them.

    Raises
    ------
    ImportRefusedError
        There is one, or the database can't be read.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as database:
            made = [str(sql) for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    except sqlite3.Error as error:
        raise unreadable("gpkg", error) from error
    for sql in made:
        module = VIRTUAL_TABLE.match(sql)
        reaching = FUNCTIONS_THAT_REACH.search(sql)
        if module is not None and module[1].casefold() not in HARMLESS_MODULES:
            raise ImportRefusedError(ProblemCode.UNSAFE_FILE, detail=module[1])
        if reaching is not None:
            raise ImportRefusedError(ProblemCode.UNSAFE_FILE, detail=reaching[1])


def layers_of(path: Path, kind: str, *, tables: bool) -> Contents:
    """Return the layers of a file, and its `tables` without geometry too if they count."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            named = [(str(name), shape) for name, shape in pyogrio.list_layers(path) if tables or shape is not None]
            infos = [pyogrio.read_info(path, layer=name, force_feature_count=True) for name, _shape in named]
    except UNREADABLE as error:
        raise unreadable(kind, error) from error
    return Contents(
        [
            Content(
                Part(name, int(info["features"]), shapes_of(shape)),
                partial(read_layer, path, kind, "UTF-8", layer=name),
            )
            for (name, shape), info in zip(named, infos, strict=True)
        ]
    )


def read_shapefile(path: Path, encoding: str | None = None) -> Iterator[Source]:
    """Yield the features of a shapefile; the encoding of its text is that of the .cpg, or what the cells read as.

    Raises
    ------
    ImportRefusedError
        A part is missing or cut short.
    """
    check_parts(path)
    found = known_encoding(encoding) if encoding else dbf_encoding(path)
    yield from read_layer(path, "shapefile", shown(found))


def check_parts(path: Path) -> None:
    """Refuse a shapefile without its index or table, and one whose parts are shorter than they say."""
    for suffix in (".shx", ".dbf"):
        if beside(path, suffix) is None:
            raise ImportRefusedError(
                ProblemCode.UNREADABLE_FILE, format="shapefile", detail=f"the {suffix} beside {path.name} is missing"
            )
    with path.open("rb") as file:
        header = file.read(SHP_HEADER_BYTES)
    if len(header) < SHP_HEADER_BYTES or struct.unpack(">i", header[:4])[0] != SHP_MAGIC:
        raise ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="shapefile", detail="its first bytes are others")
    promised, present = struct.unpack(">i", header[24:28])[0] * 2, path.stat().st_size
    if present < promised:
        raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=f"{present:,} / {promised:,} bytes")


def beside(path: Path, suffix: str) -> Path | None:
    """Return the file of the same name with another ending, in whatever case it is written."""
    return next((part for part in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if part.is_file()), None)


def dbf_encoding(path: Path) -> str:
    """Return the encoding of the .cpg or of the table's header where the cells read in it, else what they read as."""
    table = beside(path, ".dbf")
    assert table is not None
    with table.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        cells = frozenset(cell for cell in dbf_cells(raw) if not cell.isascii())
    label = beside(path, ".cpg")
    if label is not None:
        try:
            named = known_encoding(label.read_text(encoding="latin-1").strip())
        except ImportRefusedError:
            named = ""
        if named and all(reads(cell, named) for cell in cells):
            return named
    marked = LANGUAGE_BYTES.get(table_language(table))
    if marked and marked.startswith(("gb", "big5")) and all(reads(cell, marked) for cell in cells):
        return marked
    found = detect_in_cells(cells)
    return marked if marked and found == "iso8859-1" else found


def table_language(table: Path) -> int:
    """Return the byte of a dBASE header that names the code page; 0 says nothing."""
    with table.open("rb") as file:
        header = file.read(LANGUAGE_AT + 1)
    return header[LANGUAGE_AT] if len(header) > LANGUAGE_AT else 0


def dbf_cells(raw: bytes | mmap.mmap) -> Iterator[bytes]:
    """Yield the text cells of a dBASE table.

    Raises
    ------
    ImportRefusedError
        The table is shorter than its header says.
    """
    if len(raw) < 32:
        raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=".dbf")
    rows, start, width = struct.unpack("<IHH", raw[4:12])
    if start + rows * width > len(raw) or start < 33 or not width:
        raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=f".dbf, {len(raw):,} / {start + rows * width:,} bytes")
    offset = 1
    for place in range(32, start - 1, 32):
        field = raw[place : place + 32]
        if len(field) < 32 or field[:1] == b"\r":
            return
        if field[11:12] == b"C":
            yield from cells_at(raw, start + offset, width, rows, field[16])
        offset += field[16]


def cells_at(raw: bytes | mmap.mmap, start: int, width: int, rows: int, length: int) -> Iterator[bytes]:
    """Yield the cells of one column, without the blanks that fill them up."""
    for row in range(rows):
        at = start + row * width
        yield raw[at : at + length].rstrip(b" \x00")


def read_layer(path: Path, kind: str, encoding: str, layer: str | None = None) -> Iterator[Source]:
    """Yield the features of a layer that GDAL opens with the expected driver, a portion at a time.

    Raises
    ------
    ImportRefusedError
        GDAL can't, opens it as something else, or gives fewer features than the file promises.
    """
    rows = 0
    try:
        with Heard() as heard:
            info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
        if info["driver"] != DRIVERS[kind]:
            raise ImportRefusedError(ProblemCode.FORMAT_UNKNOWN, info["driver"])
        option: dict[str, Any] = {"encoding": encoding} if kind == "shapefile" else {}
        option |= {"layer": layer, "use_pyarrow": True, "batch_size": PORTION_ROWS}
        with pyogrio.open_arrow(path, **option) as (meta, reader):
            while True:
                with Heard() as more:
                    batch = next(reader, None)
                if batch is None:
                    break
                yield portion_of(batch, rows, Read(kind, encoding, info["crs"], meta, [*heard.said, *more.said]))
                rows += batch.num_rows
                heard.said.clear()
    except UNREADABLE as error:
        raise unreadable(kind, error) from error
    if rows < info["features"]:
        raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=f"{rows:,} / {info['features']:,}")


class Read(NamedTuple):
    """What is known of a layer while it is read."""

    kind: str
    encoding: str
    crs: str | None
    meta: dict[str, Any]
    said: list[str]


def portion_of(batch: pa.RecordBatch, before: int, read: Read) -> Source:
    """Return a batch as rows that follow `before` others."""
    geometry = read.meta["geometry_name"] or "wkb_geometry"
    names = batch.schema.names
    shapes = read_wkb(batch.column(geometry).to_pylist() if geometry in names else [None] * batch.num_rows)
    return Source(
        format=read.kind,
        encoding=read.encoding,
        row_numbers=np.arange(before + 1, before + 1 + batch.num_rows),
        columns=tuple(Column(name, batch.column(place)) for place, name in enumerate(names) if name != geometry),
        geometries=shapes.geometries,
        faults=shapes.faults,
        crs=named_crs(read.crs),
        warnings=list(dict.fromkeys(read.said))[:MOST_SAID],
    )


class Heard:
    """Listens to the warnings of a block."""

    def __enter__(self) -> Self:
        """Begin."""
        self.said: list[str] = []
        self.catching = warnings.catch_warnings(record=True)
        self.caught = self.catching.__enter__()
        warnings.simplefilter("always")
        return self

    def __exit__(self, *_error: object) -> None:
        """End; what was said is in `said`."""
        self.catching.__exit__(None, None, None)
        self.said += [str(warning.message) for warning in self.caught or () if not about_pyogrio(warning)]


def about_pyogrio(warning: warnings.WarningMessage) -> bool:
    """Return whether a warning is about how we call the library, which is no news to a user."""
    return "pyogrio" in str(warning.message) or issubclass(warning.category, DeprecationWarning)


def named_crs(crs: str | None) -> str | None:
    """Return what the file says of its CRS; the placeholders of GeoPackage for "undefined" say nothing."""
    return None if not crs or "undefined" in crs.casefold() else crs


def unreadable(kind: str, error: Exception) -> ImportRefusedError:
    """Return the refusal, with what GDAL said but without our paths."""
    detail = str(error).partition("\n")[0]
    return ImportRefusedError(ProblemCode.UNREADABLE_FILE, format=kind, detail=shortened(detail))


def shortened(detail: str) -> str:
    """Return a message of a library without folders, short enough for a sentence."""
    words = [Path(word.strip("'\"")).name if "/" in word else word for word in detail.split()]
    return " ".join(words)[:200].rstrip(".")
