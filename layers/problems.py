"""Answers of machine-readable addresses that could not do what was asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


def problem(status: HTTPStatus, sentence: str | Promise) -> JsonResponse:
    """Return `sentence` as a problem document (RFC 9457): for programs, and for a clerk who opens the address."""
    answer = JsonResponse(
        {"title": status.phrase, "status": int(status), "detail": str(sentence)},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Cache-Control"] = "private, no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        # RFC 9110 asks for a challenge; browsers open no password box for a scheme that they do not know.
        answer["WWW-Authenticate"] = 'Session realm="gisapp"'
    return answer


def sign_in_first() -> JsonResponse:
    """Return the answer to somebody who is not signed in and asks for what is not public."""
    return problem(HTTPStatus.UNAUTHORIZED, _("Sign in first: this layer is not public."))
