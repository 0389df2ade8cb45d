"""What the application's role may not do to the tables of a layer, whenever the layer was declared."""

from __future__ import annotations

from typing import Any

from django.db import connections
from psycopg2 import sql

from layers.registry import all_layers
from layers.spec import SpatialLayer

APP_ROLE = "gisapp_app"
RESTRICTED = sql.SQL("REVOKE {rights} ON {table} FROM {role}")


def restrict_rights(*, using: str, **_signal: Any) -> None:
    """Let the application delete no feature and rewrite no history: both are revoked after each migration.

    Features are deleted softly and their superseded images are written by triggers alone. New tables would
    otherwise come with every right (the owner's default privileges).
    """
    connection = connections[using]
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for layer in all_layers():
            for table, rights in restrictions(layer).items():
                if table in there:
                    names = {"table": sql.Identifier(table), "role": sql.Identifier(APP_ROLE)}
                    cursor.execute(RESTRICTED.format(rights=sql.SQL(rights), **names))


def restrictions(layer: SpatialLayer) -> dict[str, str]:
    """Return the tables of a layer with the rights that are withheld."""
    history: Any = layer.model._meta.get_field("versions").related_model
    return {layer.model._meta.db_table: "DELETE, TRUNCATE", history._meta.db_table: "UPDATE, DELETE, TRUNCATE"}
