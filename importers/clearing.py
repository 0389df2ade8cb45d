"""Uploads do not stay for ever."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from importers.models import Upload
from importers.selectors import running_job
from importers.uploads import discard, orphans
from jobs.declare import JobContext, JobResult, job


@job(title=gettext_lazy("Clear away uploads of the import page"))
def clear_uploads(context: JobContext) -> JobResult:
    """Take away uploads that were handed in some days ago, and folders that no upload has."""
    context.check()
    last = timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS)
    expired = Upload.objects.filter(created_at__lt=last)
    numbers = [row.pk for row in expired if running_job(row) is None]
    Upload.objects.filter(pk__in=numbers).delete()
    known = {str(number) for number in Upload.objects.values_list("pk", flat=True)}
    for number in [*numbers, *orphans(known, before=last.timestamp())]:
        discard(number)
    return JobResult(words=_("%(n)d uploads cleared away.") % {"n": len(numbers)})
