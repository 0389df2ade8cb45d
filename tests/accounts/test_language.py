"""Which language a page speaks."""

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tidy() -> object:
    """Leave no language behind for the next test."""
    with translation.override("en"):
        yield


def language_of(client: Client, **headers: str) -> str:
    """Return the language that the log-in page states."""
    return str(client.get("/accounts/login/", headers=headers).headers["Content-Language"])


def logged_in(language: str) -> Client:
    """Return a client of a user who chose `language`."""
    client = Client()
    client.force_login(UserFactory(language=language))
    return client


def test_the_browser_decides_for_a_stranger(client: Client) -> None:
    assert language_of(client, accept_language="en-GB,en;q=0.8") == "en"
    assert language_of(client, accept_language="zh-CN,zh;q=0.9") == "zh-hans"


def test_chinese_where_nobody_says(client: Client) -> None:
    assert language_of(client) == "zh-hans"


def test_the_user_s_own_comes_before_the_browser_s() -> None:
    assert language_of(logged_in("zh-hans"), accept_language="en") == "zh-hans"


def test_an_empty_choice_leaves_it_to_the_browser() -> None:
    assert language_of(logged_in(""), accept_language="en") == "en"


def test_the_switch_is_remembered_with_the_user() -> None:
    client = logged_in("zh-hans")
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert User.objects.get().language == "en"
    assert language_of(client, accept_language="zh-CN") == "en"


def test_the_switch_is_remembered_on_the_device_of_a_stranger(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert language_of(client, accept_language="zh-CN") == "en"


def test_an_unknown_language_changes_nothing() -> None:
    client = logged_in("zh-hans")
    client.post("/i18n/setlang/", {"language": "xx", "next": "https://evil.example/"})
    assert User.objects.get().language == "zh-hans"


def test_the_switch_leads_to_no_other_site(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
