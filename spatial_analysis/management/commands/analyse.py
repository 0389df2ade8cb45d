"""`manage.py analyse METHOD --out FILE`: an answer into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.roles import Through
from spatial_analysis.errors import ParameterError, QuestionError
from spatial_analysis.tasks import analyse_in_background
from spatial_analysis.to_file import FileOrder, answer_to_file, checked, in_words

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.management.base import CommandParser

    from accounts.models import User

WRONG_USE = 2


class Command(BaseCommand):
    """Runs an analysis; exit code 0: written, 2: wrong use and nothing written."""

    help = "Run an analysis and write the answer: .json, .csv, .xlsx, .gpkg or .html (a map that needs no network)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("method", metavar="METHOD", help="such as relocation-distance")
        parser.add_argument("--region", default="", metavar="CODE", help="division code; default: everywhere")
        parser.add_argument(
            "--param", action="append", default=[], metavar="K=V", help="a parameter, such as bands=5,20,50"
        )
        parser.add_argument("--user", metavar="U", help="run as this account, within its area; default: the system")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="its ending says the format")
        parser.add_argument(
            "--rows",
            choices=("yes", "no", "only"),
            default="yes",
            help="one row a feature beside the answer (.json, .xlsx), not at all, or alone (.csv)",
        )

        parser.add_argument(
            "--background",
            action="store_true",
            help="leave it to a worker of this machine and print the job's id; see manage.py jobs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            order = FileOrder(
                method=options["method"],
                path=options["out"],
                region=options["region"],
                parameters=pairs(options["param"]),
                rows=options["rows"],
                user=asker(options["user"]),
            )
            if options["background"]:
                self.stdout.write(str(queued(order)))
                return
            done = answer_to_file(order)
        except QuestionError as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error
        self.stdout.write(in_words(order, done))
        if not done.run.rows and done.run.answer is not None:
            self.stderr.write(_("Nothing in this area could be analysed: the file holds an empty answer."))


def queued(order: FileOrder) -> UUID:
    """Return the id of the job that will write the answer.

    Raises
    ------
    QuestionError
        Something that was given is of no use.
    """
    method, _question, _write = checked(order)
    out = str(order.path.absolute())
    return analyse_in_background.start(
        user=order.user,
        through=Through.COMMAND,
        subject=f"{method.title} → {order.path.name}",
        method=order.method,
        out=out,
        region=order.region,
        parameters=dict(order.parameters),
        rows=order.rows,
    )


def asker(username: str | None) -> User | None:
    """Return the account to run as; None for the system itself."""
    if username is None:
        return None
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise QuestionError(_("There is no active account “%(name)s”.") % {"name": username})
    return user


def pairs(given: list[str]) -> dict[str, str]:
    """Return `K=V` arguments as a mapping."""
    found = {}
    for pair in given:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise ParameterError(
                _("“%(given)s” is not of the form NAME=VALUE, such as bands=5,20,50.") % {"given": pair}
            )
        found[key.strip()] = value.strip()
    return found
