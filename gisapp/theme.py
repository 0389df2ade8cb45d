"""Light pages for the desk, dark ones for the wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
LIGHT, DARK = "light", "dark"
THEMES = (LIGHT, DARK)
REMEMBERED_S = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """Return the theme asked for by `?theme=`, else the one remembered, else light."""
    for value in (request.GET.get("theme"), request.COOKIES.get(COOKIE)):
        if value in THEMES:
            return value
    return LIGHT


class ThemeMiddleware:
    """Remember `?theme=dark`, so that a wall stays dark from page to page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = request.GET.get("theme")
        if asked in THEMES and request.COOKIES.get(COOKIE) != asked:
            response.set_cookie(
                COOKIE,
                asked,
                max_age=REMEMBERED_S,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response
