"""The members of a household in full, and changing them, each for a stated purpose."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.context import PERSONAL_LAYER
from layers.errors import EditError
from layers.forms.members import MembersForm, posted_versions
from layers.forms.purpose import PurposeForm
from layers.members import members_masked, members_read
from layers.members_editing import Row, StaleMembersError, members_at, members_save, members_to_edit
from layers.members_stale import stale_members
from layers.sealing.keys import PersonalErasedError
from layers.views.access import changeable_or_error, feature_or_404, layer_page, may_change

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.base import Feature
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
    context = {
        "layer": layer,
        "feature": feature,
        "members": found,
        "form": None if stated else form,
        "full": stated,
        "may_edit": may_change(request, layer, feature),
    }
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "layers/members.html", context, status=status)


@never_cache
@sensitive_variables()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@layer_page()
def edit_members(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Ask for the purpose, then show the members in a form, then save what differs; all of it is recorded."""
    if layer.key != PERSONAL_LAYER:
        raise Http404
    feature = changeable_or_error(request, layer, code)
    found = members_masked(feature.code, user=request.user)
    if not found.allowed:
        raise PermissionDenied
    if found.erased_on:
        return redirect("layers:members", layer=layer.key, code=feature.code)
    purpose = PurposeForm(request.POST if request.method == "POST" else None)
    if not purpose.is_valid():
        context = {"layer": layer, "feature": feature, "members": found, "form": purpose, "editing": True}
        return render(request, "layers/members.html", context, status=400 if purpose.errors else 200)
    if "save" in request.POST:
        return save_members(request, layer, feature, purpose)
    rows = members_to_edit(feature.code, user=request.user, purpose=purpose.stated())
    return members_form(request, layer, feature, purpose, form=MembersForm(rows))


def save_members(request: HttpRequest, layer: SpatialLayer, feature: Feature, purpose: PurposeForm) -> HttpResponse:
    """Save what was posted, or return the form with what stands against it."""
    user, stated = request.user, purpose.stated()
    base: dict[int, Row] = members_at(feature.code, user=user, versions=posted_versions(request.POST))
    form = MembersForm(base, data=request.POST)
    if not form.is_valid():
        return members_form(request, layer, feature, purpose, form=form, wrong=True, status=HTTPStatus.BAD_REQUEST)
    changes = form.changes(base)
    try:
        written = members_save(feature.code, user=user, base=base, changes=changes, reason=stated)
    except StaleMembersError:
        rows = members_to_edit(feature.code, user=user, purpose=stated)
        stale = stale_members(feature.code, base=base, now=rows, mine=changes, user=user)
        fresh = MembersForm(rows, kept=changes)
        return members_form(request, layer, feature, purpose, form=fresh, stale=stale, status=HTTPStatus.CONFLICT)
    except (EditError, PersonalErasedError) as error:
        more = {"wrong": True, "refusal": str(error)}
        return members_form(request, layer, feature, purpose, form=form, status=HTTPStatus.BAD_REQUEST, **more)
    said = ngettext("%(count)d entry of the members is saved.", "%(count)d entries of the members are saved.", written)
    messages.success(request, said % {"count": written})
    return redirect("layers:members", layer=layer.key, code=feature.code)


def members_form(
    request: HttpRequest,
    layer: SpatialLayer,
    feature: Feature,
    purpose: PurposeForm,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    """Return the page of the form."""
    context = {"layer": layer, "feature": feature, "purpose": purpose, **more}
    return render(request, "layers/members_edit.html", context, status=status)
