"""Whether the process lives, and whether it can answer requests."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.service import OK, readiness_checks

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

PATIENCE_S = 1.5
"""A load balancer gives up after two or three seconds; what has not answered by then cannot serve requests."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers, and nothing about what it needs: a restart would not mend the database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, each need by name; 503 while one is missing."""
    needs = {"disk": disk_state(), **PROBE.states(PATIENCE_S)}
    ready = all(state == OK for state in needs.values())
    return JsonResponse({"ready": ready, **needs}, status=200 if ready else 503)


class Probe:
    """Asks the database in a thread of its own: a hung server would hold whoever asks it, and the page with them.

    One thread at a time, however often the load balancer asks: a database that hangs for an hour holds one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: Mapping[str, str] = {}

    def states(self, patience_s: float) -> Mapping[str, str]:
        """Return each need of the database with its state, after `patience_s` at the latest."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._ask, name="readiness", daemon=True)
                self._found = {"database": "no answer"}
                self._thread.start()
            thread = self._thread
        thread.join(patience_s)
        return self._found

    def _ask(self) -> None:
        try:
            self._found = database_needs()
        finally:
            connection.close()


PROBE = Probe()


def database_needs() -> Mapping[str, str]:
    """Return the database and, where it answers, what is asked through it."""
    needs = {"database": database_state()}
    if needs["database"] == OK:
        asked: dict[str, Callable[[], str]] = {"migrations": migrations_state, **readiness_checks}
        needs |= {name: answered(name, ask) for name, ask in asked.items()}
    return needs


def answered(name: str, ask: Callable[[], str]) -> str:
    """Return the state that a check gives, `failed` where it gives none."""
    try:
        return ask()
    except Exception:
        log.exception("readiness check %s failed", name)
        return "failed"


def database_state() -> str:
    """Return `ok` or that the database does not answer; not the error, which may name hosts and roles."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unreachable"
    return OK


def migrations_state() -> str:
    """Return `ok` or that the tables are not those of this code."""
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else OK


def disk_state() -> str:
    """Return `ok`, or that the disk of what is written while running has too little room left."""
    try:
        free = shutil.disk_usage(settings.VAR_DIR).free
    except OSError:
        return "missing"
    return OK if free >= settings.LEAST_FREE_MB * 1_000_000 else "full"
