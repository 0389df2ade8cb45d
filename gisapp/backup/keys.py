"""Names of the secrets that a backup needs and does not hold."""

from __future__ import annotations

import hashlib

from django.conf import settings


def key_names() -> dict[str, list[str]]:
    """Return the names of this machine's secrets for personal data; a name tells nothing of its secret."""
    secrets = {
        "GISAPP_PERSONAL_DATA_KEY": settings.PERSONAL_DATA_KEY,
        "GISAPP_PERSONAL_HASH_KEY": settings.PERSONAL_HASH_KEY,
    }
    return {name: [hashlib.sha256(f"{name}={secret}".encode()).hexdigest()[:8]] for name, secret in secrets.items()}


def missing_keys(needed: dict[str, list[str]]) -> list[str]:
    """Return in words which of the needed secrets this machine does not have."""
    here = key_names()
    return [f"{name} {one}" for name, names in needed.items() for one in names if one not in here.get(name, [])]
