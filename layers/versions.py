"""The versions of a feature: who made each, when, why, through what, and what it changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from django.contrib.gis.db.models import GeometryField
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Through
from geocore.geodesy import area_m2, distance_m
from geocore.units import m2_to_mu
from layers.presentation import Names, label_of, names_for, shown

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature
    from layers.spec import SpatialLayer

UNSEEN = frozenset(
    {"id", "version", "scope", "given", "outline", "changed_at", "changed_by", "changed_through", "change_reason"}
)
"""Fields that say who and how, or follow from others: not differences in themselves."""

MAX_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions do not share."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and how it differs from the one before."""

    number: int
    at: dt.datetime
    by: str
    through: str
    reason: str
    newest: bool
    deleted: bool
    differences: tuple[Difference, ...] | None
    """None for the oldest version that is kept."""


def feature_versions(layer: SpatialLayer, feature: Feature, *, user: Asker) -> list[Version]:
    """Return the versions of a feature, newest first; four queries, however many there are."""
    kept: Any = feature.versions  # type: ignore[attr-defined]
    images = [feature, *kept.order_by("-version")[:MAX_VERSIONS]]
    names = names_for(layer, images, compared_fields(layer), user=user)
    people = people_named({image.changed_by_id for image in images})
    older: list[Any] = [*images[1:], None]
    return [
        Version(
            number=image.version,
            at=image.changed_at,
            by=people.get(image.changed_by_id, _("system")),
            through=str(dict(Through.choices).get(image.changed_through, image.changed_through)),
            reason=image.change_reason,
            newest=image is feature,
            deleted=image.deleted_at is not None,
            differences=differences(layer, before, image, names) if before is not None else None,
        )
        for image, before in zip(images, older, strict=True)
    ]


def image_of(feature: Feature, version: int) -> Any:
    """Return the feature itself or its earlier image with this version number; None where it is not kept."""
    if feature.version == version:
        return feature
    kept: Any = feature.versions  # type: ignore[attr-defined]
    return kept.filter(version=version).first()


def people_named(ids: set[int | None]) -> dict[int | None, str]:
    """Return the names of users by id."""
    return {person.pk: str(person) for person in User.objects.filter(pk__in=[pk for pk in ids if pk])}


def compared_fields(layer: SpatialLayer) -> list[str]:
    """Return the fields in which versions can differ for a reader."""
    return [
        found.name
        for found in layer.model._meta.concrete_fields
        if found.name not in UNSEEN and not getattr(found, "generated", False)
    ]


def differences(layer: SpatialLayer, before: Any, after: Any, names: Names) -> tuple[Difference, ...]:
    """Return what `after` changed against `before`, both a feature or one of its images."""
    found = []
    for name in compared_fields(layer):
        model_field: Any = layer.model._meta.get_field(name)
        old, new = getattr(before, model_field.attname), getattr(after, model_field.attname)
        if same(old, new):
            continue
        if isinstance(model_field, GeometryField):
            found.append(Difference(name, label_of(model_field), *geometry_words(old, new)))
        elif name == "deleted_at":
            found.append(Difference(name, _("Deleted"), yes_no(old), yes_no(new)))
        elif name == "items":
            found.append(Difference(name, capfirst(str(model_field.verbose_name)), "", _("changed")))
        else:
            texts = [shown(layer, image, name, names) for image in (before, after)]
            found.append(Difference(name, texts[0].label, texts[0].text, texts[1].text))
    return tuple(found)


def same(old: Any, new: Any) -> bool:
    """Return whether two values are equal; geometries are compared to the last bit."""
    if hasattr(old, "wkb") and hasattr(new, "wkb"):
        return bytes(old.wkb) == bytes(new.wkb)
    return bool(old == new)


def yes_no(value: object) -> str:
    """Return whether something is there, in a word."""
    return _("no") if value is None else _("yes")


def geometry_words(old: Any, new: Any) -> tuple[str, str]:
    """Return how a geometry changed: metres for points, mu for polygons, both geodesic."""
    if old is not None and new is not None and old.geom_type == new.geom_type == "Point":
        metres = float(distance_m([old.coords], [new.coords])[0])
        return position(old), _("%(position)s, moved by %(metres)s m") % {
            "position": position(new),
            "metres": f"{metres:,.2f}",
        }
    before, after = size(old), size(new)
    return before, _("%(size)s, redrawn") % {"size": after} if after and after == before else after


def position(point: Any) -> str:
    """Return a position in degrees, seven decimals (a centimetre)."""
    return f"{point.x:.7f}, {point.y:.7f}"


def size(geom: Any) -> str:
    """Return the extent of a geometry in words: a position, or an area in mu."""
    if geom is None:
        return ""
    if geom.geom_type == "Point":
        return position(geom)
    metres = float(area_m2([shapely.from_wkb(bytes(geom.wkb))])[0])
    return _("%(mu)s mu") % {"mu": f"{m2_to_mu(metres):,.4f}"}
