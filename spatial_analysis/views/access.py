"""Which method an address is about, and whether the reader may run it."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from accounts.roles import Action
from layers.selectors import may
from spatial_analysis.errors import UnknownMethodError
from spatial_analysis.methods import get_method

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]


def method_page(action: Action = Action.VIEW) -> Callable[[View], View]:
    """Return the decorator of a page about one method; the view gets the method itself.

    Without an account one is sent to log in.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, method: str, **arguments: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            declared = method_or_404(method)
            if not may(declared.layer, user=request.user, action=action):
                raise PermissionDenied
            return view(request, declared, **arguments)

        return page

    return decorate


def method_interface(view: View) -> View:
    """Decorate a JSON view about one method: refusals are JSON too."""

    @wraps(view)
    def answer(request: HttpRequest, method: str, **arguments: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return problem(_("Log in first."), HTTPStatus.UNAUTHORIZED)
        try:
            declared = get_method(method)
        except UnknownMethodError as error:
            return problem(str(error), HTTPStatus.NOT_FOUND)
        if not may(declared.layer, user=request.user, action=Action.VIEW):
            return problem(_("Your account was not granted this analysis."), HTTPStatus.FORBIDDEN)
        return view(request, declared, **arguments)

    return answer


def method_or_404(key: str) -> Any:
    """Return the method called `key`."""
    try:
        return get_method(key)
    except UnknownMethodError as error:
        raise Http404 from error


def problem(sentence: str, status: HTTPStatus) -> JsonResponse:
    """Return a refusal as JSON."""
    return JsonResponse({"error": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
