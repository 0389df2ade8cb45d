"""A query of Django's as a test in SQL of our own, its values filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.models import QuerySet


def among(rows: QuerySet[Any], alias: str, using: str = DEFAULT_DB_ALIAS) -> str:
    """Return the test that a row of the table called `alias` is one of `rows`; FALSE where none can be.

    Percent signs stand as they are: double them where the text goes through parameters once more.
    """
    try:
        query = rows.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return "FALSE"
    with connections[using].cursor() as cursor:
        text: bytes = cursor.cursor.mogrify(*query)
    return f"{alias}.id IN ({text.decode()})"
