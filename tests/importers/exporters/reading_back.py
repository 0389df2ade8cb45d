"""Exported files read by other programs' libraries: name of the column to its values, places as WKB."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import warnings
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import shapely
from pyarrow import parquet

Columns = dict[str, list[Any]]


def by_gdal(path: Path) -> Columns:
    """Return what GDAL reads, row by row; the geometry under the name "geometry"."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # FlatGeobuf's own Arrow reader fails at rows without a place (GDAL 3.12)
        pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"})
        _meta, table = pyogrio.read_arrow(path)
    columns = {name: values_of(table.column(name)) for name in table.column_names}
    geometry = next(name for name in ("geom", "new_home", "dam", "wkb_geometry") if name in columns)
    columns["geometry"] = columns.pop(geometry)
    return columns


def values_of(column: Any) -> list[Any]:
    """Return the values of a column; what is declared as JSON is read as that."""
    if str(column.type) == "extension<arrow.json>":
        return [None if text is None else json.loads(text) for text in column.to_pylist()]
    return column.to_pylist()


def shapefile(path: Path) -> Columns:
    """Return a zipped shapefile with its columns under their full names."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        drawn = next(Path(folder).glob("*.shp"))
        columns = by_gdal(drawn)
        with Path(folder, "readme.txt").open(encoding="utf-8-sig", newline="") as file:
            full = {line["name"]: line["column"] for line in csv.DictReader(file)}
    return {full.get(name, name): values for name, values in columns.items()}


def geoparquet(path: Path) -> Columns:
    """Return a GeoParquet file; its primary geometry under the name "geometry"."""
    table = parquet.read_table(path)
    geo = json.loads(parquet.read_metadata(path).metadata[b"geo"])
    columns = {name: values_of(table.column(name)) for name in table.column_names}
    columns["geometry"] = columns.pop(geo["primary_column"])
    return columns


def geojson(path: Path) -> Columns:
    """Return a GeoJSON document, its geometries as WKB."""
    features = json.loads(path.read_text("utf-8"))["features"]
    names = features[0]["properties"] if features else ()
    columns: Columns = {name: [one["properties"][name] for one in features] for name in names}
    for name, values in columns.items():
        if any(isinstance(value, dict) and "coordinates" in value for value in values):
            columns[name] = [as_wkb(value) for value in values]
    columns["geometry"] = [as_wkb(one["geometry"]) for one in features]
    return columns


def as_wkb(geometry: dict[str, Any] | None) -> bytes | None:
    """Return a GeoJSON geometry as WKB."""
    return None if geometry is None else shapely.to_wkb(shapely.from_geojson(json.dumps(geometry)), byte_order=1)


def text_table(path: Path) -> Columns:
    """Return a CSV file as Python reads it: text alone."""
    raw = path.read_bytes()
    text = raw.decode("utf-8-sig") if raw.startswith(b"\xef\xbb\xbf") else raw.decode("gb18030")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    return {name: [line[place] for line in lines[1:]] for place, name in enumerate(lines[0])}


def spreadsheet(path: Path) -> Columns:
    """Return the first sheet of a workbook; the code, whose title differs by language, under its name."""
    cells = list(openpyxl.load_workbook(path).worksheets[0].iter_rows())
    lines = [
        [cell.value.date() if cell.number_format == "yyyy-mm-dd" else cell.value for cell in line] for line in cells
    ]
    columns = {str(title): [line[place] for line in lines[1:]] for place, title in enumerate(lines[0])}
    return {"code": next(iter(columns.values())), **columns}


def day_of(cell: Any) -> Any:
    """Return the value of a cell, a day where its format says so."""
    return cell.value.date() if cell.number_format == "yyyy-mm-dd" else cell.value


def keyhole(path: Path) -> Columns:
    """Return the typed data of the placemarks of a KML document; what is not told is None."""
    document = ET.parse(path).getroot()
    names = {field.attrib["name"]: field.attrib["type"] for field in document.iter(f"{KML}SimpleField")}
    columns: Columns = {name: [] for name in names}
    columns["geometry"] = []
    for mark in document.iter(f"{KML}Placemark"):
        told = {one.attrib["name"]: one.text for one in mark.iter(f"{KML}SimpleData")}
        for name, kind in names.items():
            text = told.get(name)
            columns[name].append(text if text is None else KML_TYPES[kind](text))
        columns["geometry"].append(kml_shape(mark))
    return columns


KML = "{http://www.opengis.net/kml/2.2}"
KML_TYPES: dict[str, Callable[[str], Any]] = {
    "string": str,
    "int": int,
    "double": float,
    "bool": lambda text: text == "1",
}


def kml_shape(mark: ET.Element) -> bytes | None:
    """Return the geometry of a placemark as WKB."""
    point = mark.find(f"{KML}Point")
    if point is not None:
        return shapely.to_wkb(shapely.Point(kml_positions(point)[0]), byte_order=1)
    polygons = [
        shapely.Polygon(
            kml_positions(one.find(f"{KML}outerBoundaryIs")),
            [kml_positions(hole) for hole in one.findall(f"{KML}innerBoundaryIs")],
        )
        for one in mark.iter(f"{KML}Polygon")
    ]
    return shapely.to_wkb(shapely.MultiPolygon(polygons), byte_order=1) if polygons else None


def kml_positions(element: Any) -> list[tuple[float, ...]]:
    """Return the coordinates below an element."""
    text = next(element.iter(f"{KML}coordinates")).text or ""
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


def parcels(path: Path) -> Columns:
    """Return the parcels of a land-office text: code, name, use, and the rings, x to the east."""
    lines = path.read_bytes().decode("gb18030").splitlines()
    lines = lines[lines.index("[地块坐标]") + 1 :]
    columns: Columns = {"code": [], "name": [], "use": [], "hectares": [], "rings": []}
    for line in lines:
        cells = line.split(",")
        if cells[-1] == "@":
            for name, place in (("code", 2), ("name", 3), ("use", 6)):
                columns[name].append(cells[place])
            columns["hectares"].append(float(cells[1]))
            columns["rings"].append({})
        else:
            ring = columns["rings"][-1].setdefault(int(cells[1]), [])
            ring.append((float(cells[3]), float(cells[2])))
    return columns


READERS: dict[str, Callable[[Path], Columns]] = {
    "gpkg": by_gdal,
    "parquet": geoparquet,
    "geojson": geojson,
    "fgb": by_gdal,
    "shp": shapefile,
    "csv": text_table,
    "xlsx": spreadsheet,
    "kml": keyhole,
    "txt": parcels,
}
