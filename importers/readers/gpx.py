"""GPX: waypoints, routes and tracks of a receiver or a phone.

Notes
-----
GPX 1.1 (and 1.0). Read here, not by GDAL: it takes positions that it can't read for 0, 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from shapely import Geometry, Point

from geocore.geometry import FaultCode
from importers.readers.parts import LINE, POINT, Content, Contents, Part
from importers.readers.positions import Position, ShapeError, collected, line, position
from importers.readers.records import Record, record, source_of
from importers.readers.safe_xml import child, elements, local, text_in, xml_text

WGS84 = "EPSG:4326"
"""Always, by its schema."""

KINDS = {"wpt": ("waypoints", POINT), "rte": ("routes", LINE), "trk": ("tracks", LINE)}
LISTED = {"rtept", "trkseg", "extensions", "link"}


def exchange(path: Path, encoding: str | None = None) -> Contents:
    """Return waypoints, routes and tracks, as far as there are any."""
    text, found = xml_text(path, encoding)
    records: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    single = 0
    parents: list[Element] = []
    for event, element in elements(text, "GPX"):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if len(parents) == 1:
            kind = local(element.tag)
            if kind in KINDS:
                single += sum(local(one.tag) == "trkseg" and len(points(one, "trkpt")) == 1 for one in element)
                records[kind].append(record(properties_of(element), partial(DRAW[kind], element)))
            parents[0].remove(element)  # or a large document is kept as a whole
    said = [_("%d track segments of a single position were left out.") % single] if single else []
    return Contents(
        [
            Content(
                Part(name, len(records[kind]), shapes),
                partial(source_of, "gpx", found, records[kind], crs=WGS84, part=name, warnings=said),
            )
            for kind, (name, shapes) in KINDS.items()
        ]
    )


def properties_of(element: Element) -> dict[str, str | None]:
    """Return the plain fields of a thing: name, time, elevation, comment and so on, and those of its extensions."""
    found = {local(one.tag): text_in(one) for one in element if local(one.tag) not in LISTED}
    extra = child(element, "extensions")
    if extra is not None:
        found |= {local(one.tag): text_in(one) for one in extra.iter() if not len(one) and local(one.tag) not in found}
    link = child(element, "link")
    if link is not None:
        found["link"] = link.get("href")
    return found


def place(element: Element) -> Position:
    """Return the position in the attributes of a point, longitude first."""
    return position(element.get("lon"), element.get("lat"))


def points(element: Element, name: str) -> list[Element]:
    """Return the points of a route or of a segment."""
    return [one for one in element if local(one.tag) == name]


def waypoint(element: Element) -> Geometry | None:
    """Return a point."""
    return Point(place(element))


def route(element: Element) -> Geometry | None:
    """Return the line through the points of a route."""
    return line([place(one) for one in points(element, "rtept")])


def track(element: Element) -> Geometry | None:
    """Return the segments of a track; one position alone is no segment.

    Raises
    ------
    ShapeError
        There is no segment of two positions or more.
    """
    segments = [[place(one) for one in points(part, "trkpt")] for part in element if local(part.tag) == "trkseg"]
    lines = [line(positions) for positions in segments if len(positions) > 1]
    if not lines:
        raise ShapeError(FaultCode.TOO_FEW_POINTS)
    return collected(lines)


DRAW: dict[str, Callable[[Element], Geometry | None]] = {"wpt": waypoint, "rte": route, "trk": track}
