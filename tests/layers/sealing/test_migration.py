"""Names that an earlier version kept in the clear are sealed by the migration, in the rows and in their history."""

import pytest
from django.core.management import call_command
from django.db import connections

from accounts.ciphers import keyed_hash
from accounts.context import acting_as
from accounts.roles import Through
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_stood_in_the_clear_is_sealed() -> None:
    code = HouseholdFactory(at="451221001001").code
    call_command("migrate", "layers", "0003", verbosity=0)
    try:
        with acting_as(None, through=Through.COMMAND, using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO layers_person (household_code, number, name, phone, born_on, sex, ethnicity, education,"
                " health, insurance, occupation, id_number_hash, version, changed_at, changed_through, change_reason)"
                " VALUES (%s, 1, '张示例', '13812341234', '1949-12-31', 'f', '壮族',"
                " '', '', '', '', '', 1, now(), '', '')",
                [code],
            )
            cursor.execute("UPDATE layers_person SET name = '李示例'")
            cursor.execute(
                "INSERT INTO layers_householdidentity (household_code, head_name, phone, version, changed_at,"
                " changed_through, change_reason) VALUES (%s, '张示例', '13812341234', 1, now(), '', '')",
                [code],
            )
    finally:
        call_command("migrate", "layers", verbosity=0)
    with acting_as(None, through=Through.COMMAND):
        person, head = Person.objects.get(), HouseholdIdentity.objects.get()
        assert (person.name, person.phone, str(person.born_on), person.sex) == (
            "李示例",
            "13812341234",
            "1949-12-31",
            "f",
        )
        assert person.versions.get().name == "张示例"
        assert person.version == 2, "sealing is no new version"
        assert person.phone_hash == head.phone_hash == keyed_hash("phone", "13812341234")
        assert head.head_name == "张示例"
