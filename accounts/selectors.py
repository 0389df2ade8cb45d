"""What a user has been granted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Grant
from accounts.roles import Action, Role

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    Asker = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class GrantedArea:
    """Where somebody may do something.

    Attributes
    ----------
    everywhere
        Nothing is left out.
    divisions
        Division code prefixes without closing zeros (2, 4, 6, 9 or 12 digits).
    sites
        Codes of single sites.
    """

    everywhere: bool = False
    divisions: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    @property
    def nowhere(self) -> bool:
        """True where nothing at all was granted."""
        return not (self.everywhere or self.divisions or self.sites)


NOWHERE = GrantedArea()
EVERYWHERE = GrantedArea(everywhere=True)


def granted_area(*, user: Asker, layer: str, action: Action | str, roles: Collection[Role]) -> GrantedArea:
    """Return where `user` may do `action` to `layer`, given the roles that the layer lets do it.

    A superuser may do everything everywhere: that account exists to set the system up.
    """
    return granted_areas(user=user, action=action, roles_by_layer={layer: roles})[layer]


def granted_areas(
    *, user: Asker, action: Action | str, roles_by_layer: Mapping[str, Collection[Role]]
) -> dict[str, GrantedArea]:
    """Return `granted_area` for several layers, by their keys, from one look at the grants."""
    if not user.is_active or not user.is_authenticated:
        return dict.fromkeys(roles_by_layer, NOWHERE)
    if getattr(user, "is_superuser", False):
        return dict.fromkeys(roles_by_layer, EVERYWHERE)
    # All grants of one person are few: choosing here costs less than a longer query takes to be put together.
    grants = list(Grant.objects.filter(user_id=user.pk, action__in=("", str(action))))
    return {layer: area_of(grants, layer, roles) for layer, roles in roles_by_layer.items()}


def area_of(grants: Collection[Grant], layer: str, roles: Collection[Role]) -> GrantedArea:
    """Return where those of `grants` hold that are for `layer` and one of `roles`."""
    valid = [grant for grant in grants if grant.role in roles and grant.layer in {"", layer}]
    if any(grant.everywhere for grant in valid):
        return EVERYWHERE
    return GrantedArea(
        divisions=tuple(widest({grant.division for grant in valid if grant.division})),
        sites=tuple(sorted({grant.site for grant in valid if grant.site})),
    )


def widest(prefixes: Collection[str]) -> list[str]:
    """Return `prefixes` without those that another one already covers, sorted."""
    kept: list[str] = []
    for prefix in sorted(prefixes):
        if not any(prefix.startswith(wider) for wider in kept):
            kept.append(prefix)
    return kept


def has_role(*, user: Asker, roles: Collection[Role]) -> bool:
    """Return whether `user` holds one of `roles` anywhere."""
    if not user.is_active or not user.is_authenticated:
        return False
    if getattr(user, "is_superuser", False):
        return True
    return Grant.objects.filter(user_id=user.pk, role__in=[str(role) for role in roles]).exists()
