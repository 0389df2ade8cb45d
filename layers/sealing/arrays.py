"""Sealing by the hundred thousand: for bulk loads, which bring their columns as arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from accounts.ciphers import KEY_BYTES, hash_keys, keyed_hash, name_of_master
from layers.sealing.ciphers import seal, wrap

Texts = npt.NDArray[np.str_] | npt.NDArray[np.object_]


class Keyring:
    """New keys for many households.

    Attributes
    ----------
    codes
        Of the households, shape (n,).
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = np.array(codes)
        random = os.urandom(KEY_BYTES * len(codes))
        self._secrets = [random[at : at + KEY_BYTES] for at in range(0, len(random), KEY_BYTES)]
        self._keys = [AESGCM(secret) for secret in self._secrets]

    def columns(self) -> dict[str, Texts | list[str]]:
        """Return the columns of the table of keys, as COPY reads them."""
        wrapped = [wrap(secret, code) for secret, code in zip(self._secrets, self.codes.tolist(), strict=True)]
        return {
            "household_code": self.codes,
            "wrapped": [as_bytea(one) for one in wrapped],
            "master_key": [name_of_master(one) for one in wrapped],
        }

    def sealed(
        self, model: type[models.Model], household: npt.NDArray[np.int64], values: Mapping[str, Texts]
    ) -> list[str]:
        """Return the sealed column of rows of `model`, as COPY reads it.

        Parameters
        ----------
        household
            Index into `codes`, one a row.
        values
            The parts of each row as text; empty ones are left out.
        """
        label, names, codes = model._meta.label, list(values), self.codes.tolist()
        rows = zip(household.tolist(), *(one.tolist() for one in values.values()), strict=True)
        return [
            as_bytea(
                seal(
                    self._keys[at],
                    {name: text for name, text in zip(names, texts, strict=True) if text},
                    codes[at],
                    label,
                )
            )
            for at, *texts in rows
        ]


def hashed(purpose: str, values: Texts) -> list[str]:
    """Return the keyed hash of each text; of none, none."""
    key = hash_keys()[0]
    return [keyed_hash(purpose, value, key) for value in values.tolist()]


def as_bytea(data: bytes) -> str:
    """Return bytes as PostgreSQL reads them in text."""
    return f"\\x{data.hex()}"
