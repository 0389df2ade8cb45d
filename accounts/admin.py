from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pghistory
from axes.utils import reset
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Grant, User
from accounts.second_factor import second_factor_remove
from accounts.sessions import sessions_end

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import BaseModelFormSet, ModelForm
    from django.http import HttpRequest, HttpResponse


# Their pages show secrets and recovery codes; what an administrator needs are actions on the user.
admin.site.unregister([TOTPDevice, StaticDevice])


@contextmanager
def remembered(request: HttpRequest) -> Iterator[None]:
    """Write down with every change of a grant who made it; the row of a deletion has no other place for that."""
    with pghistory.context(user=request.user.pk, username=request.user.get_username()):
        yield


class GrantInline(admin.TabularInline[Grant, User]):
    """The grants of a user."""

    model = Grant
    fk_name = "user"
    extra = 0
    fields = ("role", "layer", "action", "everywhere", "division", "site", "granted_by", "granted_at")
    readonly_fields = ("granted_by", "granted_at")


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People with an account, and what they were granted."""

    list_display = ("username", "display_name", "language", "is_active", "is_staff", "is_superuser", "last_login")
    search_fields = ("username", "display_name", "email")
    inlines = (GrantInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("display_name", "language", "email")}),
        (
            _("Rights in the system itself"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "display_name", "language", "usable_password", "password1", "password2"),
            },
        ),
    )

    actions = ("open_again", "take_code_away", "log_out")

    @admin.action(description=_("Open after failed logins"), permissions=["change"])
    def open_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Forget the failed logins of the chosen, who may try again at once."""
        for user in queryset:
            reset(username=user.get_username())
            self.log_change(request, user, "opened after failed logins")
        messages.success(request, gettext("They can try again at once."))

    @admin.action(description=_("Take the code of the phone away"), permissions=["change"])
    def take_code_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Ask the chosen, whose phone is lost, for the password alone; whoever has the phone is logged out."""
        for user in queryset:
            second_factor_remove(user=user)
            sessions_end(user=user)
            self.log_change(request, user, "code of the phone taken away")
        messages.success(
            request, gettext("Their password alone logs them in. Give them a new one if the phone was stolen.")
        )

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen."""
        for user in queryset:
            sessions_end(user=user)
            self.log_change(request, user, "logged out everywhere")
        messages.success(request, gettext("They are logged out on every device."))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Return the grants only once there is a user to grant to."""
        return super().get_inlines(request, obj) if obj else ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page; what it changes carries the name of who asked."""
        with remembered(request):
            return super().changeform_view(request, *args, **kwargs)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool) -> None:  # noqa: FBT001  Django's own signature
        """Save grants in the name of who gives them."""
        for grant in formset.save(commit=False):
            grant.granted_by = request.user
            grant.save()
        for gone in formset.deleted_objects:
            gone.delete()
        formset.save_m2m()


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin[Grant]):
    """All grants in one list."""

    list_display = ("user", "role", "layer", "action", "where", "granted_by", "granted_at")
    list_filter = ("role", "action", "everywhere", "layer")
    search_fields = ("user__username", "user__display_name", "division", "site")
    list_select_related = ("user", "granted_by")
    autocomplete_fields = ("user",)
    fields = ("user", "role", "layer", "action", "everywhere", "division", "site", "granted_by", "granted_at")
    readonly_fields = ("granted_by", "granted_at")

    @admin.display(description=_("where"), ordering="division")
    def where(self, grant: Grant) -> str:
        """Return where the grant holds."""
        return str(_("everywhere")) if grant.everywhere else grant.division or grant.site

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page; what it changes carries the name of who asked."""
        with remembered(request):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a grant away in the name of who asked."""
        with remembered(request):
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the list; its actions carry the name of who asked."""
        with remembered(request):
            return super().changelist_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Grant, form: ModelForm[Grant], change: bool) -> None:  # noqa: FBT001  Django's own signature
        """Save a grant in the name of who gives it."""
        obj.granted_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


@admin.register(apps.get_model("accounts", "GrantEvent"))
class GrantEventAdmin(admin.ModelAdmin[Any]):
    """Every grant ever given, changed or taken away; nothing here can be changed."""

    list_display = ("pgh_created_at", "event", "user_id", "role", "layer", "action", "where", "author")
    list_filter = ("pgh_label", "role")
    list_select_related = ("pgh_context",)
    date_hierarchy = "pgh_created_at"
    ordering = ("-pgh_id",)

    @admin.display(description=_("what happened"), ordering="pgh_label")
    def event(self, row: Any) -> str:
        """Return the event in a word."""
        words = {"insert": _("given"), "update": _("changed"), "delete": _("taken away")}
        return str(words.get(row.pgh_label, row.pgh_label))

    @admin.display(description=_("where"))
    def where(self, row: Any) -> str:
        """Return where the grant held."""
        return str(_("everywhere")) if row.everywhere else row.division or row.site

    @admin.display(description=_("by"))
    def author(self, row: Any) -> str:
        """Return who did it, where the change came through a page."""
        told = getattr(row.pgh_context, "metadata", None) or {}
        return str(told.get("username", ""))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
