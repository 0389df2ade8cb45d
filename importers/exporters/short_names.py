"""Names of at most ten bytes, for the tables of shapefiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.exporters.columns import ExportColumn

MOST_BYTES = 10


def short_names(columns: Iterable[ExportColumn]) -> dict[str, str]:
    """Return a name of at most ten letters for each column, by the column's own name; all differ without case.

    The field's own name where it fits, else its beginning, numbered where that is taken.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        wished = next((name for name in (column.name, column.field.name) if len(name) <= MOST_BYTES), column.name)
        name, number = wished[:MOST_BYTES].rstrip("_"), 1
        while name.casefold() in taken:
            number += 1
            name = f"{wished[: MOST_BYTES - len(str(number)) - 1]}_{number}"
        taken.add(name.casefold())
        found[column.name] = name
    return found
