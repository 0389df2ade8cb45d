"""Keys of the environment, and the hashes that they make."""

from accounts.ciphers import every_hash, hash_keys, keyed_hash, master_keys


def test_hashes_depend_on_key_and_kind_and_tell_their_key(settings):
    first = keyed_hash("phone", "13800000000")
    assert first.startswith(hash_keys()[0].name)
    assert len(first) == 40
    assert first != keyed_hash("id_number", "13800000000")
    assert keyed_hash("phone", "") == ""
    settings.PERSONAL_HASH_KEYS_OLD = [settings.PERSONAL_HASH_KEY]
    settings.PERSONAL_HASH_KEY = "another key of hashes of more than 32 characters"
    assert keyed_hash("phone", "13800000000") != first
    assert first in every_hash("phone", "13800000000")


def test_no_key_is_shown_by_accident():
    assert master_keys()[0].secret.hex() not in repr(master_keys())
    assert "secret" not in repr(master_keys())
