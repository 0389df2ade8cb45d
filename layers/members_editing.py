"""Changing what is registered of a household's members: one transaction, on the versions that somebody started from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.context import PERSONAL_LAYER, acting_as
from accounts.roles import Action, Through
from layers.errors import EditError, OutsideAreaError
from layers.members import personal_rows_visible, reading_recorded
from layers.personal import HouseholdIdentity, Person
from layers.sealing.fields import sealed_parts
from layers.selectors import features_for

if TYPE_CHECKING:
    from accounts.selectors import Asker

HEAD = 0
"""Key of the household's own row among its rows; members go by their number, which begins with 1."""

Values = dict[str, Any]


class StaleMembersError(EditError):
    """Somebody else has saved since; nothing of either change is lost."""

    def __str__(self) -> str:
        return _("Somebody else changed the members of this household in the meantime. Nothing was saved.")


@dataclass(frozen=True, slots=True)
class Row:
    """A personal row in the clear.

    Attributes
    ----------
    version
        0 where it is not stored yet.
    """

    version: int
    values: Values


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changed a row last."""

    version: int
    by: int | None
    at: dt.datetime
    reason: str


@dataclass(slots=True)
class Changes:
    """What somebody entered that is not what the rows held.

    Attributes
    ----------
    values
        By key of the row.
    added
        Values of each new member.
    gone
        Numbers of members who no longer belong to the household.
    """

    values: dict[int, Values] = field(default_factory=dict)
    added: list[Values] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)


def members_to_edit(code: str, *, user: Asker, purpose: str) -> dict[int, Row]:
    """Return the rows of a household in the clear by their keys, and write down who read them and what for.

    The household's own row is always among them.
    """
    with acting_as(user, through=Through.PAGE):
        rows = {key: Row(one.version, values_of(one)) for key, one in stored(code).items()}
        if rows:
            reading_recorded(code, user=user, purpose=purpose, rows=len(rows))
    return {HEAD: nothing(HouseholdIdentity), **rows}


def members_at(code: str, *, user: Asker, versions: Mapping[int, int]) -> dict[int, Row]:
    """Return rows as they were in some versions; what is not kept or not visible is a row without values."""
    with acting_as(user, through=Through.PAGE):
        now = {HEAD: head_of(code), **{one.number: one for one in Person.objects.filter(household_id=code)}}
        return {key: image(now.get(key), key, version) for key, version in versions.items()}


def members_save(code: str, *, user: Asker, base: Mapping[int, Row], changes: Changes, reason: str) -> int:
    """Write what differs and return how many rows were written; who is gone leaves an empty row and its history.

    Raises
    ------
    StaleMembersError
        A row is not in the version of `base` any more, is gone, or is new.
    OutsideAreaError
        The household, or its personal data, is not the user's to change.
    PersonalErasedError
        They were erased.
    """
    with acting_as(user, through=Through.PAGE, reason=reason):
        mine = features_for(PERSONAL_LAYER, user=user, action=Action.CHANGE).filter(code=code)
        # Whoever else changes this household waits here.
        if not (mine.select_for_update(of=("self",), no_key=True).exists() and personal_rows_visible(code)):
            raise OutsideAreaError
        now = stored(code)
        if {key: one.version for key, one in now.items()} != {k: one.version for k, one in base.items() if one.version}:
            raise StaleMembersError
        written = 0
        for key, values in changes.values.items():
            write(now.get(key) or HouseholdIdentity(household_id=code), values)
            written += 1
        number = Person.objects.filter(household_id=code).order_by("-number").values_list("number", flat=True).first()
        for after, values in enumerate(changes.added, start=(number or 0) + 1):
            write(Person(household_id=code, number=after), values)
        return written + len(changes.added) + members_leave(code, changes.gone)


def members_leave(code: str, numbers: Collection[int]) -> int:
    """Empty the rows of members and return how many; deleting them would leave no version that says who did it."""
    if not numbers:
        return 0
    rows = Person.objects.filter(household_id=code, number__in=numbers)
    return rows.update(sealed=None, id_number_hash="", phone_hash="")


def last_stamp(code: str, *, user: Asker) -> Stamp | None:
    """Return who changed a row of this household last."""
    names = ("version", "changed_by_id", "changed_at", "change_reason")
    with acting_as(user, through=Through.PAGE):
        rows = [
            row
            for model in (HouseholdIdentity, Person)
            for row in model.objects.filter(household_id=code).order_by("-changed_at").values_list(*names)[:1]
        ]
    return max((Stamp(*row) for row in rows), key=lambda one: one.at, default=None)


def stored(code: str) -> dict[int, Any]:
    """Return the rows of a household that hold something, by their keys; opened together."""
    people: Any = Person.objects.filter(household_id=code, sealed__isnull=False).order_by("number")
    head = head_of(code)
    return {**({HEAD: head} if head else {}), **{one.number: one for one in people.opened()}}


def head_of(code: str) -> HouseholdIdentity | None:
    """Return the household's own row."""
    return HouseholdIdentity.objects.filter(household_id=code).first()


def image(row: Any, key: int, version: int) -> Row:
    """Return a row as it was in a version."""
    found = row if row is None or row.version == version else row.versions.filter(version=version).first()
    if found is None or found.sealed is None:
        return Row(version, nothing(HouseholdIdentity if key == HEAD else Person).values)
    return Row(version, values_of(found))


def values_of(row: Any) -> Values:
    """Return the parts of a row, or of one of its images, in the clear."""
    return {name: getattr(row, name) for name in sealed_parts(getattr(row, "pgh_tracked_model", type(row)))}


def nothing(model: type[HouseholdIdentity | Person]) -> Row:
    """Return a row that is not stored yet."""
    return Row(0, values_of(model()))


def write(row: Any, values: Values) -> None:
    """Set parts of a row and save it."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
