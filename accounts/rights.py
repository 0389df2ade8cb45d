"""What the application's role may not do to tables, whoever declared them: withheld again after each migration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections
from pghistory.models import Context, Event
from psycopg2 import sql

if TYPE_CHECKING:
    from django.db.models import Model

APP_ROLE = "gisapp_app"
APPEND_ONLY = "UPDATE, DELETE, TRUNCATE"
WITHHELD = sql.SQL("REVOKE {rights} ON {table} FROM {role}")


def append_only_models() -> list[type[Model]]:
    """Return the models whose rows are written once: every table of events, and those that say `append_only`."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and (issubclass(model, Event) or getattr(model, "append_only", False))
    ]


def withhold(rights: Mapping[str, str], *, using: str) -> None:
    """Revoke `rights` (table to a list of rights) from the application; tables that do not exist yet are left out.

    New tables would otherwise come with every right (the owner's default privileges).
    """
    connection = connections[using]
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table, kinds in rights.items():
            if table in there:
                names = {"table": sql.Identifier(table), "role": sql.Identifier(APP_ROLE)}
                cursor.execute(WITHHELD.format(rights=sql.SQL(kinds), **names))


def restrict_rights(*, using: str, **_signal: Any) -> None:
    """Let the application rewrite no record of what happened.

    The context of events (who, where a row has no place for it) is written by `INSERT ... ON CONFLICT DO UPDATE`,
    which needs the right to update; a trigger of the migration `access_records` lets it add only.
    """
    withhold({model._meta.db_table: APPEND_ONLY for model in append_only_models()}, using=using)
    withhold({Context._meta.db_table: "DELETE, TRUNCATE"}, using=using)
