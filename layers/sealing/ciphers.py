"""The keys of households, and what they seal. Knows no table.

Notes
-----
A household key seals some dozens of rows and lies under the master key (`accounts.ciphers`, 65 bytes).
A sealed row is: format 1, nonce, ciphertext and tag of its values as JSON.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from accounts.ciphers import FORMAT, KEY_BYTES, decrypted, encrypted, out_of_master, under_master

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_in_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def new_key() -> bytes:
    """Return a key for a household."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, household: str) -> bytes:
    """Return the key of a household under the present master key."""
    return under_master(key, f"key of {household}")


def unwrap(wrapped: bytes, household: str) -> bytes:
    """Return the key of a household; errors as for `accounts.ciphers.out_of_master`."""
    return out_of_master(wrapped, f"key of {household}")


def seal(key: AESGCM, values: dict[str, Any], household: str, label: str) -> bytes:
    """Return the values of a row of `label` (`layers.Person`) as nobody can read them without the key."""
    return FORMAT + encrypted(key, _in_json(values).encode(), f"{label} {household}")


def unseal(key: AESGCM, sealed: bytes, household: str, label: str) -> dict[str, Any]:
    """Return the values of a sealed row.

    Raises
    ------
    BrokenSealError
        They were changed, or belong to another household or table.
    """
    values: dict[str, Any] = json.loads(decrypted(key, sealed[1:], f"{label} {household}"))
    return values
