"""Codes that an input may offer: the likely ones, few enough to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.roles import Action
from accounts.selectors import granted_area
from geocore.divisions import Level
from layers.catalogue.regions import Region
from layers.listing import region_path
from layers.registry import get_layer
from layers.selectors import features_for

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

MAX_OFFERED = 400


def suggested(key: str, *, layer: SpatialLayer, user: Asker, near: str) -> list[tuple[str, str]]:
    """Return code and name of features of layer `key` that a feature of `layer` may refer to.

    Parameters
    ----------
    near
        Division code of the feature that is edited; empty for a new one. The county around it is offered, or else
        the divisions that the user may change.

    Returns
    -------
    list
        In order of codes; empty for layers without names, where only the code tells features apart.
    """
    target = get_layer(key)
    if not any(found.name == "name" for found in target.model._meta.concrete_fields):
        return []
    rows = features_for(target, user=user)
    if target.model is Region and not near:
        area = granted_area(user=user, layer=layer.key, action=Action.CHANGE, roles=layer.access.roles(Action.CHANGE))
        near = area.divisions[0] if len(area.divisions) == 1 else ""
    if near:
        rows = rows.filter(**{f"{region_path(target)}__startswith": near[: Level.COUNTY].rstrip("0")})
    elif target.model is Region:
        rows = rows.filter(level__lte=3)
    return list(rows.order_by("code").values_list("code", "name")[:MAX_OFFERED])
