"""What a dossier tells of a feature beside its own fields: what refers to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode

from accounts.roles import Action
from accounts.selectors import granted_area
from geocore.divisions import DivisionCode
from layers.catalogue.regions import Region
from layers.listing import region_path
from layers.presentation import Names, Shown, area_title, is_area, label_of, related_key, shown
from layers.registry import all_layers
from layers.selectors import features_for, may

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature
    from layers.spec import SpatialLayer, Text


@dataclass(frozen=True, slots=True)
class Related:
    """Features of another layer that refer to this one, and the list that shows them."""

    title: Text
    count: int
    url: str
    note: str = ""
    """How they refer to it, where they can in more than one way."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of fields under its heading."""

    title: Text
    fields: list[Shown]


def shown_fields(layer: SpatialLayer, *, user: Asker) -> tuple[str, ...]:
    """Return the fields of the declared groups that `user` may read: all with a grant, else the public ones.

    A dossier tells more than a tile or an export: the fields of its groups, whether or not they are properties.
    """
    grouped = [name for _title, names in layer.groups for name in names]
    return tuple(name for name in grouped if name in layer.public or holds_grant(layer, user=user))


def holds_grant(layer: SpatialLayer, *, user: Asker) -> bool:
    """Return whether `user` has a grant to view the layer somewhere, beyond what is public."""
    area = granted_area(user=user, layer=layer.key, action=Action.VIEW, roles=layer.access.roles(Action.VIEW))
    return not area.nowhere


def groups_of(layer: SpatialLayer, row: Any, fields: tuple[str, ...], names: Names) -> list[Group]:
    """Return the declared groups with their values in words; `items` has a form of its own and is left out."""
    found = []
    for title, members in layer.groups:
        cells = [shown(layer, row, name, names) for name in members if name in fields and not is_items(layer, name)]
        if cells:
            found.append(Group(title, cells))
    return found


def is_items(layer: SpatialLayer, name: str) -> bool:
    """Return whether a field holds structured items."""
    return layer.model._meta.get_field(name).get_internal_type() == "JSONField"  # type: ignore[union-attr]


def areas_of(layer: SpatialLayer, row: Any, names: Names) -> list[Shown]:
    """Return the areas that the database computed."""
    return [
        replace(shown(layer, row, found.name, names), label=area_title(found))
        for found in layer.model._meta.concrete_fields
        if is_area(found) and getattr(row, found.attname) is not None
    ]


def related_features(layer: SpatialLayer, feature: Feature, *, user: Asker) -> list[Related]:
    """Return what refers to `feature`, counted within the area of `user`: one query a layer."""
    if layer.model is Region:
        return within_division(feature, user=user)
    found = []
    for other in all_layers():
        if not may(other, user=user, action=Action.VIEW):
            continue
        for key in other.model._meta.concrete_fields:
            if related_key(key) == layer.key:
                count = features_for(other, user=user).filter(**{key.attname: feature.code}).count()
                found.append(Related(other.title, count, list_url(other.key, key.name, feature.code), label_of(key)))
    titles = [one.title for one in found]
    return [one if titles.count(one.title) > 1 else replace(one, note="") for one in found]


def within_division(region: Feature, *, user: Asker) -> list[Related]:
    """Return what lies in a division, layer by layer."""
    prefix = DivisionCode.parse(region.code).prefix
    found = []
    for other in all_layers():
        if may(other, user=user, action=Action.VIEW):
            rows = features_for(other, user=user).filter(**{f"{region_path(other)}__startswith": prefix})
            if other.model is Region:
                rows = rows.exclude(pk=region.pk)
            found.append(Related(other.title, rows.count(), list_url(other.key, "region", prefix)))
    return found


def list_url(key: str, name: str, value: str) -> str:
    """Return the address of the list of a layer narrowed to one answer."""
    return f"{reverse('layers:list', kwargs={'layer': key})}?{urlencode({name: value})}"
