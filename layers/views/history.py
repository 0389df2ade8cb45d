"""The versions of a feature, and going back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.dossier import holds_grant
from layers.errors import EditError
from layers.forms.reason import RestoreForm
from layers.services import feature_restore
from layers.versions import feature_versions
from layers.views.access import kept_or_404, layer_page, may_change, restorable_or_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@require_safe
@layer_page()
def history(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Return every version of a feature with its author and what it changed."""
    feature = kept_or_404(request, layer, code)
    if not holds_grant(layer, user=request.user):
        raise PermissionDenied
    context = {
        "layer": layer,
        "feature": feature,
        "name": getattr(feature, "name", "") or feature.code,
        "versions": feature_versions(layer, feature, user=request.user),
        "may_change": feature.deleted_at is not None or may_change(request, layer, feature),
    }
    return render(request, "layers/history.html", context)


@require_POST
@layer_page()
def restore(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Make an earlier version the newest one, and say so."""
    feature = restorable_or_error(request, layer, code)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.sentences()))
        return redirect("layers:history", layer=layer.key, code=code)
    version = form.cleaned_data["version"]
    try:
        restored = feature_restore(
            feature=feature, version=version, user=request.user, reason=form.cleaned_data["reason"]
        )
    except LookupError as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except EditError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Version %(old)d is in force again, as version %(new)d.") % {"old": version, "new": restored.version},
        )
    return redirect("layers:history", layer=layer.key, code=code)
