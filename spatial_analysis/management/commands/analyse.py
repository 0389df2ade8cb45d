"""`manage.py analyse METHOD --out FILE`: an answer into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.roles import Action, Through
from layers.selectors import may
from spatial_analysis.errors import FormatError, ParameterError, QuestionError
from spatial_analysis.methods import Method, WriteOptions, get_method
from spatial_analysis.services import Answered, analysis_run, answer_exported, question_for

if TYPE_CHECKING:
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

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        try:
            done = self.answer(options)
        except QuestionError as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error
        run, total = done.run, done.run.answer
        self.stdout.write(
            _("%(file)s written: %(rows)s rows read, %(missing)s of them not measurable, %(seconds).1f s.")
            % {"file": options["out"], "rows": f"{run.rows:,}", "missing": f"{run.missing:,}", "seconds": run.seconds}
        )
        if not run.rows and total is not None:
            self.stderr.write(_("Nothing in this area could be analysed: the file holds an empty answer."))

    def answer(self, options: dict[str, Any]) -> Answered:
        """Return the stored run after its answer was written.

        Raises
        ------
        QuestionError
            Something that was given is of no use; nothing was run or written.
        """
        method = get_method(options["method"])
        path: Path = options["out"]
        write = method.writers.get(path.suffix[1:].lower())
        if write is None:
            raise FormatError(path.suffix or path.name, [f".{ending}" for ending in method.writers])
        if not path.resolve().parent.is_dir() or path.is_dir():
            raise QuestionError(_("%(file)s cannot be written: there is no such folder.") % {"file": path})
        user = asker(method, options["user"])
        question = question_for(
            method,
            user=user,
            region=options["region"],
            parameters=pairs(options["param"]),
            action=Action.EXPORT,
        )
        done = analysis_run(method, question, user=user, through=Through.COMMAND)
        rows = options["rows"]
        answer_exported(method, question, done, user=user, through=Through.COMMAND, name=path.name)
        try:
            write(done.outcome, path, WriteOptions(rows=rows != "no", only_rows=rows == "only"))
        except OSError as error:
            raise QuestionError(
                _("%(file)s cannot be written: %(reason)s.") % {"file": path, "reason": error.strerror or error}
            ) from error
        return done


def asker(method: Method, username: str | None) -> User | None:
    """Return the account to run as; None for the system itself."""
    if username is None:
        return None
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise QuestionError(_("There is no active account “%(name)s”.") % {"name": username})
    if not may(method.layer, user=user, action=Action.EXPORT):
        raise QuestionError(_("The account “%(name)s” was not granted to export this anywhere.") % {"name": username})
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
