"""`manage.py flush`, as the role that owns the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush

from gisapp.owner import OwnerUnknownError, as_owner


class Command(flush.Command):
    """Django's `flush` as gisapp_owner: the application's own role may not truncate."""

    def handle(self, **options: Any) -> None:
        try:
            with as_owner():
                super().handle(**options)
        except OwnerUnknownError as error:
            raise CommandError(str(error)) from error
