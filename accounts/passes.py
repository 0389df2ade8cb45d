"""Addresses that carry their reader's rights, so that many small requests need no session.

A map asks for dozens of tiles a second; finding out each time who asks costs more than many a tile does. A page that
somebody is signed in to therefore gives its map addresses with a pass: a signed statement of where one layer may be
seen. It cannot be widened, ends by itself, ends when rights change, and is the same text for everybody with the same
rights.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from django.core.signing import BadSignature, Signer
from django.db import connection

from accounts.selectors import GrantedArea

if TYPE_CHECKING:
    from django.http import HttpRequest

PARAMETER = "pass"
"""The name under which an address carries it."""

WINDOW_S = 12 * 3600
"""A pass holds for the rest of its window and the whole of the next: 12 to 24 hours."""

EPOCH_AGE_S = 20.0
"""How long a process believes the epoch that it read last: a right taken away ends within this time."""

SIGNER = Signer(sep=".", salt="accounts.passes")

# Every change of a grant, or of an account's standing, adds a row to these two, which nobody can take out again. Their
# number, unlike their highest id, never stays the same when a transaction commits after a younger one.
EPOCH = "SELECT (SELECT count(*) FROM accounts_grantevent) + (SELECT count(*) FROM accounts_standingevent)"


class PassError(Exception):
    """A pass is not ours, is for another layer, has run out, or rights have changed since it was given."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says.

    Attributes
    ----------
    layer
        Key of the layer; it opens no other.
    area
        Where features of the layer may be seen.
    window
        Number of the `WINDOW_S` in which it was given, counted from 1970.
    epoch
        State of all rights when it was given.
    """

    layer: str
    area: GrantedArea
    window: int
    epoch: int

    def text(self) -> str:
        """Return it signed, as an address carries it."""
        area = self.area
        return SIGNER.sign_object(
            [self.layer, area.everywhere, area.divisions, area.sites, self.window, self.epoch], compress=False
        )


class Epoch:
    """The state of all rights, as this process read it last."""

    def __init__(self) -> None:
        self.number = -1
        self.read_at = float("-inf")
        self.lock = Lock()

    def is_now(self, number: int) -> bool:
        """Return whether rights are still as they were at `number`; asks the database when that was long ago."""
        if number != self.number or time.monotonic() - self.read_at > EPOCH_AGE_S:
            # One thread asks for all: an epoch that has just changed makes every tile of every map ask.
            with self.lock:
                if number > self.number or time.monotonic() - self.read_at > EPOCH_AGE_S:
                    self.number = rights_epoch()
                    self.read_at = time.monotonic()
        return number == self.number


known_epoch = Epoch()


def rights_epoch() -> int:
    """Return a number that grows with every change of a grant or of an account's standing."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH)
        (number,) = cursor.fetchone()
    return int(number)


def this_window() -> int:
    """Return the number of the present window."""
    return int(time.time() // WINDOW_S)


def opened(text: str, *, layer: str) -> GrantedArea:
    """Return where features of `layer` may be seen by whoever carries the pass `text`.

    Raises
    ------
    PassError
        It opens nothing here, or no longer.
    """
    found = read(text)
    if found.layer != layer or this_window() - found.window not in {0, 1} or not known_epoch.is_now(found.epoch):
        raise PassError
    return found.area


@lru_cache(maxsize=4096)
def read(text: str) -> Pass:
    """Return what a signed pass says, whether it still holds or not.

    Raises
    ------
    PassError
        Somebody else wrote it, or changed it.
    """
    try:
        layer, everywhere, divisions, sites, window, epoch = SIGNER.unsign_object(text)
    except BadSignature as error:
        raise PassError from error
    return Pass(layer, GrantedArea(everywhere, tuple(divisions), tuple(sites)), window, epoch)


def carried(request: HttpRequest) -> str | None:
    """Return the pass in the address of `request`; None where it has none and the session says who asks."""
    return request.GET.get(PARAMETER)
