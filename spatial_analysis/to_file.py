"""An answer into a file, for the command and for the job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Action, Through
from layers.selectors import may
from spatial_analysis.errors import FormatError, QuestionError
from spatial_analysis.methods import WriteOptions, get_method
from spatial_analysis.services import Answered, analysis_run, question_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from spatial_analysis.methods import Method, Outcome, Question

    Writer = Callable[[Outcome, Path, WriteOptions], None]


@dataclass(frozen=True, slots=True)
class FileOrder:
    """What is to be analysed and where the answer goes.

    Attributes
    ----------
    rows
        `yes`: one row a feature beside the answer, `no`: not at all, `only`: alone.
    """

    method: str
    path: Path
    region: str
    parameters: Mapping[str, str]
    rows: str
    user: User | None


def checked(order: FileOrder) -> tuple[Method, Question, Writer]:
    """Return what an order means, before anything is run.

    Raises
    ------
    QuestionError
        Something in it is of no use; the sentence says what.
    """
    method = get_method(order.method)
    path = order.path
    write = method.writers.get(path.suffix[1:].lower())
    if write is None:
        raise FormatError(path.suffix or path.name, [f".{ending}" for ending in method.writers])
    if not path.resolve().parent.is_dir() or path.is_dir():
        raise QuestionError(_("%(file)s cannot be written: there is no such folder.") % {"file": path})
    user = order.user
    if user is not None and not may(method.layer, user=user, action=Action.EXPORT):
        raise QuestionError(
            _("The account “%(name)s” was not granted to export this anywhere.") % {"name": user.get_username()}
        )
    question = question_for(method, user=user, region=order.region, parameters=order.parameters, action=Action.EXPORT)
    return method, question, write


def answer_to_file(order: FileOrder) -> Answered:
    """Return the stored run after its answer was written.

    Raises
    ------
    QuestionError
        Something that was given is of no use; nothing was run or written.
    """
    method, question, write = checked(order)
    done = analysis_run(method, question, user=order.user, through=Through.COMMAND)
    try:
        write(done.outcome, order.path, WriteOptions(rows=order.rows != "no", only_rows=order.rows == "only"))
    except OSError as error:
        raise QuestionError(
            _("%(file)s cannot be written: %(reason)s.") % {"file": order.path, "reason": error.strerror or error}
        ) from error
    return done


def in_words(order: FileOrder, done: Answered) -> str:
    """Return what was written, as a sentence."""
    run = done.run
    return _("%(file)s written: %(rows)s rows read, %(missing)s of them not measurable, %(seconds).1f s.") % {
        "file": order.path,
        "rows": f"{run.rows:,}",
        "missing": f"{run.missing:,}",
        "seconds": run.seconds,
    }
