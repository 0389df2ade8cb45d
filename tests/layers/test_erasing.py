"""Erasing a household: nothing of its members can be recovered, and who changed what and when is still known."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts.ciphers import BrokenSealError, UnknownMasterKeyError, hash_keys, master_keys
from accounts.context import acting_as
from accounts.models import AccessRecord
from accounts.roles import Role, Through
from layers.erasing import EraseError, household_erase
from layers.personal import HouseholdIdentity, HouseholdKey, Person
from layers.sealing import ciphers
from layers.sealing.keys import NoKeyError, PersonalErasedError
from tests.factories import HouseholdFactory, grant, user_with

pytestmark = pytest.mark.django_db
SECRETS = ("张示例", "李示例", "11010519491231002X", "13800000000", "13900000000", "1949-12-31", "仫佬族")
REASON = "withdrawn consent, letter 12"


def family(at: str = "451221001001") -> str:
    """Return the code of a household with a head, two members, an update and a deletion behind it."""
    author = user_with(Role.PLANNER, at[:6])
    with acting_as(author, through=Through.PAGE, reason="first entry"):
        household = HouseholdFactory(at=at)
        head = HouseholdIdentity.objects.create(household=household, head_name=SECRETS[0], phone=SECRETS[3])
        first = Person.objects.create(
            household=household,
            number=1,
            name=SECRETS[0],
            id_number=SECRETS[2],
            phone=SECRETS[3],
            born_on=SECRETS[5],
            ethnicity=SECRETS[6],
        )
        gone = Person.objects.create(household=household, number=2, name=SECRETS[1], phone=SECRETS[4])
        head.phone = SECRETS[4]
        head.save()
        first.phone = SECRETS[4]
        first.save()
        gone.delete()
    return str(household.code)


def whole_database() -> bytes:
    """Return every value of every row of every table, bytes as they are."""
    rows: list[bytes] = []
    with acting_as(None, through=Through.COMMAND), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(c.oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT * FROM {table}")
            rows.extend(b" ".join(map(as_bytes, row)) for row in cursor.fetchall())
    assert len(rows) > 100, "the whole database is looked through"
    return b"\n".join(rows)


def as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, memoryview) else str(value).encode()


def sealed_images(code: str) -> list[tuple[str, bytes]]:
    """Return every ciphertext of the household, in the rows and in their history, with the label of its seal."""
    found = []
    with acting_as(None, through=Through.COMMAND), connection.cursor() as cursor:
        for table, label in (("householdidentity", "layers.HouseholdIdentity"), ("person", "layers.Person")):
            for suffix in ("", "event"):
                cursor.execute(f"SELECT sealed FROM layers_{table}{suffix} WHERE household_code = %s", [code])
                found += [(label, bytes(sealed)) for (sealed,) in cursor.fetchall() if sealed is not None]
    return found


def test_nothing_of_an_erased_household_can_be_recovered() -> None:
    code, other = family(), family()
    with acting_as(None, through=Through.COMMAND):
        secret = ciphers.unwrap(bytes(HouseholdKey.objects.get(pk=code).wrapped), code)
    assert any(
        "11010519491231002X" in str(ciphers.unseal(AESGCM(secret), sealed, code, label))
        for label, sealed in sealed_images(code)
    )

    household_erase(code, user=None, reason=REASON, through=Through.COMMAND)

    stored = whole_database()
    assert secret not in stored
    for word in SECRETS:
        assert word.encode() not in stored
    assert hashes_of(code) == {""}
    images = sealed_images(code)
    assert images, "the images stay"
    with acting_as(None, through=Through.COMMAND):
        keys = [
            AESGCM(ciphers.unwrap(bytes(one.wrapped), one.pk)) for one in HouseholdKey.objects.exclude(wrapped=None)
        ]
    keys += [AESGCM(key.secret) for key in (*master_keys(), *hash_keys())]
    assert len(keys) == 3
    for label, sealed in images:
        for key in keys:
            with pytest.raises(BrokenSealError):
                ciphers.unseal(key, sealed, code, label)
    with acting_as(None, through=Through.COMMAND):
        assert {one.name for one in Person.objects.filter(household_id=other)} == {SECRETS[0]}, "only that household"


def hashes_of(code: str) -> set[str]:
    with acting_as(None, through=Through.COMMAND):
        rows = [*HouseholdIdentity.objects.filter(household_id=code), *Person.objects.filter(household_id=code)]
    return {value for row in rows for name, value in vars(row).items() if name.endswith("_hash")}


def test_who_changed_what_and_when_is_still_known() -> None:
    code = family()
    with acting_as(None, through=Through.COMMAND):
        before = trail(code)

    steward = user_with(Role.STEWARD, "451221")
    assert household_erase(code, user=steward, reason=REASON, through=Through.COMMAND) == 2

    with acting_as(None, through=Through.COMMAND):
        after = trail(code)
        assert before == after[: len(before)], "what was there stays as it was"
        assert len(after) == len(before) + 2, "the last readable versions join the history"
        head = HouseholdIdentity.objects.get(household_id=code)
        assert (head.changed_by_id, head.change_reason, head.version) == (steward.pk, REASON, 3)
        assert (head.head_name, head.phone) == ("", "")
        with pytest.raises(NoKeyError):
            _ = head.versions.first().head_name
    record = AccessRecord.objects.get(kind="erase")
    assert (record.kind, record.user_id, record.codes, record.rows) == ("erase", steward.pk, [code], 2)
    assert (record.purpose, record.subject) == (REASON, "layers.Person")


def trail(code: str) -> list[tuple[object, ...]]:
    """Return number, author, moment, way and reason of each kept image."""
    found = []
    for table in ("householdidentity", "person"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pgh_created_at, pgh_label, version, changed_by_id, changed_at, changed_through, change_reason,"
                f" md5(sealed) FROM layers_{table}event WHERE household_code = %s",
                [code],
            )
            found += cursor.fetchall()
    return sorted(found, key=str)


def test_an_erased_household_stays_erased() -> None:
    code = family()
    household_erase(code, user=None, reason=REASON, through=Through.COMMAND)
    with pytest.raises(EraseError, match="20"):
        household_erase(code, user=None, reason=REASON, through=Through.COMMAND)
    with pytest.raises(PersonalErasedError), acting_as(None, through=Through.COMMAND):
        Person.objects.create(household_id=code, number=9, name="张示例")
    with acting_as(None, through=Through.COMMAND), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('layers_householdkey', 'DELETE, TRUNCATE')")
        assert cursor.fetchone() == (False,), "nor can the trace of it be deleted"


def test_only_a_steward_of_the_area_erases() -> None:
    code = family()
    for user in (user_with(Role.PLANNER, "451221"), user_with(Role.STEWARD, "451222")):
        with pytest.raises(EraseError):
            household_erase(code, user=user, reason=REASON, through=Through.PAGE)
    both = user_with(Role.STEWARD, "451222")
    grant(both, Role.PLANNER, "451221")
    with pytest.raises(EraseError, match=r"area|区域"):
        household_erase(code, user=both, reason=REASON, through=Through.PAGE)
    assert not AccessRecord.objects.filter(kind="erase").exists()
    with acting_as(None, through=Through.COMMAND):
        assert Person.objects.get(household_id=code).name == "张示例"


def test_the_neighbours_household_reads_like_one_that_does_not_exist() -> None:
    theirs = family("451222001001")
    steward = user_with(Role.STEWARD, "451221")
    said = []
    for code in (theirs, "NO-SUCH"):
        with pytest.raises(EraseError) as raised:
            household_erase(code, user=steward, reason=REASON, through=Through.PAGE)
        said.append(str(raised.value).replace(code, ""))
    assert said[0] == said[1]


def test_the_command_says_what_it_did_and_refuses_by_exit_code(capsys) -> None:
    code = family()
    for words, status in (
        ([code, "--reason", "x"], 1),
        (["NO-SUCH", "--reason", REASON], 1),
        ([code, "--reason", REASON, "--user", "nobody"], 2),
    ):
        with pytest.raises(CommandError) as raised:
            call_command("erase_household", *words)
        assert raised.value.returncode == status
    call_command("erase_household", code, "--reason", REASON)
    assert code in capsys.readouterr().out
    with acting_as(None, through=Through.COMMAND):
        assert HouseholdKey.objects.get(pk=code).wrapped is None


def test_an_older_backup_opens_with_the_old_key_and_after_its_exchange_no_more(settings) -> None:
    code = family()
    with acting_as(None, through=Through.COMMAND):
        in_the_backup = bytes(HouseholdKey.objects.get(pk=code).wrapped)
    household_erase(code, user=None, reason=REASON, through=Through.COMMAND)
    assert ciphers.unwrap(in_the_backup, code), "as documented: a backup with the key of that day"

    settings.PERSONAL_DATA_KEYS_OLD, settings.PERSONAL_DATA_KEY = [settings.PERSONAL_DATA_KEY], "n" * 40
    call_command("rotate_keys", verbosity=0)
    settings.PERSONAL_DATA_KEYS_OLD = []
    with pytest.raises(UnknownMasterKeyError):
        ciphers.unwrap(in_the_backup, code)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_write_under_way_comes_first_and_is_emptied_too() -> None:
    """Two connections: a writer that holds the key when the erasing begins."""
    import threading

    code = family()
    erased = threading.Event()

    def erase() -> None:
        household_erase(code, user=None, reason=REASON, through=Through.COMMAND)
        erased.set()
        connections.close_all()

    thread = threading.Thread(target=erase)
    with acting_as(None, through=Through.COMMAND):
        Person.objects.create(household_id=code, number=5, name="张示例")
        thread.start()
        assert not erased.wait(0.5), "it waits for the writer"
    thread.join(10)
    assert erased.is_set()
    with acting_as(None, through=Through.COMMAND):
        assert [row.sealed for row in Person.objects.filter(household_id=code)] == [None, None]
