"""Keys from the settings, and what is done with them: wrap, seal, hash. Knows no table.

Notes
-----
AES-256-GCM throughout, with random 96-bit nonces: a household key seals some dozens of rows, the master key wraps some
hundred thousand keys, far below the 2**32 at which random nonces become a risk (NIST SP 800-38D, 8.3). Keys come out
of the secrets by HKDF-SHA256 (RFC 5869), so a secret may be any text.

A wrapped key is: format 1, 4 bytes that name the master key, nonce, ciphertext and tag (65 bytes).
A sealed row is: format 1, nonce, ciphertext and tag of its values as JSON.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
NAME_BYTES = 4
HASH_BYTES = 16
"""128 bits of a keyed hash: that two of ten million numbers share one has a chance below 1 in 10**24."""

_in_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class SealError(Exception):
    """Personal data cannot be read with the keys of this machine."""

    def __str__(self) -> str:
        return str(self.__doc__)


class UnknownMasterKeyError(SealError):
    """A household's key lies under a master key that is not set: name it in GISAPP_PERSONAL_DATA_KEYS_OLD."""


class BrokenSealError(SealError):
    """Sealed data were changed, or belong to another household."""


@dataclass(frozen=True, slots=True)
class DerivedKey:
    """A key with the name by which ciphertexts and hashes point to it."""

    name: str
    secret: bytes = field(repr=False)


@lru_cache(maxsize=32)
def derived(secret: str, purpose: str) -> DerivedKey:
    """Return the key that a secret gives for a purpose; its name tells nothing of it."""
    hkdf = HKDF(hashes.SHA256(), KEY_BYTES + NAME_BYTES, salt=None, info=f"gisapp {purpose}".encode())
    material = hkdf.derive(secret.encode())
    return DerivedKey(material[KEY_BYTES:].hex(), material[:KEY_BYTES])


def master_keys() -> list[DerivedKey]:
    """Return the master key and the earlier ones that may still be read, the present one first."""
    secrets = (settings.PERSONAL_DATA_KEY, *settings.PERSONAL_DATA_KEYS_OLD)
    return [derived(secret, "personal data") for secret in secrets]


def hash_keys() -> list[DerivedKey]:
    """Return the key of hashes and the earlier ones that are still searched by, the present one first."""
    secrets = (settings.PERSONAL_HASH_KEY, *settings.PERSONAL_HASH_KEYS_OLD)
    return [derived(secret, "personal hash") for secret in secrets]


def new_key() -> bytes:
    """Return a key for a household."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, household: str) -> bytes:
    """Return the key of a household under the present master key."""
    master = master_keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + bytes.fromhex(master.name) + nonce + AESGCM(master.secret).encrypt(nonce, key, _bound(household))


def name_of_master(wrapped: bytes) -> str:
    """Return the name of the master key under which a household's key lies."""
    return wrapped[1 : 1 + NAME_BYTES].hex()


def unwrap(wrapped: bytes, household: str) -> bytes:
    """Return the key of a household.

    Raises
    ------
    UnknownMasterKeyError
        Its master key is not among those of the settings.
    BrokenSealError
        It was changed, or is another household's.
    """
    name = name_of_master(wrapped)
    for master in master_keys():
        if master.name == name:
            return _decrypted(AESGCM(master.secret), wrapped[1 + NAME_BYTES :], _bound(household))
    raise UnknownMasterKeyError


def seal(key: AESGCM, values: dict[str, Any], household: str, label: str) -> bytes:
    """Return the values of a row of `label` (`layers.Person`) as nobody can read them without the key."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, _in_json(values).encode(), f"{label} {household}".encode())


def unseal(key: AESGCM, sealed: bytes, household: str, label: str) -> dict[str, Any]:
    """Return the values of a sealed row.

    Raises
    ------
    BrokenSealError
        They were changed, or belong to another household or table.
    """
    values: dict[str, Any] = json.loads(_decrypted(key, sealed[1:], f"{label} {household}".encode()))
    return values


def keyed_hash(purpose: str, value: str, key: DerivedKey | None = None) -> str:
    """Return what `value` is found by: the name of the key, then the hash; nothing for nothing.

    Parameters
    ----------
    purpose
        What it is (`id_number`): equal texts of different kinds have different hashes.
    key
        The present one unless given.
    """
    if not value:
        return ""
    key = key or hash_keys()[0]
    return key.name + hmac.digest(key.secret, f"{purpose} {value}".encode(), "sha256")[:HASH_BYTES].hex()


def every_hash(purpose: str, value: str) -> list[str]:
    """Return the hashes that `value` may be stored under while keys are being exchanged."""
    return [keyed_hash(purpose, value, key) for key in hash_keys()]


def _bound(household: str) -> bytes:
    return f"key of {household}".encode()


def _decrypted(key: AESGCM, text: bytes, bound: bytes) -> bytes:
    try:
        return key.decrypt(text[:NONCE_BYTES], text[NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise BrokenSealError from error
