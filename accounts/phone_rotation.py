"""Secrets of phones under the present master key."""

from __future__ import annotations

from django.db import transaction

from accounts.ciphers import master_keys
from accounts.models import Phone
from accounts.phone_secrets import MARK, kept_phone_secret, master_of


def masters_of_phones() -> set[str]:
    """Return the names of the master keys that secrets of phones lie under."""
    return {master_of(key) for key in Phone.objects.filter(key__startswith=MARK).values_list("key", flat=True)}


def phones_stale() -> list[int]:
    """Return the phones whose secret lies under another master key than the present one: an office has hundreds."""
    present = master_keys()[0].name
    phones = Phone.objects.filter(key__startswith=MARK).order_by("pk").values_list("pk", "key")
    return [number for number, key in phones if master_of(key) != present]


@transaction.atomic
def phones_wrap_anew(batch: int) -> int:
    """Put the secrets of some phones under the present master key and return how many."""
    stale = Phone.objects.select_for_update().filter(pk__in=phones_stale()[:batch])
    for phone in stale:
        phone.key = kept_phone_secret(phone.bin_key, phone.user_id)
    Phone.objects.bulk_update(stale, ["key"])
    return len(stale)
