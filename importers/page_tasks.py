"""What the import page leaves to a worker because it takes longer than a person waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from importers.models import Upload
from importers.steps import StepRefusedError, commit, rehearse
from importers.tasks import in_counts
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError
from jobs.models import Job


@job(title=gettext_lazy("Rehearse an import"))
def rehearse_upload(context: JobContext, *, upload: str) -> JobResult:
    """Look at an uploaded file and rehearse its import, for the page."""
    row = upload_or_refuse(upload)
    try:
        found = rehearse(row, context)
    except StepRefusedError as error:
        raise JobRefusedError(str(error)) from error
    return JobResult(words=in_counts(found.status, found.counts), url=url_of(row))


@job(title=gettext_lazy("Commit an import"))
def commit_upload(context: JobContext, *, upload: str, accept_clean: bool) -> JobResult:
    """Commit an uploaded file: rows, batch and the upload's own state together with the job's receipt, or nothing."""
    row = upload_or_refuse(upload)
    try:
        row, report = commit(row, reason=reason_of(context), accept_clean=accept_clean, context=context)
    except StepRefusedError as error:
        raise JobRefusedError(str(error)) from error
    return JobResult(words=in_counts(report.status, report.counts.as_json()), url=url_of(row))


def upload_or_refuse(number: str) -> Upload:
    """Return an upload that is still there, for this transaction alone."""
    row = Upload.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=number).first()
    if row is None:
        raise JobRefusedError(_("This import was discarded meanwhile. Hand the file in again."))
    return row


def reason_of(context: JobContext) -> str:
    """Return why the job was asked for."""
    return Job.objects.values_list("reason", flat=True).get(pk=context.job_id)


def url_of(upload: Upload) -> str:
    """Return the page of an upload."""
    return reverse("importers:upload", kwargs={"upload_id": upload.pk})
