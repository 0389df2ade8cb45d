"""Finding people by ID number, phone or name: for a stated purpose, in the own area, with masks, and on record."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.audit import record_access
from accounts.ciphers import every_hash
from accounts.context import PERSONAL_LAYER, acting_as, personal_area
from accounts.models import AccessRecord, User
from accounts.roles import Through
from accounts.selectors import GrantedArea
from layers.extensions import ListAction
from layers.masks import masked_id_number, masked_name, masked_phone
from layers.personal import HouseholdIdentity, Person
from layers.registry import get_layer
from layers.selectors import features_for, visible_within

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

MOST_SEARCHES = 30
WITHIN = dt.timedelta(minutes=10)
"""So many searches of one person in so short a time: more than a counter needs, far fewer than trying numbers out."""
MOST_SHOWN = 50
MOST_HOUSEHOLDS = 5_000
"""In which a name is looked for: every one is opened, 2,300 with 9,900 people in 1.5 seconds on a busy core."""


class By(models.TextChoices):
    """What is known of the person."""

    ID_NUMBER = "id_number", _("Identity number")
    PHONE = "phone", _("Phone number")
    NAME = "name", pgettext_lazy("person", "Name")


class SearchError(Exception):
    """A search that was not made."""


class TooManySearchesError(SearchError):
    """Somebody has searched too often of late; `until` is when to go on."""

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__()


class TooWideError(SearchError):
    """A name is looked for among too many households."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who fits, with masks; `number` is None for the contact of the household."""

    household: str
    number: int | None
    name: str
    id_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Who fits: the first `MOST_SHOWN` of `total`."""

    people: tuple[Found, ...]
    total: int


def people_find(*, user: Asker, by: By, value: str, purpose: str, division: str = "") -> Answer:
    """Return who in the area of `user` has exactly this ID number, phone or name, and write the search down.

    The record says who asked, what kind of thing was asked for, what for and how many fit, with their households; the
    value is in none. Nobody in the area and nobody at all are one answer.

    Parameters
    ----------
    value
        As `tidied_id_number`, `parse_phone` and `tidy_name` return it.
    division
        Division code prefix in which a name is looked for.

    Raises
    ------
    TooManySearchesError, TooWideError
        Nothing was looked for.
    """
    with acting_as(user, through=Through.PAGE):
        refuse_haste(user)
        found = named(value, division, user=user) if by == By.NAME else numbered(by, value)
        record_access(
            user=user,
            kind=AccessRecord.Kind.SEARCH,
            subject=Person._meta.label,
            purpose=f"{by}; {purpose}",
            through=Through.PAGE,
            codes=sorted({one.household for one in found}),
            rows=len(found),
        )
    return Answer(tuple(found[:MOST_SHOWN]), len(found))


def refuse_haste(user: Asker) -> None:
    """Refuse where `user` has searched too often of late; searches of one person wait for each other here."""
    asker: Any = user
    User.objects.select_for_update(no_key=True).get(pk=asker.pk)
    since = timezone.now() - WITHIN
    recent = AccessRecord.objects.filter(user_id=asker.pk, kind=AccessRecord.Kind.SEARCH, at__gt=since).order_by("-at")
    moments = list(recent.values_list("at", flat=True)[:MOST_SEARCHES])
    if len(moments) == MOST_SEARCHES:
        raise TooManySearchesError(moments[-1] + WITHIN)


def numbered(by: By, value: str) -> list[Found]:
    """Return whose number it is, by the index on its hash; what row-level security hides is not there."""
    column = f"{by}_hash"
    # an index holds only the rows that have a hash
    fits = Q(**{f"{column}__in": every_hash(by, value)}) & ~Q(**{column: ""})
    alive = Q(household__deleted_at=None)
    persons = Person.objects.filter(fits, alive).order_by("household_id", "number")
    found = [member(person) for person in persons.opened()]
    if by == By.PHONE:
        heads = HouseholdIdentity.objects.filter(fits, alive).order_by("household_id").opened()
        known = {one.household for one in found}
        found += [contact(head) for head in heads if head.household_id not in known]
    return found


def named(name: str, division: str, *, user: Asker) -> list[Found]:
    """Return who is called so in a division: names have no index, so every row there is opened.

    Raises
    ------
    TooWideError
    """
    layer = get_layer(PERSONAL_LAYER)
    there = visible_within(layer, GrantedArea(divisions=(division,))).q()
    households = features_for(layer, user=user).filter(there).order_by("code")
    codes = list(households.values_list("code", flat=True)[: MOST_HOUSEHOLDS + 1])
    if len(codes) > MOST_HOUSEHOLDS:
        raise TooWideError
    persons: Any = Person.objects.filter(household__in=codes, sealed__isnull=False).order_by("household_id", "number")
    return [member(person) for person in persons.opened() if tidy_name(person.name) == name]


def tidy_name(given: str) -> str:
    """Return a name without spaces, in plain characters and with one kind of dot between its parts."""
    text = "".join(unicodedata.normalize("NFKC", given).split())
    return text.replace("•", "·").replace("・", "·")


def member(person: Person) -> Found:
    """Return a member of a household with masks."""
    return Found(
        person.household_id,
        person.number,
        masked_name(person.name),
        masked_id_number(person.id_number),
        masked_phone(person.phone),
    )


def contact(head: HouseholdIdentity) -> Found:
    """Return who is to be reached for a household, with masks."""
    return Found(head.household_id, None, masked_name(head.head_name), "", masked_phone(head.phone))


def page_for(layer: SpatialLayer, user: Asker) -> str | None:
    """Return the page where `user` may look for people; None for those without any such area."""
    return None if personal_area(user).nowhere else reverse("layers:people", kwargs={"layer": layer.key})


FIND_PEOPLE = ListAction(PERSONAL_LAYER, _("Find people"), "search", page_for)
