"""Failures that are nobody's mistake and pass: the database is away, a disk is full, an answer took too long.

Pages, jobs and commands ask `outage_of` about what was raised, and say the same sentences.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

import psycopg2
from django.db import Error
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Outage:
    """What is out of order, as people are told it.

    Attributes
    ----------
    step
        What to do about it.
    retry_after_s
        When trying again is worth it, in seconds.
    """

    title: str | Promise
    sentence: str | Promise
    step: str | Promise
    retry_after_s: int


AWAY = Outage(
    title=_("The database does not answer at the moment"),
    sentence=_("It is restarting, or too many people use it at once. What was saved before is not lost."),
    step=_("Try again in a minute. If it stays, tell your administrator."),
    retry_after_s=15,
)
FULL = Outage(
    title=_("The disk of the server is full"),
    sentence=_("Nothing can be saved until there is room again. What was saved before is not lost and can be read."),
    step=_("Tell your administrator, and try again when there is room."),
    retry_after_s=60,
)
SLOW = Outage(
    title=_("This took too long and was stopped"),
    sentence=_("The database is busy, or somebody else is changing the same at this moment. Nothing was changed."),
    step=_("Try again in a minute, or ask for less at once."),
    retry_after_s=15,
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
STATES = {
    "53100": FULL,  # disk_full
    "57014": SLOW,  # query_canceled: statement_timeout
    "55P03": SLOW,  # lock_not_available: lock_timeout
    "40P01": SLOW,  # deadlock_detected
    "40001": SLOW,  # serialization_failure
}
CLASSES = {
    "08": AWAY,  # connection exceptions
    "53": AWAY,  # insufficient resources: connections, memory
    "57": AWAY,  # operator intervention: shutdown, crash, starting up
    "58": AWAY,  # system errors outside PostgreSQL
}
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def outage_of(error: BaseException | None) -> Outage | None:
    """Return what is out of order where `error` tells of that; None where it is a mistake, or something else.

    Notes
    -----
    What the server refuses before a session begins (no connection left, starting up) comes without a code, in the
    server's language: it cannot be told apart from a server that is not there. A connection that breaks under a query
    has no code either, and is an `OperationalError` or, where nothing was heard of its end, a bare `DatabaseError`.
    """
    if isinstance(error, OSError):
        return FULL if error.errno in NO_ROOM else None
    if isinstance(error, Error):
        # Django's errors stand for psycopg2's, which they name as their cause.
        error = error.__cause__
    if not isinstance(error, psycopg2.Error):
        return None
    if error.pgcode is not None:
        return STATES.get(error.pgcode) or CLASSES.get(error.pgcode[:2])
    if isinstance(error, psycopg2.InterfaceError):
        # of the connection, or of a cursor that went with it
        return AWAY if "already closed" in str(error) else None
    return AWAY if isinstance(error, psycopg2.OperationalError) or type(error) is psycopg2.DatabaseError else None
