"""Members of a household: masked by default, in full for a purpose that is recorded, nothing without the right."""

import pytest
from django.db.models import QuerySet
from django.test import Client

from accounts.context import acting_as
from accounts.models import AccessRecord, User
from accounts.roles import Role, Through
from layers.erasing import household_erase
from layers.personal import HouseholdIdentity, Person
from tests.factories import HouseholdFactory, user_with

pytestmark = pytest.mark.django_db
ID = "11010519491231002X"
GIVEN = {"purpose": "visit", "words": "visit of 12 May"}


@pytest.fixture
def code() -> str:
    household = HouseholdFactory(at="451221001001")
    with acting_as(None, through=Through.COMMAND):
        HouseholdIdentity.objects.create(household=household, head_name="张示例", phone="13812341234")
        Person.objects.create(
            household=household, number=1, name="张示例", id_number=ID, phone="13812341234", born_on="1949-12-31"
        )
    return str(household.code)


def readings() -> QuerySet[AccessRecord]:
    return AccessRecord.objects.filter(kind="read")


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page(code: str) -> str:
    return f"/layers/households/{code}/members/"


def test_the_dossier_shows_masks(code: str) -> None:
    text = browser(user_with(Role.PLANNER, "451221")).get(f"/layers/households/{code}/").content.decode()
    for shown in ("张*例", "1101**********002X", "138****1234", page(code)):
        assert shown in text
    for hidden in ("张示例", ID, "13812341234", "1949"):
        assert hidden not in text
    assert not readings().exists()


def test_without_the_right_the_panel_says_so_and_tells_no_number(code: str) -> None:
    leader = browser(user_with(Role.LEADER, "451221"))
    text = leader.get(f"/layers/households/{code}/").content.decode()
    assert "Shown only to those who hold the right to personal data" in text
    for hidden in ("张", "1101", "138*", page(code)):
        assert hidden not in text
    empty = HouseholdFactory(at="451221001001").code
    other = leader.get(f"/layers/households/{empty}/").content.decode()
    assert "Shown only to those who hold the right" in other, "the same where nobody is registered"
    assert leader.get(page(code)).status_code == leader.post(page(code), GIVEN).status_code == 403


def test_in_full_for_a_stated_purpose_which_is_recorded(code: str) -> None:
    planner = user_with(Role.PLANNER, "451221")
    client = browser(planner)
    asked = client.get(page(code))
    assert "张示例" not in asked.content.decode()
    shown = client.post(page(code), GIVEN)
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    for word in ("张示例", ID, "13812341234", "1949-12-31"):
        assert word in shown.content.decode()
    record = readings().get()
    assert (record.kind, record.user_id, record.subject) == ("read", planner.pk, "layers.Person")
    assert (record.codes, record.rows, record.purpose) == ([code], 1, "visit: visit of 12 May")
    client.post(page(code), GIVEN)
    assert readings().count() == 2, "each reading"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"purpose": "visit"},
        {"words": "visit of 12 May"},
        {"purpose": "curious", "words": "just so"},
        {"purpose": "visit", "words": "x"},
    ],
)
def test_without_a_purpose_nothing_is_shown_or_recorded(code: str, given: dict[str, str]) -> None:
    answer = browser(user_with(Role.PLANNER, "451221")).post(page(code), given)
    assert answer.status_code == 400
    assert "张示例" not in answer.content.decode()
    assert not readings().exists()


def test_the_neighbour_finds_nothing(code: str) -> None:
    neighbour = browser(user_with(Role.PLANNER, "451222"))
    assert neighbour.get(page(code)).status_code == neighbour.post(page(code), GIVEN).status_code == 404
    assert neighbour.get(page("NO-SUCH")).status_code == 404


def test_only_households_have_members(code: str) -> None:
    assert browser(user_with(Role.PLANNER, "451221")).get(page(code).replace("households", "sites")).status_code == 404


def test_an_erased_household_says_when(code: str) -> None:
    household_erase(code, user=None, reason="withdrawn consent", through=Through.COMMAND)
    planner = browser(user_with(Role.PLANNER, "451221"))
    for answer in (
        planner.get(f"/layers/households/{code}/"),
        planner.get(page(code)),
        planner.post(page(code), GIVEN),
    ):
        assert "were erased on 20" in answer.content.decode()
        assert "张" not in answer.content.decode()
