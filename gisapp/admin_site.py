"""The admin without what this product has no use for."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.urls import URLPattern, URLResolver


class OneMapAdminSite(AdminSite):
    """Django's admin without its jump from any row of any table to a page of its own.

    No model here has such a page, and asked for a model without a table the jump answers with an error of the server.
    """

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [one for one in super().get_urls() if getattr(one, "name", None) != "view_on_site"]


class OneMapAdminConfig(AdminConfig):
    """The admin of this product."""

    default_site = "gisapp.admin_site.OneMapAdminSite"
