"""What the keys do, and what they refuse."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from layers.sealing import ciphers
from layers.sealing.ciphers import BrokenSealError, UnknownMasterKeyError

VALUES = {"name": "张示例", "id_number": "11010519491231002X"}


def test_a_sealed_row_says_nothing_and_opens_to_what_it_was():
    key = AESGCM(ciphers.new_key())
    sealed = ciphers.seal(key, VALUES, "H-1", "layers.Person")
    assert "张示例".encode() not in sealed
    assert b"11010519491231002X" not in sealed
    assert ciphers.unseal(key, sealed, "H-1", "layers.Person") == VALUES


def test_the_same_values_never_look_the_same_twice():
    key = AESGCM(ciphers.new_key())
    assert len({ciphers.seal(key, VALUES, "H-1", "layers.Person") for _ in range(100)}) == 100


@pytest.mark.parametrize(("household", "label"), [("H-2", "layers.Person"), ("H-1", "layers.HouseholdIdentity")])
def test_a_sealed_row_opens_in_its_own_place_only(household, label):
    key = AESGCM(ciphers.new_key())
    sealed = ciphers.seal(key, VALUES, "H-1", "layers.Person")
    with pytest.raises(BrokenSealError):
        ciphers.unseal(key, sealed, household, label)


def test_a_changed_byte_is_noticed():
    key = AESGCM(ciphers.new_key())
    sealed = bytearray(ciphers.seal(key, VALUES, "H-1", "layers.Person"))
    for place in range(1, len(sealed)):
        sealed[place] ^= 1
        with pytest.raises(BrokenSealError):
            ciphers.unseal(key, bytes(sealed), "H-1", "layers.Person")
        sealed[place] ^= 1


def test_a_household_key_names_its_master_and_opens_for_its_household_only(settings):
    secret = ciphers.new_key()
    wrapped = ciphers.wrap(secret, "H-1")
    assert ciphers.name_of_master(wrapped) == ciphers.master_keys()[0].name
    assert ciphers.unwrap(wrapped, "H-1") == secret
    with pytest.raises(BrokenSealError):
        ciphers.unwrap(wrapped, "H-2")


def test_an_earlier_master_key_is_read_while_it_is_named_and_no_longer(settings):
    secret = ciphers.new_key()
    wrapped = ciphers.wrap(secret, "H-1")
    before = settings.PERSONAL_DATA_KEY
    settings.PERSONAL_DATA_KEY = "a new master key of more than 32 characters"
    with pytest.raises(UnknownMasterKeyError, match="GISAPP_PERSONAL_DATA_KEYS_OLD"):
        ciphers.unwrap(wrapped, "H-1")
    settings.PERSONAL_DATA_KEYS_OLD = [before]
    assert ciphers.unwrap(wrapped, "H-1") == secret


def test_hashes_depend_on_key_and_kind_and_tell_their_key(settings):
    first = ciphers.keyed_hash("phone", "13800000000")
    assert first.startswith(ciphers.hash_keys()[0].name)
    assert len(first) == 40
    assert first != ciphers.keyed_hash("id_number", "13800000000")
    assert ciphers.keyed_hash("phone", "") == ""
    settings.PERSONAL_HASH_KEYS_OLD = [settings.PERSONAL_HASH_KEY]
    settings.PERSONAL_HASH_KEY = "another key of hashes of more than 32 characters"
    assert ciphers.keyed_hash("phone", "13800000000") != first
    assert first in ciphers.every_hash("phone", "13800000000")


def test_no_key_is_shown_by_accident():
    assert ciphers.master_keys()[0].secret.hex() not in repr(ciphers.master_keys())
    assert "secret" not in repr(ciphers.master_keys())
