"""Attributes of a model that are kept sealed together in one column, and the hashes they are found by.

    class Person(Signed):
        sealed = SealedField()
        name = SealedText(_("name"), 60)
        phone = SealedText(_("phone number"), 20)
        phone_hash = HashField(of="phone")

A part is set and read like any attribute and may be given to `Person(...)` or `objects.create(...)`; saving seals them.
They are no columns: no filter, update or order by can name them. One ciphertext a row keeps a million rows cheap and
lets the history copy it as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DEFAULT_DB_ALIAS, models

from accounts.ciphers import keyed_hash
from layers.sealing.ciphers import seal, unseal
from layers.sealing.keys import NoKeyError, household_keys, key_for_writing

ModelT = TypeVar("ModelT", bound=models.Model)

OPENED = "_opened_seal"


@dataclass(slots=True)
class Opened:
    """The values of a row in the clear, and the ciphertext that they came from."""

    sealed: bytes | None
    values: dict[str, Any]
    changed: bool = False


class SealedText(property):
    """A text that is kept in the row's `sealed` column.

    Parameters
    ----------
    label
        As people read it.
    max_length
        More characters are refused when it is set.
    """

    def __init__(self, label: Any, max_length: int) -> None:
        super().__init__(self.read, self.write)
        self.label, self.max_length = label, max_length

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def read(self, row: models.Model) -> Any:
        """Return the text; an empty one where there is none."""
        return opened(row).values.get(self.name, "")

    def write(self, row: models.Model, value: Any) -> None:
        """Set the text; saving the row seals it.

        Raises
        ------
        ValueError
            It is too long.
        """
        text = self.to_stored(value)
        if len(text) > self.max_length:
            raise ValueError(f"{self.name}: {len(text)} characters, {self.max_length} at most")
        state = opened(row)
        state.values = {**state.values, self.name: text}
        state.changed = True

    def to_stored(self, value: Any) -> str:
        """Return what is kept of a value."""
        return str(value or "")


class SealedDate(SealedText):
    """A day, None where it is unknown."""

    def __init__(self, label: Any) -> None:
        super().__init__(label, 10)

    def read(self, row: models.Model) -> dt.date | None:
        text = super().read(row)
        return dt.date.fromisoformat(text) if text else None

    def to_stored(self, value: Any) -> str:
        return "" if value is None else dt.date.fromisoformat(str(value)).isoformat()


class SealedField(models.BinaryField[Any, Any]):
    """The column of a row's sealed parts; None where there is nothing, or nothing any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "null": True, "blank": True, "editable": False})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001  Django's signature
        """Return the ciphertext, made anew where a part was changed."""
        state: Opened | None = model_instance.__dict__.get(OPENED)
        if state is not None and state.changed:
            household = household_of(model_instance)
            key = key_for_writing(household, using=model_instance._state.db or DEFAULT_DB_ALIAS)
            kept = {name: value for name, value in state.values.items() if value}
            state.sealed = seal(key, kept, household, label_of_seal(model_instance))
            state.changed = False
            setattr(model_instance, self.attname, state.sealed)
        return super().pre_save(model_instance, add)


class HashField(models.CharField[Any, Any]):
    """What a sealed part is found by: a keyed hash, kept in the live row and nowhere else.

    Parameters
    ----------
    of
        The part.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{**kwargs, "max_length": 40, "blank": True, "default": "", "editable": False})

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001  Django's signature
        """Return the hash of the part, where the row has been opened."""
        if OPENED in model_instance.__dict__:
            value = opened(model_instance).values.get(self.of, "")
            setattr(model_instance, self.attname, keyed_hash(self.of, value))
        return super().pre_save(model_instance, add)


class SealedQuerySet(models.QuerySet[ModelT]):
    """Rows that may be opened together: one query for the keys of all."""

    opening = False

    def opened(self) -> Self:
        """Return the same rows, opened when they are fetched."""
        rows = self.all()
        rows.opening = True
        return rows

    # The same door by which Django's own `prefetch_related` comes.
    def _clone(self) -> Any:
        copy = super()._clone()  # type: ignore[misc]
        copy.opening = self.opening
        return copy

    def _fetch_all(self) -> None:
        fetched = self._result_cache is None
        super()._fetch_all()
        if fetched and self.opening:
            open_rows(self._result_cache or (), using=self.db)


def sealed_parts(model: type[models.Model]) -> dict[str, SealedText]:
    """Return the parts that a model keeps sealed, by name."""
    return {name: one for name, one in vars(model).items() if isinstance(one, SealedText)}


def opened(row: models.Model) -> Opened:
    """Return the values of a row, opened now where they have not been or where the row was read again."""
    state: Opened | None = row.__dict__.get(OPENED)
    stored = stored_in(row)
    if state is None or not (state.changed or state.sealed == stored):
        open_rows([row])
        state = row.__dict__[OPENED]
    return state


def open_rows(rows: Iterable[models.Model], *, using: str | None = None) -> None:
    """Open rows: one query for the keys of all.

    Raises
    ------
    NoKeyError
        A row's key was destroyed, as those of the images in the history of an erased household.
    """
    waiting = list(rows)
    closed = [row for row in waiting if stored_in(row) is not None]
    keys: dict[str, AESGCM] = {}
    if closed:
        alias = using or closed[0]._state.db or DEFAULT_DB_ALIAS
        keys = household_keys((household_of(row) for row in closed), using=alias)
    for row in waiting:
        row.__dict__[OPENED] = Opened(stored_in(row), values_of(row, keys))


def values_of(row: models.Model, keys: dict[str, AESGCM]) -> dict[str, Any]:
    """Return the values of a row by its household's key."""
    sealed = stored_in(row)
    if sealed is None:
        return {}
    household = household_of(row)
    if household not in keys:
        raise NoKeyError
    return unseal(keys[household], sealed, household, label_of_seal(row))


def stored_in(row: models.Model) -> bytes | None:
    """Return the ciphertext of a row."""
    sealed = row.sealed  # type: ignore[attr-defined]
    return None if sealed is None else bytes(sealed)


def household_of(row: models.Model) -> str:
    """Return the code of the household that a row is about."""
    return str(row.household_id)  # type: ignore[attr-defined]


def label_of_seal(row: models.Model) -> str:
    """Return the label that a seal is bound to; the images in its history share it."""
    model = getattr(row, "pgh_tracked_model", type(row))
    return str(model._meta.label)
