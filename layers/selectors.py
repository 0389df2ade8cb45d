"""The one door: which features somebody may see or change. Every page, tile, export and API starts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from accounts.roles import Action
from accounts.selectors import GrantedArea, granted_area
from layers.base import Scope
from layers.fields import field_of, is_array
from layers.lookups import AnyOf
from layers.registry import get_layer
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import FeatureQuerySet

COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Visibility:
    """What of a layer is within a granted area, as a test on its rows.

    Attributes
    ----------
    everything
        No test is needed.
    scopes
        Ids of the sets of counties (`layers.base.Scope`) that are wholly granted.
    prefixes
        Granted divisions below the county: tested on the codes of the divisions themselves.
    sites
        Codes of single granted sites.
    """

    layer: SpatialLayer
    everything: bool = False
    scopes: tuple[int, ...] = ()
    prefixes: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True where no row can pass."""
        return not (self.everything or self.scopes or self.prefixes or self.sites)

    def q(self) -> Q:
        """Return the test for the ORM; meaningless where `nothing`."""
        if self.everything:
            return Q()
        test = Q(pk__in=[])  # an empty Q would let every row pass
        if self.scopes:
            test |= Q(AnyOf("scope_id", self.scopes))
        for prefix in self.prefixes:
            for code in division_codes(self.layer):
                test |= Q(**{f"{code}__startswith": prefix})
        if self.sites and self.layer.site_lookup:
            test |= Q(**{f"{self.layer.site_lookup}__in": self.sites})
        return test

    def sql(self, alias: str) -> tuple[str, dict[str, Any]]:
        """Return the same test as SQL on the table called `alias`, with its named parameters.

        `+ 0` keeps the planner from bit-anding the scope index into a spatial search.
        """
        if self.everything:
            return "TRUE", {}
        parts = []
        parameters: dict[str, Any] = {}
        if self.scopes:
            parts.append(f"({alias}.scope_id + 0) = ANY(%(visible_scopes)s)")
            parameters["visible_scopes"] = list(self.scopes)
        if self.prefixes or (self.sites and self.layer.site_lookup):
            rows = self.layer.model._default_manager.filter(
                Visibility(self.layer, prefixes=self.prefixes, sites=self.sites).q()
            ).values("id")
            with connection.cursor() as cursor:
                text = cursor.mogrify(*rows.query.sql_with_params())
            parts.append(f"{alias}.id IN ({text.decode()})".replace("%", "%%"))
        return "(" + " OR ".join(parts) + ")" if parts else "FALSE", parameters


def division_codes(layer: SpatialLayer) -> list[str]:
    """Return the paths from a feature to the codes of the single divisions it concerns; a division is its own."""
    fields = getattr(layer.model, "SCOPE_FIELDS", None)
    if fields is None:
        return ["code"]
    return [f"{name}__code" for name in fields if not is_array(field_of(layer.model, name))]


def visibility_for(layer: SpatialLayer | str, *, user: Asker, action: Action | str = Action.VIEW) -> Visibility:
    """Return which rows of `layer` `user` may `action`.

    Viewing needs a grant on any division that a feature concerns; changing, importing and advancing need one on
    the division that owns it (for a project: on every county it touches).
    """
    if isinstance(layer, str):
        layer = get_layer(layer)
    if action == Action.VIEW and layer.access.public:
        return Visibility(layer, everything=True)
    area = granted_area(user=user, layer=layer.key, action=action, roles=layer.access.roles(action))
    return visible_within(layer, area)


def seen_by(layer: SpatialLayer, *, user: Asker) -> tuple[Visibility, tuple[str, ...]]:
    """Return what `visibility_for` and `shown_properties` say, from one look at the grants: tiles are many."""
    area = granted_area(user=user, layer=layer.key, action=Action.VIEW, roles=layer.access.roles(Action.VIEW))
    names = layer.properties(staff=not area.nowhere)
    return Visibility(layer, everything=True) if layer.access.public else visible_within(layer, area), names


def visible_within(layer: SpatialLayer, area: GrantedArea) -> Visibility:
    """Return which rows of `layer` concern `area`."""
    if area.everywhere or area.nowhere:
        return Visibility(layer, everything=area.everywhere)
    if not hasattr(layer.model, "SCOPE_FIELDS"):
        return Visibility(layer, prefixes=area.divisions)
    wide = [prefix for prefix in area.divisions if len(prefix) <= COUNTY_DIGITS]
    scopes = Scope.objects.filter(divisions__overlap=wide) if wide else Scope.objects.none()
    ids = tuple(scopes.order_by("id").values_list("id", flat=True))
    narrow = tuple(prefix for prefix in area.divisions if len(prefix) > COUNTY_DIGITS)
    return Visibility(layer, scopes=ids, prefixes=narrow, sites=area.sites)


def features_for(layer: SpatialLayer | str, *, user: Asker, action: Action | str = Action.VIEW) -> FeatureQuerySet:
    """Return the features of `layer` that `user` may `action`: what every surface starts from."""
    if isinstance(layer, str):
        layer = get_layer(layer)
    rows: FeatureQuerySet = layer.model._default_manager.alive()  # type: ignore[attr-defined]
    if action in READING:
        visible = visibility_for(layer, user=user, action=action)
        return rows.none() if visible.nothing else rows.filter(visible.q())
    area = granted_area(user=user, layer=layer.key, action=action, roles=layer.access.roles(action))
    if area.everywhere:
        return rows
    return rows.none() if area.nowhere else rows.filter(owned_within(layer, area))


READING = frozenset({Action.VIEW, Action.EXPORT})


def deleted_features_for(layer: SpatialLayer, *, user: Asker) -> FeatureQuerySet:
    """Return the deleted features of `layer` that `user` may bring back: those that were theirs to change."""
    area = granted_area(user=user, layer=layer.key, action=Action.CHANGE, roles=layer.access.roles(Action.CHANGE))
    rows: FeatureQuerySet = layer.model._default_manager.deleted()  # type: ignore[attr-defined]
    if area.everywhere:
        return rows
    return rows.none() if area.nowhere else rows.filter(owned_within(layer, area))


def owned_within(layer: SpatialLayer, area: GrantedArea) -> Q:
    """Return the test that the owner of a feature lies within `area`."""
    test = Q(pk__in=[])
    code = "region__code" if hasattr(layer.model, "SCOPE_FIELDS") else "code"
    for prefix in area.divisions:
        test |= Q(**{f"{code}__startswith": prefix})
    if layer.owner == "every_county":
        test &= Q(scope_id__in=[scope.pk for scope in Scope.objects.all() if counties_within(scope.counties, area)])
    if area.sites and layer.key == "sites":
        test |= Q(code__in=area.sites)
    return test


def counties_within(counties: list[str], area: GrantedArea) -> bool:
    """Return whether every one of `counties` lies within a granted division."""
    return all(any(county.startswith(prefix) for prefix in area.divisions) for county in counties)


def shown_properties(layer: SpatialLayer, *, user: Asker) -> tuple[str, ...]:
    """Return the fields of `layer` that `user` may be shown."""
    area = granted_area(user=user, layer=layer.key, action=Action.VIEW, roles=layer.access.roles(Action.VIEW))
    return layer.properties(staff=not area.nowhere)


def may(layer: SpatialLayer | str, *, user: Asker, action: Action | str) -> bool:
    """Return whether `user` may `action` anything at all of `layer`."""
    if isinstance(layer, str):
        layer = get_layer(layer)
    if action == Action.VIEW and layer.access.public:
        return True
    return not granted_area(user=user, layer=layer.key, action=action, roles=layer.access.roles(action)).nowhere
