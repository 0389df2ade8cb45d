"""The keys of households, out of their table: as far as row-level security shows it to the running transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.ciphers import SealError, name_of_master
from layers.sealing.ciphers import new_key, unwrap, wrap
from layers.sqlfiles import load


class PersonalErasedError(SealError):
    """The personal data of this household have been erased: nothing is kept of its members any more."""


class NoKeyError(SealError):
    """The key of this household is outside the area of whoever asks, or its personal data have been erased."""


def household_keys(households: Iterable[str], *, using: str = DEFAULT_DB_ALIAS) -> dict[str, AESGCM]:
    """Return the keys of households that are there, visible and not erased: one query."""
    with connections[using].cursor() as cursor:
        cursor.execute(load("layers", "household_keys"), {"households": sorted(set(households))})
        return {code: AESGCM(unwrap(bytes(wrapped), code)) for code, wrapped in cursor.fetchall()}


def key_for_writing(household: str, *, using: str = DEFAULT_DB_ALIAS) -> AESGCM:
    """Return the key of a household, made where it has none; nobody can erase it before the transaction ends.

    Raises
    ------
    PersonalErasedError
        It was destroyed, and stays so.
    """
    parameters = {"household": household}
    with connections[using].cursor() as cursor:
        cursor.execute(load("layers", "household_key_held"), parameters)
        found = cursor.fetchone()
        if found is None:
            wrapped = wrap(new_key(), household)
            made: dict[str, Any] = {"wrapped": wrapped, "master_key": name_of_master(wrapped), **parameters}
            cursor.execute(load("layers", "household_key_made"), made)
            # Somebody else may have made one in the same moment: theirs counts.
            cursor.execute(load("layers", "household_key_held"), parameters)
            found = cursor.fetchone()
    if found[0] is None:
        raise PersonalErasedError
    return AESGCM(unwrap(bytes(found[0]), household))
