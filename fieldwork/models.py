"""What people do on the ground: so far, who helps whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from layers.history import keep_history
from layers.personal import Signed


@keep_history
class HelperAssignment(Signed):
    """Somebody of the office looks after a household for some time."""

    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="helped_households", verbose_name=_("helper")
    )
    household = models.ForeignKey(
        "layers.Household",
        models.PROTECT,
        to_field="code",
        db_column="household_code",
        related_name="helpers",
        verbose_name=_("household"),
    )
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: for the time being."))

    class Meta:
        verbose_name = _("helper assignment")
        verbose_name_plural = _("helper assignments")
        ordering = ["household_id", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["helper", "household", "from_on"], name="helper_assignment_once"),
            models.CheckConstraint(
                name="helper_assignment_dates_in_order",
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                violation_error_message=_("The last day cannot be before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper} · {self.household_id}"
