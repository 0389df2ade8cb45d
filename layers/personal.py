"""Names and other personal data, apart from every spatial table.

Row-level security (see the migration `personal_rows`) shows a row only where `accounts.context.acting_as` set an
area that covers its household; without a set area there is no row, whatever the query forgot.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.history import keep_history


class Signed(models.Model):
    """What the stamping trigger of `layers.history` fills."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_at = models.DateTimeField(_("changed at"), editable=False, auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    changed_through = models.CharField(max_length=10, default="sql", editable=False)
    change_reason = models.CharField(max_length=300, blank=True, default="", editable=False)

    class Meta:
        abstract = True


@keep_history
class HouseholdIdentity(Signed):
    """Who the head of a household is and how to reach them."""

    household = models.OneToOneField(
        "layers.Household", models.CASCADE, to_field="code", db_column="household_code", related_name="identity"
    )
    head_name = models.CharField(_("head of household"), max_length=60)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)

    class Meta:
        app_label = "layers"
        verbose_name = _("household identity")
        verbose_name_plural = _("household identities")

    def __str__(self) -> str:
        return str(self.household_id)


class Sex(models.TextChoices):
    """Sex as registered."""

    FEMALE = "f", _("female")
    MALE = "m", _("male")


@keep_history
class Person(Signed):
    """A member of a household."""

    household = models.ForeignKey(
        "layers.Household", models.CASCADE, to_field="code", db_column="household_code", related_name="members"
    )
    number = models.PositiveSmallIntegerField(_("number in the household"))
    name = models.CharField(_("name"), max_length=60)
    id_number_encrypted = models.BinaryField(_("identity number (encrypted)"), null=True, blank=True, editable=False)
    id_number_hash = models.CharField(_("keyed hash of the identity number"), max_length=64, blank=True, editable=False)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    education = models.CharField(_("education"), max_length=20, blank=True)
    health = models.CharField(_("health"), max_length=20, blank=True)
    insurance = models.CharField(_("insurance"), max_length=40, blank=True)
    occupation = models.CharField(_("school or job"), max_length=60, blank=True)

    class Meta:
        app_label = "layers"
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [models.UniqueConstraint(fields=["household", "number"], name="person_number_once")]

    def __str__(self) -> str:
        return f"{self.household_id}/{self.number}"
