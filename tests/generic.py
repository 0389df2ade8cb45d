"""A feature of any declared layer, also of one that nobody wrote a factory for."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.contrib.gis.db import models
from django.db.models import Field, Model

NUMBERS = itertools.count(1)


def needed(field: Any) -> bool:
    """Return whether a row cannot be stored without a value for `field`."""
    return (
        field.editable
        and not field.primary_key
        and not field.null
        and not field.blank
        and not field.has_default()
        and not getattr(field, "generated", False)
    )


def value_for(field: Field[Any, Any], number: int, place: dict[str, Any]) -> Any:
    """Return a value that `field` takes.

    Raises
    ------
    TypeError
        Fields of this type are not known here: write a factory for the layer.
    """
    if field.choices:
        return field.choices[0][0]
    for kind, value in (
        (models.PointField, place["point"]),
        (models.MultiPolygonField, place["multi"]),
        (models.PolygonField, place["polygon"]),
        (models.CharField, f"示例{number}"),
        (models.TextField, f"示例{number}"),
        (models.BooleanField, False),
        ((models.IntegerField, models.FloatField, models.DecimalField), 1),
        (models.DateTimeField, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        (models.DateField, dt.date(2020, 1, 1)),
    ):
        if isinstance(field, kind):
            return value
    raise TypeError(f"No value is known for {field}: write a factory in tests/factories.py.")


def generic_feature(model: type[Model], *, region: Any, place: dict[str, Any], **values: Any) -> Any:
    """Return a new row of `model`, owned by `region`, with what it needs and `values`.

    Parameters
    ----------
    place
        A geometry of each kind (`point`, `polygon`, `multi`) inside the region.
    """
    number = next(NUMBERS)
    given = {"code": f"X-TEST-{number:05d}", "region": region, **values}
    for field in model._meta.concrete_fields:
        if field.name not in given and needed(field):
            given[field.name] = value_for(field, number, place)
    made = model._default_manager.create(**given)
    made.refresh_from_db()
    return made
