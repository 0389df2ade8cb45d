"""Where an auditor was granted to look."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.audit import EVERYWHERE, with_ancestors
from accounts.models import AccessRecord
from accounts.roles import Action, Role
from accounts.selectors import GrantedArea, granted_area
from layers.lookups import DivisionsInside
from layers.registry import get_layer
from layers.selectors import visible_within

if TYPE_CHECKING:
    from accounts.selectors import Asker

AUDITORS = frozenset({Role.AUDITOR})
SIGN_INS = (AccessRecord.Kind.SIGN_IN, AccessRecord.Kind.REFUSED)


def audited_area(user: Asker, layer: str = "", *, action: Action = Action.VIEW) -> GrantedArea:
    """Return where `user` audits a layer; without a layer, what belongs to none: grants, sign-ins, records."""
    return granted_area(user=user, layer=layer, action=action, roles=AUDITORS)


@dataclass(frozen=True, slots=True)
class Records:
    """Which access records and grants lie in an area."""

    area: GrantedArea

    def grants(self) -> Q:
        """Return the test on events of grants: the grant must lie within the area, so a wider one is not told."""
        if self.area.everywhere:
            return Q()
        test = Q(pk__in=[])
        for prefix in self.area.divisions:
            test |= Q(division__startswith=prefix)
        sites = visible_within(get_layer("sites"), self.area)
        if not sites.nothing:
            test |= Q(site__in=sites.layer.model._default_manager.filter(sites.q()).values("code"))
        return test

    def accesses(self) -> Q:
        """Return the test on access records: they concern the area, sign-ins lie wholly within it."""
        if self.area.everywhere:
            return Q()
        if not self.area.divisions:
            return Q(pk__in=[])
        wider = Q(divisions__overlap=[EVERYWHERE, *with_ancestors(self.area.divisions)])
        concerned = Q(within__overlap=list(self.area.divisions)) | wider
        return concerned & (~Q(kind__in=SIGN_INS) | self.wholly())

    def wholly(self) -> Q:
        """Return the test that an access record concerns nothing beyond the area: what it says may be told."""
        return Q() if self.area.everywhere else Q(DivisionsInside("divisions", self.area.divisions))

    def told(self, divisions: Collection[str]) -> bool:
        """Return whether what concerns `divisions` lies wholly within the area; the same test in Python."""
        return self.area.everywhere or (bool(divisions) and all(self.covers(one) for one in divisions))

    def covers(self, division: str) -> bool:
        """Return whether a division lies within the area."""
        return starts_with_any(division, self.area.divisions)


def starts_with_any(division: str, prefixes: Iterable[str]) -> bool:
    """Return whether `division` lies in one of `prefixes`."""
    return any(division.startswith(prefix) for prefix in prefixes)
