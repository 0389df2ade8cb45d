"""Assignments of helpers are kept here until the field application has its own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.context import acting_as
from accounts.roles import Action, Through
from fieldwork.models import HelperAssignment
from layers.selectors import features_for


@admin.register(HelperAssignment)
class HelperAssignmentAdmin(admin.ModelAdmin[HelperAssignment]):
    """Who helps whom: households within the area of the person who is logged in, and no others."""

    list_display = ("household_id", "helper", "from_on", "to_on", "changed_at", "changed_by")
    list_filter = ("from_on", "to_on")
    list_select_related = ("helper", "changed_by")
    search_fields = ("household__code", "helper__username", "helper__display_name")
    raw_id_fields = ("household",)
    readonly_fields = ("version", "changed_at", "changed_by", "changed_through", "change_reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HelperAssignment]:
        """Return the assignments of households that the user may see."""
        seen = features_for("households", user=request.user, action=Action.VIEW)
        return super().get_queryset(request).filter(household__in=seen.values("code"))

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Accept households that the user may change."""
        if db_field.name == "household":
            kwargs["queryset"] = features_for("households", user=request.user, action=Action.CHANGE)
            # The admin's own input for codes says whether any row has the code, outside the area too.
            kwargs["widget"] = AdminTextInputWidget()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add or change, signed with the user's name."""
        with acting_as(request.user, through=Through.PAGE):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete, signed with the user's name."""
        with acting_as(request.user, through=Through.PAGE):
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """List, and delete what is marked, signed with the user's name."""
        with acting_as(request.user, through=Through.PAGE):
            return super().changelist_view(request, *args, **kwargs)
