"""What the forms of an import say, made safe: unknown names and values are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geocore.measures import UNITS, unit_of_field
from importers.fields import LEFT_OUT, targets_of
from importers.findings import load
from importers.profiles import Understanding, profile_save, profile_used, profiles_for, understanding_of
from importers.uploads import folder_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from importers.models import Upload
    from layers.spec import SpatialLayer

LONGEST_NAME = 60
"""Of an encoding or a CRS; longer ones mean nothing."""

LONGEST_PART = 200
"""Of a sheet or layer."""

ENCODINGS = ("UTF-8", "GB18030", "Big5", "UTF-16", "ISO-8859-1")
"""Offered on the page, the likely ones first."""


def choices_in(form: QueryDict, upload: Upload, layers: Sequence[SpatialLayer]) -> tuple[str, dict[str, Any]]:
    """Return the layer and the choices that a form names; what it does not name stays as it was.

    Raises
    ------
    importers.problems.WrongUseError
        The mapping is to be kept under a name that is none.
    """
    asked = form.get("layer", upload.layer)
    layer = asked if asked in {one.key for one in layers} else upload.layer
    chosen: dict[str, Any] = {}
    for name, longest in (("part", LONGEST_PART), ("encoding", LONGEST_NAME), ("crs", LONGEST_NAME)):
        if name in form:
            chosen[name] = form.get(name, "").strip()[:longest]
    if "other" in form:
        chosen["crs"] = form.get("other_crs", "").strip()[:LONGEST_NAME]
    declared = next((one for one in layers if one.key == layer), None)
    if declared is not None:
        if "columns" in form:
            chosen["columns"], chosen["units"] = columns_in(form, upload, declared)
        chosen |= profile_in(form, upload, declared)
        keep_profile(form, upload, declared, chosen)
    return layer, chosen


def profile_in(form: QueryDict, upload: Upload, layer: SpatialLayer) -> dict[str, Any]:
    """Return the choices of the saved mapping that a form names; nothing where the user may not use it."""
    number = form.get("profile", "")
    if not (number.isascii() and number.isdigit()):
        return {}
    profile = profiles_for(user=upload.owner, layer=layer).filter(pk=int(number[:9])).first()
    if profile is None:
        return {}
    profile_used(profile)
    said = understanding_of(profile)
    return {
        "columns": dict(said.columns),
        "units": dict(said.units),
        "encoding": said.encoding or "",
        "crs": said.crs or "",
    }


def keep_profile(form: QueryDict, upload: Upload, layer: SpatialLayer, chosen: dict[str, Any]) -> None:
    """Keep a mapping under the name that a form gives it; without a name nothing is kept.

    Raises
    ------
    importers.problems.WrongUseError
        The name is none.
    """
    found = load(folder_of(upload.pk))
    if not form.get("save_as", "").strip() or found is None:
        return
    every = {**upload.choices, **chosen}
    columns = {name: target for name, target in every.get("columns", {}).items() if target != LEFT_OUT}
    profile_save(
        user=upload.owner,
        layer=layer,
        name=form.get("save_as", ""),
        columns=[one.name for one in found.understood.columns],
        understood=Understanding(
            columns=columns, units=every.get("units", {}), encoding=every.get("encoding"), crs=every.get("crs")
        ),
    )


def columns_in(form: QueryDict, upload: Upload, layer: SpatialLayer) -> tuple[dict[str, str], dict[str, str]]:
    """Return column to field and column to unit: `field-N` and `unit-N` for the column number N of the file."""
    found = load(folder_of(upload.pk))
    if found is None:
        return {}, {}
    known = {LEFT_OUT, *targets_of(layer)}
    fields, units = {}, {}
    for number, column in enumerate(found.understood.columns):
        target = form.get(f"field-{number}", column.field)
        if target in known:
            fields[column.name] = target
        unit = form.get(f"unit-{number}", "")
        if unit in units_for(target):
            units[column.name] = unit
    return fields, units


def units_for(target: str) -> list[str]:
    """Return the units in which a file may give a field; none where it measures nothing."""
    own = unit_of_field(target)
    return [] if own is None else [one.symbol for one in UNITS if one.dimension is own.dimension]
