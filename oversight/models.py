"""Targets of the plan, and the tally that the figures of the one map are read from."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIRST_YEAR, LAST_YEAR = 2000, 2100


class Measure(models.TextChoices):
    """What is counted; `month` of a tally is the month of the date named here."""

    HOUSEHOLDS = "households", pgettext_lazy("measure", "households")
    MOVED = "moved", _("households by date of the move")
    MOVED_IN = "moved_in", _("households by date of moving in")
    PLOTS = "plots", _("old-housing plots")
    DEMOLISHED = "demolished", _("plots by date of demolition")
    VERIFIED = "verified", _("plots by date of verification")


HOUSEHOLD_MEASURES = (Measure.HOUSEHOLDS, Measure.MOVED, Measure.MOVED_IN)
PLOT_MEASURES = (Measure.PLOTS, Measure.DEMOLISHED, Measure.VERIFIED)


class Tally(models.Model):
    """How many rows of a measure a county owns, a month.

    Triggers on `layers_household` and `layers_plot` keep it (oversight/sql/tally_up.sql); nothing else writes it.
    """

    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    county = models.CharField(_("county"), max_length=6, help_text=_("First six digits of the owning division."))
    month = models.DateField(_("month"), null=True, help_text=_("First day; empty where the measure has no date."))
    n = models.BigIntegerField(pgettext_lazy("tally", "rows"))
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=4, help_text=_("Persons of households, verified mu of plots.")
    )
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["county", "measure", "month"], name="tally_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.measure} {self.month or ''}: {self.n}"


class PlanTarget(models.Model):
    """What a division is to reach in a year."""

    region = models.ForeignKey(
        "layers.Region",
        models.PROTECT,
        to_field="code",
        db_column="region_code",
        related_name="+",
        verbose_name=_("division"),
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    value = models.DecimalField(_("target"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("plan target")
        verbose_name_plural = _("plan targets")
        ordering = ["region_id", "year", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["region", "year", "measure"], name="plan_target_once"),
            models.CheckConstraint(
                name="plan_target_not_negative",
                condition=models.Q(value__gte=0),
                violation_error_message=_("A target is not negative."),
            ),
            models.CheckConstraint(
                name="plan_target_year_sane",
                condition=models.Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                violation_error_message=_("Give a year between 2000 and 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year} {self.get_measure_display()}: {self.value}"
