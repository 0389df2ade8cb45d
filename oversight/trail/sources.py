"""Where the trail comes from: one query a source, each newest first and no longer than asked for.

The versions of features are two sources with one name: the rows themselves, and the images that they superseded. A
version keeps its place in the trail when it moves from the one to the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import AccessRecord
from accounts.roles import Action, Role, Through
from accounts.selectors import GrantedArea
from layers.concerned import PERSONAL_SUBJECTS
from layers.registry import all_layers
from layers.selectors import visible_within
from oversight.trail.area import Records, audited_area
from oversight.trail.question import Happening, Kind, Place, TrailQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

CHANGES = (Kind.ADDED, Kind.CHANGED, Kind.DELETED)
GRANTS = {"insert": Kind.GRANTED, "update": Kind.REGRANTED, "delete": Kind.WITHDRAWN}
VERSION = ("changed_at", "id", "version", "deleted_at", "changed_by_id", "changed_through", "change_reason", "code")
ACCESS_SOURCE, GRANT_SOURCE = "access", "grants"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in the order of the trail, and how one of them reads."""

    name: str
    rows: QuerySet[Any, tuple[Any, ...]]
    read: Callable[[tuple[Any, ...]], Happening]

    def first(self, count: int) -> Iterator[Happening]:
        """Return the newest lines."""
        return map(self.read, self.rows[:count])

    def every(self) -> Iterator[Happening]:
        """Yield all lines through a cursor of the server, so inside a transaction."""
        return map(self.read, self.rows.iterator(chunk_size=2000))


def sources(
    query: TrailQuery, *, user: Asker, action: Action = Action.VIEW, before: Place | None = None
) -> Iterator[Source]:
    """Yield every source that has something of what `user` may audit and `query` asks for, from `before` on."""
    if query.asks_for(*CHANGES):
        for layer in all_layers():
            if query.layer in {"", layer.key}:
                yield from versions(layer, query, area=audited_area(user, layer.key, action=action), before=before)
    records = Records(audited_area(user, action=action))
    if records.area.nowhere:
        return
    if query.asks_for(*GRANTS.values()) and not query.reason:
        yield grants(query, records, before)
    if query.asks_for(*AccessRecord.Kind.values):
        yield accesses(query, records, before)


def versions(layer: SpatialLayer, query: TrailQuery, *, area: GrantedArea, before: Place | None) -> Iterator[Source]:
    """Yield the versions of a layer's features that lay in `area`: those in force, and those superseded."""
    visible = visible_within(layer, area)
    if visible.nothing:
        return
    kept: Any = layer.model._meta.get_field("versions").related_model
    test = visible.q() & version_test(layer, query)
    if before:
        test &= before.before(layer.key, at="changed_at", number="id", part="version")
    order = ("-changed_at", "-id", "-version")

    def read(row: tuple[Any, ...]) -> Happening:
        return version_line(layer.key, row)

    now = layer.model._default_manager.filter(test, code_test(query)).order_by(*order)
    yield Source(layer.key, now.values_list(*VERSION, "code"), read)
    was = kept.objects.filter(test, code_test(query, kept=layer)).order_by(*order)
    yield Source(layer.key, was.values_list(*VERSION, "pgh_obj__code"), read)


def version_test(layer: SpatialLayer, query: TrailQuery) -> Q:
    """Return what `query` asks of a version, but for its code."""
    test = query.period("changed_at")
    if query.people is not None:
        test &= Q(changed_by_id__in=query.people)
    if query.through:
        test &= Q(changed_through=query.through)
    if query.reason:
        test &= Q(change_reason__icontains=query.reason)
    if query.division:
        inside = visible_within(layer, GrantedArea(divisions=(query.division,)))
        test &= Q(pk__in=[]) if inside.nothing else inside.q()
    kinds = {
        Kind.ADDED: Q(version=1),
        Kind.CHANGED: Q(version__gt=1, deleted_at=None),
        Kind.DELETED: Q(version__gt=1, deleted_at__isnull=False),
    }
    return test & kinds[Kind(query.kind)] if query.kind else test


def code_test(query: TrailQuery, *, kept: SpatialLayer | None = None) -> Q:
    """Return the test for the code asked for; of images (`kept`) the code then, or the one that the feature has now."""
    if not query.code:
        return Q()
    test = Q(code=query.code)
    if kept is not None:
        # As numbers: each side is then entered by its index, with a subquery every image is read (600,000 in 2.5 s).
        now = kept.model._default_manager.filter(code=query.code).values_list("pk", flat=True)
        test |= Q(pgh_obj_id__in=list(now))
    return test


def version_line(key: str, row: tuple[Any, ...]) -> Happening:
    """Return a version as a line."""
    at, number, version, deleted_at, who, through, reason, then, code = row
    kind = Kind.ADDED if version == 1 else Kind.DELETED if deleted_at else Kind.CHANGED
    return Happening(
        place=Place(at, key, number, version),
        kind=kind,
        who=who,
        subject=key,
        codes=(code or then,),
        then=then if code and then != code else "",
        through=through,
        reason=reason,
    )


def grants(query: TrailQuery, records: Records, before: Place | None) -> Source:
    """Return the events of grants; who did it stands in the context where a page or a command said so."""
    rows = apps.get_model("accounts", "GrantEvent").objects.filter(records.grants(), query.period("pgh_created_at"))
    if query.kind:
        rows = rows.filter(pgh_label=next(label for label, kind in GRANTS.items() if kind == query.kind))
    if query.people is not None:
        by = Q(granted_by_id__in=query.people) | Q(pgh_context__metadata__user__in=list(query.people))
        rows = rows.filter(by | Q(user_id__in=query.people))
    if query.layer:
        rows = rows.filter(layer=query.layer)
    if query.division:
        rows = rows.filter(division__startswith=query.division)
    if query.code:
        rows = rows.filter(site=query.code)
    if query.through:
        by_page = Q(pgh_context__metadata__has_key="user")
        ways = {Through.PAGE: by_page, Through.SQL: Q(pgh_context=None) | ~by_page}
        rows = rows.filter(ways.get(Through(query.through), Q(pk__in=[])))
    if before:
        rows = rows.filter(before.before(GRANT_SOURCE, at="pgh_created_at", number="pgh_id"))
    fields = (
        "pgh_created_at",
        "pgh_id",
        "pgh_label",
        "pgh_context__metadata",
        "granted_by_id",
        "user__username",
        "role",
        "layer",
        "action",
        "everywhere",
        "division",
        "site",
    )
    return Source(GRANT_SOURCE, rows.order_by("-pgh_created_at", "-pgh_id").values_list(*fields), grant_line)


def grant_line(row: tuple[Any, ...]) -> Happening:
    """Return the event of a grant as a line."""
    at, number, label, told, given_by, to, role, layer, action, everywhere, division, site = row
    where = _("everywhere") if everywhere else division or site
    parts = [to or _("somebody deleted"), dict(Role.choices).get(role, role), layer]
    parts += [dict(Action.choices).get(action, action), where]
    by_page = bool(told and "user" in told)
    return Happening(
        place=Place(at, GRANT_SOURCE, number, 0),
        kind=GRANTS[label],
        who=told["user"] if by_page else given_by if label != "delete" else None,
        subject=GRANT_SOURCE,
        about=" · ".join(str(part) for part in parts if part),
        through=Through.PAGE if by_page else Through.SQL,
    )


def accesses(query: TrailQuery, records: Records, before: Place | None) -> Source:
    """Return the access records; what one says that reaches beyond the area cannot be searched either."""
    rows = AccessRecord.objects.filter(records.accesses(), query.period("at"))
    if query.kind:
        rows = rows.filter(kind=query.kind)
    if query.people is not None:
        rows = rows.filter(user_id__in=query.people)
    if query.through:
        rows = rows.filter(through=query.through)
    if query.layer:
        personal = PERSONAL_SUBJECTS if query.layer == "households" else ()
        rows = rows.filter(subject__in=[query.layer, *personal])
    if query.division:
        rows = rows.filter(within__overlap=[query.division])
    if query.code:
        rows = rows.filter(records.wholly(), codes__contains=[query.code])
    if query.reason:
        rows = rows.filter(records.wholly(), purpose__icontains=query.reason)
    if before:
        rows = rows.filter(before.before(ACCESS_SOURCE, at="at", number="id"))
    fields = ("at", "id", "kind", "user_id", "subject", "codes", "rows", "through", "purpose", "request_id")

    def read(row: tuple[Any, ...]) -> Happening:
        return access_line(row, told=records.told(row[-1]))

    return Source(ACCESS_SOURCE, rows.order_by("-at", "-id").values_list(*fields, "divisions"), read)


def access_line(row: tuple[Any, ...], *, told: bool) -> Happening:
    """Return an access record as a line; where it is not to be told whole, only that it happened."""
    at: dt.datetime
    at, number, kind, who, subject, codes, rows, through, purpose, request_id, _divisions = row
    return Happening(
        place=Place(at, ACCESS_SOURCE, number, 0),
        kind=kind,
        who=who,
        subject=subject,
        codes=tuple(codes) if told else (),
        rows=rows if told else None,
        through=through,
        reason=purpose if told else "",
        request_id=request_id,
        beyond=not told,
    )
