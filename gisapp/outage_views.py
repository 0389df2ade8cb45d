"""The answer while the database is away or a disk is full: 503, when to come back, and what was typed kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.template.loader import get_template
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response

from accounts.request_id import current_request_id
from gisapp.theme import theme_of
from layers.problems import problem

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.outages import Outage

SECRET = "password"  # noqa: S105  a part of the names of fields
"""Fields with this in their name are never written into a page."""


def outage_answer(request: HttpRequest, outage: Outage, error: BaseException) -> HttpResponse:
    """Return the page, or to a program the problem document, that says what is out of order.

    It asks neither the database nor the session, so the language is that of the device.
    """
    with translation.override(translation.get_language_from_request(request)):
        answer = outage_page(request, outage) if wants_page(request) else outage_problem(outage)
    answer.headers["Retry-After"] = str(outage.retry_after_s)
    add_never_cache_headers(answer)
    # One line without a traceback: there is one for each request of an outage, and it is nobody's mistake.
    log_response("%s: %s", first_line(error), request.path, response=answer, request=request)
    return answer


def outage_page(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Return the page; one that came in place of a form's answer holds the form, to be sent once more."""
    sends = request.method not in {"GET", "HEAD"}
    context = {
        "status": int(HTTPStatus.SERVICE_UNAVAILABLE),
        "outage": outage,
        "theme": theme_of(request),
        "sends": sends,
        "draft": draft_of(request) if sends else [],
        "request_id": current_request_id(),
    }
    return HttpResponse(get_template("gisapp/outage.html").render(context), status=HTTPStatus.SERVICE_UNAVAILABLE)


def outage_problem(outage: Outage) -> HttpResponse:
    """Return the problem document."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, f"{outage.title}. {outage.sentence} {outage.step}")


def wants_page(request: HttpRequest) -> bool:
    """Return whether a browser shows the answer: it names HTML, which maps and programs do not."""
    return "text/html" in request.headers.get("Accept", "")


def draft_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that a form sent, in order; none where they hold a password or a file, or cannot be read.

    A file cannot be put into a page: reloading sends it once more.
    """
    try:
        sent, files = request.POST, request.FILES
    except (MultiPartParserError, RawPostDataException, UnreadablePostError):
        return []
    if files or any(SECRET in name for name in sent):
        return []
    return [(name, str(value)) for name, values in sent.lists() for value in values]


def first_line(error: BaseException) -> str:
    """Return what an error says, without the rows that it may quote below."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
