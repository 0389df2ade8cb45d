"""Mapping profiles: what a user decided about the columns of a kind of file, kept and offered again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Action
from accounts.selectors import EVERYWHERE, GrantedArea, granted_area
from geocore.divisions import DivisionCode, DivisionCodeError
from importers.fields import squeezed
from importers.models import MappingProfile
from importers.problems import WrongUseError
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that a user may decide about a file, as `ImportOrder` takes it.

    Attributes
    ----------
    columns
        Column to field.
    units
        Column to unit, such as "mu".
    defaults
        Field to value.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    pipeline: str | None = None

    def over(self, other: Understanding) -> Understanding:
        """Return this, and what `other` says where this says nothing: what is typed wins over a profile."""
        taken = {squeezed(name) for name in self.columns}
        fields = set(self.columns.values())
        rest = {
            name: target
            for name, target in other.columns.items()
            if squeezed(name) not in taken and target not in fields
        }
        placed = self.crs or self.pipeline
        return Understanding(
            columns={**rest, **self.columns},
            units={**other.units, **self.units},
            defaults={**other.defaults, **self.defaults},
            encoding=self.encoding or other.encoding,
            crs=self.crs if placed else other.crs,
            pipeline=self.pipeline if placed else other.pipeline,
        )


def fingerprint(columns: Iterable[str]) -> str:
    """Return what tells files with the same columns from others, whatever their order, case and full-width forms."""
    names = sorted(squeezed(name) for name in columns)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def understanding_of(profile: MappingProfile) -> Understanding:
    """Return what a profile says."""
    return Understanding(
        columns=profile.columns,
        units=profile.units,
        defaults=profile.defaults,
        encoding=profile.encoding or None,
        crs=profile.crs or None,
        pipeline=profile.pipeline or None,
    )


def profiles_for(*, user: Asker | None, layer: SpatialLayer) -> QuerySet[MappingProfile]:
    """Return the profiles that a user may use: their own, and those shared with an area in which they import.

    The system itself (None) may use all.
    """
    rows = MappingProfile.objects.filter(layer=layer.key)
    if user is None:
        return rows
    area = import_area(user, layer)
    if area.everywhere:
        return rows.filter(Q(owner_id=user.pk) | ~Q(shared_division=""))
    shared = Q(pk__in=[])
    for division in area.divisions:
        above = [division[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(division)]
        shared |= Q(shared_division__in=above) | Q(shared_division__startswith=division)
    return rows.filter(Q(owner_id=user.pk) | shared)


def profiles_offered(*, user: Asker | None, layer: SpatialLayer, columns: Iterable[str]) -> list[MappingProfile]:
    """Return the profiles for files with exactly these columns: the user's own first, then the latest used."""
    rows = profiles_for(user=user, layer=layer).filter(fingerprint=fingerprint(columns))
    own = None if user is None else user.pk
    return sorted(
        rows, key=lambda one: (one.owner_id != own, -(one.last_used_at or one.created_at).timestamp(), one.pk)
    )


def profile_named(*, user: Asker | None, layer: SpatialLayer, name: str) -> MappingProfile:
    """Return a profile by its name; the user's own wins over one that is shared.

    Raises
    ------
    WrongUseError
        There is none that the user may use.
    """
    rows = list(profiles_for(user=user, layer=layer))
    own = None if user is None else user.pk
    named = [one for one in rows if one.name == name]
    if not named:
        known = ", ".join(dict.fromkeys(one.name for one in rows)) or "-"
        raise WrongUseError(
            _("There is no mapping profile “%(name)s” for %(layer)s; there are: %(known)s.")
            % {"name": name, "layer": layer.key, "known": known}
        )
    return min(named, key=lambda one: (one.owner_id != own, one.pk))


def profile_save(
    *,
    user: Asker | None,
    layer: SpatialLayer,
    name: str,
    columns: Iterable[str],
    understood: Understanding,
    shared_division: str = "",
) -> MappingProfile:
    """Store what was understood of files with these columns, over the user's own profile of that name.

    Parameters
    ----------
    columns
        All names of the file, in any order.
    shared_division
        A division in which the user may import; who imports there is offered the profile. Empty: nobody else.

    Raises
    ------
    WrongUseError
        The name is empty or too long, or the user does not import in that division.
    """
    name = name.strip()
    longest = MappingProfile._meta.get_field("name").max_length or 0
    if not name or len(name) > longest:
        raise WrongUseError(_("Give the profile a name of 1 to %(most)d characters.") % {"most": longest})
    profile, _made = MappingProfile.objects.update_or_create(
        owner_id=None if user is None else user.pk,
        layer=layer.key,
        name=name,
        defaults={
            "fingerprint": fingerprint(columns),
            "columns": dict(understood.columns),
            "units": dict(understood.units),
            "defaults": dict(understood.defaults),
            "encoding": understood.encoding or "",
            "crs": understood.crs or "",
            "pipeline": understood.pipeline or "",
            "shared_division": division_to_share(user, layer, shared_division),
        },
    )
    return profile


def profile_used(profile: MappingProfile) -> None:
    """Note that a profile served just now."""
    MappingProfile.objects.filter(pk=profile.pk).update(last_used_at=timezone.now())


def profile_delete(*, user: Asker, profile: MappingProfile) -> None:
    """Delete the user's own profile.

    Raises
    ------
    WrongUseError
        It belongs to somebody else.
    """
    if profile.owner_id != user.pk and not getattr(user, "is_superuser", False):
        raise WrongUseError(_("Only its owner may delete a mapping profile."))
    profile.delete()


def import_area(user: Asker | None, layer: SpatialLayer) -> GrantedArea:
    """Return where the user may import into the layer."""
    if user is None:
        return EVERYWHERE
    return granted_area(user=user, layer=layer.key, action=Action.IMPORT, roles=layer.access.roles(Action.IMPORT))


def division_to_share(user: Asker | None, layer: SpatialLayer, given: str) -> str:
    """Return the prefix of a division in which the user may import; empty for none.

    Raises
    ------
    WrongUseError
        It is no division, or not the user's.
    """
    if not given.strip():
        return ""
    try:
        prefix = DivisionCode.parse(given.strip()).prefix
    except DivisionCodeError as error:
        raise WrongUseError(_("“%(given)s” is not a division code.") % {"given": given}) from error
    area = import_area(user, layer)
    if not area.everywhere and not prefix.startswith(area.divisions or ("none",)):
        raise WrongUseError(_("A profile can be shared only within the area in which you import."))
    return prefix
