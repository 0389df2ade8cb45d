"""Who changed which household's members is told to auditors: when, through what and why, never the values."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from accounts.context import acting_as
from accounts.models import AccessRecord, User
from accounts.roles import Role, Through
from layers.personal import HouseholdIdentity, Person
from layers.sealing.rotation import keys_rotate
from tests.factories import HouseholdFactory, user_with

pytestmark = pytest.mark.django_db
HERE, THERE = "451221001001", "451222001001"
ID = "11010519491231002X"


@pytest.fixture
def planner() -> User:
    return user_with(Role.PLANNER, "451221")


@pytest.fixture
def code(planner: User) -> str:
    household = HouseholdFactory(at=HERE)
    with acting_as(planner, through=Through.PAGE, reason="visit of 12 May"):
        HouseholdIdentity.objects.create(household=household, head_name="张示例", phone="13812341234")
        Person.objects.bulk_create(
            [
                Person(household=household, number=1, name="张示例", id_number=ID),
                Person(household=household, number=2, name="李示例"),
            ]
        )
    return str(household.code)


def told() -> list[tuple[object, ...]]:
    rows = AccessRecord.objects.filter(kind="change").order_by("id")
    return list(rows.values_list("user_id", "subject", "codes", "rows", "purpose", "through", "divisions", "within"))


def test_each_statement_tells_who_whose_how_many_and_why(planner: User, code: str) -> None:
    rest = ["visit of 12 May", "page", ["451221"], ["45", "4512", "451221"]]
    assert told() == [
        (planner.pk, "layers.HouseholdIdentity", [code], 1, *rest),
        (planner.pk, "layers.Person", [code], 2, *rest),
    ]


def test_changing_and_deleting_are_told_whoever_writes(planner: User, code: str) -> None:
    with acting_as(planner, through=Through.FIELD), connection.cursor() as cursor:
        # what a session may turn off: triggers of pgtrigger
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{*}', true)")
        cursor.execute("UPDATE layers_person SET sealed = NULL WHERE number = 2")
        cursor.execute("DELETE FROM layers_person WHERE number = 1")
    assert [(row[1], row[2], row[3], row[5]) for row in told()[2:]] == [("layers.Person", [code], 1, "field")] * 2


def test_what_says_nothing_new_is_not_told(code: str, settings: object) -> None:
    settings.PERSONAL_HASH_KEYS_OLD = [settings.PERSONAL_HASH_KEY]  # type: ignore[attr-defined]
    settings.PERSONAL_HASH_KEY = "h" * 40  # type: ignore[attr-defined]
    before = told()
    list(keys_rotate(batch=10))
    with acting_as(None, through=Through.COMMAND):
        Person.objects.filter(number=99).update(sealed=None)
    assert told() == before


def test_an_auditor_reads_it_and_no_value(code: str, planner: User) -> None:
    there = HouseholdFactory(at=THERE)
    with acting_as(None, through=Through.COMMAND):
        Person.objects.create(household=there, number=1, name="王示例")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_with(Role.AUDITOR, "451221"))
    for text in (
        client.get("/audit/", {"kind": "change"}).content.decode(),
        b"".join(client.get("/audit/trail.csv", {"code": code}).streaming_content).decode(),  # type: ignore[attr-defined]
    ):
        for shown in ("changed personal data", code, str(planner), "visit of 12 May"):
            assert shown in text
        for hidden in ("示例", ID, "138", there.code):
            assert hidden not in text
