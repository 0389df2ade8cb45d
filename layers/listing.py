"""What a list page shows: which rows, in what order, and the divisions one may drill into."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.roles import Action
from accounts.selectors import granted_area
from geocore.divisions import DivisionCode
from layers.catalogue.regions import Level, Region
from layers.presentation import related_key
from layers.selectors import features_for, shown_properties

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.selectors import Asker
    from layers.base import FeatureQuerySet
    from layers.spec import SpatialLayer

PAGE_ROWS = 50
MAX_CHOICES = 300
"""More divisions than this do not help in a select: no division has more children."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What somebody asks of a list.

    Attributes
    ----------
    among
        Field to the values it may have: choice fields and codes of other features.
    until
        Date field to the last day that counts; rows without the date are left out.
    missing
        Date fields that must be empty.
    region
        12-digit code of the division that owns the rows, itself or from above; empty asks nothing.
    words
        Searched in the declared fields; all words must be found.
    sort
        A column, with `-` for falling; empty is the declared order.
    """

    among: dict[str, list[Any]] = field(default_factory=dict)
    until: dict[str, dt.date] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    region: str = ""
    words: str = ""
    sort: str = ""

    @property
    def narrows(self) -> bool:
        """True where not every row is asked for."""
        return bool(self.among or self.until or self.missing or self.region or self.words)


def listed_columns(layer: SpatialLayer, *, user: Asker) -> tuple[str, ...]:
    """Return the declared columns that `user` may be shown."""
    allowed = shown_properties(layer, user=user)
    return tuple(name for name in layer.columns if name in allowed)


def reference_filters(layer: SpatialLayer) -> tuple[str, ...]:
    """Return the foreign keys to other layers than divisions: a list can be narrowed to one of those features."""
    return tuple(
        found.name for found in layer.model._meta.concrete_fields if related_key(found) not in (None, "regions")
    )


def date_filters(layer: SpatialLayer, *, user: Asker) -> tuple[str, ...]:
    """Return the date fields by which `user` may narrow a list: those that are shown anyway."""
    return tuple(
        name
        for name in shown_properties(layer, user=user)
        if isinstance(layer.model._meta.get_field(name), models.DateField)
    )


def sortable(layer: SpatialLayer) -> tuple[str, ...]:
    """Return the columns that have an order."""
    return tuple(
        name
        for name in layer.columns
        if not isinstance(layer.model._meta.get_field(name), (ArrayField, models.JSONField))
    )


def listed_features(layer: SpatialLayer, *, user: Asker, query: ListQuery) -> FeatureQuerySet:
    """Return the features that `user` may see and that `query` asks for, in a stable order."""
    return features_for(layer, user=user).filter(*tests_of(layer, query)).order_by(*order(layer, query.sort))


def tests_of(layer: SpatialLayer, query: ListQuery) -> list[Q]:
    """Return what `query` asks of a row; who may see the row is another matter."""
    tests = [Q(**{f"{name}__in": values}) for name, values in query.among.items()]
    tests += [Q(**{f"{name}__lte": day}) for name, day in query.until.items()]
    tests += [Q(**{f"{name}__isnull": True}) for name in query.missing]
    if query.region:
        tests.append(Q(**{f"{region_path(layer)}__startswith": DivisionCode.parse(query.region).prefix}))
    return tests + [containing(layer, word) for word in query.words.split()]


def containing(layer: SpatialLayer, word: str) -> Q:
    """Return the test that one of the searched fields holds `word`."""
    test = Q()
    for name in layer.search:
        test |= Q(**{f"{name}__icontains": word})
    return test


def region_path(layer: SpatialLayer) -> str:
    """Return the path to the code of the division that owns a feature; a division is its own."""
    return "region__code" if hasattr(layer.model, "SCOPE_FIELDS") else "code"


def order(layer: SpatialLayer, sort: str) -> tuple[Any, ...]:
    """Return the order of a list: the asked column, missing values last, then the code so that pages never overlap."""
    if not sort:
        return (*layer.ordering, "id")
    found: Any = layer.model._meta.get_field(sort.lstrip("-"))
    column = models.F(found.attname)
    chosen = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return (chosen, "code")


@dataclass(frozen=True, slots=True)
class DrillDown:
    """The divisions above the chosen one, widest first, and those directly below it."""

    above: tuple[Region, ...] = ()
    chosen: Region | None = None
    below: tuple[Region, ...] = ()


def drill_down(layer: SpatialLayer, *, user: Asker, region: str) -> DrillDown:
    """Return where a list can be narrowed to from division `region`, or from the top of the user's area."""
    rows = Region.objects.alive().only("code", "name", "level")
    if not region:
        return DrillDown(below=tuple(top_divisions(layer, rows, user=user)[:MAX_CHOICES]))
    code = DivisionCode.parse(region)
    line = {found.code: found for found in rows.filter(code__in=[code.code, *(up.code for up in code.ancestors())])}
    above = tuple(line[up.code] for up in reversed(list(code.ancestors())) if up.code in line)
    below = tuple(rows.filter(parent__code=code.code).order_by("code")[:MAX_CHOICES])
    return DrillDown(above, line.get(code.code), below)


def top_divisions(layer: SpatialLayer, rows: QuerySet[Region], *, user: Asker) -> QuerySet[Region]:
    """Return the divisions to begin with: those granted, or what lies in the only one of them."""
    area = granted_area(user=user, layer=layer.key, action=Action.VIEW, roles=layer.access.roles(Action.VIEW))
    codes = [DivisionCode.parse(prefix).code for prefix in area.divisions]
    if len(codes) == 1:
        return rows.filter(parent__code=codes[0]).order_by("code")
    if codes:
        return rows.filter(code__in=codes).order_by("code")
    return rows.filter(level__lte=Level.PREFECTURE).order_by("code")
