"""The members of a household in full, for a stated purpose."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.context import PERSONAL_LAYER
from layers.forms.purpose import PurposeForm
from layers.members import members_masked, members_read
from layers.views.access import feature_or_404, layer_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@never_cache
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@layer_page()
def members(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Ask for the purpose, then show the members of one household in full; each showing is recorded."""
    if layer.key != PERSONAL_LAYER:
        raise Http404
    feature = feature_or_404(request, layer, code)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    stated = form.is_valid()
    found = (
        members_read(feature.code, user=request.user, purpose=form.stated())
        if stated
        else members_masked(feature.code, user=request.user)
    )
    if not found.allowed:
        raise PermissionDenied
    context = {"layer": layer, "feature": feature, "members": found, "form": None if stated else form, "full": stated}
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "layers/members.html", context, status=status)
