"""`manage.py erase_household CODE --reason WHY [--user U]`: destroys what is kept of the members of a household."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

REFUSED, WRONG_USE = 1, 2


class Command(BaseCommand):
    """Erases a household's personal data for ever; exit code 0: done, 1: refused and nothing changed, 2: wrong use."""

    help = (
        "Destroy the key of a household, and with it every name, ID number, phone and day of birth kept of its "
        "members, in the tables and in their history. It cannot be taken back. Who changed what and when stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("code", metavar="CODE", help="code of the household")
        parser.add_argument("--reason", required=True, help="stays in the records; must not repeat what is erased")
        parser.add_argument("--user", metavar="U", help="on whose behalf: a data steward with the area")

    def handle(self, *args: Any, code: str, reason: str, user: str | None, **options: Any) -> None:
        """Run it."""
        from accounts.models import User
        from accounts.roles import Through
        from layers.erasing import EraseError, household_erase

        steward = User.objects.filter(username=user, is_active=True).first() if user else None
        if user and steward is None:
            raise CommandError(_("There is no user “%(name)s”.") % {"name": user}, returncode=WRONG_USE)
        try:
            rows = household_erase(code, user=steward, reason=reason, through=Through.COMMAND)
        except EraseError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(
            _("Erased: the key of %(code)s is destroyed, %(rows)d rows are empty.") % {"code": code, "rows": rows}
        )
        self.stdout.write(
            _("Older backups hold the key under the present master key: rotate_keys, then throw the earlier key away.")
        )
