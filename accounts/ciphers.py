"""Keys from the settings, and what is done with them: keep secrets under the master key, hash. Knows no table.

Notes
-----
AES-256-GCM throughout, with random 96-bit nonces: the master key wraps some hundred thousand keys, far below the 2**32
at which random nonces become a risk (NIST SP 800-38D, 8.3). Keys come out of the secrets by HKDF-SHA256 (RFC 5869), so
a secret may be any text.

What lies under a master key is: format 1, 4 bytes that name the key, nonce, ciphertext and tag: 33 bytes more than the
secret.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from functools import lru_cache

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


class SealError(Exception):
    """Personal data cannot be read with the keys of this machine."""

    def __str__(self) -> str:
        return str(self.__doc__)


class UnknownMasterKeyError(SealError):
    """Something lies under a master key that is not set: name it in GISAPP_PERSONAL_DATA_KEYS_OLD."""


class BrokenSealError(SealError):
    """Sealed data were changed, or belong elsewhere."""


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


def under_master(secret: bytes, place: str) -> bytes:
    """Return a secret under the present master key.

    Parameters
    ----------
    place
        What it belongs to (`key of H-1`): it opens there and nowhere else.
    """
    master = master_keys()[0]
    return FORMAT + bytes.fromhex(master.name) + encrypted(AESGCM(master.secret), secret, place)


def name_of_master(kept: bytes) -> str:
    """Return the name of the master key under which a secret lies."""
    return kept[1 : 1 + NAME_BYTES].hex()


def out_of_master(kept: bytes, place: str) -> bytes:
    """Return the secret that `under_master` put away.

    Raises
    ------
    UnknownMasterKeyError
        Its master key is not among those of the settings.
    BrokenSealError
        It was changed, or belongs to another place.
    """
    name = name_of_master(kept)
    for master in master_keys():
        if master.name == name:
            return decrypted(AESGCM(master.secret), kept[1 + NAME_BYTES :], place)
    raise UnknownMasterKeyError


def encrypted(key: AESGCM, text: bytes, place: str) -> bytes:
    """Return a nonce with the ciphertext and its tag, which is bound to `place`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, text, place.encode())


def decrypted(key: AESGCM, text: bytes, place: str) -> bytes:
    """Return what `encrypted` was given.

    Raises
    ------
    BrokenSealError
        It was changed, or belongs to another place.
    """
    try:
        return key.decrypt(text[:NONCE_BYTES], text[NONCE_BYTES:], place.encode())
    except InvalidTag as error:
        raise BrokenSealError from error


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
