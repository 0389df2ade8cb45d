"""What the application's role may not do to the tables of a layer, whenever the layer was declared."""

from __future__ import annotations

from typing import Any

from accounts.rights import withhold
from layers.registry import all_layers


def restrict_rights(*, using: str, **_signal: Any) -> None:
    """Let the application delete no feature: they are deleted softly (`accounts.rights` guards their images)."""
    withhold({layer.model._meta.db_table: "DELETE, TRUNCATE" for layer in all_layers()}, using=using)
