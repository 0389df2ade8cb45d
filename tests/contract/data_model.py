"""Writes the part of docs/reference/data-model.md that follows from the declarations.

DJANGO_SETTINGS_MODULE=gisapp.settings python -m tests.contract.data_model
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "data-model.md"
BEGIN, END = "<!-- begin: from the declarations -->", "<!-- end: from the declarations -->"
COMMON = ("id", "code", "version", "deleted_at", "batch", "source", "source_id", "given", "scope", "region")


def declared_part() -> str:
    """Return a section for each layer, in English whatever the language of the reader."""
    from django.utils.translation import override

    from layers.registry import all_layers

    with override("en"):
        return "\n".join(section(layer) for layer in all_layers())


def section(layer: Any) -> str:
    """Return the section of one layer: its views, its rights and its fields."""
    views = ", ".join(f"`{view.key}` (`{view.geom}`, from zoom {view.tiles.minzoom})" for view in layer.views)
    access = layer.access
    viewers = "anybody" if access.public else roles(access.roles("view"))
    rows = [row(layer, field) for field in layer.model._meta.concrete_fields if listed(field)]
    return "\n".join(
        [
            f"## `{layer.key}`: {layer.title}",
            "",
            f"Table `{layer.model._meta.db_table}`. Views: {views}.",
            f"Seen by: {viewers}. Changed by: {roles(access.change)}. Imported by: {roles(access.import_)}.",
            "",
            "| field | column | type | name | shown |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def listed(field: Any) -> bool:
    """Return whether a field is described with its layer, and not once for all."""
    return field.name not in COMMON[:1] + COMMON[2:] and not field.name.startswith("change")


def row(layer: Any, field: Any) -> str:
    """Return the row of a field."""
    kind = field.output_field if getattr(field, "generated", False) else field
    return (
        f"| `{field.name}` | `{field.column}` | {type_of(kind)} | {field.verbose_name} | {shown(layer, field.name)} |"
    )


def type_of(field: Any) -> str:
    """Return the type of a column in a word."""
    if field.choices:
        return "one of " + ", ".join(f"`{value}`" for value, _label in field.flatchoices)
    if field.is_relation:
        return f"code of `{field.related_model._meta.verbose_name}`"
    name = field.get_internal_type().removesuffix("Field")
    return f"{name} ({field.max_length})" if getattr(field, "max_length", None) else name


def shown(layer: Any, name: str) -> str:
    """Return who is shown a field: anybody, people with a grant on every surface, or those in the dossier alone."""
    if name in layer.public:
        return "anybody"
    if name in layer.internal:
        return "with a grant"
    if name in layer.geometries:
        return "geometry"
    if name in {view.tiles.overview for view in layer.views}:
        return "geometry at low zooms"
    return "dossier" if any(name in names for _title, names in layer.groups) else "no surface"


def roles(given: Any) -> str:
    """Return roles as words, in their own order."""
    from accounts.roles import STAFF, Role

    if given >= STAFF:
        return "every role of the office"
    return ", ".join(f"`{role}`" for role in Role if role in given) or "nobody"


def whole() -> str:
    """Return the document as it should be."""
    before, rest = DOCUMENT.read_text("utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n\n{declared_part()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    import django

    django.setup()
    DOCUMENT.write_text(whole(), "utf-8")
