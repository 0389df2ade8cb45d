"""What somebody reads who failed to log in too often."""

from __future__ import annotations

import datetime as dt
from math import ceil
from typing import TYPE_CHECKING

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.client import throttled_address

if TYPE_CHECKING:
    from django.http import HttpRequest

TOO_MANY = 429


def locked_out(
    request: HttpRequest, _original: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page that says when to try again (`AXES_LOCKOUT_CALLABLE`)."""
    until = locked_until(request, get_client_username(request, credentials))
    wait = max(until - timezone.now(), dt.timedelta(seconds=1))
    context = {"until": until, "minutes": ceil(wait.total_seconds() / 60)}
    response = render(request, "accounts/locked_out.html", context, status=TOO_MANY)
    response["Retry-After"] = str(ceil(wait.total_seconds()))
    return response


def locked_until(request: HttpRequest, username: str | None) -> dt.datetime:
    """Return the moment from which this name may be tried again from this address."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=throttled_address(request))
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    pause: dt.timedelta = get_cool_off(request)
    until: dt.datetime = (last or timezone.now()) + pause
    return until
