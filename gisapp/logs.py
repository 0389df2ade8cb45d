"""Lines of the log: which request, which user, and nothing that somebody confided to the office."""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

from accounts.request_id import current_request_id, current_user_id

if TYPE_CHECKING:
    from types import TracebackType

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.http import HttpRequest, HttpResponseBase

requests_log = logging.getLogger("gisapp.requests")
queries_log = logging.getLogger("gisapp.queries")

MOST_SQL = 2000
PLAIN = (str, int, float, bool, dt.datetime)
# What PostgreSQL tells beside an error: the values of the row. "Failing row contains (7, Zhang San, ...)".
DETAILS = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*$(\n^[ \t]+\^?.*$)*", re.MULTILINE)
# "invalid input syntax for type integer: "Zhang San"".
MISREAD = re.compile(r'(invalid input syntax for [^:\n]*: )".*"')
# Identity numbers and telephone numbers, wherever they stand but in the number of a request or a job.
NUMBERS = re.compile(
    r"\b(?P<kept>[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b|(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9})(?!\d)"
)


def without_personal_data(text: str) -> str:
    """Return `text` without the values of rows, identity numbers and telephone numbers."""
    return NUMBERS.sub(
        lambda found: found["kept"] or "***", MISREAD.sub(r"\1(left out)", DETAILS.sub(r"\1: (left out)", text))
    )


class RequestFilter(logging.Filter):
    """Tells each record the number of its request and the id of its user."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        record.user_id = current_user_id() or "-"
        return True


class LineFormatter(logging.Formatter):
    """For people: one line a record, with the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        return without_personal_data(super().format(record))


class ObjectFormatter(JsonFormatter):
    """For programs: one JSON object a line (docs/reference/logs.md)."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Return the fields without personal data; what is no plain value (a request, a socket) is left out."""
        plain = {name: value for name, value in log_data.items() if isinstance(value, PLAIN)}
        return {
            name: without_personal_data(value) if isinstance(value, str) else value for name, value in plain.items()
        }

    def formatException(  # noqa: N802  the name is that of the standard library
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return str(super().formatException(ei))


class RequestLogMiddleware:
    """Write a line for each request that changes something or is slow; refusals and errors have Django's own.

    The line holds the path without its question: what people search for may be a name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        took_ms = round((time.perf_counter() - started) * 1000)
        slow = bool(settings.SLOW_REQUEST_MS) and took_ms >= settings.SLOW_REQUEST_MS
        if slow or request.method not in {"GET", "HEAD", "OPTIONS"}:
            facts = {"method": request.method, "path": request.path, "status": response.status_code, "ms": took_ms}
            requests_log.log(
                logging.WARNING if slow else logging.INFO,
                "%(method)s %(path)s %(status)s %(ms)s ms",
                facts,
                extra=facts,
            )
        return response


def watch_queries(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Let a new connection tell of slow queries."""
    if settings.SLOW_QUERY_MS and tell_of_slow_ones not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell_of_slow_ones)


def tell_of_slow_ones(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
    """Run a query; where it is slow, log its text without its parameters: they are people's."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took_ms = round((time.perf_counter() - started) * 1000)
        if took_ms >= settings.SLOW_QUERY_MS:
            text = sql if isinstance(sql, str) else "(composed)"
            facts = {"ms": took_ms, "sql": " ".join(without_literals(text).split())[:MOST_SQL]}
            queries_log.warning("slow query: %(ms)s ms: %(sql)s", facts, extra=facts)


def without_literals(sql: str) -> str:
    """Return a query whose quoted texts, which some put into it themselves, are left out."""
    return re.sub(r"'(?:[^']|'')*'", "'…'", sql)
