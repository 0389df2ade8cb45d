"""Exchanging the keys of the environment: each household's key is wrapped anew, each hash is made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pgtrigger
from django.db import connection
from django.db.models import Q

from accounts.ciphers import UnknownMasterKeyError, hash_keys, keyed_hash, master_keys, name_of_master
from accounts.context import acting_as
from accounts.phone_rotation import masters_of_phones, phones_stale, phones_wrap_anew
from accounts.roles import Through
from layers.personal import HouseholdIdentity, HouseholdKey, Person
from layers.sealing.ciphers import unwrap, wrap
from layers.sealing.fields import HashField, open_rows
from layers.sqlfiles import load

REASON = "rotate_keys"
HASHED = (HouseholdIdentity, Person)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a part of the exchange is."""

    title: str
    done: int
    total: int


def unknown_masters() -> set[str]:
    """Return the names of master keys that wrap something and are not set."""
    with acting_as(None, through=Through.COMMAND, reason=REASON):
        found = HouseholdKey.objects.filter(wrapped__isnull=False).values_list("master_key", flat=True).distinct()
        return ({*found} | masters_of_phones()) - {key.name for key in master_keys()}


def keys_rotate(*, batch: int) -> Iterator[Step]:
    """Bring everything under the present keys and yield after each batch, which is a transaction of its own.

    What is done stays done: started again, it goes on with the rest.

    Raises
    ------
    UnknownMasterKeyError
        Something lies under a key that is not set; nothing was changed.
    """
    if unknown_masters():
        raise UnknownMasterKeyError
    present = master_keys()[0].name
    yield from in_batches("keys of households", count_keys(present), partial(wrap_anew, present, batch))
    for model in HASHED:
        yield from in_batches(
            f"hashes of {model._meta.db_table}", stale_hashes(model), partial(hash_anew, model, batch)
        )
    yield from in_batches("secrets of phones", len(phones_stale()), partial(phones_wrap_anew, batch))


def in_batches(title: str, total: int, work: Callable[[], int]) -> Iterator[Step]:
    """Yield a step after each batch until one finds nothing more."""
    done = 0
    yield Step(title, done, total)
    while moved := work():
        done += moved
        yield Step(title, done, max(done, total))


def count_keys(present: str) -> int:
    """Return how many keys lie under another master key than the present one."""
    with acting_as(None, through=Through.COMMAND, reason=REASON):
        return HouseholdKey.objects.filter(wrapped__isnull=False).exclude(master_key=present).count()


def wrap_anew(present: str, batch: int) -> int:
    """Wrap some keys under the present master key and return how many."""
    with acting_as(None, through=Through.COMMAND, reason=REASON), connection.cursor() as cursor:
        cursor.execute(load("layers", "household_keys_stale"), {"present": present, "batch": batch})
        wrapped = {code: wrap(unwrap(bytes(old), code), code) for code, old in cursor.fetchall()}
        rows = {
            "households": list(wrapped),
            "wrapped": list(wrapped.values()),
            "master_keys": [name_of_master(one) for one in wrapped.values()],
        }
        cursor.execute(load("layers", "household_keys_wrapped"), rows)
    return len(wrapped)


def stale(model: type[HouseholdIdentity | Person]) -> Q:
    """Return the test that a row has a hash under another key than the present one."""
    present = hash_keys()[0].name
    found = Q()
    for field in model._meta.concrete_fields:
        if isinstance(field, HashField):
            found |= ~Q(**{field.name: ""}) & ~Q(**{f"{field.name}__startswith": present})
    return found


def stale_hashes(model: type[HouseholdIdentity | Person]) -> int:
    """Return how many rows of `model` have a hash under another key than the present one."""
    with acting_as(None, through=Through.COMMAND, reason=REASON):
        return model.objects.filter(stale(model)).count()


def hash_anew(model: type[HouseholdIdentity | Person], batch: int) -> int:
    """Make the hashes of some rows under the present key and return of how many.

    Nothing is said anew of anybody, so no version is counted and no image kept: these triggers rest.
    """
    resting = [f"{model._meta.label}:{name}" for name in ("stamp", "superseded_update")]
    fields = [field for field in model._meta.concrete_fields if isinstance(field, HashField)]
    with acting_as(None, through=Through.COMMAND, reason=REASON):
        rows: list[Any] = list(model.objects.select_for_update().filter(stale(model)).order_by("pk")[:batch])
        open_rows(rows)
        for row in rows:
            for field in fields:
                setattr(row, field.attname, keyed_hash(field.of, getattr(row, field.of)))
        with pgtrigger.ignore(*resting):
            model.objects.bulk_update(rows, [field.name for field in fields], batch_size=500)
    return len(rows)
