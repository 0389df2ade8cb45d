"""Guessing passwords is stopped, says so, and ends when it said."""

import datetime as dt
import re

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from accounts.client import client_address, masked, throttled_address
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
RIGHT = "a-right-password"


@pytest.fixture(autouse=True)
def somebody():
    return UserFactory(username="planner", password=RIGHT)


def attempt(password: str, *, address: str = "198.51.100.7", client: Client | None = None, path: str = LOGIN, **more):
    client = client or Client()
    return client.post(
        path,
        {"username": "planner", "password": password, **more},
        REMOTE_ADDR=address,
        headers={"Accept-Language": "en"},
    )


def fail(times: int, **more):
    return [attempt("wrong", **more).status_code for _each in range(times)]


def test_the_fifth_wrong_password_locks_and_says_when_to_come_back(settings):
    assert fail(5) == [200, 200, 200, 200, 429]
    answer = attempt(RIGHT)
    assert answer.status_code == 429
    page = answer.content.decode()
    until = AccessAttempt.objects.get().attempt_time + settings.AXES_COOLOFF_TIME
    assert f"Try again at {timezone.localtime(until):%H:%M}" in page
    assert "15 minutes" in page
    assert 0 < int(answer["Retry-After"]) <= 15 * 60


def test_a_lockout_reads_in_chinese():
    fail(4)
    answer = Client().post(
        LOGIN,
        {"username": "planner", "password": "wrong"},
        REMOTE_ADDR="198.51.100.7",
        headers={"Accept-Language": "zh-CN"},
    )
    assert answer.status_code == 429
    assert re.search(r"15 分钟.*\d\d:\d\d", answer.content.decode(), re.DOTALL)


def test_trying_on_does_not_make_it_longer():
    fail(5)
    first = AccessAttempt.objects.get().attempt_time
    fail(3)
    assert AccessAttempt.objects.get().attempt_time == first


def test_the_pause_ends():
    fail(5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15, seconds=1))
    assert attempt(RIGHT).status_code == 302


def test_nobody_is_locked_out_from_elsewhere():
    fail(5)
    assert attempt(RIGHT, address="203.0.113.9").status_code == 302


def test_another_browser_does_not_start_a_new_count():
    for number in range(5):
        Client().post(
            LOGIN,
            {"username": "planner", "password": "wrong"},
            REMOTE_ADDR="198.51.100.7",
            headers={"User-Agent": f"browser {number}"},
        )
    assert attempt(RIGHT).status_code == 429


def test_the_next_address_of_the_same_ipv6_customer_does_not_start_a_new_count():
    for number in range(5):
        attempt("wrong", address=f"2001:db8:1:2::{number:x}")
    assert attempt(RIGHT, address="2001:db8:1:2:ffff::1").status_code == 429
    assert attempt(RIGHT, address="2001:db8:1:3::1").status_code == 302


def test_success_forgets_what_failed_before():
    fail(4)
    assert attempt(RIGHT).status_code == 302
    assert fail(4) == [200] * 4


def test_the_login_of_the_admin_is_the_same_one():
    answer = Client().get("/admin/login/?next=/admin/accounts/user/")
    assert answer["Location"] == "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    posted = Client().post("/admin/login/", {"username": "planner", "password": RIGHT})
    assert posted["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert "_auth_user_id" not in posted.client.session


def test_no_password_is_kept_with_an_attempt():
    attempt("the-wrong-password")
    kept = str(AccessAttempt.objects.values().get())
    assert "the-wrong-password" not in kept


def test_guessing_the_old_password_on_the_change_page_is_stopped_too(somebody):
    client = Client()
    client.force_login(somebody)
    form = {"old_password": "wrong", "new_password1": "another-long-one", "new_password2": "another-long-one"}
    codes = [client.post("/accounts/me/password/", form).status_code for _each in range(5)]
    assert codes == [200] * 4 + [429]


@pytest.mark.parametrize(
    ("behind", "forwarded", "expected"),
    [
        (False, "203.0.113.9", "198.51.100.7"),
        (True, "", "198.51.100.7"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (True, "203.0.113.9, nonsense", None),
        (True, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxy_is_believed_about_addresses(settings, rf, behind, forwarded, expected):
    settings.BEHIND_PROXY = behind
    request = rf.get("/", REMOTE_ADDR="198.51.100.7", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


def test_a_client_cannot_choose_its_address_by_a_header(settings):
    settings.BEHIND_PROXY = True
    for number in range(5):
        Client().post(
            LOGIN,
            {"username": "planner", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"},
        )
    assert AccessAttempt.objects.get().failures_since_start == 5


def test_addresses_are_shown_without_the_machine(rf):
    assert masked("203.0.113.9") == "203.0.113.*"
    assert masked("2001:db8:1:2::9") == "2001:0db8:0001:…"
    assert masked(None) == ""
    assert throttled_address(rf.get("/", REMOTE_ADDR="203.0.113.9")) == "203.0.113.9"
