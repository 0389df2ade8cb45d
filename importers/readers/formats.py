"""The formats by name: what is read, and what is sent instead of what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from importers.problems import ImportRefusedError, ProblemCode

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Text = str | Promise


class Format(NamedTuple):
    """A format that is read: what people call it, and the endings that files of it have."""

    title: Text
    endings: tuple[str, ...]


READ: dict[str, Format] = {
    "gpkg": Format("GeoPackage", (".gpkg",)),
    "shapefile": Format("Shapefile", (".shp",)),
    "geojson": Format("GeoJSON", (".geojson", ".json")),
    "geojsonl": Format(
        _("GeoJSON, one feature a line"), (".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojson", ".json")
    ),
    "csv": Format(_("Table as text"), (".csv", ".tsv", ".txt")),
    "xlsx": Format("XLSX", (".xlsx", ".xlsm")),
    "kml": Format("KML", (".kml",)),
    "kmz": Format("KMZ", (".kmz",)),
    "gpx": Format("GPX", (".gpx",)),
    "dxf": Format("DXF", (".dxf",)),
    "guotu-txt": Format(_("Land-office coordinate text"), (".txt",)),
    "fgb": Format("FlatGeobuf", (".fgb",)),
    "parquet": Format("GeoParquet", (".parquet", ".geoparquet")),
    "zip": Format(_("Archive"), (".zip",)),
}
"""By key. A File Geodatabase ("gdb") and photos ("photos") come inside an archive."""

READ_ENDINGS: dict[str, str] = {ending: key for key, one in READ.items() for ending in one.endings} | {
    ".txt": "csv",
    ".json": "geojson",
    ".geojson": "geojson",
}

_AS_CSV = _("Save the table as .xlsx or .csv with one header line and longitude and latitude in columns of their own.")
_AS_XLSX = _("Open it in a spreadsheet program and save it as .xlsx.")
_AS_GPKG = _("Export it from QGIS or ArcGIS as GeoPackage (.gpkg) and send that.")
_AS_SHP = _("Convert it in MapGIS or SuperMap to a shapefile and send all its parts in one .zip.")
_AS_DXF = _("Save it as DXF with closed outlines, or export the outlines as GeoPackage (.gpkg).")
_AS_ZIP = _("Pack the files as .zip and send that.")
_THE_SHP = _("Name the .shp, with its other parts beside it, or pack all into one .zip.")
_THE_GDB = _("Pack the whole .gdb folder into one .zip and send that.")
_PHOTOS = _("Photos with a position are read as .jpg in one .zip.")
_RASTER = _("Rasters are no features; digitise what is meant as points or outlines and send a GeoPackage (.gpkg).")
_THE_FILES = _("Send the files themselves that it refers to.")

REFUSED: dict[str, tuple[Text, Text]] = {
    "xls": (_("An old Excel workbook"), _AS_XLSX),
    "xlsb": (_("A binary Excel workbook"), _AS_XLSX),
    "spreadsheet": (_("A spreadsheet of another program"), _AS_XLSX),
    "document": (_("A document"), _AS_CSV),
    "gdb-folder": (_("A File Geodatabase as a folder"), _THE_GDB),
    "mdb": (_("A Personal Geodatabase"), _AS_GPKG),
    "dwg": (_("A CAD drawing in DWG"), _AS_DXF),
    "dgn": (_("A CAD drawing in DGN"), _AS_DXF),
    "mapgis": (_("A MapGIS file"), _AS_SHP),
    "supermap": (_("A SuperMap file"), _AS_SHP),
    "mapinfo": (_("A MapInfo file"), _AS_GPKG),
    "other-gis": (_("This GIS format"), _AS_GPKG),
    "vrt": (_("A reference to other files (VRT)"), _THE_FILES),
    "archive": (_("This kind of archive"), _AS_ZIP),
    "shapefile-part": (_("A part of a shapefile"), _THE_SHP),
    "jpeg": (_("A photo alone"), _PHOTOS),
    "image": (_("An image"), _PHOTOS),
    "raster": (_("A raster"), _RASTER),
    "tiles": (_("A file of map tiles"), _AS_GPKG),
    "sqlite": (_("A database that is no GeoPackage"), _AS_GPKG),
    "web-page": (_("A web page"), _AS_CSV),
    "program": (_("A program"), _AS_GPKG),
}
"""By key: what it is, and what to send instead."""

REFUSED_ENDINGS: dict[str, str] = {
    ending: key
    for key, endings in {
        "xls": (".xls",),
        "xlsb": (".xlsb",),
        "spreadsheet": (".ods", ".et", ".numbers"),
        "document": (".doc", ".docx", ".pdf", ".wps", ".rtf", ".ppt", ".pptx", ".ofd"),
        "gdb-folder": (".gdb",),
        "mdb": (".mdb", ".accdb"),
        "dwg": (".dwg",),
        "dgn": (".dgn",),
        "mapgis": (".wl", ".wp", ".wt", ".mpj"),
        "supermap": (".udb", ".udd", ".udbx", ".smwu", ".sdb", ".sdd"),
        "mapinfo": (".tab", ".mif", ".mid", ".dat", ".map"),
        "other-gis": (".gml", ".topojson", ".e00", ".vct", ".osm", ".pbf", ".sqlite", ".lyr", ".mxd", ".qgz", ".wkt"),
        "vrt": (".vrt",),
        "archive": (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"),
        "shapefile-part": (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx"),
        "jpeg": (".jpg", ".jpeg"),
        "image": (".png", ".bmp", ".gif", ".heic", ".webp"),
        "raster": (".tif", ".tiff", ".img", ".ecw", ".jp2", ".asc", ".nc", ".hdf"),
        "tiles": (".mbtiles", ".pmtiles", ".mvt"),
        "web-page": (".html", ".htm", ".mht"),
        "program": (".exe", ".dll", ".bat"),
    }.items()
    for ending in endings
}


def refused(key: str, ending: str) -> ImportRefusedError:
    """Return the refusal of a known format, with what to send instead."""
    name, instead = REFUSED[key]
    return ImportRefusedError(ProblemCode.FORMAT_NOT_READ, ending, format=f"{name} ({ending})", instead=str(instead))


def misnamed(ending: str, found: Text, instead: Text = "") -> ImportRefusedError:
    """Return the refusal of a file that is something else than its name says."""
    instead = instead or _("Look for the right file, and send it under its own name.")
    return ImportRefusedError(ProblemCode.MISNAMED, ending, found=str(found), instead=str(instead))
