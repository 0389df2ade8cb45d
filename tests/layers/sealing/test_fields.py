"""Sealed parts behave like attributes; the database and its history hold ciphertext."""

import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from accounts.ciphers import keyed_hash
from accounts.context import acting_as
from accounts.roles import Role, Through
from geocore.id_numbers import IdNumberCheckError, IdNumberSyntheticError
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, user_with

pytestmark = pytest.mark.django_db
ID = "11010519491231002X"


@pytest.fixture(autouse=True)
def system():
    with acting_as(None, through=Through.COMMAND):
        yield


@pytest.fixture
def person() -> Person:
    return Person.objects.create(
        household=HouseholdFactory(at="451221001001"),
        number=1,
        name="张示例",
        id_number=ID,
        phone="13800000000",
        born_on="1949-12-31",
        ethnicity="壮族",
    )


def everything_stored(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
        text = cursor.fetchone()[0] or ""
    # bytea shows as hexadecimal digits
    return text + " ".join(bytes.fromhex(one).decode("utf-8", "replace") for one in hexes(text))


def hexes(text: str) -> list[str]:
    return [word.split(",")[0].strip('")') for word in text.split("\\x")[1:]]


def test_parts_come_back_as_they_were_given(person):
    read = Person.objects.get()
    assert (read.name, read.id_number, read.phone, read.ethnicity) == ("张示例", ID, "13800000000", "壮族")
    assert read.born_on == dt.date(1949, 12, 31)
    assert (read.health, Person(number=2).born_on) == ("", None)


def test_neither_row_nor_history_holds_them_in_the_clear(person):
    person.name = "李示例"
    person.save()
    assert [one.name for one in person.versions.all()] == ["张示例"]
    for table in ("layers_person", "layers_personevent"):
        stored = everything_stored(table)
        assert person.household_id in stored
        for word in ("张示例", "李示例", ID, "13800000000", "1949-12-31", "壮族"):
            assert word not in stored


def test_hashes_are_in_the_row_and_never_in_its_history(person):
    person.phone = "13900000000"
    person.save()
    assert person.phone_hash == keyed_hash("phone", "13900000000")
    assert person.id_number_hash == keyed_hash("id_number", ID)
    event = Person.versions.rel.related_model
    assert {"id_number_hash", "phone_hash"}.isdisjoint(field.name for field in event._meta.get_fields())


def test_saving_something_else_keeps_what_is_sealed(person):
    read = Person.objects.get()
    sealed = bytes(read.sealed)
    read.number = 7
    read.save()
    assert bytes(Person.objects.get().sealed) == sealed
    assert Person.objects.get().phone_hash == person.phone_hash


def test_a_row_read_again_shows_what_is_stored(person):
    other = Person.objects.get()
    other.name = "李示例"
    other.save()
    assert person.name == "张示例"
    person.refresh_from_db()
    assert person.name == "李示例"


def test_rows_are_opened_together_by_one_query(django_assert_num_queries):
    for number in range(5):
        HouseholdIdentity.objects.create(household=HouseholdFactory(at="451221001001"), head_name=f"示例{number}")
    with django_assert_num_queries(2):
        assert len({row.head_name for row in HouseholdIdentity.objects.opened().order_by("pk")}) == 5


def test_no_query_can_name_a_part(person):
    with pytest.raises(FieldError):
        Person.objects.filter(name="张示例").exists()


def test_a_wrong_id_number_is_refused_where_it_is_set(person, settings):
    with pytest.raises(IdNumberCheckError):
        person.id_number = "110105194912310020"
    person.id_number = "000000198001010013"
    settings.PRODUCTION = True
    with pytest.raises(IdNumberSyntheticError):
        person.id_number = "000000198001010013"


def test_a_text_too_long_is_refused(person):
    with pytest.raises(ValueError, match="61 characters, 60 at most"):
        person.name = "张" * 61


def test_a_row_of_the_neighbour_stays_shut_even_in_hand(person):
    held = Person.objects.get()
    with acting_as(user_with(Role.PLANNER, "451222"), through=Through.PAGE), pytest.raises(Exception, match="outside"):
        _ = held.name
