"""The jobs of this app: what the house needs each night."""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jobs.declare import JobContext, JobResult, job
from jobs.files import discard, discard_left_before, kept_before
from jobs.models import Job, ScheduledRun, WorkerBeat

KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=400)
BEATS_KEPT = timedelta(days=1)


@job(title=gettext_lazy("Clear away what has expired"))
def clear_away(context: JobContext) -> JobResult:
    """Take away expired sessions, jobs that ended a month ago, and copies of files that no job needs any more."""
    context.progress(0, 3, _("Sessions"))
    sessions, _each = Session.objects.filter(expire_date__lt=Now()).delete()
    context.progress(1, 3, _("Jobs"))
    ended = DBTaskResult.objects.finished().filter(finished_at__lt=Now() - KEPT)
    jobs = ended.count()
    ended.delete()
    ScheduledRun.objects.filter(due_at__lt=Now() - RUNS_KEPT).delete()
    WorkerBeat.objects.filter(seen_at__lt=Now() - BEATS_KEPT).delete()
    context.progress(2, 3, _("Files"))
    files = discard_unneeded()
    discard_left_before(time.time() - KEPT.total_seconds())
    context.progress(3, 3)
    return JobResult(
        words=_("%(sessions)d sessions, %(jobs)d jobs and %(files)d files cleared away.")
        % {"sessions": sessions, "jobs": jobs, "files": files}
    )


def discard_unneeded() -> int:
    """Take away copies that no job which could still run refers to, and return how many."""
    # A copy is made just before its job is queued: a young one may be waiting for that.
    found = kept_before(time.time() - BEATS_KEPT.total_seconds())
    waiting = Job.objects.exclude(task__status=TaskResultStatus.SUCCESSFUL).exclude(files=[])
    unneeded = found.difference(*waiting.values_list("files", flat=True))
    discard(unneeded)
    return len(unneeded)
