"""Finding people: by number or exact name, in the own area, for a purpose, masked, on record, not too often."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.context import acting_as
from accounts.models import AccessRecord, User
from accounts.roles import Role, Through
from geocore.id_numbers import IdNumberShapeError
from geocore.phones import PhoneError
from layers import finding, personal_words
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, grant, user_with

pytestmark = pytest.mark.django_db
HERE, THERE = "451221001001", "451222001001"
PAGE = "/layers/households/people/"
ID, PHONE, NAME = "11010519491231002X", "13812341234", "欧阳示例"
WHY = {"purpose": "request", "words": "counter, case 12"}
BY_ID = {"by": "id_number", "value": ID, **WHY}


@pytest.fixture
def codes() -> list[str]:
    """A household with the same people in each of two counties; the first one's code is the first."""
    made = []
    with acting_as(None, through=Through.COMMAND):
        for at in (HERE, THERE):
            household = HouseholdFactory(at=at)
            HouseholdIdentity.objects.create(household=household, head_name=NAME, phone=PHONE)
            Person.objects.create(household=household, number=1, name=NAME, id_number=ID, phone=PHONE)
            Person.objects.create(household=household, number=2, name="李示例")
            made.append(str(household.code))
    return made


@pytest.fixture
def planner() -> User:
    return user_with(Role.PLANNER, "451221")


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def searches() -> Any:
    return AccessRecord.objects.filter(kind="search").order_by("id")


def body(answer: Any) -> str:
    """Return the part of the page that does not repeat the question."""
    return str(answer.content.decode().split("<main", 1)[1].split("<form method", 1)[0])


@pytest.mark.parametrize(
    ("by", "value", "more"),
    [
        ("id_number", "110105 19491231 002x", {}),
        ("phone", "+86 138-1234-1234", {}),
        ("name", " 欧阳 示例 ", {"division": "451221"}),
        ("name", NAME, {"division": "451221001001"}),
    ],
)
def test_who_fits_is_shown_with_masks_and_the_search_is_recorded(
    by: str, value: str, more: dict[str, str], codes: list[str], planner: User
) -> None:
    answer = browser(planner).post(PAGE, {"by": by, "value": value, **more, **WHY})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    for shown in (codes[0], "欧**例", "1101**********002X", "138****1234"):
        assert shown in body(answer)
    for hidden in (codes[1], NAME, ID, PHONE, "李"):
        assert hidden not in body(answer)
    record = searches().get()
    assert (record.user_id, record.codes, record.rows, record.divisions) == (planner.pk, [codes[0]], 1, ["451221"])
    assert record.purpose == f"{by}; request: counter, case 12"


def test_the_value_is_kept_nowhere(codes: list[str], planner: User) -> None:
    client = browser(planner)
    for by, value in (("id_number", "000000198001010013"), ("phone", "13999999999"), ("name", "王不存在")):
        client.post(PAGE, {"by": by, "value": value, "division": "451221", **WHY})
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{value}%"])
                assert cursor.fetchone() is None, table
    assert [record.rows for record in searches()] == [0, 0, 0], "also where nobody was found"


def test_elsewhere_reads_like_nowhere(codes: list[str]) -> None:
    """The neighbour of the neighbour asks for people who are registered, and for numbers of nobody."""
    client = browser(user_with(Role.PLANNER, "451027"))
    pages = {
        body(client.post(PAGE, {"by": by, "value": value, "division": "451221", **WHY}))
        for by, value in (
            ("id_number", ID),
            ("id_number", "000000198001010013"),
            ("phone", PHONE),
            ("phone", "13999999999"),
            ("name", NAME),
            ("name", "王不存在"),
        )
    }
    assert len(pages) == 1
    assert "Nobody in your area fits" in pages.pop()
    assert {(tuple(record.codes), record.rows) for record in searches()} == {((), 0)}


def test_a_phone_of_the_contact_is_found_once(codes: list[str], planner: User) -> None:
    with acting_as(None, through=Through.COMMAND):
        Person.objects.filter(household_id=codes[0], number=1).delete()
    answer = browser(planner).post(PAGE, {"by": "phone", "value": PHONE, **WHY})
    assert "contact" in body(answer)
    assert body(answer).count(codes[0]) == 2, "once in the address, once on the page"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose what you read them for"),
        ({"words": ""}, "Say in a few words"),
        ({"value": ""}, "Give the whole number or name."),
        ({"value": "11010519491231"}, "An ID number has 18 characters"),
        ({"value": "110105194912310020"}, "Compare each digit with the card."),
        ({"by": "phone", "value": "12"}, "A phone number has 11 digits"),
        ({"by": "name", "value": NAME}, "Names are not indexed"),
        ({"by": "name", "value": NAME, "division": "45122"}, "is not a division code"),
        ({"by": "address"}, "address"),
        ({"value": "a\0b"}, "Null characters"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(given: dict[str, str], said: str, planner: User) -> None:
    answer = browser(planner).post(PAGE, {**BY_ID, **given} if given else {"by": "id_number", "value": ID})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not searches().exists()


def test_only_those_with_the_right_may_look(codes: list[str]) -> None:
    leader = browser(user_with(Role.LEADER, "451221"))
    assert leader.get(PAGE).status_code == leader.post(PAGE, BY_ID).status_code == 403
    assert "Find people" not in leader.get("/layers/households/").content.decode()
    assert PAGE in browser(user_with(Role.FIELD, "451221")).get("/layers/households/").content.decode()
    assert Client().get(PAGE).status_code == 302
    assert browser(user_with(Role.PLANNER, "451221")).get("/layers/sites/people/").status_code == 404


def test_trying_numbers_out_is_stopped(planner: User) -> None:
    moment = AccessRecord.objects.create(user=planner, kind="search", subject="layers.Person", through="page").at
    AccessRecord.objects.bulk_create(
        AccessRecord(user=planner, kind="search", subject="layers.Person", through="page", at=moment)
        for _ in range(finding.MOST_SEARCHES - 2)
    )
    client = browser(planner)
    assert client.post(PAGE, BY_ID).status_code == 200
    refused = client.post(PAGE, BY_ID)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= finding.WITHIN.total_seconds()
    assert "You have searched 30 times" in refused.content.decode()
    assert searches().count() == finding.MOST_SEARCHES
    assert browser(user_with(Role.PLANNER, "451221")).post(PAGE, BY_ID).status_code == 200, "others go on"


def test_earlier_searches_do_not_count(planner: User) -> None:
    before = dt.datetime.now(tz=dt.UTC) - finding.WITHIN
    AccessRecord.objects.bulk_create(
        AccessRecord(user=planner, kind="search", subject="layers.Person", through="page", at=before)
        for _ in range(finding.MOST_SEARCHES)
    )
    assert browser(planner).post(PAGE, BY_ID).status_code == 200


def test_a_name_is_not_looked_for_among_too_many(codes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_HOUSEHOLDS", 1)
    steward = user_with(Role.STEWARD, "451221")
    grant(steward, Role.STEWARD, "451222")
    asked = {"by": "name", "value": NAME, **WHY}
    assert browser(steward).post(PAGE, {**asked, "division": "4512"}).status_code == 400
    assert browser(steward).post(PAGE, {**asked, "division": "451222"}).status_code == 200
    assert searches().count() == 1, "a search that was not made is none"


def test_the_sentences_are_those_of_geocore() -> None:
    for kind in [PhoneError, *IdNumberShapeError.__mro__[1].__subclasses__()]:
        template = kind(length=1, province="99").template
        assert str(personal_words.SENTENCES[kind.code][0]) == template
        assert str(personal_words.SENTENCES[kind.code][1]) == kind.remedy
