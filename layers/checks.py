"""System checks of the declarations: a layer that contradicts itself stops the start with a hint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.core.checks import Error, register
from django.core.exceptions import FieldDoesNotExist

from layers.registry import all_layers
from layers.spec import CGCS2000, SpatialLayer

PERSONAL_WORDS = ("id_number", "phone", "head_name", "person_name")


@register()
def check_layers(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Return what is wrong with the declared layers."""
    return [problem for layer in all_layers() for problem in problems_of(layer)]


def problems_of(layer: SpatialLayer) -> Iterator[Error]:
    """Yield what is wrong with one layer."""
    yield from unknown_fields(layer)
    yield from wrong_geometries(layer)
    yield from leaked_fields(layer)


def named_fields(layer: SpatialLayer) -> Iterator[tuple[str, str]]:
    """Yield each field name that the declaration uses, with the place that uses it."""
    places = {
        "public": layer.public,
        "internal": layer.internal,
        "personal": layer.personal,
        "columns": layer.columns,
        "filters": layer.filters,
        "search": layer.search,
        "protected": layer.protected,
        "inside_area": layer.inside_area,
        "groups": tuple(name for _title, names in layer.groups for name in names),
        "imports.columns": tuple(layer.imports.columns),
        "imports.points": tuple(layer.imports.points),
        "imports.match": tuple(name for key in layer.imports.match for name in key.fields),
        "imports.geometry": (layer.imports.geometry,),
        "views": layer.geometries,
    }
    for place, names in places.items():
        for name in names:
            yield place, name


def unknown_fields(layer: SpatialLayer) -> Iterator[Error]:
    """Yield the names that are no field of the model."""
    for place, name in named_fields(layer):
        try:
            layer.model._meta.get_field(name)
        except FieldDoesNotExist:
            yield Error(
                f"Layer “{layer.key}”: {place} names “{name}”, which {layer.model.__name__} does not have.",
                hint="Correct the name in the declaration, or add the field to the model.",
                obj=layer.model,
                id="layers.E001",
            )


def wrong_geometries(layer: SpatialLayer) -> Iterator[Error]:
    """Yield views that are drawn at something else than a geometry in the storage CRS."""
    known = {field.name: field for field in layer.model._meta.get_fields()}
    for view in layer.views:
        field = known.get(view.geom)
        if field is not None and (not isinstance(field, GeometryField) or field.srid != CGCS2000):
            yield Error(
                f"Layer “{layer.key}”: view “{view.key}” needs a geometry field in EPSG:{CGCS2000}, not “{view.geom}”.",
                hint="Use layers.base.point or layers.base.multipolygon.",
                obj=layer.model,
                id="layers.E002",
            )


def leaked_fields(layer: SpatialLayer) -> Iterator[Error]:
    """Yield fields that hold personal data, or properties of a non-public layer that are declared public."""
    for field in layer.model._meta.get_fields():
        if field.name in PERSONAL_WORDS:
            yield Error(
                f"Layer “{layer.key}”: “{field.name}” is personal data and has no place in a spatial table.",
                hint="Keep it in layers.personal, under row-level security.",
                obj=layer.model,
                id="layers.E003",
            )
    if layer.public and not layer.access.public:
        yield Error(
            f"Layer “{layer.key}” declares public properties but is not public.",
            hint="Set Access(public=True), or move the properties to internal.",
            obj=layer.model,
            id="layers.E004",
        )
    drawn = [name for name in layer.personal if name in layer.properties(staff=True)]
    if drawn:
        yield Error(
            f"Layer “{layer.key}” declares as personal what maps and tiles carry: {', '.join(drawn)}.",
            hint="Take it out of public and internal, and keep it in groups.",
            obj=layer.model,
            id="layers.E005",
        )
