"""The admin of every layer, from its declaration: within the area of the user's grants, and through the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.context import acting_as, personal_area
from accounts.roles import Action, Through
from layers.errors import EditError
from layers.forms.feature import editable_fields
from layers.forms.reason import MAX_REASON, ReasonField
from layers.masks import masked_id_number, masked_name, masked_phone
from layers.personal import HouseholdIdentity, Person
from layers.presentation import label_of
from layers.registry import all_layers, layer_of
from layers.selectors import features_for, may
from layers.services import feature_create, feature_delete, feature_update
from layers.versions import size

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from layers.base import Feature
    from layers.spec import SpatialLayer

STAMPS = ("version", "changed_at", "changed_by", "changed_through", "source", "source_id", "batch")


class FeatureAdminForm(forms.ModelForm[Any]):
    """The form of a feature; a refusal of the service stands in it like any other error."""

    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = ReasonField(required=False)
    refused: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        """Repeat what the service said to what was sent."""
        given = super().clean() or self.cleaned_data
        if isinstance(self.refused, ValidationError):
            raise self.refused
        if self.refused is not None:
            raise ValidationError(str(self.refused))
        return given


class ReasonActionForm(ActionForm):
    """The action on chosen rows, and why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, required=False)


class LayerAdmin(admin.ModelAdmin[Any]):
    """The rows of a layer that the user may change; geometries are edited on the page of the feature."""

    layer: SpatialLayer
    form = FeatureAdminForm
    action_form = ReasonActionForm
    actions = ("mark_deleted",)
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that the user may change."""
        return features_for(self.layer, user=request.user, action=Action.CHANGE)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the declared groups, the stamps, and the reason."""
        groups = [(title, {"fields": names}) for title, names in self.layer.groups]
        return [
            (None, {"fields": ("code", "base_version")}),
            *groups,
            (_("Geometry"), {"fields": ("geometry",)}),
            (_("Origin"), {"fields": STAMPS}),
            (_("This change"), {"fields": ("why",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what is not typed here; the code once, with a new row."""
        return ("geometry", *STAMPS, *self.layer.protected, *(("code",) if obj else ()))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  Django's own signature
        """Return the form, with what the service refused a moment ago."""
        made = super().get_form(request, obj, change=change, **kwargs)
        return type(made.__name__, (made,), {"refused": getattr(request, "refused", None)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        """Return an input for the code of a feature that the user may see; any other does not exist."""
        pointed = layer_of(db_field.related_model)
        if pointed is not None:
            # The admin's own input shows the name behind any code, outside the area too.
            given |= {"queryset": features_for(pointed, user=request.user), "widget": AdminTextInputWidget()}
        return super().formfield_for_foreignkey(db_field, request, **given)

    @admin.display(description=gettext_lazy("geometry"))
    def geometry(self, feature: Any) -> str:
        """Return how large each geometry is, and the way to the page that edits it."""
        if feature.pk is None:
            return _("Drawn on the page of the feature.")
        told = [size(getattr(feature, name)) or _("unknown") for name in self.layer.geometries]
        page = reverse("layers:edit", kwargs={"layer": self.layer.key, "code": feature.code})
        return format_html('{} · <a href="{}">{}</a>', " · ".join(told), page, _("Edit on the map"))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page; what the service refuses comes back in the form, with everything typed."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except (ValidationError, EditError) as error:
            request.refused = error  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Feature, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own signature
        """Save through the service: transaction, validation, area, version and author."""
        names = [name for name in editable_fields(self.layer, new=not change) if name in form.changed_data]
        values = {name: form.cleaned_data[name] for name in names}
        reason = form.cleaned_data["why"]
        if change:
            saved = feature_update(
                feature=obj,
                base_version=form.cleaned_data["base_version"] or 0,
                values=values,
                user=request.user,
                reason=reason,
            )
        else:
            saved = feature_create(layer=self.layer, values=values, user=request.user, reason=reason)
        obj.pk, obj.version = saved.pk, saved.version

    @admin.action(description=gettext_lazy("Delete (the history is kept)"))
    def mark_deleted(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Mark the chosen rows as deleted, all or none."""
        reason = request.POST.get("reason", "").strip()[:MAX_REASON]
        if not reason:
            self.message_user(request, _("Give the reason: it stays in the history."), messages.ERROR)
            return
        try:
            with transaction.atomic():
                done = [
                    feature_delete(feature=one, base_version=one.version, user=request.user, reason=reason)
                    for one in chosen
                ]
        except EditError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("%(count)d rows are deleted.") % {"count": len(done)}, messages.SUCCESS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(self.layer, user=request.user, action=Action.CHANGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether a row can be entered here: one that needs a geometry is entered on its own page."""
        needs = [self.layer.model._meta.get_field(name) for name in self.layer.geometries]
        return self.has_view_permission(request) and all(field.blank for field in needs)  # type: ignore[union-attr]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: nothing is erased."""
        return False


def column(found: Any) -> Any:
    """Return the cell of a field; a reference is its code, so that no row asks for another one."""

    @admin.display(description=label_of(found), ordering=found.name)
    def cell(feature: Any) -> Any:
        if found.choices:
            return getattr(feature, f"get_{found.name}_display")()
        return getattr(feature, found.attname)

    cell.__name__ = f"cell_{found.name}"
    return cell


class PersonalAdmin(admin.ModelAdmin[Any]):
    """Masked names and phones of households, for those whom a grant lets; row-level security decides on each row.

    Nothing is shown in full here: that is for the page of a household, which asks for the purpose.
    """

    list_per_page = 50
    show_full_result_count = False
    search_fields = ("household__code",)
    search_help_text = gettext_lazy("The code of a household.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows, opened together."""
        found: Any = super().get_queryset(request)
        rows: QuerySet[Any] = found.opened()
        return rows

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the list, drawn while the area of the reader is set."""
        return self.drawn(request, super().changelist_view, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return a row, drawn while the area of the reader is set."""
        return self.drawn(request, super().changeform_view, *args, **kwargs)

    def drawn(self, request: HttpRequest, page: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return a page that is rendered inside the transaction of its reader."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        with acting_as(request.user, through=Through.PAGE):
            answer: HttpResponse = page(request, *args, **kwargs)
            if hasattr(answer, "render"):
                answer.render()
            return answer

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a grant lets the user read personal data somewhere."""
        return not personal_area(request.user).nowhere

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def masked_cell(name: str, label: Any, mask: Callable[[str], str]) -> Any:
    """Return the cell of a sealed part as it may be shown to anybody who finds the row."""

    @admin.display(description=label)
    def cell(row: Any) -> str:
        return mask(getattr(row, name))

    cell.__name__ = f"masked_{name}"
    return cell


@admin.register(HouseholdIdentity)
class HouseholdIdentityAdmin(PersonalAdmin):
    """Heads of households."""

    list_display = (
        "household_id",
        masked_cell("head_name", gettext_lazy("head of household"), masked_name),
        masked_cell("phone", gettext_lazy("phone number"), masked_phone),
    )
    fields = readonly_fields = ("household", *list_display[1:])


@admin.register(Person)
class PersonAdmin(PersonalAdmin):
    """Members of households."""

    list_display = (
        "household_id",
        "number",
        masked_cell("name", gettext_lazy("name"), masked_name),
        masked_cell("id_number", gettext_lazy("identity number"), masked_id_number),
        masked_cell("phone", gettext_lazy("phone number"), masked_phone),
    )
    fields = readonly_fields = ("household", *list_display[1:])


def admin_of(layer: SpatialLayer) -> type[LayerAdmin]:
    """Return the admin of a layer, from its declaration."""
    fields = layer.model._meta.get_field
    declared = {
        "layer": layer,
        "list_display": ("code", *(column(fields(name)) for name in layer.columns if name != "code")),
        "list_filter": layer.filters,
        "search_fields": layer.search,
        "ordering": layer.ordering,
        "raw_id_fields": tuple(one.name for one in layer.model._meta.fields if isinstance(one, models.ForeignKey)),
    }
    return type(f"{layer.model.__name__}Admin", (LayerAdmin,), declared)


for _layer in all_layers():
    admin.site.register(_layer.model, admin_of(_layer))
