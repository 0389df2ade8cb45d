"""What people see of a job beside the queue's own row, and what makes its effect happen once."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from accounts.roles import Through


class Job(models.Model):
    """Who asked for a piece of background work, and how far it is.

    The queue's row (`task`) holds function, arguments, state and attempts. Progress is written here by the connection
    of the lease, so that it is seen while the transaction of the effect is still open.
    """

    task = models.OneToOneField(
        DBTaskResult, on_delete=models.CASCADE, primary_key=True, related_name="job", verbose_name=_("task")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # Never emptied: no requester means the system itself, which may do everything.
        on_delete=models.CASCADE,
        null=True,
        related_name="jobs",
        verbose_name=_("asked for by"),
    )
    through = models.CharField(_("through"), max_length=10, choices=Through.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"))
    files = ArrayField(models.CharField(max_length=120), default=list, verbose_name=_("kept files"))

    done = models.PositiveBigIntegerField(_("done"), null=True)
    total = models.PositiveBigIntegerField(_("of"), null=True)
    words = models.CharField(_("what it is doing"), max_length=200, blank=True)

    cancel_asked_at = models.DateTimeField(_("cancelling asked at"), null=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    failure = models.TextField(_("failure"), blank=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes = [models.Index(fields=["requester"], name="jobs_job_requester")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Receipt(models.Model):
    """The effect of a job happened: this row is committed in the same transaction."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="receipt")
    value = models.JSONField(_("value"), null=True)
    worker = models.CharField(_("worker"), max_length=64)
    committed_at = models.DateTimeField(_("committed at"), auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class ScheduledRun(models.Model):
    """A due time of something scheduled was seen; whoever writes it first starts the job."""

    key = models.CharField(_("key"), max_length=100)
    due_at = models.DateTimeField(_("due at"))
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="scheduled")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "due_at"], name="jobs_scheduledrun_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.due_at}"


class WorkerBeat(models.Model):
    """A worker lives: it says so every few seconds."""

    worker = models.CharField(_("worker"), max_length=64, primary_key=True)
    host = models.CharField(_("machine"), max_length=255)
    pid = models.IntegerField(_("process"))
    queue = models.CharField(_("only this queue"), max_length=32, blank=True, default="")
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("seen at"), db_index=True)

    def __str__(self) -> str:
        return self.worker
