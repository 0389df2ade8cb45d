"""Entering and changing a feature."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from layers.editing import EditPage, edit_page, stale_page
from layers.errors import EditError, StaleVersionError
from layers.forms.feature import FeatureForm
from layers.forms.fields import whole_number
from layers.services import feature_create, feature_update
from layers.versions import image_of
from layers.views.access import changeable_or_error, layer_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@require_http_methods(["GET", "HEAD", "POST"])
@layer_page(Action.CHANGE)
def create(request: HttpRequest, layer: SpatialLayer) -> HttpResponse:
    """Return the empty form, or enter a new feature and show its dossier."""
    form = FeatureForm(layer, user=request.user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = feature_create(
                layer=layer, values=form.changes(), user=request.user, reason=form.cleaned_data["change_reason"]
            )
        except ValidationError as error:
            form.refuse(error)
        except EditError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(name)s” is entered.") % {"name": made})
            return redirect("layers:dossier", layer=layer.key, code=made.code)
    return answer(request, edit_page(layer, form, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@layer_page()
def edit(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Return the form of a feature, or save what differs and show the dossier."""
    feature = changeable_or_error(request, layer, code)
    if request.method != "POST":
        return answer(request, edit_page(layer, FeatureForm(layer, user=request.user, base=feature), user=request.user))
    base = image_of(feature, whole_number(request.POST.get("base_version"))) or feature
    form = FeatureForm(layer, user=request.user, base=base, data=request.POST)
    if form.is_valid():
        try:
            saved = feature_update(
                feature=feature,
                base_version=base.version,
                values=form.changes(),
                user=request.user,
                reason=form.cleaned_data["change_reason"],
            )
        except StaleVersionError as error:
            return answer(request, stale_page(layer, form, current=error.current, user=request.user))
        except ValidationError as error:
            form.refuse(error)
        except EditError as error:
            form.add_error(None, str(error))
        else:
            told = (
                _("Saved as version %(new)d.")
                if saved.version != base.version
                else _("Nothing differed; version %(new)d stays.")
            )
            messages.success(request, told % {"new": saved.version})
            return redirect("layers:dossier", layer=layer.key, code=saved.code)
    return answer(request, edit_page(layer, form, user=request.user, feature=feature))


def answer(request: HttpRequest, page: EditPage) -> HttpResponse:
    """Return the editor: 409 where somebody saved in between, 400 where something typed cannot be taken."""
    refused = HTTPStatus.BAD_REQUEST if page.form.is_bound and page.form.errors else HTTPStatus.OK
    status = HTTPStatus.CONFLICT if page.stale else refused
    context: dict[str, Any] = {"layer": page.layer, "page": page, "form": page.form, "feature": page.feature}
    return render(request, "layers/edit.html", context, status=status)
