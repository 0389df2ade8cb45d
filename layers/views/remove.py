"""Taking a feature away: it is marked, never erased."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from layers.dossier import related_features
from layers.errors import EditError
from layers.forms.reason import DeleteForm
from layers.services import feature_delete
from layers.views.access import changeable_or_error, layer_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@require_http_methods(["GET", "HEAD", "POST"])
@layer_page()
def remove(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Ask for the reason, then mark the feature as deleted and show where it can be brought back."""
    feature = changeable_or_error(request, layer, code)
    form = DeleteForm(request.POST or None, initial={"base_version": feature.version})
    if request.method == "POST" and form.is_valid():
        try:
            feature_delete(
                feature=feature,
                base_version=form.cleaned_data["base_version"],
                user=request.user,
                reason=form.cleaned_data["reason"],
            )
        except EditError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(name)s” is deleted. It can be brought back here.") % {"name": feature})
            return redirect("layers:history", layer=layer.key, code=code)
    context = {
        "layer": layer,
        "feature": feature,
        "name": getattr(feature, "name", "") or feature.code,
        "form": form,
        "related": [one for one in related_features(layer, feature, user=request.user) if one.count],
    }
    return render(
        request, "layers/delete.html", context, status=HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    )
