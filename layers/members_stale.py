"""What somebody else changed of a household's members while a form was open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from layers.editing import Stale
from layers.members_editing import HEAD, Changes, Row, last_stamp
from layers.personal import HouseholdIdentity, Person
from layers.sealing.fields import sealed_parts
from layers.versions import Difference, people_named

if TYPE_CHECKING:
    from accounts.selectors import Asker


def stale_members(
    code: str, *, base: Mapping[int, Row], now: Mapping[int, Row], mine: Changes, user: Asker
) -> Stale | None:
    """Return who saved last and how the rows stored now differ from those that a form started from."""
    stamp = last_stamp(code, user=user)
    if stamp is None:
        return None
    theirs = tuple(differences(base, now))
    touched = {f"{key} {name}" for key, values in mine.values.items() for name in values}
    return Stale(
        version=stamp.version,
        by=people_named({stamp.by}).get(stamp.by, ""),
        at=stamp.at,
        reason=stamp.reason,
        differences=theirs,
        both=frozenset(one.name for one in theirs if one.name in touched),
    )


def differences(base: Mapping[int, Row], now: Mapping[int, Row]) -> Iterator[Difference]:
    """Yield each part that two states of the rows do not share."""
    for key in sorted({*base, *now}):
        parts = sealed_parts(HouseholdIdentity if key == HEAD else Person)
        before, after = (rows[key].values if key in rows else {} for rows in (base, now))
        whose = _("Household") if key == HEAD else _("Member %(number)s") % {"number": key}
        for name, part in parts.items():
            old, new = word(before.get(name)), word(after.get(name))
            if old != new:
                yield Difference(f"{key} {name}", f"{whose} · {capfirst(str(part.label))}", old, new)


def word(value: Any) -> str:
    """Return a part as text; nothing for nothing."""
    return str(value or "")
