"""Doing a job's work once: its effect and the receipt of it commit together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks.utils import normalize_json

from accounts.context import acting_as
from accounts.request_id import numbered
from accounts.roles import Through
from jobs.declare import JobContext, JobResult
from jobs.errors import JobRefusedError, LeaseLostError
from jobs.models import Job, Receipt

if TYPE_CHECKING:
    from django_tasks_db.models import DBTaskResult

    from accounts.models import User
    from jobs.declare import JobTask
    from jobs.lease import Lease

CONFIRM = (Path(__file__).parent / "sql" / "lease_confirm.sql").read_text(encoding="utf-8")


def effect_once(task: JobTask, claimed: DBTaskResult[..., Any], lease: Lease) -> Any:
    """Return the value of a job, from its receipt where the effect happened before, else by doing it.

    Raises
    ------
    JobRefusedError
        The requester may not do it any more.
    LeaseLostError
        The job was taken away meanwhile; nothing that was done stays.

    Notes
    -----
    The requester is read anew: rights that were taken away since the job was asked for are gone here too.
    """
    job = Job.objects.select_related("requester").get(pk=claimed.pk)
    receipt = Receipt.objects.filter(job=job).first()
    if receipt is not None:
        return receipt.value
    requester = active_requester(job)
    context = JobContext(
        job_id=job.pk,
        requester=requester,
        through=Through(job.through),
        attempt=len(claimed.worker_ids),
        lease=lease,
    )
    try:
        with (
            numbered(str(job.pk), requester.pk if requester else None),
            translation.override(language_of(job)),
            acting_as(requester, through=job.through, reason=job.reason),
        ):
            lease.effect_begins(backend_pid())
            value = stored(task.call(context, **claimed.args_kwargs["kwargs"]))
            lease.check()
            # From here on a cancel comes too late, and must not hit the commit.
            lease.effect_ends()
            confirm(claimed, lease)
            Receipt.objects.create(job=job, value=value, worker=claimed.worker_ids[-1])
    finally:
        lease.effect_ends()
    return value


def active_requester(job: Job) -> User | None:
    """Return who asked for `job`.

    Raises
    ------
    JobRefusedError
        The account was closed.
    """
    requester = job.requester
    if requester is not None and not requester.is_active:
        with translation.override(language_of(job)):
            raise JobRefusedError(_("The account that asked for this was closed before it ran; nothing was done."))
    return requester


def language_of(job: Job) -> str:
    """Return the language in which the requester reads."""
    return (job.requester.language if job.requester else "") or settings.LANGUAGE_CODE


def stored(value: Any) -> Any:
    """Return what a job returned as JSON has it."""
    return normalize_json(value.as_json() if isinstance(value, JobResult) else value)


def backend_pid() -> int:
    """Return the server process of this thread's connection."""
    pid: int = connection.connection.info.backend_pid
    return pid


def confirm(claimed: DBTaskResult[..., Any], lease: Lease) -> None:
    """Make sure that the job is still this worker's until the transaction ends.

    Raises
    ------
    LeaseLostError
        It is not.
    """
    values: dict[str, Any] = {
        "id": str(claimed.pk),
        "worker_ids": json.dumps(claimed.worker_ids),
        "lease_pid": lease.pid,
    }
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM, values)
        if cursor.fetchone() is None:
            raise LeaseLostError
