"""Every analysis that was run: the question, the state of the data and the answer."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Through


class RunState(models.TextChoices):
    """How a run ended."""

    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class AnalysisRun(models.Model):
    """One question that was answered, or failed; written once, never changed.

    `area` is what the asker was granted at that time (`spatial_analysis.reach.as_json`): an answer is shown only to
    people whose area holds all of it, so a grant taken back takes the stored answers with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    method = models.CharField(_("analysis"), max_length=40)
    region = models.ForeignKey(
        "layers.Region",
        models.PROTECT,
        to_field="code",
        db_column="region_code",
        null=True,
        related_name="+",
        verbose_name=_("division"),
        help_text=_("Empty: all that the person may see."),
    )
    parameters = models.JSONField(_("parameters"), default=dict)
    area = models.JSONField(_("area"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="analysis_runs",
        verbose_name=_("requested by"),
        help_text=_("Empty: the system itself."),
    )
    through = models.CharField(_("through"), max_length=10, choices=Through.choices)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices)
    error = models.CharField(_("error"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    rows = models.PositiveIntegerField(_("rows read"), default=0)
    missing = models.PositiveIntegerField(_("rows not measurable"), default=0)
    data_changed_at = models.DateTimeField(_("latest change in the data"), null=True)
    data_version = models.CharField(_("version of the data"), max_length=60, blank=True)
    answer = models.JSONField(_("answer"), null=True)

    class Meta:
        verbose_name = _("analysis run")
        verbose_name_plural = _("analysis runs")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["requested_by", "-started_at"], name="run_by_user")]
        constraints = [
            models.CheckConstraint(
                name="run_answer_iff_done",
                condition=Q(state="done", answer__isnull=False, error="") | (Q(state="failed", answer__isnull=True)),
            ),
            models.CheckConstraint(name="run_ends_after_start", condition=Q(finished_at__gte=F("started_at"))),
            models.CheckConstraint(name="run_missing_among_rows", condition=Q(missing__lte=F("rows"))),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.region_id or ''} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return (self.finished_at - self.started_at).total_seconds()
