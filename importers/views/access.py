"""Who may have a page of imports, and which upload it is about."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404

from importers.selectors import importable_layers, upload_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from importers.models import Upload


def import_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a page for those who may import into any layer; the view gets these layers."""

    @login_required
    @wraps(view)
    def page(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        layers = importable_layers(user=request.user)
        if not layers:
            raise PermissionDenied
        return view(request, layers=layers, **arguments)

    return page


def upload_or_404(request: HttpRequest, upload_id: UUID) -> Upload:
    """Return an upload of the reader; one of somebody else is as one that does not exist."""
    found = upload_for(user=request.user, upload_id=upload_id)
    if found is None:
        raise Http404
    return found


def whole_number(text: str | None) -> int:
    """Return a number that a form carries; -1 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
