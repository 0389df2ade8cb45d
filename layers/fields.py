"""Fields of models, by name."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model


def field_of(model: type[Model] | Model, name: str) -> Field[Any, Any]:
    """Return the column of `model` that is called `name`.

    Raises
    ------
    django.core.exceptions.FieldDoesNotExist
    """
    # Django types a field as anything that `_meta` may hold, relations without a column among it.
    return cast("Field[Any, Any]", model._meta.get_field(name))


def is_array(field: Field[Any, Any]) -> bool:
    """Return whether a column holds a list."""
    return isinstance(field, ArrayField)


def is_geometry(field: Field[Any, Any]) -> bool:
    """Return whether a column holds a geometry."""
    return isinstance(field, GeometryField)
