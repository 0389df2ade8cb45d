"""Accounts and grants in the admin: who gave what to whom is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Grant, User
from accounts.roles import Role
from tests.factories import UserFactory, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> User:
    made: User = UserFactory(username="chief", is_staff=True, is_superuser=True)
    return made


@pytest.fixture
def browser(chief: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(chief)
    return client


def inline(*grants: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    sent: dict[str, Any] = {"grants-TOTAL_FORMS": len(grants), "grants-INITIAL_FORMS": initial}
    for number, values in enumerate(grants):
        sent |= {f"grants-{number}-{name}": value for name, value in values.items()}
    return sent


def person(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "display_name": "规划员",
        "language": "zh-hans",
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }


def test_a_grant_carries_the_name_of_who_gave_it(browser: Client, chief: User) -> None:
    user = UserFactory()

    answer = browser.post(
        f"/admin/accounts/user/{user.pk}/change/",
        {**person(user), **inline({"role": "planner", "division": "451221", "user": user.pk})},
    )

    assert answer.status_code == 302, answer.context["errors"]
    given = Grant.objects.get()
    assert (given.user, given.role, given.division, given.granted_by) == (user, "planner", "451221", chief)
    user.refresh_from_db()
    assert (user.display_name, user.language) == ("规划员", "zh-hans")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"division": "45122"}, "is not a division code"),
        ({"division": "451200"}, "Write “451200” without the closing zeros: 4512."),
        ({}, "Say where: everywhere, or one division, or one site."),
        ({"division": "4512", "site": "AZ-1"}, "Say where: everywhere, or one division, or one site."),
    ],
)
def test_a_grant_must_say_where(browser: Client, values: dict[str, str], sentence: str) -> None:
    user = UserFactory()

    answer = browser.post(
        f"/admin/accounts/user/{user.pk}/change/",
        {**person(user), **inline({"role": "planner", "user": user.pk, **values})},
    )

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Grant.objects.exists()


def test_a_grant_taken_away_stays_in_the_history_with_who_took_it(browser: Client, chief: User) -> None:
    user = UserFactory()
    given = grant(user, Role.PLANNER, "451221")

    browser.post(f"/admin/accounts/grant/{given.pk}/delete/", {"post": "yes"})

    assert not Grant.objects.exists()
    events = apps.get_model("accounts", "GrantEvent").objects.order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "delete"]
    page = browser.get("/admin/accounts/grantevent/").content.decode()
    assert "taken away" in page
    assert "chief" in page.split("taken away")[1]


def test_the_history_of_grants_cannot_be_changed(browser: Client) -> None:
    grant(UserFactory(), Role.PLANNER, "451221")
    event = apps.get_model("accounts", "GrantEvent").objects.get()

    assert browser.get("/admin/accounts/grantevent/add/").status_code == 403
    assert browser.post(f"/admin/accounts/grantevent/{event.pk}/change/", {"role": "leader"}).status_code == 403
    assert browser.post(f"/admin/accounts/grantevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_pages_of_accounts_open(browser: Client) -> None:
    user = UserFactory()
    grant(user, Role.LEADER)

    for page in ("user/", "user/add/", f"user/{user.pk}/change/", "grant/", "grant/add/", "grantevent/"):
        assert browser.get(f"/admin/accounts/{page}").status_code == 200, page


def test_whoever_may_not_manage_accounts_sees_none() -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True))

    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get("/admin/accounts/grant/").status_code == 403
