"""What a page of an import fetches: the data of its map, and the rejected rows as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.stored_files import file_response
from importers.map_data import map_of
from importers.uploads import rejects_file
from importers.views.access import import_page, upload_or_404

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@never_cache
@require_safe
@import_page
def rejected(request: HttpRequest, *, upload_id: UUID, **_arguments: Any) -> HttpResponseBase:
    """Return the rejected rows as a file, each with what is wrong with it."""
    path = rejects_file(upload_or_404(request, upload_id).pk)
    if path is None:
        raise Http404
    return file_response(path, name=path.name)


@never_cache
@require_safe
@import_page
def map_data(request: HttpRequest, *, upload_id: UUID, **_arguments: Any) -> HttpResponseBase:
    """Return the readings of the numbers and the rehearsed features, as JSON."""
    return JsonResponse(map_of(upload_or_404(request, upload_id)), json_dumps_params={"ensure_ascii": False})
