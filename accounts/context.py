"""Who acts: one transaction, stamped with the person, the way and the reason, and limited to the person's area.

The database reads these settings: the stamping trigger of every layer (`gisapp.user_id`, `gisapp.through`,
`gisapp.reason`), the records of changes of personal rows (`gisapp.request_id` as well), and the row-level security of
personal tables (`gisapp.divisions`, `gisapp.sites`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from accounts.request_id import current_request_id
from accounts.roles import Action, Role, Through
from accounts.selectors import granted_area

if TYPE_CHECKING:
    from accounts.selectors import Asker, GrantedArea

PERSONAL_LAYER = "households"
PERSONAL_ROLES = frozenset({Role.PLANNER, Role.FIELD, Role.LAND_OFFICIAL, Role.STEWARD})
SETTINGS = (
    "gisapp.user_id",
    "gisapp.through",
    "gisapp.reason",
    "gisapp.request_id",
    "gisapp.divisions",
    "gisapp.sites",
)

# Every trigger of pgtrigger asks for this setting; where it was never made, the error that it catches costs a
# subtransaction a row (34,676 rows: 41 s instead of 1.5 s).
NO_TRIGGER_IGNORED = "set_config('pgtrigger.ignore', '{}', true)"


@contextmanager
def acting_as(
    user: Asker | None,
    *,
    through: Through | str,
    reason: str = "",
    using: str = DEFAULT_DB_ALIAS,
    personal_roles: frozenset[Role] = PERSONAL_ROLES,
) -> Iterator[None]:
    """Open a transaction in which `user` acts; what it changes carries the name, the way and the reason.

    Parameters
    ----------
    user
        None for the system itself (set-up commands): everything is in its area.
    through
        The way in: page, import, api, command or field.
    reason
        Why, in the person's own words; may be empty.
    personal_roles
        Grants of which roles open personal rows: fewer where only some of those who read may also act.

    Notes
    -----
    The settings are local to the transaction and fall back to what they were when an inner block ends,
    so that one person's work can call another piece of work without borrowing its rights.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            # missing_ok: a setting that was never made in this session reads as NULL
            cursor.execute("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS))
            before = [value or "" for value in cursor.fetchone()]
            set_local(cursor, [*stamp(user, through, reason), *personal_scope(user, personal_roles)])
        yield
        # Only on the way out without an error: a failed transaction forgets local settings by itself.
        with connection.cursor() as cursor:
            set_local(cursor, before)


def stamp(user: Asker | None, through: Through | str, reason: str) -> tuple[str, str, str, str]:
    """Return user id, way, reason and number of the request as the database reads them."""
    return ("" if user is None or user.pk is None else str(user.pk), str(through), reason, current_request_id())


def personal_scope(user: Asker | None, roles: frozenset[Role] = PERSONAL_ROLES) -> tuple[str, str]:
    """Return the division prefixes and sites whose personal rows `user` may touch; `*` is everywhere."""
    if user is None:
        return "*", ""
    area = personal_area(user, roles)
    return ("*" if area.everywhere else ",".join(area.divisions)), ",".join(area.sites)


def personal_area(user: Asker, roles: frozenset[Role] = PERSONAL_ROLES) -> GrantedArea:
    """Return where `user` may read personal rows."""
    return granted_area(user=user, layer=PERSONAL_LAYER, action=Action.PERSONAL, roles=roles)


def set_local(cursor: object, values: list[str]) -> None:
    """Set all of `SETTINGS` to `values` until the transaction ends."""
    calls = ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
    cursor.execute(f"SELECT {calls}, {NO_TRIGGER_IGNORED}", values)  # type: ignore[attr-defined]
