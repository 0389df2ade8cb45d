"""What was imported: one record a committed file."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchStatus(models.TextChoices):
    """What became of a batch."""

    COMMITTED = "committed", _("committed")
    UNDONE = "undone", _("undone")


class ImportBatch(models.Model):
    """One file that was imported; the features that it added or changed carry its number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    layer = models.CharField(_("layer"), max_length=40)
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    format = models.CharField(_("format"), max_length=20)
    encoding = models.CharField(_("encoding"), max_length=40)
    crs = models.CharField(_("coordinate reference system"), max_length=40, blank=True)
    mapping = models.JSONField(_("columns"), default=dict, help_text=_("Field to column of the file."))
    counts = models.JSONField(_("rows"), default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="import_batches",
        verbose_name=_("requested by"),
        help_text=_("Empty: the system itself."),
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    status = models.CharField(_("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.COMMITTED)

    class Meta:
        verbose_name = _("import batch")
        verbose_name_plural = _("import batches")
        ordering = ["-finished_at"]
        constraints = [
            models.CheckConstraint(name="import_batch_status_known", condition=models.Q(status__in=BatchStatus.values))
        ]

    def __str__(self) -> str:
        return f"{self.layer} · {self.file_name}"
