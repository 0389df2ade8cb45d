"""What was imported, one record a committed file; and how the columns of a kind of file were understood."""

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
    pipeline = models.TextField(
        _("transformation"), blank=True, help_text=_("PROJ pipeline of the user, where no accepted system was named.")
    )
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


class MappingProfile(models.Model):
    """How a file with these columns is read: kept when the user asks, offered when the same columns come again."""

    name = models.CharField(_("name"), max_length=80)
    layer = models.CharField(_("layer"), max_length=40)
    fingerprint = models.CharField(
        _("fingerprint"), max_length=64, help_text=_("SHA-256 of the names of the columns, in any order.")
    )
    columns = models.JSONField(_("columns"), default=dict, help_text=_("Column of the file to field."))
    units = models.JSONField(_("units"), default=dict, help_text=_("Column of the file to unit."))
    defaults = models.JSONField(_("defaults"), default=dict, help_text=_("Field to value."))
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    crs = models.CharField(_("coordinate reference system"), max_length=40, blank=True)
    pipeline = models.TextField(_("transformation"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="mapping_profiles",
        verbose_name=_("owner"),
        help_text=_("Empty: the system itself."),
    )
    shared_division = models.CharField(
        _("shared within"),
        max_length=12,
        blank=True,
        help_text=_("First digits of a division: who imports there is offered it too. Empty: the owner alone."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True)

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        ordering = ["layer", "name", "pk"]
        indexes = [models.Index(fields=["layer", "fingerprint"], name="mapping_profile_columns")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "layer", "name"],
                name="mapping_profile_name_once",
                nulls_distinct=False,
                violation_error_message=_("You have a profile of this name already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.layer} · {self.name}"


class UploadState(models.TextChoices):
    """How far an upload is."""

    NEW = "new", _("not looked at yet")
    REFUSED = "refused", _("not understood")
    PROBLEMS = "problems", _("problems found")
    CLEAN = "clean", _("ready to commit")
    COMMITTED = "committed", _("committed")


class Upload(models.Model):
    """A file that somebody handed in on the page, what they chose for it, and how its rehearsal ended.

    The files, the report and the picture of the rehearsal lie in a folder of their own (`importers.uploads`), which
    goes with the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_uploads", verbose_name=_("handed in by")
    )
    file_name = models.CharField(_("file"), max_length=255)
    size_bytes = models.PositiveBigIntegerField(_("size"))
    created_at = models.DateTimeField(_("handed in at"), auto_now_add=True)
    layer = models.CharField(_("layer"), max_length=40, blank=True)
    choices = models.JSONField(_("choices"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=UploadState.choices, default=UploadState.NEW)
    counts = models.JSONField(_("rows"), default=dict)
    revision = models.PositiveIntegerField(
        _("revision"), default=0, help_text=_("Grows with each step: a page of an earlier one is told so.")
    )
    job_id = models.UUIDField(_("job"), null=True)
    batch = models.UUIDField(_("batch"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="import_upload_state_known", condition=models.Q(state__in=UploadState.values))
        ]

    def __str__(self) -> str:
        return self.file_name
