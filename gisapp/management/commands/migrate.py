"""`manage.py migrate`, as the role that owns the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from gisapp.owner import OwnerUnknownError, as_owner


class Command(migrate.Command):
    """Django's `migrate` as gisapp_owner: the application's own role owns nothing and may change no table."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        try:
            with as_owner():
                super().handle(*args, **options)
        except OwnerUnknownError as error:
            raise CommandError(str(error)) from error
        return None
