"""`manage.py undo_import BATCH`: takes one committed batch back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

REFUSED, WRONG_USE = 1, 2


class Command(BaseCommand):
    """Takes a batch back; exit code 0: done, 1: refused and nothing changed, 2: there is no such batch."""

    help = "Take one committed import back: what it added is deleted, what it changed is restored."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("batch", metavar="BATCH", help="the number that import_layer printed")

    def handle(self, *args: Any, batch: str, **options: Any) -> None:
        """Run it."""
        from importers.undo import UndoRefusedError, UnknownBatchError, batch_undo

        try:
            undone = batch_undo(batch)
        except UnknownBatchError as error:
            raise CommandError(_("There is no batch %(batch)s.") % {"batch": batch}, returncode=WRONG_USE) from error
        except UndoRefusedError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(
            _("Taken back: %(deleted)d deleted, %(restored)d restored.")
            % {"deleted": undone.deleted, "restored": undone.restored}
        )
