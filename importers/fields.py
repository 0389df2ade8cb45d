"""Which fields of a layer a file may fill, and by which names its columns mean them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.db.models import Field, ForeignKey
from django.utils.encoding import force_str
from django.utils.translation import override

from geocore.measures import Dimension, Unit, read_header, unit_of_field
from layers.fields import field_of
from layers.spec import SpatialLayer

KEPT_BY_US = frozenset(
    {
        "id",
        "version",
        "deleted_at",
        "batch",
        "given",
        "changed_at",
        "changed_by",
        "changed_through",
        "change_reason",
        "scope",
        "counties",
    }
)
"""What the product writes itself, and lists that a cell can't hold."""

DERIVED = {"regions": frozenset({"level", "parent", "aliases", "demonstration"})}
"""What follows from the code, or is no matter of a file."""

LEFT_OUT = ""
"""What a column is assigned to that the user wants left out, whatever its name means."""

LANGUAGES = ("en", "zh-hans")
WKT_DIGITS = -1


def importable(layer: SpatialLayer) -> dict[str, Field[Any, Any]]:
    """Return the fields that a column of a file may fill, by name; geometries are not columns."""
    keys = {name for key in layer.imports.match for name in key.fields}
    found = {}
    for field in layer.model._meta.concrete_fields:
        if field.name in KEPT_BY_US or field.name in layer.protected or field.name in DERIVED.get(layer.key, ()):
            continue
        if getattr(field, "generated", False) or isinstance(field, GeometryField):
            continue
        if type(field).__name__ in {"JSONField", "ArrayField"} or not (field.editable or field.name in keys):
            continue
        found[field.name] = field
    return found


def point_fields(layer: SpatialLayer) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the point fields that two columns may fill: name to the aliases of x and of y."""
    return dict(layer.imports.points)


def squeezed(name: str) -> str:
    """Return a column name without case, spaces, underscores, brackets and full-width forms."""
    return re.sub(r"[\s_\-()\[\]:/.]+", "", unicodedata.normalize("NFKC", name).casefold())


@cache
def aliases(layer_key: str) -> dict[str, str]:
    """Return squeezed column names to the field that each means; points as "geom.x" and "geom.y"."""
    from layers.registry import get_layer

    layer = get_layer(layer_key)
    known: dict[str, str] = {}
    for rank in (declared_names, titles, of_exports):
        for field, name in rank(layer):
            known.setdefault(squeezed(name), field)
    return known


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which field a header means, and the unit that it names (None: none, or none that the field knows)."""

    field: str
    unit: Unit | None = None


def meaning_of(layer_key: str, name: str) -> Meaning | None:
    """Return what a header means by its aliases; None for nothing.

    A header that is an alias but for its unit means the field too: 面积（平方米） where 面积亩 is declared.
    """
    header = read_header(name)
    target = aliases(layer_key).get(squeezed(name))
    if target is None and squeezed(name) in others(layer_key):
        return None
    if target is None and header.unit is not None:
        target = measured(layer_key).get((squeezed(header.base), header.unit.dimension))
    if target is None:
        return None
    own = unit_of_field(target)
    known = own is not None and header.unit is not None and header.unit.dimension is own.dimension
    return Meaning(target, header.unit if known else None)


@cache
def others(layer_key: str) -> frozenset[str]:
    """Return the squeezed names of fields that no file fills, such as computed areas: they mean nothing else."""
    from layers.registry import get_layer

    layer = get_layer(layer_key)
    kept = [one for one in layer.model._meta.concrete_fields if one.name not in importable(layer)]
    names = [name for one in kept for name in (one.name, str(one.column), *in_every_language(one.verbose_name))]
    return frozenset(squeezed(name) for name in names)


@cache
def measured(layer_key: str) -> dict[tuple[str, Dimension], str]:
    """Return squeezed column names without their unit, and what is measured, to the field that each means."""
    from layers.registry import get_layer

    layer = get_layer(layer_key)
    known: dict[tuple[str, Dimension], str] = {}
    for rank in (declared_names, titles):
        for field, name in rank(layer):
            unit = unit_of_field(field)
            if unit is not None:
                known.setdefault((squeezed(read_header(name).base), unit.dimension), field)
    return known


def declared_names(layer: SpatialLayer) -> Iterator[tuple[str, str]]:
    """Yield field and column name: the field's own name and column first, then the declared aliases."""
    fields = importable(layer)
    for name, field in fields.items():
        yield name, name
        yield name, str(field.column)
    for name, words in layer.imports.columns.items():
        if name in fields:
            yield from ((name, word) for word in words)
    for name, axes in point_fields(layer).items():
        for axis, words in zip("xy", axes, strict=True):
            yield from ((f"{name}.{axis}", word) for word in (f"{name}.{axis}", *words))
    for name in layer.protected:  # "stage" in a file is what somebody declares
        if f"declared_{name}" in fields:
            yield f"declared_{name}", name


def titles(layer: SpatialLayer) -> Iterator[tuple[str, str]]:
    """Yield field and its title in every language: our own exports have them as headers."""
    for name, field in importable(layer).items():
        yield from ((name, title) for title in in_every_language(field.verbose_name))


def of_exports(layer: SpatialLayer) -> Iterator[tuple[str, str]]:
    """Yield field and the further names that our own exports give it: in shapefiles, and positions in spreadsheets."""
    from importers.exporters.columns import columns_of
    from importers.exporters.short_names import short_names

    columns = columns_of(layer, personal=True)
    fields, short = importable(layer), short_names(columns)
    yield from ((column.field.name, short[column.name]) for column in columns if column.field.name in fields)
    for name in point_fields(layer):
        for title in in_every_language(field_of(layer.model, name).verbose_name):
            yield from ((f"{name}.{axis}", f"{title} {axis}") for axis in "xy")


def in_every_language(text: Any) -> list[str]:
    """Return a translatable text in each language of the pages."""
    said = []
    for language in LANGUAGES:
        with override(language):
            said.append(force_str(text))
    return list(dict.fromkeys(said))


def title_of(layer: SpatialLayer, name: str) -> str:
    """Return the title of a field in the present language."""
    return force_str(field_of(layer.model, name).verbose_name)


def target_of(field: Field[Any, Any]) -> SpatialLayer | None:
    """Return the layer whose code a field holds, or None."""
    from layers.registry import layer_of

    return layer_of(field.related_model) if isinstance(field, ForeignKey) else None  # type: ignore[arg-type]


def is_required(field: Field[Any, Any]) -> bool:
    """Return whether a new feature can't be stored without a value."""
    return not (field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def targets_of(layer: SpatialLayer) -> list[str]:
    """Return what a column may be assigned to."""
    axes = [f"{name}.{axis}" for name in point_fields(layer) for axis in "xy"]
    return [*importable(layer), *axes]
