"""The number of a request or a job: one word that its log lines, its records and its page share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import request_finished

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
# What proxies write (nginx: 32 hexadecimal digits; others: a UUID or a short word), and nothing that could forge a
# line of a log or a header.
PLAUSIBLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_current: ContextVar[str] = ContextVar("request_id", default="")
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_user: ContextVar[int | None] = ContextVar("user", default=None)


def current_request_id() -> str:
    """Return the number of the request that is being answered; empty outside of one."""
    return _current.get()


def current_user_id() -> int | None:
    """Return the id of the user whose request is being answered, where somebody asked for the user already.

    Nobody is looked up for it: a line of the log must not cost a query, least of all when the database is gone.
    """
    if (user_id := _user.get()) is not None:
        return user_id
    return getattr(getattr(_request.get(), "_cached_user", None), "pk", None)


@contextmanager
def numbered(number: str, user_id: int | None = None) -> Iterator[None]:
    """Let lines and records of the block carry another number than a request's, a job's, and whom it works for."""
    number_before, user_before = _current.set(number), _user.set(user_id)
    try:
        yield
    finally:
        _current.reset(number_before)
        _user.reset(user_before)


def forget_request_id(**_signal: Any) -> None:
    """Forget the request once the answer is sent: a streamed one is still being written when the view is long done."""
    _current.set("")
    _request.set(None)


class RequestIdMiddleware:
    """Give each request a number and tell it in the answer. Comes first, so that nothing is logged without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        request_finished.connect(forget_request_id, dispatch_uid="accounts.request_id")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = remember_request_id(str(request.headers.get(HEADER, "")))
        _request.set(request)
        response = self.get_response(request)
        response.headers[HEADER] = number
        return response


def remember_request_id(given: str) -> str:
    """Return the number of the request that begins now: the one that our own proxy gave, else a new one.

    Parameters
    ----------
    given
        What the request brings as its number, if anything; believed only behind a proxy, and where it looks like one.
    """
    number = given if settings.BEHIND_PROXY and PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
    _current.set(number)
    return number
