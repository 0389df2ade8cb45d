"""Geometries in forms: typed or drawn, and taken only as exact as they are stored."""

from __future__ import annotations

from typing import Any

import shapely
from django import forms
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geocore.geometry import POINTS, POLYGONS, find_faults
from layers.exactness import rounded_corners
from layers.geometry_words import (
    GeometryTextError,
    fault_sentence,
    geometry_from_text,
    geometry_text,
)
from layers.spec import CGCS2000


class PositionWidget(forms.MultiWidget):
    """Longitude and latitude as two text inputs; the map writes into them and reads from them."""

    template_name = "layers/widgets/position.html"

    def __init__(self) -> None:
        number = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
        super().__init__({"lon": forms.TextInput(attrs=number), "lat": forms.TextInput(attrs=number)})

    def decompress(self, value: Any) -> list[str]:
        """Return both numbers with all their digits."""
        return [repr(value.x), repr(value.y)] if isinstance(value, Point) else ["", ""]


class PositionField(forms.MultiValueField):
    """A point, typed as longitude and latitude in CGCS2000 degrees."""

    widget = PositionWidget
    default_error_messages = {"incomplete": gettext_lazy("Give both longitude and latitude, or neither.")}

    def __init__(self, **options: Any) -> None:
        degrees = {"invalid": gettext_lazy("A coordinate is a number of degrees such as 107.54321.")}
        numbers = (
            forms.FloatField(required=False, error_messages=degrees),
            forms.FloatField(required=False, error_messages=degrees),
        )
        super().__init__(numbers, require_all_fields=False, widget=PositionWidget(), **options)

    def compress(self, values: list[float | None]) -> Point | None:
        """Return the point."""
        if not values or all(value is None for value in values):
            return None
        if values[0] is None or values[1] is None:
            raise forms.ValidationError(self.error_messages["incomplete"], code="incomplete")
        return Point(values[0], values[1], srid=CGCS2000)

    def clean(self, value: Any) -> Any:
        """Return the point if it can be one on the earth."""
        return without_faults(super().clean(value))


class BoundaryField(forms.CharField):
    """A polygon or multipolygon as GeoJSON, drawn on the map or written by hand."""

    def __init__(self, kind: str, **options: Any) -> None:
        self.kind = kind
        widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off", "class": "geojson"})
        super().__init__(widget=widget, empty_value="", **options)

    def prepare_value(self, value: Any) -> Any:
        """Return the text of a geometry; text that was typed stays as it was typed."""
        return geometry_text(value) if isinstance(value, GEOSGeometry) else value

    def clean(self, value: Any) -> Any:
        """Return the geometry if it is valid; else say what is wrong and where."""
        text = super().clean(value)
        if not text:
            return None
        try:
            geom = geometry_from_text(text, self.kind)
        except GeometryTextError as error:
            raise forms.ValidationError(str(error), code="geometry_text") from error
        return without_faults(geom)


def without_faults(geom: GEOSGeometry | None) -> GEOSGeometry | None:
    """Return a geometry that has no fault.

    Raises
    ------
    ValidationError
        What is wrong, where, and what to do; nothing is repaired.
    """
    if geom is None:
        return None
    accept = POINTS if geom.geom_type == "Point" else POLYGONS
    faults = find_faults([shapely.from_wkb(bytes(geom.wkb))], accept)
    if faults:
        raise forms.ValidationError(fault_sentence(faults[0]), code=str(faults[0].code))
    return geom


def refuse_rounding(stored: GEOSGeometry | None, given: GEOSGeometry | None) -> None:
    """Refuse a geometry in which corners that nobody moved have lost digits.

    Raises
    ------
    ValidationError
        How many corners, and the first of them.
    """
    if stored is None or given is None:
        return
    rounded = rounded_corners(stored, given)
    if len(rounded):
        lon, lat = rounded[0].tolist()
        raise forms.ValidationError(
            _(
                "%(count)d corners came back rounded (the first: %(lon)r, %(lat)r), as programs with few decimals send "
                "them. Saving would move the stored boundary. Reload the page and move the corners again, or leave the "
                "geometry as it was."
            ),
            params={"count": len(rounded), "lon": lon, "lat": lat},
            code="rounded",
        )


def geometry_field(model_field: Any, **options: Any) -> forms.Field:
    """Return the form field for a geometry column."""
    kind = str(model_field.geom_type).upper()
    if kind == "POINT":
        return PositionField(**options)
    return BoundaryField({"POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon"}[kind], **options)
