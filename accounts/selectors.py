"""What a user has been granted."""

from __future__ import annotations

from collections.abc import Collection
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
    if not user.is_active or not user.is_authenticated:
        return NOWHERE
    if getattr(user, "is_superuser", False):
        return EVERYWHERE
    # All grants of one person are few: choosing here costs less than the longer query takes to be put together,
    # and every tile asks.
    rows = Grant.objects.filter(user_id=user.pk).values_list(
        "role", "layer", "action", "everywhere", "division", "site"
    )
    wanted = {str(role) for role in roles}
    divisions: set[str] = set()
    sites: set[str] = set()
    for role, granted_layer, granted_action, everywhere, division, site in rows:
        if role not in wanted or granted_layer not in {"", layer} or granted_action not in {"", str(action)}:
            continue
        if everywhere:
            return EVERYWHERE
        if division:
            divisions.add(division)
        else:
            sites.add(site)
    return GrantedArea(divisions=tuple(widest(divisions)), sites=tuple(sorted(sites)))


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
