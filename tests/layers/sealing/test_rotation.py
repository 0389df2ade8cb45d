"""Exchanging the keys of the environment: everything stays readable at every moment, and nothing is said anew."""

import pytest
from django.core.management import CommandError, call_command

from accounts.ciphers import every_hash, master_keys
from accounts.context import acting_as
from accounts.roles import Through
from gisapp import checks
from layers.personal import HouseholdIdentity, HouseholdKey, Person
from layers.sealing.rotation import keys_rotate
from tests.factories import HouseholdFactory

pytestmark = pytest.mark.django_db
NEW, NEW_HASH = "n" * 40, "h" * 40
ID = "11010519491231002X"


@pytest.fixture
def families() -> None:
    with acting_as(None, through=Through.COMMAND):
        for number in range(7):
            household = HouseholdFactory(at="451221001001")
            HouseholdIdentity.objects.create(
                household=household, head_name=f"示例{number}", phone=f"1380000000{number}"
            )
            person = Person.objects.create(household=household, number=1, name=f"示例{number}", id_number=ID)
            person.name = f"示例{number}新"
            person.save()


@pytest.fixture
def exchanged(families, settings) -> None:
    settings.PERSONAL_DATA_KEYS_OLD, settings.PERSONAL_DATA_KEY = [settings.PERSONAL_DATA_KEY], NEW
    settings.PERSONAL_HASH_KEYS_OLD, settings.PERSONAL_HASH_KEY = [settings.PERSONAL_HASH_KEY], NEW_HASH


def readable() -> None:
    """Check that every row and every image opens, and that everybody is found."""
    with acting_as(None, through=Through.COMMAND):
        assert {one.head_name for one in HouseholdIdentity.objects.opened()} == {f"示例{n}" for n in range(7)}
        assert {one.name for one in Person.objects.opened()} == {f"示例{n}新" for n in range(7)}
        assert {one.versions.get().name for one in Person.objects.all()} == {f"示例{n}" for n in range(7)}
        assert Person.objects.filter(id_number_hash__in=every_hash("id_number", ID)).count() == 7
        for number in range(7):
            found = every_hash("phone", f"1380000000{number}")
            assert HouseholdIdentity.objects.get(phone_hash__in=found).head_name == f"示例{number}"


def masters() -> set[str]:
    with acting_as(None, through=Through.COMMAND):
        return set(HouseholdKey.objects.values_list("master_key", flat=True))


@pytest.mark.usefixtures("exchanged")
def test_earlier_keys_are_read_until_all_is_done_and_not_needed_after(settings) -> None:
    readable()
    call_command("rotate_keys", verbosity=0)
    settings.PERSONAL_DATA_KEYS_OLD = settings.PERSONAL_HASH_KEYS_OLD = []
    readable()
    assert masters() == {master_keys()[0].name}


@pytest.mark.usefixtures("exchanged")
def test_stopped_half_way_it_stays_readable_and_goes_on_where_it_was() -> None:
    steps = keys_rotate(batch=3)
    assert next(steps).done == 0
    assert next(steps).done == 3
    steps.close()
    assert len(masters()) == 2
    readable()
    again = list(keys_rotate(batch=3))
    assert [(one.done, one.total) for one in again[:3]] == [(0, 4), (3, 4), (4, 4)]
    assert masters() == {master_keys()[0].name}
    readable()
    assert all(one.total == 0 for one in keys_rotate(batch=3)), "nothing is left to do"


@pytest.mark.usefixtures("exchanged")
def test_nothing_is_said_anew_of_anybody() -> None:
    def said() -> list[object]:
        with acting_as(None, through=Through.COMMAND):
            rows = Person.objects.order_by("pk").values_list("pk", "version", "changed_at", "change_reason", "sealed")
            return [
                *((*map(str, row[:4]), bytes(row[4])) for row in rows),
                Person.versions.rel.related_model.objects.count(),
            ]

    before = said()
    call_command("rotate_keys", verbosity=0)
    assert said() == before


@pytest.mark.usefixtures("families")
def test_a_missing_key_is_named_and_nothing_is_changed(settings) -> None:
    before = masters()
    assert checks.key_errors() == []
    settings.PERSONAL_DATA_KEY = NEW
    assert [error.id for error in checks.key_errors()] == ["gisapp.E015"]
    with pytest.raises(CommandError, match="GISAPP_PERSONAL_DATA_KEYS_OLD") as raised:
        call_command("rotate_keys")
    assert raised.value.returncode == 1
    assert masters() == before


@pytest.mark.usefixtures("exchanged")
def test_the_command_says_how_far_it_is(capsys) -> None:
    call_command("rotate_keys", "--batch", "5")
    said = capsys.readouterr().out
    assert "5 of 7  keys of households" in said
    assert "7 of 7  hashes of layers_person" in said
