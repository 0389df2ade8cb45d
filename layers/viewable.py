"""Which layers somebody may look at, from one look at the grants: the rail and the map ask for all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Grant
from accounts.roles import Action
from layers.registry import all_layers

if TYPE_CHECKING:
    from accounts.selectors import Asker


def viewable_layers(*, user: Asker) -> frozenset[str]:
    """Return the keys of the layers of which `layers.selectors.may` lets `user` view anything."""
    public = {layer.key for layer in all_layers() if layer.access.public}
    if not user.is_active or not user.is_authenticated:
        return frozenset(public)
    if getattr(user, "is_superuser", False):
        return frozenset(layer.key for layer in all_layers())
    grants = set(Grant.objects.filter(user_id=user.pk).values_list("role", "layer", "action"))
    granted = {
        layer.key
        for layer in all_layers()
        if any(
            role in layer.access.roles(Action.VIEW) and key in {"", layer.key} and action in {"", Action.VIEW}
            for role, key, action in grants
        )
    }
    return frozenset(public | granted)
