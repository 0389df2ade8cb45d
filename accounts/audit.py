"""Who read, exported or erased what, and who came in: records that are added to and never rewritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from accounts import extensions
from accounts.models import AccessRecord, Grant
from accounts.request_id import current_request_id
from accounts.roles import Through
from accounts.selectors import widest

if TYPE_CHECKING:
    from accounts.selectors import Asker

EVERYWHERE = "*"
MOST_PURPOSE = 300
MOST_CODES = 1000
"""More codes than this say no more than their number does: `rows` holds it."""


def record_access(
    *,
    user: Asker | None,
    kind: AccessRecord.Kind | str,
    subject: str,
    purpose: str,
    through: Through | str,
    codes: Sequence[str] = (),
    rows: int | None = None,
    divisions: Collection[str] | None = None,
) -> AccessRecord:
    """Write down an access and return its record; in the transaction of the access itself, so that none goes without.

    Parameters
    ----------
    user
        Who; None or somebody anonymous is nobody with an account.
    subject
        What: a label such as `layers.Person`, or the key of a layer.
    purpose
        Why, in the person's own words; never personal data.
    codes
        Codes of the features concerned, where they are few.
    rows
        How many rows were read or left; None where nobody counted.
    divisions
        Division code prefixes that were concerned, `*` for everywhere; None: those of `codes`, else those that
        the user was granted.
    """
    concerned = found_divisions(user=user, subject=subject, codes=codes) if divisions is None else divisions
    kept = [EVERYWHERE] if EVERYWHERE in concerned else widest(set(concerned))
    return AccessRecord.objects.create(
        user_id=None if user is None else user.pk,
        kind=kind,
        subject=subject,
        codes=list(codes[:MOST_CODES]),
        rows=rows,
        purpose=purpose[:MOST_PURPOSE],
        through=through,
        request_id=current_request_id(),
        divisions=kept,
        within=with_ancestors(kept),
    )


def found_divisions(*, user: Asker | None, subject: str, codes: Sequence[str]) -> set[str]:
    """Return the divisions that an access concerned, as nobody named them."""
    if codes:
        return set().union(*(find(subject, codes) for find in extensions.division_finders))
    return set() if user is None else divisions_of(user)


def divisions_of(user: Asker) -> set[str]:
    """Return the divisions of all grants of `user`, `*` where one holds everywhere."""
    if user.pk is None:
        return set()
    if getattr(user, "is_superuser", False):
        return {EVERYWHERE}
    found: set[str] = set()
    for everywhere, division, site in Grant.objects.filter(user_id=user.pk).values_list(
        "everywhere", "division", "site"
    ):
        if everywhere:
            return {EVERYWHERE}
        if division:
            found.add(division)
        else:
            found = found.union(*(find("sites", [site]) for find in extensions.division_finders))
    return found


def with_ancestors(divisions: Collection[str]) -> list[str]:
    """Return `divisions` and all that lie above them: a grant on any of these covers some of them."""
    lengths = (2, 4, 6, 9, 12)
    return sorted({one[:length] for one in divisions if one != EVERYWHERE for length in lengths if len(one) >= length})
