"""Pages for what went wrong: a sentence a clerk understands, and the next step."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.outages import outage_of
from accounts.request_id import current_request_id
from gisapp.outage_views import outage_answer
from gisapp.theme import theme_of

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for a request that makes no sense."""
    return error_page(
        request,
        status=HTTPStatus.BAD_REQUEST,
        title=_("The address or the form cannot be read"),
        sentence=_("Something in the address or in what was sent does not fit this page."),
        step=_("Go back and try again. If you typed the address, check it."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for what the person was not granted."""
    return error_page(
        request,
        status=HTTPStatus.FORBIDDEN,
        title=_("You have no permission for this"),
        sentence=_("Your account was not granted this page or this action in this area."),
        step=_("If your work needs it, ask your administrator for the grant and name this page."),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for an address behind which there is nothing for this person.

    A row outside the area of the person and a row that does not exist read the same.
    """
    return error_page(
        request,
        status=HTTPStatus.NOT_FOUND,
        title=_("There is nothing here"),
        sentence=_("The page does not exist, or it lies outside your area."),
        step=_("Check the address or the code, or start again from the map."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that did not come from us, or came too late."""
    log.warning("CSRF check failed: %s", reason)
    return error_page(
        request,
        status=HTTPStatus.FORBIDDEN,
        title=_("The form has expired"),
        sentence=_("For your safety a form can only be sent from the page that it was opened on. Nothing was saved."),
        step=_("Go back, reload the page and send the form again. Cookies must be allowed for this site."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for our own mistake, or for an outage; it needs neither the database nor the session.

    Django calls this while it handles what was raised, in a view or before one was found.
    """
    error = sys.exception()
    if error is not None and (outage := outage_of(error)) is not None:
        return outage_answer(request, outage, error)
    with translation.override(translation.get_language_from_request(request)):
        context = {
            "status": int(HTTPStatus.INTERNAL_SERVER_ERROR),
            "title": _("The system made a mistake"),
            "sentence": _("Your request was correct as far as we can tell; the mistake is ours and has been recorded."),
            "step": _("Try again in a minute. If it stays, tell your administrator the number of the request."),
            "theme": theme_of(request),
            "request_id": current_request_id(),
        }
        page = get_template("gisapp/error.html").render(context)
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def error_page(request: HttpRequest, *, status: HTTPStatus, title: str, sentence: str, step: str) -> HttpResponse:
    """Return the error page with its status."""
    context = {
        "status": int(status),
        "title": title,
        "sentence": sentence,
        "step": step,
        "request_id": current_request_id(),
    }
    return render(request, "gisapp/error.html", context, status=status)
