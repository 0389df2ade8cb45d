"""What the database holds of a second step opens nothing: read by raw SQL, as from a stolen backup."""

import re
from base64 import b32encode
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.ciphers import BrokenSealError, UnknownMasterKeyError
from accounts.models import Phone
from accounts.second_factor import code_fits, recovery_codes_renew
from gisapp import checks
from tests.factories import UserFactory, confirmed_phone

pytestmark = pytest.mark.django_db
PAGE, CHANGE, CONFIRM = "/accounts/me/two-step/", "/accounts/me/two-step/change/", "/accounts/me/two-step/confirm/"


def whole_database() -> str:
    """Return every row of every table as text."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)


def test_neither_secret_nor_recovery_code_can_be_read_from_any_table():
    from django_otp.oath import totp

    user = UserFactory(password="a-right-password")
    client = Client()
    client.force_login(user)
    client.post(CHANGE, {"password": "a-right-password", "action": "begin"})
    secret = Phone.objects.get(user=user).bin_key
    answer = client.post(CONFIRM, {"code": f"{totp(secret):06d}"})
    codes = re.findall(r"<li><code>(\w+)</code>", answer.content.decode())
    assert len(codes) == 10
    stored = whole_database().lower()
    for kept in (secret.hex(), b32encode(secret).decode().lower(), *codes):
        assert kept not in stored
    assert code_fits(user=user, code=codes[0])


def test_a_secret_copied_to_another_account_opens_nothing():
    mine, other = confirmed_phone(UserFactory()), confirmed_phone(UserFactory())
    Phone.objects.filter(pk=other.pk).update(key=mine.key)
    with pytest.raises(BrokenSealError):
        Phone.objects.get(pk=other.pk).bin_key.hex()


def test_a_secret_in_the_clear_is_no_secret():
    phone = confirmed_phone(UserFactory())
    Phone.objects.update(key="ab" * 20)
    phone.refresh_from_db()
    with pytest.raises(BrokenSealError):
        phone.bin_key.hex()


def test_an_exchanged_key_keeps_phones_and_recovery_codes(settings):
    user = UserFactory()
    phone = confirmed_phone(user)
    codes = recovery_codes_renew(user=user)
    before = phone.bin_key
    settings.PERSONAL_DATA_KEYS_OLD, settings.PERSONAL_DATA_KEY = [settings.PERSONAL_DATA_KEY], "n" * 40
    settings.PERSONAL_HASH_KEYS_OLD, settings.PERSONAL_HASH_KEY = [settings.PERSONAL_HASH_KEY], "h" * 40
    assert code_fits(user=user, code=codes[0]), "both keys are read meanwhile"
    call_command("rotate_keys", verbosity=0)
    settings.PERSONAL_DATA_KEYS_OLD = settings.PERSONAL_HASH_KEYS_OLD = []
    assert Phone.objects.get().bin_key == before
    assert code_fits(user=user, code=codes[1])


def test_a_master_key_that_is_not_set_is_named(settings):
    phone = confirmed_phone(UserFactory())
    assert checks.key_errors() == []
    settings.PERSONAL_DATA_KEY = "n" * 40
    assert [error.id for error in checks.key_errors()] == ["gisapp.E015"]
    with pytest.raises(UnknownMasterKeyError):
        phone.bin_key.hex()


def test_the_migration_seals_what_stood_in_the_clear():
    migration = import_module("accounts.migrations.0005_sealed_phones")
    user, without = UserFactory(), UserFactory()
    key = "00112233445566778899aabbccddeeff00112233"
    TOTPDevice.objects.create(user=user, key=key, confirmed=True)
    TOTPDevice.objects.create(user=without, key=key, confirmed=False)
    for one, code in ((user, "abcdefgh"), (without, "qrstuvwx")):
        StaticToken.objects.create(device=StaticDevice.objects.create(user=one), token=code)
    assert checks.key_errors() == [], "before it ran nothing is sealed yet"
    migration.seal_phones(apps, None)
    stored = whole_database()
    assert key not in stored
    assert "abcdefgh" not in stored
    assert {phone.bin_key.hex() for phone in Phone.objects.all()} == {key}
    assert StaticToken.objects.count() == 1, "codes that stand in for no phone are gone"
    assert code_fits(user=user, code="ABCD-EFGH")
    migration.open_phones(apps, None)
    assert set(TOTPDevice.objects.values_list("key", flat=True)) == {key}
