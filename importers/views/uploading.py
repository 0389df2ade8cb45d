"""Taking a file in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import JsonResponse, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts.models import User
from importers.steps import upload_create
from importers.uploads import UploadRefusedError, most_bytes, too_large
from importers.views.access import import_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from layers.spec import SpatialLayer

ROOM_BYTES = 100_000
"""Of a request beside its files."""


@csrf_exempt  # looked at below: the check itself reads what was sent, however large it is
@require_POST
def hand_in(request: HttpRequest) -> HttpResponseBase:
    """Keep the files of an import and lead to its page; a script that asks for JSON is told the address."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes() + ROOM_BYTES:
        return answer(request, too_large(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    checked: HttpResponseBase = kept(request)
    return checked


@csrf_protect
@import_page
def kept(request: HttpRequest, *, layers: list[SpatialLayer], **_arguments: Any) -> HttpResponseBase:
    """Keep the files, once it is known that the form is ours and who sent it."""
    asked = request.POST.get("layer", "")
    layer = asked if asked in {one.key for one in layers} else ""
    try:
        assert isinstance(request.user, User)
        upload = upload_create(user=request.user, files=request.FILES.getlist("files"), layer=layer)
    except UploadRefusedError as error:
        return answer(request, str(error), HTTPStatus.BAD_REQUEST)
    except UnreadablePostError:
        return answer(request, _("The connection broke off. Hand the file in again."), HTTPStatus.BAD_REQUEST)
    except OSError:
        sentence = _("The server has no room for the file just now. Tell the administrator; nothing was kept.")
        return answer(request, sentence, HTTPStatus.INSUFFICIENT_STORAGE)
    address = reverse("importers:upload", kwargs={"upload_id": upload.pk})
    return JsonResponse({"url": address}) if wants_json(request) else redirect(address)


def answer(request: HttpRequest, sentence: str, status: HTTPStatus) -> HttpResponseBase:
    """Return a refusal to a script, or to a browser without scripts."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
    if not request.user.is_authenticated:
        return redirect("login")
    messages.error(request, sentence)
    return redirect("importers:index")


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script asks."""
    return "application/json" in request.headers.get("Accept", "")
