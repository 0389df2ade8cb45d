"""Whether the process lives, and whether it can answer requests."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers, and nothing about what it needs: a restart would not mend the database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, each need by name; 503 while one is missing."""
    needs = {"database": database_state()}
    if needs["database"] == "ok":
        needs["migrations"] = migrations_state()
    ready = all(state == "ok" for state in needs.values())
    return JsonResponse({"ready": ready, **needs}, status=200 if ready else 503)


def database_state() -> str:
    """Return `ok` or that the database does not answer; not the error, which may name hosts and roles."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def migrations_state() -> str:
    """Return `ok` or that the tables are not those of this code."""
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
