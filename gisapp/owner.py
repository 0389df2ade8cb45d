"""Work on the database as the role that owns its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

LOGIN = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")


class OwnerUnknownError(Exception):
    """DATABASE_OWNER_URL is not set: this needs the role that owns the tables (gisapp_owner)."""

    def __str__(self) -> str:
        return str(self.__doc__)


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the alias `default` of this thread log in as the owner of the tables; for set-up commands alone.

    Raises
    ------
    OwnerUnknownError
        No address of the owner is known, as in a web container.

    Notes
    -----
    Migrations of other packages forget the alias they are given and write to `default` (django-tasks-db 0.13,
    migration 0016): on an alias of its own the owner would hold the table that the same process waits for.
    """
    if settings.OWNER_ALIAS not in connections.databases:
        raise OwnerUnknownError
    default = connections["default"]
    owner = connections[settings.OWNER_ALIAS].settings_dict
    before = {name: default.settings_dict[name] for name in LOGIN}
    default.close()
    default.settings_dict.update({name: owner[name] for name in LOGIN})
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(before)
