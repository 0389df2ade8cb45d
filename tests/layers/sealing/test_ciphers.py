"""What the keys do, and what they refuse."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.ciphers import BrokenSealError, UnknownMasterKeyError, master_keys, name_of_master
from layers.sealing import ciphers

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
    assert name_of_master(wrapped) == master_keys()[0].name
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
