"""Changing the members of a household: for a purpose, in the own area, on the version that one started from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.context import acting_as
from accounts.models import AccessRecord, User
from accounts.roles import Role, Through
from layers.erasing import household_erase
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, grant, user_with

pytestmark = pytest.mark.django_db
HERE, THERE = "451221001001", "451222001001"
ID, OTHER_ID = "11010519491231002X", "000000198001010013"
WHY = {"purpose": "correction", "words": "card seen on 12 May"}


@pytest.fixture
def code() -> str:
    household = HouseholdFactory(at=HERE)
    with acting_as(None, through=Through.COMMAND):
        HouseholdIdentity.objects.create(household=household, head_name="张示例", phone="13812341234")
        Person.objects.create(household=household, number=1, name="张示例", id_number=ID, ethnicity="壮族")
        Person.objects.create(household=household, number=2, name="李示例")
    return str(household.code)


@pytest.fixture
def planner() -> User:
    return user_with(Role.PLANNER, "451221")


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page(code: str) -> str:
    return f"/layers/households/{code}/members/edit/"


def typed(answer: Any) -> dict[str, Any]:
    """Return what a browser would send of the form on a page."""
    text = answer.content.decode().split("<main", 1)[1]
    found: dict[str, Any] = {"row": re.findall(r'name="row" value="(\d+)"', text)}
    for tag in re.findall(r"<input [^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in {"row", "csrfmiddlewaretoken"} and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found


def opened(client: Client, code: str) -> dict[str, Any]:
    answer = client.post(page(code), WHY)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return typed(answer)


def people(code: str) -> dict[int, Person]:
    with acting_as(None, through=Through.COMMAND):
        rows: Any = Person.objects.filter(household_id=code, sealed__isnull=False)
        return {one.number: one for one in rows.opened()}


def test_the_form_asks_for_the_purpose_first_and_records_the_reading(code: str, planner: User) -> None:
    client = browser(planner)
    for answer, status in ((client.get(page(code)), 200), (client.post(page(code), {"purpose": "visit"}), 400)):
        assert answer.status_code == status
        assert ID not in answer.content.decode()
    assert not AccessRecord.objects.filter(kind="read").exists()
    form = opened(client, code)
    assert (form["m1-id_number"], form["m1-ethnicity"], form["head-phone"]) == (ID, "壮族", "13812341234")
    record = AccessRecord.objects.get(kind="read")
    assert (record.user_id, record.codes, record.rows) == (planner.pk, [code], 3)
    assert record.purpose == "correction: card seen on 12 May"


def test_only_what_differs_is_written_with_author_and_purpose(code: str, planner: User) -> None:
    client = browser(planner)
    form = opened(client, code)
    answer = client.post(page(code), {**form, "m2-id_number": " 000000 19800101 0013 ", "m2-phone": "0778-2100000"})
    assert answer.status_code == 302
    now = people(code)
    assert (now[2].id_number, now[2].phone, str(now[2].born_on)) == (OTHER_ID, "07782100000", "1980-01-01")
    assert (now[1].version, now[2].version) == (1, 2)
    assert (now[2].changed_by_id, now[2].changed_through) == (planner.pk, "page")
    assert now[2].change_reason == "correction: card seen on 12 May"
    assert AccessRecord.objects.filter(kind="change", user=planner).count() == 1
    with acting_as(planner, through=Through.PAGE):
        assert now[2].versions.get().version == 1


def test_saving_without_a_change_writes_nothing(code: str, planner: User) -> None:
    client = browser(planner)
    assert client.post(page(code), opened(client, code)).status_code == 302
    assert {one.version for one in people(code).values()} == {1}


def test_a_member_is_added_and_another_leaves_with_the_history_sealed(code: str, planner: User) -> None:
    client = browser(planner)
    form = opened(client, code)
    client.post(page(code), {**form, "m2-gone": "on", "n1-name": "王示例", "n1-sex": "f", "n1-born_on": "2020-02-29"})
    now = people(code)
    assert {number: one.name for number, one in now.items()} == {1: "张示例", 3: "王示例"}
    assert "李示例" not in client.post(page(code), WHY).content.decode()
    with acting_as(None, through=Through.COMMAND):
        left = Person.objects.get(household_id=code, number=2)
        assert (left.changed_by_id, left.version, left.id_number_hash) == (planner.pk, 2, "")
        assert left.versions.get().name == "李示例", "who may open the key still reads what was"
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(convert_from(sealed, 'LATIN1'), '') FROM layers_personevent")
            assert "李示例".encode().decode("latin-1") not in cursor.fetchone()[0]


def test_the_first_members_of_a_household(planner: User) -> None:
    code = HouseholdFactory(at=HERE).code
    client = browser(planner)
    assert client.get(page(code)).status_code == 200
    form = opened(client, code)
    client.post(page(code), {**form, "head-head_name": "张示例", "n0-name": "张示例", "n3-name": "李示例"})
    assert [one.name for one in people(code).values()] == ["张示例", "李示例"]
    assert not AccessRecord.objects.filter(kind="read").exists(), "there was nothing to read"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"m1-id_number": "110105194912310020"}, "The last character of this ID number does not fit"),
        ({"m1-id_number": "110105491231002"}, "no longer valid"),
        ({"m1-born_on": "1950-01-01"}, "The ID number says another day of birth"),
        ({"m1-name": ""}, "Give the name."),
        ({"m2-phone": "12345"}, "A phone number has 11 digits"),
        ({"head-phone": "x"}, "A phone number has 11 digits"),
        ({"m2-born_on": "2020-02-30"}, "This is no day of the calendar"),
        ({"m2-sex": "x"}, "x"),
        ({"n0-ethnicity": "壮族"}, "Give the name."),
        ({"m2-name": "张" * 61}, "60"),
        ({"m2-name": "a\0b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    given: dict[str, str], said: str, code: str, planner: User
) -> None:
    client = browser(planner)
    answer = client.post(page(code), {**opened(client, code), "m2-occupation": "school", **given})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert typed(answer)["m2-occupation"] == "school", "kept"
    assert {one.version for one in people(code).values()} == {1}


def test_a_stale_form_is_refused_with_both_and_can_be_saved_again(code: str, planner: User) -> None:
    client = browser(planner)
    form = opened(client, code)
    with acting_as(user_with(Role.STEWARD, "451221"), through=Through.PAGE, reason="another card"):
        other = Person.objects.get(household_id=code, number=2)
        other.phone = "13900000000"
        other.save()
        Person.objects.create(household_id=code, number=3, name="王示例")
    mine = {**form, "m2-phone": "13911111111", "m1-occupation": "farmer", "n0-name": "赵示例"}
    refused = client.post(page(code), mine)
    assert refused.status_code == 409
    text = refused.content.decode()
    for word in ("somebody else saved first", "another card", "13900000000", "you changed it too", "王示例"):
        assert word in text
    assert {one.version for one in people(code).values()} == {1, 2}
    again = typed(refused)
    assert (again["m2-phone"], again["m1-occupation"], again["n0-name"]) == ("13911111111", "farmer", "赵示例")
    assert client.post(page(code), again).status_code == 302
    now = people(code)
    assert (now[2].phone, now[1].occupation, now[3].name, now[4].name) == (
        "13911111111",
        "farmer",
        "王示例",
        "赵示例",
    )


def test_who_may_not_change_the_household_may_not_change_its_members(code: str) -> None:
    moved = HouseholdFactory(at=THERE, to=HERE).code
    for user, where, status in (
        (user_with(Role.PLANNER, "451222"), code, 404),
        (user_with(Role.PLANNER, "451221"), "NO-SUCH", 404),
        (user_with(Role.LAND_OFFICIAL, "451221"), code, 403),
        (user_with(Role.LEADER, "451221"), code, 403),
        (user_with(Role.PLANNER, "451221"), moved, 403),
    ):
        client = browser(user)
        assert client.get(page(where)).status_code == status
        assert client.post(page(where), WHY).status_code == status
        assert client.post(page(where), {**WHY, "save": "1", "row": "1", "m1-name": "x"}).status_code == status
    assert (
        page(moved)
        not in browser(user_with(Role.PLANNER, "451221")).get(f"/layers/households/{moved}/members/").content.decode()
    )


def test_who_may_change_without_the_right_to_personal_data_gets_no_form(code: str) -> None:
    user = user_with(Role.LEADER, "451221")
    grant(user, Role.PLANNER, "451221", action="change")
    assert browser(user).post(page(code), WHY).status_code == 403


def test_a_right_that_went_while_the_form_was_open_is_gone(code: str, planner: User) -> None:
    client = browser(planner)
    form = opened(client, code)
    planner.grants.all().delete()
    grant(planner, Role.LEADER, "451221")
    assert client.post(page(code), {**form, "m1-name": "x"}).status_code == 403


def test_an_erased_household_gets_no_form(code: str, planner: User) -> None:
    client = browser(planner)
    form = opened(client, code)
    household_erase(code, user=None, reason="withdrawn consent", through=Through.COMMAND)
    for answer in (client.get(page(code)), client.post(page(code), {**form, "m1-name": "x"})):
        assert answer.status_code == 302
        assert answer["Location"] == f"/layers/households/{code}/members/"
    assert people(code) == {}
