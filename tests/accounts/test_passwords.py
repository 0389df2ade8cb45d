"""Passwords: the rules stand on the page in its language, and hold."""

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/me/password/"
OLD = "a-right-password"
RULES = {
    "en": ("at least 10 characters", "commonly used", "entirely numeric", "too similar"),
    "zh-hans": ("至少", "10", "常见", "全都是数字", "相似"),
}


def client_in(language: str) -> Client:
    client = Client()
    client.force_login(UserFactory(username="planner2026", language=language, password=OLD))
    return client


@pytest.mark.parametrize("language", RULES)
def test_the_rules_stand_on_the_page(language):
    page = client_in(language).get(PAGE).content.decode()
    assert [rule for rule in RULES[language] if rule not in page] == []


@pytest.mark.parametrize("weak", ["short-1", "password123", "73920118465", "planner2026x"])
def test_a_weak_password_is_refused(weak):
    client = client_in("en")
    answer = client.post(PAGE, {"old_password": OLD, "new_password1": weak, "new_password2": weak})
    assert answer.status_code == 200
    assert answer.context["form"].errors["new_password2"]


def test_the_admin_sends_to_the_same_page():
    client = Client()
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/admin/password_change/")["Location"] == PAGE


def test_nobody_can_have_a_password_sent_by_mail():
    for path in ("/accounts/password_reset/", "/accounts/reset/MQ/set-password/", "/admin/password_reset/"):
        assert Client().get(path).status_code in {302, 404}
        assert Client().post(path).status_code in {302, 403, 404}
