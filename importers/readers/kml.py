"""KML and KMZ: placemarks with their folders and extended data.

Notes
-----
OGC 12-007r2. Read here, not by GDAL: it takes positions that it can't read for 0, 0. Links to other files are counted
and never followed.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from shapely import Geometry, Point, Polygon

from geocore.geometry import FaultCode
from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.archive import members_of, opened
from importers.readers.parts import MIXED, Content, Contents, Part, shapes_of
from importers.readers.positions import Position, ShapeError, collected, line, position, ring
from importers.readers.records import Record, record, source_of
from importers.readers.safe_xml import LARGEST_BYTES, child, decoded, elements, local, text_in, xml_text

WGS84 = "EPSG:4326"
FOLDERS = {"Document", "Folder"}
LEFT_OUT = {"NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay"}
DONE_WITH = {"Placemark", "Style", "StyleMap", *FOLDERS, *LEFT_OUT}
PLAIN = {"name": "name", "description": "description", "address": "address", "phoneNumber": "phone"}


class Placemarks(NamedTuple):
    """What a document holds: each placemark with the path of its folder, and how many things of other kinds."""

    records: list[tuple[str, Record]]
    left_out: Counter[str]


def keyhole(path: Path, encoding: str | None = None) -> Contents:
    """Return the folders of a KML file."""
    text, found = xml_text(path, encoding)
    return folders_of(read_placemarks(text), found)


def zipped_keyhole(path: Path, encoding: str | None = None) -> Contents:
    """Return the folders of the document in a KMZ archive.

    Raises
    ------
    ImportRefusedError
        It is no archive, or holds no document.
    """
    with opened(path) as archive:
        documents = [member for member in members_of(archive) if member.name.suffix.lower() == ".kml"]
        if not documents:
            raise ImportRefusedError(ProblemCode.ARCHIVE_CONTENT, detail=_("no .kml"))
        main = next((one for one in documents if one.name.name == "doc.kml"), documents[0])
        if main.info.file_size > LARGEST_BYTES:
            raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
        raw = archive.read(main.info)
    text, found = decoded(raw, encoding)
    return folders_of(read_placemarks(text), found)


def read_placemarks(text: str) -> Placemarks:
    """Return all placemarks of a document."""
    records: list[tuple[str, Record]] = []
    left_out: Counter[str] = Counter()
    folders: list[str] = []
    parents: list[Element] = []
    for event, element in elements(text, "KML"):
        name = local(element.tag)
        if event == "start":
            parents.append(element)
            if name in FOLDERS:
                folders.append("")
            continue
        parents.pop()
        if name in FOLDERS:
            folders.pop()
        elif name == "name" and parents and local(parents[-1].tag) in FOLDERS:
            folders[-1] = text_in(element) or ""
        elif name in LEFT_OUT:
            left_out[name] += 1
        elif name == "Placemark":
            inside = "/".join(folder for folder in folders[1:] or folders if folder)
            records.append((inside, placemark(element, inside)))
        if name in DONE_WITH and parents:
            parents[-1].remove(element)  # or a large document is kept as a whole
    return Placemarks(records, left_out)


def placemark(element: Element, folder: str) -> Record:
    """Return one placemark with its folder, its own fields and its extended data."""
    properties: dict[str, str | None] = {column: text_in(child(element, tag)) for tag, column in PLAIN.items()}
    properties["folder"] = folder or None
    for inside in element.iter():
        tag = local(inside.tag)
        if tag == "Data":
            properties[inside.get("name") or "data"] = text_in(child(inside, "value"))
        elif tag == "SimpleData":
            properties[inside.get("name") or "data"] = text_in(inside)
        elif tag in {"begin", "end"} or (tag == "when" and local(element.tag) == "TimeStamp"):
            properties[tag] = text_in(inside)
    return record(properties, partial(drawn, element))


def drawn(element: Element) -> Geometry | None:
    """Return the geometry of a placemark; None where it has none.

    Raises
    ------
    ShapeError
        It can't be read.
    """
    for inside in element:
        shape = shape_of(inside)
        if shape is not None:
            return shape
    return None


def shape_of(element: Element) -> Geometry | None:
    """Return the geometry that an element is; None where it is none.

    Raises
    ------
    ShapeError
        It can't be read, or is a model.
    """
    kind = local(element.tag)
    if kind == "Point":
        places = positions_of(element)
        if len(places) != 1:
            raise ShapeError(FaultCode.UNREADABLE, _("a point with %d positions") % len(places))
        return Point(places[0])
    if kind in {"LineString", "LinearRing"}:
        return line(positions_of(element))
    if kind == "Polygon":
        outer, *holes = [ring(positions_of(one)) for one in boundaries(element)] or [ring([])]
        return Polygon(outer, holes)
    if kind in {"MultiGeometry", "MultiTrack"}:
        return collected([shape for shape in map(shape_of, element) if shape is not None])
    if kind == "Track":
        return line([position(*([*(one.text or "").split(), "", ""][:2])) for one in element if is_coord(one)])
    if kind == "Model":
        raise ShapeError(FaultCode.WRONG_TYPE, "Model")
    return None


def is_coord(element: Element) -> bool:
    """Return whether an element is a position of a track."""
    return local(element.tag) == "coord"


def boundaries(polygon: Element) -> list[Element]:
    """Return the rings of a polygon, the outer one first."""
    outer = [one for one in polygon if local(one.tag) == "outerBoundaryIs"]
    inner = [one for one in polygon if local(one.tag) == "innerBoundaryIs"]
    return [part for one in (*outer, *inner) for part in one if local(part.tag) == "LinearRing"]


def positions_of(element: Element) -> list[Position]:
    """Return the positions in the coordinates of a geometry: longitude, latitude and what follows, set off by space.

    Raises
    ------
    ShapeError
        One of them can't be read.
    """
    text = re.sub(r"\s*,\s*", ",", text_in(child(element, "coordinates")) or "")
    return [position(*([*one.split(","), ""][:2])) for one in text.split()]


def folders_of(found: Placemarks, encoding: str) -> Contents:
    """Return each folder as a part; all of them together where everything is of one kind."""
    said = [
        _("%(n)d × %(kind)s were left out: links are not followed, pictures are not read.") % {"n": n, "kind": kind}
        for kind, n in sorted(found.left_out.items())
    ]
    by_folder: dict[str, list[Record]] = {}
    for folder, one in found.records:
        by_folder.setdefault(folder, []).append(one)

    def content(name: str, records: list[Record]) -> Content:
        read = partial(source_of, "kml", encoding, records, crs=WGS84, part=name or None, warnings=said)
        return Content(Part(name, len(records), kind_of(records)), read)

    parts = [content(folder, records) for folder, records in by_folder.items()]
    everything = content("", [one for _folder, one in found.records])
    return Contents(parts, everything if everything.part.shapes != MIXED else None)


def kind_of(records: list[Record]) -> str:
    """Return what all of the things draw that draw anything."""
    kinds = {shapes_of(type(one.shape).__name__) for one in records if one.shape is not None}
    return kinds.pop() if len(kinds) == 1 else MIXED
