"""The language of a page: the user's own, else the one chosen on this device, else the browser's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from accounts import passes
from accounts.models import User


class UserLanguageMiddleware(LocaleMiddleware):
    """Django's choice by cookie and browser, after the user's own. Comes after authentication."""

    def process_request(self, request: HttpRequest) -> None:
        """Switch to the language for this request."""
        language = "" if nobody_asks(request) else getattr(request.user, "language", "")
        if not language:
            super().process_request(request)
            return
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


def nobody_asks(request: HttpRequest) -> bool:
    """Return whether whose session it is need not be found out: the database is not asked for it.

    A probe that carries a cookie must not wait for a database that hangs, and a pass says all that there is to know.
    """
    return request.path in settings.PROBES or passes.carried(request) is not None


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language: with the user where somebody is logged in, and on this device."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    response: HttpResponse = django_set_language(request)
    return response
