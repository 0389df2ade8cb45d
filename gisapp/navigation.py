"""The rail: which pages there are, in one declaration. An entry whose page does not exist is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from accounts.selectors import has_role
from layers.selectors import viewable_layers

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.selectors import Asker


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the rail.

    Attributes
    ----------
    label
        A word that fits into 64 px.
    route, arguments
        Name of the URL and its keyword arguments.
    icon
        Name of an icon of `gisapp.icons`.
    layer
        Shown to those who may view anything of the layer; without a layer to everybody with an account.
    roles
        Shown only to those who hold one of these roles; empty asks nothing.
    staff
        Shown only to those who may open the admin.
    """

    label: str | Promise
    route: str
    icon: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    roles: frozenset[Role] = frozenset()
    staff: bool = False

    def url(self) -> str | None:
        """Return the address, or None while the page does not exist."""
        try:
            return reverse(self.route, kwargs=dict(self.arguments) or None)
        except NoReverseMatch:
            return None

    def shown_to(self, user: Asker, *, viewable: frozenset[str]) -> bool:
        """Return whether the page has something for `user`, who may view the layers `viewable`."""
        if self.staff and not getattr(user, "is_staff", False):
            return False
        if self.layer and self.layer not in viewable:
            return False
        return not self.roles or has_role(user=user, roles=self.roles)


def of_layer(key: str, label: str | Promise, icon: str) -> Page:
    """Return the list page of a layer."""
    return Page(label, "layers:list", icon, {"layer": key}, layer=key)


PAGES = (
    Page(pgettext_lazy("rail", "Map"), "oversight:one_map", "map-2"),
    of_layer("sites", pgettext_lazy("rail", "Sites"), "building-community"),
    of_layer("households", pgettext_lazy("rail", "Households"), "home-2"),
    of_layer("projects", pgettext_lazy("rail", "Reservoirs"), "ripple"),
    of_layer("plots", pgettext_lazy("rail", "Old plots"), "polygon"),
    of_layer("facilities", pgettext_lazy("rail", "Facilities"), "building-hospital"),
    of_layer("issues", pgettext_lazy("rail", "Issues"), "message-report"),
    of_layer("regions", pgettext_lazy("rail", "Divisions"), "stack-2"),
    Page(pgettext_lazy("rail", "Verify"), "fieldwork:verify", "clipboard-check"),
    Page(pgettext_lazy("rail", "Import"), "importers:index", "file-import", roles=frozenset({Role.STEWARD})),
    Page(pgettext_lazy("rail", "Analysis"), "analysis:index", "chart-histogram"),
    Page(pgettext_lazy("rail", "Alerts"), "oversight:alerts", "alert-triangle"),
    Page(pgettext_lazy("rail", "Jobs"), "jobs:index", "clock"),
    Page(pgettext_lazy("rail", "Audit"), "oversight:trail", "history", roles=frozenset({Role.AUDITOR})),
    Page(pgettext_lazy("rail", "State"), "status", "activity", roles=frozenset({Role.STEWARD})),
    Page(pgettext_lazy("rail", "Admin"), "admin:index", "settings", staff=True),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the rail shows it."""

    label: str | Promise
    url: str
    icon: str
    current: bool


def entries_for(*, user: Asker, path: str) -> list[Entry]:
    """Return the pages that exist and are for `user`; the one that `path` lies under is marked current."""
    if not user.is_authenticated:
        return []
    viewable = viewable_layers(user=user)
    shown: list[tuple[Page, str]] = []
    for page in PAGES:
        url = page.url()
        if url and page.shown_to(user, viewable=viewable):
            shown.append((page, url))
    under = [url for _page, url in shown if path == url or (url != "/" and path.startswith(url))]
    current = max(under, key=len, default=None)
    return [Entry(page.label, url, page.icon, url == current) for page, url in shown]
