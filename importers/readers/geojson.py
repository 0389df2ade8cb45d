"""GeoJSON, read strictly: what a lenient reader would guess is refused with a sentence.

Notes
-----
RFC 7946. The old `crs` member (GeoJSON 2008) is understood, because Chinese programs still write it. GDAL's reader
turns text into numbers, drops features of a wrong type and closes rings; here each of these is said.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from django.utils.translation import gettext as _

from geocore.geometry import FaultCode, GeometryFault
from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.encoding import decode
from importers.readers.source import Column, Source

LARGEST_BYTES = 500_000_000

DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""How many lists stand around the positions of a geometry."""

LONGEST_WORD = 4
"""Letters that are left of "false" where a file is cut inside it."""

CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"
FEWEST_IN_RING = 4


def read_geojson(path: Path, encoding: str | None = None) -> Source:
    """Return the features of a GeoJSON file.

    Raises
    ------
    ImportRefusedError
        It is no GeoJSON; the sentence says where.
    """
    text, found = text_of(path, encoding)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise not_json(error, text) from None
    except RecursionError:
        raise not_geojson(_("lists stand in lists without end")) from None
    return source_of("geojson", found, features_of(document), crs_of(document))


def read_geojson_lines(path: Path, encoding: str | None = None) -> Source:
    """Return the features of a file that has one on each line (RFC 8142 and what is known as NDJSON).

    Raises
    ------
    ImportRefusedError
        A line is no feature; the sentence says which.
    """
    text, found = text_of(path, encoding)
    lines = [(number, line.strip("\x1e \t\r")) for number, line in enumerate(text.split("\n"), start=1)]
    lines = [(number, line) for number, line in lines if line]
    features: list[dict[str, Any]] = []
    for number, line in lines:
        try:
            feature = json.loads(line)
        except json.JSONDecodeError as error:
            if number == lines[-1][0] and stops(error, line):
                raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=_("line %d") % number) from None
            raise not_geojson(f"{error.msg}, {_('line %d') % number}") from None
        except RecursionError:
            raise not_geojson(_("lists stand in lists without end")) from None
        check_feature(feature, len(features) + 1)
        features.append(feature)
    return source_of("geojsonl", found, features, CRS84)


def text_of(path: Path, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file of a size that can be read whole, and its encoding."""
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
    return decode(path.read_bytes(), encoding)


def source_of(kind: str, encoding: str, features: list[dict[str, Any]], crs: str) -> Source:
    """Return checked features as rows."""
    faults: list[GeometryFault] = []
    shapes = [geometry_of(feature, row, faults) for row, feature in enumerate(features)]
    geometries = (
        shapely.from_geojson(np.array(shapes, dtype=object), on_invalid="ignore") if shapes else np.array([], object)
    )
    known = {fault.row for fault in faults}
    faults += [
        GeometryFault(int(row), FaultCode.UNREADABLE, detail="GeoJSON")
        for row in np.flatnonzero(shapely.is_missing(geometries))
        if shapes[row] is not None and int(row) not in known
    ]
    return Source(
        format=kind,
        encoding=encoding,
        row_numbers=np.arange(1, len(features) + 1),
        columns=columns_of([feature.get("properties") or {} for feature in features]),
        geometries=geometries,
        faults=faults,
        crs=crs,
    )


def stops(error: json.JSONDecodeError, text: str) -> bool:
    """Return whether a text is no JSON because its end is missing: within a string, a word or a list."""
    at_end = error.pos >= len(text) - LONGEST_WORD and error.msg != "Extra data"
    return at_end or error.msg.startswith("Unterminated string")


def not_json(error: json.JSONDecodeError, text: str) -> ImportRefusedError:
    """Return the refusal of a text that is no JSON, or not all of it."""
    if stops(error, text.rstrip()):
        return ImportRefusedError(ProblemCode.CUT_SHORT, detail=_("line %d") % error.lineno)
    return not_geojson(f"{error.msg}, {_('line %d') % error.lineno}, {_('column %d') % error.colno}")


def not_geojson(detail: str) -> ImportRefusedError:
    """Return the refusal."""
    return ImportRefusedError(ProblemCode.NOT_GEOJSON, detail=detail)


def features_of(document: Any) -> list[dict[str, Any]]:
    """Return the features of a document: a collection, one feature, or a bare geometry."""
    if not isinstance(document, dict):
        raise not_geojson("the document is not an object")
    check_bbox(document, "the document")
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise not_geojson("“features” of the FeatureCollection is not a list")
        for number, feature in enumerate(features, start=1):
            check_feature(feature, number)
        return features
    if kind == "Feature":
        check_feature(document, 1)
        return [document]
    if kind in {*DEPTH, "GeometryCollection"}:
        return [{"type": "Feature", "properties": None, "geometry": document}]
    other = other_json(document)
    if other:
        raise not_geojson(_("it is %s") % other)
    raise not_geojson(f"the type {json.dumps(kind, ensure_ascii=False)[:60]} does not exist")


def other_json(document: dict[str, Any]) -> str:
    """Return the name of what a document is instead; empty where it is nothing that is known."""
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    if "geometryType" in document or (isinstance(first, dict) and "attributes" in first):
        return "Esri JSON"
    if document.get("type") == "Topology":
        return "TopoJSON"
    return "" if "type" in document else _("JSON of another kind")


def check_feature(feature: Any, number: int) -> None:
    """Refuse what is no feature (RFC 7946, 3.2)."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise not_geojson(f"item {number} is not a Feature")
    if not isinstance(feature.get("properties"), dict | None):
        raise not_geojson(f"“properties” of feature {number} is not an object")
    if "geometry" not in feature or not isinstance(feature["geometry"], dict | None):
        raise not_geojson(f"feature {number} has no “geometry”")
    if isinstance(feature.get("id", 0), bool) or not isinstance(feature.get("id", 0), str | int | float):
        raise not_geojson(f"the id of feature {number} is neither text nor a number")
    check_bbox(feature, f"feature {number}")


def check_bbox(item: dict[str, Any], where: str) -> None:
    """Refuse a box that is not made of numbers (RFC 7946, 5)."""
    box = item.get("bbox")
    if box is not None and not (isinstance(box, list) and len(box) in {4, 6} and all(map(is_number, box))):
        raise not_geojson(f"“bbox” of {where} is not a list of four or six numbers")


def is_number(value: Any) -> bool:
    """Return whether JSON had a number here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def geometry_of(feature: dict[str, Any], row: int, faults: list[GeometryFault]) -> str | None:
    """Return the text of a feature's geometry for GEOS; None where there is none or it is faulty."""
    geometry = feature["geometry"]
    if geometry is None:
        return None
    check_geometry(geometry, f"feature {row + 1}")
    if geometry["type"] == "GeometryCollection":
        faults.append(GeometryFault(row, FaultCode.WRONG_TYPE, detail="GeometryCollection"))
        return None
    fault = fault_in_rings(geometry)
    if fault is not None:
        place = geometry["coordinates"]
        faults.append(GeometryFault(row, fault, *first_place(place)))
        return None
    text = json.dumps({"type": geometry["type"], "coordinates": geometry["coordinates"]})
    if "NaN" in text or "Infinity" in text:  # no JSON, but what careless programs write
        faults.append(GeometryFault(row, FaultCode.NOT_FINITE))
        return None
    return text


def check_geometry(geometry: Any, where: str) -> None:
    """Refuse what is no geometry (RFC 7946, 3.1 and 7.1)."""
    if not isinstance(geometry, dict):
        raise not_geojson(f"a geometry of {where} is not an object")
    kind = geometry.get("type")
    if {"features", "geometry", "properties"} & set(geometry):
        raise not_geojson(f"the geometry of {where} has members of a feature")
    check_bbox(geometry, where)
    if kind == "GeometryCollection":
        if not isinstance(geometry.get("geometries"), list):
            raise not_geojson(f"“geometries” of {where} is not a list")
        for part in geometry["geometries"]:
            check_geometry(part, where)
    elif kind not in DEPTH:
        raise not_geojson(f"the geometry of {where} has no known type")
    elif not holds_positions(geometry.get("coordinates"), DEPTH[kind]):
        raise not_geojson(f"the coordinates of {where} are not those of a {kind}")


def holds_positions(coordinates: Any, depth: int) -> bool:
    """Return whether positions of two or more numbers stand `depth` lists deep; a list may be empty."""
    if not isinstance(coordinates, list):
        return False
    if depth > 1:
        return all(holds_positions(part, depth - 1) for part in coordinates)
    if depth == 1 and not coordinates:
        return True
    try:
        array = np.array(coordinates)
    except ValueError:  # some positions have a height, or some are no positions
        return all(holds_positions(part, 0) for part in coordinates) if depth else False
    return array.ndim == depth + 1 and array.shape[-1] >= 2 and array.dtype.kind in "iuf"


def fault_in_rings(geometry: dict[str, Any]) -> FaultCode | None:
    """Return what is wrong with the rings of a polygon, as GEOS would not say."""
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}.get(geometry["type"], [])
    for ring in (ring for polygon in polygons for ring in polygon):
        if ring and ring[0][:2] != ring[-1][:2]:
            return FaultCode.RING_NOT_CLOSED
        if 0 < len(ring) < FEWEST_IN_RING:
            return FaultCode.TOO_FEW_POINTS
    return None


def first_place(coordinates: Any) -> tuple[float, float]:
    """Return the first position of nested lists."""
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return float(coordinates[0]), float(coordinates[1])


def columns_of(properties: list[dict[str, Any]]) -> tuple[Column, ...]:
    """Return a column a property, in the order in which they appear; values as text, lists and objects as JSON."""
    names = dict.fromkeys(name for row in properties for name in row)
    return tuple(Column(name, pa.array([as_text(row.get(name)) for row in properties], pa.string())) for name in names)


def as_text(value: Any) -> str | None:
    """Return a JSON value as the text that a table would hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def crs_of(document: dict[str, Any]) -> str:
    """Return the CRS by the old `crs` member; without one it is WGS 84 longitude, latitude (RFC 7946, 4)."""
    member = document.get("crs")
    if member is None:
        return CRS84
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise not_geojson("the “crs” member names no coordinate reference system")
    return name
