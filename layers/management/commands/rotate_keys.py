"""`manage.py rotate_keys`: brings personal data under the present keys of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

REFUSED = 1


class Command(BaseCommand):
    """Wraps each household's key and makes each hash anew; exit code 0: all done, 1: a key is missing."""

    help = (
        "After setting a new GISAPP_PERSONAL_DATA_KEY or GISAPP_PERSONAL_HASH_KEY and naming the one before in "
        "..._KEYS_OLD: wraps every household's key and every phone's secret anew and makes every hash anew, in batches "
        "that each commit. Stopped half-way, it goes on where it was; meanwhile both keys are read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("--batch", type=int, default=5000, help="rows a transaction (default: %(default)s)")

    def handle(self, *args: Any, batch: int, verbosity: int, **options: Any) -> None:
        """Run it."""
        from accounts.ciphers import SealError
        from layers.sealing.rotation import keys_rotate

        if batch < 1:
            raise CommandError("--batch must be 1 or more.", returncode=2)
        try:
            for step in keys_rotate(batch=batch):
                if verbosity:
                    self.stdout.write(f"{step.done:>9,} of {step.total:,}  {step.title}")
        except SealError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(
            "All under the present keys: the earlier ones are no longer needed, except for older backups."
        )
