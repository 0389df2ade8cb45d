"""Which reader a file needs: by its name, its first bytes decide the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.geojson import read_geojson
from importers.readers.ogr import read_geopackage, read_shapefile, read_zipped_shapefile
from importers.readers.source import Source
from importers.readers.tables import read_table

READERS: dict[str, Callable[[Path, str | None], Source]] = {
    ".gpkg": read_geopackage,
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".shp": read_shapefile,
    ".zip": read_zipped_shapefile,
    ".csv": read_table,
    ".tsv": read_table,
}

_AS_CSV = _("Save the table as .csv (UTF-8) with one header line and longitude and latitude in columns of their own.")
_AS_GPKG = _("Export it from QGIS or ArcGIS as GeoPackage (.gpkg) and send that.")
_THE_SHP = _("Name the .shp, with its other parts beside it, or pack all into one .zip.")

REFUSED: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".et"), (_("A spreadsheet"), _AS_CSV)),
    **dict.fromkeys((".doc", ".docx", ".pdf", ".wps"), (_("A document"), _AS_CSV)),
    **dict.fromkeys((".kml", ".kmz"), ("KML", _AS_GPKG)),
    ".gpx": ("GPX", _AS_GPKG),
    ".gdb": (_("A File Geodatabase"), _AS_GPKG),
    ".mdb": (_("A Personal Geodatabase"), _AS_GPKG),
    **dict.fromkeys((".dxf", ".dwg", ".dgn"), (_("A CAD drawing"), _AS_GPKG)),
    **dict.fromkeys((".tab", ".mif", ".mid", ".wl", ".wp", ".wt", ".udb", ".udbx"), (_("This GIS format"), _AS_GPKG)),
    **dict.fromkeys(
        (".fgb", ".parquet", ".geoparquet", ".gml", ".topojson", ".geojsonl"), (_("This format"), _AS_GPKG)
    ),
    ".vrt": (_("A reference to other files (VRT)"), _AS_GPKG),
    ".txt": (_("A text file of this kind"), _AS_CSV),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz"), (_("This kind of archive"), _THE_SHP)),
    **dict.fromkeys((".dbf", ".shx", ".prj", ".cpg"), (_("A part of a shapefile"), _THE_SHP)),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".img"), (_("An image"), _AS_GPKG)),
}


def read_file(path: Path, encoding: str | None = None) -> Source:
    """Return the rows of a file.

    Parameters
    ----------
    encoding
        Of its text; None: detect it.

    Raises
    ------
    ImportRefusedError
        There is no such file, it is of a format that is not read, or it can't be read.
    """
    if str(path).startswith("/vsi") or "\x00" in str(path):
        raise ImportRefusedError(ProblemCode.NOT_FOUND, path.name)
    if path.is_dir():
        if path.suffix.lower() in REFUSED:
            raise refused(path.suffix.lower())
        raise ImportRefusedError(ProblemCode.NOT_A_FILE, path.name)
    if not path.is_file():
        raise ImportRefusedError(ProblemCode.NOT_FOUND, path.name)
    ending = path.suffix.lower()
    if ending in REFUSED:
        raise refused(ending)
    if ending not in READERS:
        raise ImportRefusedError(ProblemCode.FORMAT_UNKNOWN, ending or path.name)
    if not path.stat().st_size:
        raise ImportRefusedError(ProblemCode.EMPTY_FILE)
    source = READERS[ending](path, encoding)
    if not len(source) and not source.problems:
        raise ImportRefusedError(ProblemCode.NO_ROWS)
    return source


def refused(ending: str) -> ImportRefusedError:
    """Return the refusal of a known format, with what to send instead."""
    name, instead = REFUSED[ending]
    return ImportRefusedError(ProblemCode.FORMAT_NOT_READ, ending, format=f"{name} ({ending})", instead=str(instead))
