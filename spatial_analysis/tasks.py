"""Analyses in the background."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from spatial_analysis.errors import QuestionError
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
