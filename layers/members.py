"""The members of a household on pages: masked until somebody says why they must be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record_access
from accounts.context import PERSONAL_LAYER, acting_as
from accounts.models import AccessRecord
from accounts.roles import Action, Through
from layers.extensions import DossierPanel
from layers.masks import masked_id_number, masked_name, masked_phone
from layers.personal import HouseholdIdentity, HouseholdKey, Person, Sex
from layers.selectors import features_for

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature


@dataclass(frozen=True, slots=True)
class Member:
    """One person as shown; `more` is empty where masked."""

    number: int
    name: str
    id_number: str
    phone: str
    born_on: dt.date | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """What a reader finds of the members of a household.

    Attributes
    ----------
    allowed
        Whether the reader holds the right to personal data there; if not, nothing else is told.
    erased_on
        Day of the erasing; None where they are kept.
    phone
        Of the household.
    """

    allowed: bool
    erased_on: dt.date | None = None
    phone: str = ""
    people: tuple[Member, ...] = ()


def members_masked(code: str, *, user: Asker) -> Members:
    """Return the members of a household with masks."""
    with acting_as(user, through=Through.PAGE):
        return members_found(code, full=False)


def members_read(code: str, *, user: Asker, purpose: str) -> Members:
    """Return the members of a household in full, and write down who read them and what for."""
    with acting_as(user, through=Through.PAGE):
        found = members_found(code, full=True)
        if found.people:
            reading_recorded(code, user=user, purpose=purpose, rows=len(found.people))
        return found


def reading_recorded(code: str, *, user: Asker, purpose: str, rows: int) -> None:
    """Write down that somebody read personal rows of a household in the clear, in the transaction that read them."""
    record_access(
        user=user,
        kind=AccessRecord.Kind.READ,
        subject=Person._meta.label,
        purpose=purpose,
        through=Through.PAGE,
        codes=[code],
        rows=rows,
    )


def members_found(code: str, *, full: bool) -> Members:
    """Return what the running transaction may see of a household."""
    if not personal_rows_visible(code):
        return Members(allowed=False)
    key = HouseholdKey.objects.filter(household_id=code).first()
    if key is not None and key.erased_at is not None:
        return Members(allowed=True, erased_on=timezone.localtime(key.erased_at).date())
    head = HouseholdIdentity.objects.filter(household_id=code).first()
    people: Any = Person.objects.filter(household_id=code, sealed__isnull=False).order_by("number")
    phone = head.phone if head else ""
    shown = in_full if full else masked
    return Members(
        allowed=True,
        phone=phone if full else masked_phone(phone),
        people=tuple(shown(person) for person in people.opened()),
    )


def personal_rows_visible(code: str) -> bool:
    """Return whether the running transaction may see the personal rows of a household, also where it has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_personal_visible(%s)", [code])
        return bool(cursor.fetchone()[0])


def masked(person: Person) -> Member:
    """Return a person with masks."""
    return Member(
        person.number, masked_name(person.name), masked_id_number(person.id_number), masked_phone(person.phone)
    )


def in_full(person: Person) -> Member:
    """Return a person as registered."""
    sex = str(Sex(person.sex).label) if person.sex else ""
    more = (sex, person.ethnicity, person.education, person.health, person.insurance, person.occupation)
    return Member(
        person.number, person.name, person.id_number, person.phone, person.born_on, tuple(word for word in more if word)
    )


def panel_context(feature: Feature, user: Asker) -> Mapping[str, Any]:
    """Return what the box on a household's dossier shows."""
    changeable = features_for(PERSONAL_LAYER, user=user, action=Action.CHANGE)
    return {
        "members": members_masked(feature.code, user=user),
        "may_edit": changeable.filter(pk=feature.pk).exists(),
    }


MEMBERS = DossierPanel("households", _("Members"), "layers/members_panel.html", panel_context, order=10)
