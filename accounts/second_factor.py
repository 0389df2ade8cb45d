"""The second step of logging in: a code from the person's phone, or one of their recovery codes."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING

import segno
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.models import Phone
from accounts.phone_secrets import hashed_recovery_code

if TYPE_CHECKING:
    from accounts.models import User

RECOVERY_CODES = 10


def has_second_factor(user: User) -> bool:
    """Return whether `user` is asked for a code after the password."""
    return bool(Phone.objects.filter(user=user, confirmed=True).exists())


def device_waiting(user: User) -> Phone | None:
    """Return the device that `user` began to set up and has not confirmed yet."""
    found: Phone | None = Phone.objects.filter(user=user, confirmed=False).first()
    return found


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes `user` has not used yet."""
    return int(StaticToken.objects.filter(device__user=user).count())


def qr_code(device: Phone) -> SafeString:
    """Return the drawing that an authenticator application reads, as SVG for the page: nothing is fetched."""
    drawing = segno.make(device.config_url, error="m")
    svg = drawing.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="qr-code", lineclass=None)
    return mark_safe(svg)  # noqa: S308  drawn from numbers


def secret_words(device: Phone) -> str:
    """Return the secret as applications take it by hand: base32 in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@transaction.atomic
def second_factor_begin(*, user: User) -> Phone:
    """Return a new secret for `user`; it asks for nothing until it is confirmed."""
    Phone.objects.filter(user=user, confirmed=False).delete()
    device = Phone.new(user)
    device.save()
    return device


@transaction.atomic
def second_factor_confirm(*, user: User, code: str) -> list[str] | None:
    """Take the waiting secret into use where `code` shows that the phone has it, and return new recovery codes."""
    device = Phone.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(digits(code)):
        return None
    Phone.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return recovery_codes_renew(user=user)


@transaction.atomic
def recovery_codes_renew(*, user: User) -> list[str]:
    """Return new recovery codes, of which only hashes are kept; the old ones are void."""
    secret = Phone.objects.get(user=user, confirmed=True).bin_key
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _each in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=hashed_recovery_code(code, secret)) for code in codes
    )
    return codes


@transaction.atomic
def second_factor_remove(*, user: User) -> None:
    """Ask `user` for the password alone from now on."""
    Phone.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


@transaction.atomic
def code_fits(*, user: User, code: str) -> bool:
    """Return whether `code` is of the phone of `user` now, or an unused recovery code, which is used up by this.

    After a wrong code each device waits 1, 2, 4 ... seconds and takes nothing meanwhile: so guessing is slow from
    however many addresses.
    """
    given = digits(code)
    phones = Phone.objects.select_for_update().filter(user=user, confirmed=True)
    if given.isdigit():
        return any(phone.verify_token(given) for phone in phones)
    hashes = [hashed_recovery_code(given, phone.bin_key) for phone in phones]
    devices = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True)
    return any(device.verify_token(one) for device in devices for one in hashes)


def digits(code: str) -> str:
    """Return a code without what people write for the eye."""
    return "".join(code.split()).replace("-", "").lower()
