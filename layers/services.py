"""Changing features: one transaction, validation, area, version, author. Pages, admin and API all write here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.context import acting_as
from accounts.roles import Action, Through
from accounts.selectors import granted_area
from layers.area_check import metres_outside
from layers.codes import refuse_reserved, without_reason
from layers.constraints import sentence_for
from layers.errors import OutsideAreaError, ProtectedFieldError, StaleVersionError
from layers.registry import layer_of
from layers.selectors import features_for
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature

AREA_TOLERANCE_M = 50.0
"""How far a geometry may reach over the line: published boundaries are generalised by about this much."""


def feature_create(
    *, layer: SpatialLayer, values: Mapping[str, Any], user: Asker, through: Through = Through.PAGE, reason: str = ""
) -> Feature:
    """Store a new feature and return it.

    Raises
    ------
    ValidationError
        What is wrong, by field.
    OutsideAreaError
        The user has no grant on the division that owns it, or the geometry reaches beyond it.
    ProtectedFieldError
        `values` holds a field that only its own service writes.
    """
    refuse_protected(layer, values)
    feature: Feature = layer.model(**values)  # type: ignore[assignment]
    with acting_as(user, through=through, reason=reason):
        store(layer, feature, user, changed=set(values))
    return feature


def feature_update(
    *,
    feature: Feature,
    base_version: int,
    values: Mapping[str, Any],
    user: Asker,
    through: Through = Through.PAGE,
    reason: str = "",
) -> Feature:
    """Change `values` of a feature and return it; only what differs is written, and nothing when nothing does.

    Raises
    ------
    StaleVersionError
        The stored version is not `base_version` any more.
    ValidationError, OutsideAreaError, ProtectedFieldError
        As for `feature_create`.
    """
    layer = declared(feature)
    refuse_protected(layer, values)
    with acting_as(user, through=through, reason=reason):
        current = locked(feature, base_version)
        changed = {name for name, value in values.items() if differs(current, name, value)}
        if "code" in changed:
            raise ValidationError({"code": _("A code never changes: other records refer to it.")})
        if changed:
            may_change_now(layer, current, user)
            for name in changed:
                setattr(current, name, values[name])
            store(layer, current, user, changed)
    return current


def feature_delete(
    *, feature: Feature, base_version: int, user: Asker, through: Through = Through.PAGE, reason: str = ""
) -> Feature:
    """Mark a feature as deleted and return it; its history stays and it can be restored.

    Raises
    ------
    StaleVersionError, OutsideAreaError
        As for `feature_update`.
    """
    layer = declared(feature)
    with acting_as(user, through=through, reason=reason):
        current = locked(feature, base_version)
        may_change_now(layer, current, user)
        current.deleted_at = timezone.now()
        current.save(update_fields=["deleted_at"])
        current.refresh_from_db()
    return current


def feature_restore(
    *, feature: Feature, version: int, user: Asker, through: Through = Through.PAGE, reason: str = ""
) -> Feature:
    """Make an earlier version the newest one again and return the feature.

    Fields that only their own service writes keep their present values. A deleted feature comes back.

    Raises
    ------
    LookupError
        There is no such version.
    ValidationError, OutsideAreaError
        As for `feature_update`.
    """
    layer = declared(feature)
    with acting_as(user, through=through, reason=reason):
        current = locked(feature, None)
        image = current.versions.filter(version=version).first()  # type: ignore[attr-defined]
        if image is None:
            raise LookupError(version)
        names = restorable(layer)
        changed = {name for name in names if differs(current, name, getattr(image, name))}
        for name in changed:
            setattr(current, name, getattr(image, name))
        current.deleted_at = None
        store(layer, current, user, changed | {"deleted_at"})
    return current


def restorable(layer: SpatialLayer) -> list[str]:
    """Return the names of the fields that an earlier version may bring back."""
    own = {"id", "code", "version", "deleted_at", "scope", "batch", "given", *layer.protected}
    return [
        field.attname
        for field in layer.model._meta.concrete_fields
        if not getattr(field, "generated", False) and field.name not in own and not field.name.startswith("change")
    ]


def declared(feature: Feature) -> SpatialLayer:
    """Return the layer of a feature."""
    layer = layer_of(type(feature))
    if layer is None:
        raise TypeError(f"{type(feature).__name__} is not declared as a layer")
    return layer


def refuse_protected(layer: SpatialLayer, values: Mapping[str, Any]) -> None:
    """Refuse values for fields that only their own service writes."""
    names = sorted(set(layer.protected) & set(values))
    if names:
        raise ProtectedFieldError([str(layer.model._meta.get_field(name).verbose_name) for name in names])  # type: ignore[union-attr]


def locked(feature: Feature, base_version: int | None) -> Feature:
    """Return the stored row, locked until the transaction ends, if it is still `base_version`."""
    current: Feature = type(feature)._default_manager.select_for_update(of=("self",)).get(pk=feature.pk)
    if base_version is not None and current.version != base_version:
        raise StaleVersionError(current, base_version)
    return current


def differs(current: Feature, name: str, value: Any) -> bool:
    """Return whether `value` is something else than what is stored; geometries are compared to the last bit."""
    stored = getattr(current, name)
    if hasattr(stored, "wkb") and hasattr(value, "wkb"):
        return bytes(stored.wkb) != bytes(value.wkb)
    return bool(stored != value)


def may_change_now(layer: SpatialLayer, current: Feature, user: Asker) -> None:
    """Refuse where the stored feature is not the user's to change."""
    rows = features_for(layer, user=user, action=Action.CHANGE)
    if current.deleted_at is None and not rows.filter(pk=current.pk).exists():
        raise OutsideAreaError


def store(layer: SpatialLayer, feature: Feature, user: Asker, changed: set[str]) -> None:
    """Validate and write, then test against the user's area what has been written.

    The area is tested last, by the same `features_for` that everything else uses, and undone with the transaction
    where it fails: so a new owner, a moved geometry and a new feature obey one rule.
    """
    # The database fills scope, stamp and generated columns.
    if feature.pk is None:
        refuse_reserved(feature)
    try:
        feature.full_clean(exclude=["scope", "version", "changed_at"])
    except ValidationError as error:
        raise without_reason(error) from error
    try:
        with transaction.atomic():
            feature.save(force_insert=feature.pk is None)
    except IntegrityError as error:
        raise ValidationError(sentence_for(error)) from error
    feature.refresh_from_db()
    if not features_for(layer, user=user, action=Action.CHANGE).filter(pk=feature.pk).exists():
        raise OutsideAreaError
    area = granted_area(user=user, layer=layer.key, action=Action.CHANGE, roles=layer.access.roles(Action.CHANGE))
    for name in layer.inside_area:
        if name in changed and not area.everywhere:
            metres = metres_outside(feature, name, area)
            if metres > AREA_TOLERANCE_M:
                raise OutsideAreaError(metres=metres)
