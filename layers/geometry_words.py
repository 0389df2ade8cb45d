"""The sentences of `geocore.geometry` in the reader's language, and geometries as text without losing a digit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Point, Polygon
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geocore.geometry import FAULTS, FaultCode
from layers.spec import CGCS2000

if TYPE_CHECKING:
    from geocore.geometry import GeometryFault
    from layers.spec import Text

# Literal, so that they are found for translation; a test compares them with geocore's.
SENTENCES: dict[FaultCode, tuple[Text, Text]] = {
    FaultCode.MISSING: (gettext_lazy("There is no geometry."), gettext_lazy("Draw it, or remove the row.")),
    FaultCode.EMPTY: (gettext_lazy("The geometry is empty."), gettext_lazy("Draw it, or remove the row.")),
    FaultCode.WRONG_TYPE: (
        gettext_lazy("The geometry is a %(detail)s."),
        gettext_lazy("Send the kind of geometry that the layer holds."),
    ),
    FaultCode.NOT_FINITE: (
        gettext_lazy("A coordinate is not a number."),
        gettext_lazy("Correct the coordinate, or leave the position empty."),
    ),
    FaultCode.ZERO_ZERO: (
        gettext_lazy("A coordinate is 0, 0, which stands for an unknown position."),
        gettext_lazy("Correct the coordinate, or leave the position empty."),
    ),
    FaultCode.OUT_OF_RANGE: (
        gettext_lazy("A coordinate lies outside the earth's longitudes and latitudes."),
        gettext_lazy("Check the coordinate and the coordinate reference system."),
    ),
    FaultCode.AXES_SWAPPED: (
        gettext_lazy("Longitude and latitude seem to be swapped: the other way round the position lies in China."),
        gettext_lazy("Swap the two columns, or name the axis order."),
    ),
    FaultCode.SELF_INTERSECTION: (
        gettext_lazy("The boundary crosses itself."),
        gettext_lazy("Move the corner so that the lines do not cross."),
    ),
    FaultCode.RING_SELF_INTERSECTION: (
        gettext_lazy("The boundary touches itself."),
        gettext_lazy("Separate the two places, or draw them as two polygons."),
    ),
    FaultCode.HOLE_OUTSIDE_SHELL: (
        gettext_lazy("A hole lies outside the boundary."),
        gettext_lazy("Move or remove the hole."),
    ),
    FaultCode.NESTED_HOLES: (
        gettext_lazy("A hole lies inside another hole."),
        gettext_lazy("Remove the inner hole, or draw it as an island."),
    ),
    FaultCode.NESTED_SHELLS: (
        gettext_lazy("A part lies inside another part."),
        gettext_lazy("Remove one of the two parts."),
    ),
    FaultCode.DISCONNECTED_INTERIOR: (
        gettext_lazy("Holes cut the area into separate pieces."),
        gettext_lazy("Draw the pieces as separate parts."),
    ),
    FaultCode.DUPLICATE_RINGS: (
        gettext_lazy("The same ring is there twice."),
        gettext_lazy("Remove one of the two."),
    ),
    FaultCode.TOO_FEW_POINTS: (
        gettext_lazy("A ring has fewer than three different corners, or a line fewer than two."),
        gettext_lazy("Draw it again with all its corners."),
    ),
    FaultCode.INVALID: (gettext_lazy("The geometry is not valid: %(detail)s."), gettext_lazy("Draw it again.")),
    FaultCode.RING_NOT_CLOSED: (
        gettext_lazy("A ring does not end where it begins."),
        gettext_lazy("Close the ring on its first corner."),
    ),
    FaultCode.CURVE: (
        gettext_lazy("The geometry has curves, which are not kept."),
        gettext_lazy("Turn arcs into lines with short segments and send the file again."),
    ),
    FaultCode.UNREADABLE: (
        gettext_lazy("The geometry can't be read: %(detail)s."),
        gettext_lazy("Export the file again."),
    ),
}


class GeometryTextError(ValueError):
    """The text is no geometry; `str()` is the sentence for the user."""


def fault_sentence(fault: GeometryFault) -> str:
    """Return what is wrong, where, and what to do."""
    sentence, remedy = SENTENCES.get(fault.code, FAULTS[fault.code])
    told = str(sentence) % {"detail": fault.detail}
    if fault.lon is not None and fault.lat is not None:
        place = _("At %(lon)s°E %(lat)s°N.") % {"lon": f"{fault.lon:.5f}", "lat": f"{fault.lat:.5f}"}
        told = f"{told} {place}"
    return f"{told} {remedy}"


def geometry_text(geom: Any) -> str:
    """Return a geometry as GeoJSON in which every coordinate keeps all its digits."""
    if geom is None:
        return ""
    return json.dumps({"type": geom.geom_type, "coordinates": geom.coords}, separators=(",", ":"))


def geometry_from_text(text: str, kind: str) -> GEOSGeometry:
    """Return the geometry written in GeoJSON `text`, to the last bit.

    Parameters
    ----------
    kind
        Point, Polygon or MultiPolygon; one polygon is taken for a multipolygon of one part, and the other way round.

    Raises
    ------
    GeometryTextError
    """
    try:
        given = json.loads(text)
        found, coordinates = given["type"], given["coordinates"]
    except (ValueError, KeyError, TypeError) as error:
        raise GeometryTextError(_("This is not a GeoJSON geometry with a type and coordinates.")) from error
    if kind == "MultiPolygon" and found == "Polygon":
        found, coordinates = kind, [coordinates]
    elif kind == "Polygon" and found == "MultiPolygon" and isinstance(coordinates, list) and len(coordinates) == 1:
        found, coordinates = kind, coordinates[0]
    if found != kind:
        raise GeometryTextError(
            _("The geometry is a %(found)s; this layer holds a %(kind)s.") % {"found": str(found)[:40], "kind": kind}
        )
    try:
        return built(kind, coordinates)
    except (TypeError, ValueError, GEOSException) as error:
        raise GeometryTextError(
            _("The coordinates cannot be read: each position is two numbers, a ring closes where it begins.")
        ) from error


def built(kind: str, coordinates: Any) -> GEOSGeometry:
    """Return the geometry of these nested positions."""
    if kind == "Point":
        return Point(*position_of(coordinates), srid=CGCS2000)
    if kind == "Polygon":
        return Polygon(*rings_of(coordinates), srid=CGCS2000)
    return MultiPolygon(*(Polygon(*rings_of(part)) for part in coordinates), srid=CGCS2000)


def rings_of(rings: Any) -> list[list[tuple[float, float]]]:
    """Return the rings of a polygon."""
    return [[position_of(place) for place in ring] for ring in rings]


def position_of(place: Any) -> tuple[float, float]:
    """Return a position; heights are not kept and are refused rather than dropped."""
    x, y = place
    if isinstance(x, (bool, str)) or isinstance(y, (bool, str)):
        raise TypeError("a coordinate is a number")
    return float(x), float(y)
