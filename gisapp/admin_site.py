"""The admin without what this product has no use for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _


class OneMapAdminSite(AdminSite):
    """Django's admin without its jump from any row of any table to a page of its own.

    No model here has such a page, and asked for a model without a table the jump answers with an error of the server.
    """

    site_title = _("Administration of the one map")
    site_header = _("Resettlement One Map · administration")
    index_title = _("Accounts, grants and data behind the pages")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the one page that logs people in: what holds there (lockout, second step) holds here."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Send to the one page that changes passwords."""
        return HttpResponseRedirect(reverse("password_change"))


class OneMapAdminConfig(AdminConfig):
    """The admin of this product."""

    default_site = "gisapp.admin_site.OneMapAdminSite"
