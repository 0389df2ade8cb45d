"""Analyses in the background."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Action
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from jobs.files import left_file
from layers.selectors import may
from spatial_analysis.errors import QuestionError
from spatial_analysis.methods import Method, WriteOptions, get_method
from spatial_analysis.services import Answered, analysis_run, file_name, question_for
from spatial_analysis.to_file import FileOrder, answer_to_file, in_words


@job(title=gettext_lazy("Run an analysis into a file"))
def analyse_in_background(
    context: JobContext, *, method: str, out: str, region: str, parameters: dict[str, str], rows: str
) -> JobResult:
    """Run an analysis as the requester and write its answer; it appears under its name when it is whole."""
    context.progress(0, 2, _("Computing"))
    target = Path(out)
    # Done again after a kill, it is written again: half a file never bears the name.
    draft = target.with_name(f".{context.job_id}{target.suffix}")
    order = FileOrder(method, draft, region, parameters, rows, context.requester)
    try:
        done = answer_to_file(order)
        context.progress(1, 2, _("Written"))
        draft.replace(target)
    except QuestionError as error:
        raise JobRefusedError(str(error)) from error
    except OSError as error:
        raise JobRefusedError(
            _("%(file)s cannot be written: %(reason)s.") % {"file": target, "reason": error.strerror or error}
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    order = FileOrder(method, target, region, parameters, rows, context.requester)
    return JobResult(words=in_words(order, done), data={"run": str(done.run.pk), "file": str(target)})


@job(title=gettext_lazy("Run an analysis"))
def analyse_for_page(
    context: JobContext, *, method: str, region: str, parameters: dict[str, str], ending: str, rows: str
) -> JobResult:
    """Answer a question that was asked on a page, as a stored run or as a file, by the requester's grants of now."""
    declared = get_method(method)
    action = Action.EXPORT if ending else Action.VIEW
    user = context.requester
    if user is None or not may(declared.layer, user=user, action=action):
        raise JobRefusedError(_("Your account was not granted this analysis."))
    context.progress(0, 2, _("Computing"))
    try:
        question = question_for(declared, user=user, region=region, parameters=parameters, action=action)
    except QuestionError as error:
        raise JobRefusedError(str(error)) from error
    done = analysis_run(declared, question, user=user, through=context.through)
    context.progress(1, 2, _("Computed"))
    found = {"run": str(done.run.pk)}
    if ending:
        found["file"] = written(context, declared, done, ending, rows)
        url = reverse("analysis:file", kwargs={"method": method, "job_id": context.job_id})
    else:
        url = reverse("analysis:method", kwargs={"method": method}) + f"?run={done.run.pk}"
    context.progress(2, 2)
    words = _("%(rows)s rows read, %(missing)s of them not measurable, %(seconds).1f s.") % {
        "rows": f"{done.run.rows:,}",
        "missing": f"{done.run.missing:,}",
        "seconds": done.run.seconds,
    }
    return JobResult(words=f"{found['file']}: {words}" if ending else words, url=url, data=found)


def written(context: JobContext, method: Method, done: Answered, ending: str, rows: str) -> str:
    """Write an answer to where its requester may fetch it, and return the name of the file."""
    name = file_name(method, done.run, ending, rows)
    path = left_file(context.job_id, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    method.writers[ending](done.outcome, path, WriteOptions(rows=rows in {"yes", "only"}, only_rows=rows == "only"))
    return name
