"""The steps of an import on the page: hand in, choose, rehearse, commit, discard.

Each step names the revision of the upload that it was decided on: what another tab did meanwhile is never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Through
from importers import findings as kept
from importers.models import Upload, UploadState
from importers.report import Report, Status
from importers.selectors import importable_layers, running_job
from importers.uploads import discard, folder_of, fresh_rejects, given_file, keep_files
from layers.registry import get_layer

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User
    from importers.services import ImportOrder
    from jobs.declare import JobContext

AT_ONCE_BYTES = 1_000_000
"""Larger files are rehearsed by a job."""
AT_ONCE_ROWS = 5_000
"""More rows are committed by a job."""

CHOSEN = ("part", "encoding", "crs", "columns", "units")
"""What may be chosen for an upload beside its layer; named as in `ImportOrder`."""

STATES = {
    Status.REFUSED: UploadState.REFUSED,
    Status.PROBLEMS: UploadState.PROBLEMS,
    Status.REHEARSED: UploadState.CLEAN,
    Status.COMMITTED: UploadState.COMMITTED,
}


class StepRefusedError(Exception):
    """A step can't be taken; `str()` says why and what to do."""


def upload_create(*, user: User, files: Sequence[UploadedFile], layer: str = "") -> Upload:
    """Keep what was handed in, and begin to look at it.

    Raises
    ------
    importers.uploads.UploadRefusedError, OSError
        As for `keep_files`.
    """
    upload = Upload(owner=user, layer=layer)
    upload.file_name, upload.size_bytes = keep_files(upload.pk, files)
    try:
        upload.save(force_insert=True)
    except BaseException:
        discard(upload.pk)
        raise
    begin_rehearsal(upload)
    return upload


def upload_choose(upload: Upload, *, revision: int, layer: str, chosen: Mapping[str, Any]) -> Upload:
    """Change what was chosen, and rehearse anew; choices that are not among `chosen` stay.

    Raises
    ------
    StepRefusedError
        Another tab was faster, a job is at work, the file is gone, or it was committed.
    """
    with transaction.atomic():
        upload = locked(upload, revision)
        if layer != upload.layer:
            upload.choices = {}
        upload.layer = layer
        upload.choices = {**upload.choices, **{name: one for name, one in chosen.items() if name in CHOSEN}}
        save(upload, "layer", "choices")
    begin_rehearsal(upload)
    return upload


def begin_rehearsal(upload: Upload) -> None:
    """Rehearse now, or by a job where the file is large."""
    kept.forget(folder_of(upload.pk))
    if upload.size_bytes <= AT_ONCE_BYTES:
        rehearse(upload)
        return
    from importers.page_tasks import rehearse_upload

    with transaction.atomic():
        job = rehearse_upload.start(
            user=upload.owner, through=Through.PAGE, subject=subject_of(upload), upload=str(upload.pk)
        )
        upload.job_id, upload.state = job, UploadState.NEW
        save(upload, "job_id", "state")


def rehearse(upload: Upload, context: JobContext | None = None) -> kept.Findings:
    """Look at the file, keep what was found, and return it."""
    from importers.looking import look_at  # pandas and Arrow take a second to load

    path = given_file(upload.pk, upload.file_name)
    if not path.is_file():
        raise StepRefusedError(gone())
    among = () if upload.layer else importable_layers(user=upload.owner)
    looked = look_at(order_of(upload, context), among=among, rejects=fresh_rejects(upload.pk))
    kept.save(folder_of(upload.pk), looked.findings, looked.rehearsal)
    upload.layer = looked.layer.key if looked.layer else ""
    upload.state, upload.counts = STATES[looked.findings.status], dict(looked.findings.counts)
    upload.job_id = None
    save(upload, "layer", "state", "counts", "job_id")
    return looked.findings


def upload_commit(upload: Upload, *, revision: int, reason: str, accept_clean: bool) -> Upload:
    """Commit what was rehearsed, or leave it to a job where the rows are many.

    Raises
    ------
    StepRefusedError
        As for `upload_choose`; or nothing was rehearsed, it has problems, or there is no reason.
    """
    if not reason.strip():
        raise StepRefusedError(_("Say why this is imported: the reason is kept with every row."))
    with transaction.atomic():
        upload = locked(upload, revision)
        may_commit(upload, accept_clean=accept_clean)
        upload.revision += 1
        if upload.counts.get("read", 0) <= AT_ONCE_ROWS:
            commit(upload, reason=reason, accept_clean=accept_clean)
            return upload
        from importers.page_tasks import commit_upload

        upload.job_id = commit_upload.start(
            user=upload.owner,
            through=Through.IMPORT,
            subject=subject_of(upload),
            reason=reason,
            upload=str(upload.pk),
            accept_clean=accept_clean,
        )
        save(upload, "job_id", "revision")
    return upload


def may_commit(upload: Upload, *, accept_clean: bool) -> None:
    """Refuse a commit that the rehearsal does not allow."""
    counts = upload.counts
    if upload.state == UploadState.PROBLEMS and not accept_clean:
        raise StepRefusedError(
            _("Rows have problems, so nothing is committed. Correct them, or choose to commit the clean rows now.")
        )
    if upload.state not in {UploadState.PROBLEMS, UploadState.CLEAN}:
        raise StepRefusedError(_("There is nothing to commit: the file was not understood yet."))
    if counts.get("read", 0) == counts.get("rejected", 0):
        raise StepRefusedError(_("Every row has a problem, so there is nothing to commit."))


def commit(
    upload: Upload, *, reason: str, accept_clean: bool, context: JobContext | None = None
) -> tuple[Upload, Report]:
    """Import the file in the running transaction; what has changed since the rehearsal is found out once more."""
    from importers.services import import_file

    if not given_file(upload.pk, upload.file_name).is_file():
        raise StepRefusedError(gone())
    order = order_of(upload, context, reason=reason, accept_clean=accept_clean)
    report = import_file(order)
    upload.job_id = None
    if report.status is Status.COMMITTED:
        upload.state, upload.batch, upload.counts = UploadState.COMMITTED, report.batch, report.counts.as_json()
        save(upload, "state", "batch", "counts", "job_id", "revision")
    else:
        rehearse(upload, context)
        save(upload, "revision")
    return upload, report


def upload_discard(upload: Upload, *, revision: int) -> None:
    """Forget an upload with its files; what was committed stays.

    Raises
    ------
    StepRefusedError
        Another tab was faster, or a job is at work.
    """
    with transaction.atomic():
        upload = locked(upload, revision, committed_too=True)
        number = upload.pk
        upload.delete()
        transaction.on_commit(lambda: discard(number))


def locked(upload: Upload, revision: int, *, committed_too: bool = False) -> Upload:
    """Return the upload as it is now, for this transaction alone.

    Raises
    ------
    StepRefusedError
        It is not what the step was decided on.
    """
    now = Upload.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=upload.pk).first()
    if now is None:
        raise StepRefusedError(_("This import was discarded meanwhile. Hand the file in again."))
    if now.state == UploadState.COMMITTED and not committed_too:
        raise StepRefusedError(_("This import is committed already; its batch is shown below."))
    if running_job(now) is not None:
        raise StepRefusedError(_("A job is at work on this import. Wait for it, or cancel it."))
    if now.revision != revision:
        raise StepRefusedError(
            _("Something was changed meanwhile, perhaps in another tab: nothing was done. This is how it stands now.")
        )
    return now


def order_of(upload: Upload, context: JobContext | None = None, **more: Any) -> ImportOrder:
    """Return what is to be imported, as the choices of an upload say it."""
    from importers.services import STEPS, ImportOrder, unseen

    layers = importable_layers(user=upload.owner)
    chosen = {name: upload.choices[name] for name in CHOSEN if upload.choices.get(name)}
    return ImportOrder(
        layer=get_layer(upload.layer) if upload.layer else layers[0],
        path=given_file(upload.pk, upload.file_name),
        user=upload.owner,
        step=unseen if context is None else lambda done, words: context.progress(done, STEPS, words),
        **chosen,
        **more,
    )


def save(upload: Upload, *fields: str) -> None:
    """Store fields of an upload."""
    upload.save(update_fields=list(fields))


def subject_of(upload: Upload) -> str:
    """Return what a job is about."""
    return f"{upload.file_name} → {upload.layer or '?'}"


def gone() -> str:
    """Return the sentence on a file that is not there any more."""
    return _("The file is not kept any more. Hand it in again.")
