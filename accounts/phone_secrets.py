"""Secrets of authenticator applications as their column holds them, and hashes of recovery codes. Knows no table."""

from __future__ import annotations

import hmac
import os
from base64 import b32encode, b64decode, b64encode

from accounts.ciphers import BrokenSealError, name_of_master, out_of_master, under_master

SECRET_BYTES = 20
"""As long as the hash that makes codes of it (RFC 4226, 4)."""
MARK = "s:"
"""Begins what is sealed; a secret in the clear is hexadecimal."""
HASH_CHARACTERS = 16
"""80 bits: twice what a recovery code has, and the width of its column."""


def new_phone_secret(user_id: int) -> str:
    """Return a new secret for the phone of a user."""
    return kept_phone_secret(os.urandom(SECRET_BYTES), user_id)


def kept_phone_secret(secret: bytes, user_id: int) -> str:
    """Return a secret under the present master key, as text."""
    return MARK + b64encode(under_master(secret, place_of(user_id))).decode()


def phone_secret(kept: str, user_id: int) -> bytes:
    """Return the secret; errors as for `accounts.ciphers.out_of_master`."""
    return out_of_master(sealed_bytes(kept), place_of(user_id))


def master_of(kept: str) -> str:
    """Return the name of the master key under which a secret lies."""
    return name_of_master(sealed_bytes(kept))


def hashed_recovery_code(code: str, secret: bytes) -> str:
    """Return what a recovery code is compared by: a hash under the secret of the phone that it stands in for.

    A code has 40 bits, few enough to be tried out where the hash is all that hides it: whoever has the database alone
    lacks the key. The secret goes with the phone, and so do its codes.
    """
    digest = hmac.digest(secret, f"recovery code {code}".encode(), "sha256")
    return b32encode(digest).decode().lower()[:HASH_CHARACTERS]


def sealed_bytes(kept: str) -> bytes:
    """Return what stands behind the mark.

    Raises
    ------
    BrokenSealError
        Nothing sealed.
    """
    if not kept.startswith(MARK):
        raise BrokenSealError
    return b64decode(kept.removeprefix(MARK))


def place_of(user_id: int) -> str:
    """Return what the seal is bound to: a secret copied to another account opens nothing."""
    return f"phone of {user_id}"
