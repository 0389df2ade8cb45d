"""Names and other personal data, apart from every spatial table, sealed under a key a household.

Row-level security (see `layers/sql/rules_up.sql`) shows a row only where `accounts.context.acting_as` set an
area that covers its household; without a set area there is no row, whatever the query forgot. What a row then shows
to SQL is ciphertext; the application opens it with the household's key (`layers.sealing`), and erasing the household
destroys that key.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geocore.id_numbers import IdNumberSyntheticError, parse_id_number
from geocore.phones import parse_phone
from layers.history import keep_history
from layers.sealing.fields import HashField, SealedDate, SealedField, SealedQuerySet, SealedText


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


class SealedIdNumber(SealedText):
    """An ID number; what breaks the rules of GB 11643 is refused when it is set."""

    def __init__(self, label: Any) -> None:
        super().__init__(label, 18)

    def to_stored(self, value: Any) -> str:
        """Return the number without spaces and with a capital X.

        Raises
        ------
        IdNumberError
            Which rule it breaks.
        """
        return tidied_id_number(str(value)) if value else ""


class SealedPhone(SealedText):
    """A phone number, written one way so that its hash finds it; what is none is refused when it is set."""

    def __init__(self, label: Any) -> None:
        super().__init__(label, 20)

    def to_stored(self, value: Any) -> str:
        """Return the digits; PhoneError where it is no number."""
        return parse_phone(str(value)) if value else ""


def tidied_id_number(given: str) -> str:
    """Return an ID number as it is kept and found.

    Raises
    ------
    IdNumberError
        Which rule it breaks; also where it is made up for demonstrations and this is production.
    """
    number = parse_id_number(given)
    if number.synthetic and settings.PRODUCTION:
        raise IdNumberSyntheticError
    return number.text


class HouseholdKey(models.Model):
    """The key that a household's personal data are sealed with, itself under the master key of the environment.

    Without history, which would keep what erasing destroys: that is in the access records.
    """

    household = models.OneToOneField(
        "layers.Household",
        models.PROTECT,
        to_field="code",
        db_column="household_code",
        primary_key=True,
        related_name="personal_key",
    )
    wrapped = models.BinaryField(_("wrapped key"), null=True, editable=False)
    master_key = models.CharField(_("name of the master key"), max_length=8, blank=True, editable=False)
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)

    class Meta:
        app_label = "layers"
        verbose_name = _("key of a household")
        verbose_name_plural = _("keys of households")
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, erased_at__isnull=True)
                | Q(wrapped__isnull=True, erased_at__isnull=False),
                name="household_key_or_erased",
            )
        ]

    def __str__(self) -> str:
        return str(self.household_id)


HASHES = ("id_number_hash", "phone_hash")
"""What rows are found by; left out of the history, where a keyed hash of what has few values could be tried out."""


@partial(keep_history, exclude=HASHES)
class HouseholdIdentity(Signed):
    """Who the head of a household is and how to reach them."""

    household = models.OneToOneField(
        "layers.Household", models.CASCADE, to_field="code", db_column="household_code", related_name="identity"
    )
    sealed = SealedField(_("sealed personal data"))
    phone_hash = HashField(_("keyed hash of the phone number"), of="phone")
    head_name = SealedText(_("head of household"), 60)
    phone = SealedPhone(_("phone number"))

    objects = SealedQuerySet.as_manager()

    class Meta:
        app_label = "layers"
        verbose_name = _("household identity")
        verbose_name_plural = _("household identities")
        indexes = [HashIndex(fields=["phone_hash"], name="identity_by_phone", condition=~Q(phone_hash=""))]

    def __str__(self) -> str:
        return str(self.household_id)


class Sex(models.TextChoices):
    """Sex as registered."""

    FEMALE = "f", _("female")
    MALE = "m", _("male")


@partial(keep_history, exclude=HASHES)
class Person(Signed):
    """A member of a household."""

    household = models.ForeignKey(
        "layers.Household", models.CASCADE, to_field="code", db_column="household_code", related_name="members"
    )
    number = models.PositiveSmallIntegerField(_("number in the household"))
    sealed = SealedField(_("sealed personal data"))
    id_number_hash = HashField(_("keyed hash of the identity number"), of="id_number")
    phone_hash = HashField(_("keyed hash of the phone number"), of="phone")
    name = SealedText(pgettext_lazy("person", "Name"), 60)
    id_number = SealedIdNumber(_("identity number"))
    phone = SealedPhone(_("phone number"))
    born_on = SealedDate(_("born on"))
    sex = SealedText(_("sex"), 1)
    ethnicity = SealedText(_("ethnicity"), 20)
    education = SealedText(_("education"), 20)
    health = SealedText(_("health"), 20)
    insurance = SealedText(_("insurance"), 40)
    occupation = SealedText(_("school or job"), 60)

    objects = SealedQuerySet.as_manager()

    class Meta:
        app_label = "layers"
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [models.UniqueConstraint(fields=["household", "number"], name="person_number_once")]
        indexes = [
            HashIndex(fields=["id_number_hash"], name="person_by_id_number", condition=~Q(id_number_hash="")),
            HashIndex(fields=["phone_hash"], name="person_by_phone", condition=~Q(phone_hash="")),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}/{self.number}"
