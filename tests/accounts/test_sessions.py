"""Sessions are found by their user and end at once, wherever they are open."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.devices import device_words
from accounts.models import LoginSession
from accounts.sessions import handle_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ME = "/accounts/me/"
END = "/accounts/me/sessions/end/"
PASSWORD = "a-right-password"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def somebody():
    return UserFactory(username="planner", password=PASSWORD)


def device(agent: str, address: str = "203.0.113.9") -> Client:
    """Return a browser in which the planner is logged in."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post("/accounts/login/", {"username": "planner", "password": PASSWORD}).status_code == 302
    return client


def logged_in(client: Client) -> bool:
    return client.get(ME).status_code == 200


def test_the_page_lists_devices_and_marks_this_one(somebody):
    desk, _phone = device(DESK), device(PHONE, "198.51.100.20")
    page = desk.get(ME)
    shown = {one["device"]: one for one in page.context["sessions"]}
    assert set(shown) == {"Firefox, Windows", "Chrome, Android"}
    assert [name for name, one in shown.items() if one["current"]] == ["Firefox, Windows"]
    text = page.content.decode()
    assert "198.51.100.*" in text
    assert "198.51.100.20" not in text


def test_the_page_shows_no_key_of_a_session(somebody):
    client = device(DESK)
    page = client.get(ME).content.decode()
    assert not [row.pk for row in LoginSession.objects.all() if row.pk in page]


def test_one_device_is_logged_out_and_the_others_stay(somebody):
    desk, phone, other = device(DESK), device(PHONE), device(PHONE)
    answer = desk.post(END, {"handle": handle_of(phone.session.session_key)})
    assert answer["Location"] == ME
    assert (logged_in(desk), logged_in(phone), logged_in(other)) == (True, False, True)


def test_all_other_devices_are_logged_out(somebody):
    desk, phone, other = device(DESK), device(PHONE), device(PHONE)
    desk.post(END, {"which": "others"})
    assert (logged_in(desk), logged_in(phone), logged_in(other)) == (True, False, False)


def test_everywhere_means_here_too(somebody):
    desk, phone = device(DESK), device(PHONE)
    assert desk.post(END, {"which": "all"})["Location"] == "/accounts/login/"
    assert (logged_in(desk), logged_in(phone)) == (False, False)


def test_nobody_ends_the_session_of_somebody_else(somebody):
    victim = device(DESK)
    other = Client()
    other.force_login(UserFactory())
    other.post(END, {"handle": handle_of(victim.session.session_key)})
    assert logged_in(victim)


def test_a_request_in_flight_does_not_bring_an_ended_session_back(somebody):
    client = device(DESK)
    session = client.session
    session["x"] = 1
    LoginSession.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
    assert not LoginSession.objects.exists()


def test_a_changed_password_logs_every_other_device_out(somebody):
    desk, phone = device(DESK), device(PHONE)
    new = "quite-another-long-one"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert desk.post("/accounts/me/password/", form).status_code == 302
    assert (logged_in(desk), logged_in(phone)) == (True, False)
    assert LoginSession.objects.filter(user=somebody).count() == 1


def test_an_account_that_is_closed_is_out_at_once(somebody):
    client = device(DESK)
    somebody.is_active = False
    somebody.save(update_fields=["is_active"])
    assert not logged_in(client)


def test_last_seen_moves_at_most_once_a_minute(somebody, django_assert_num_queries):
    client = device(DESK)
    before = LoginSession.objects.get(pk=client.session.session_key).seen_at
    client.get(ME)
    assert LoginSession.objects.get(pk=client.session.session_key).seen_at == before
    LoginSession.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=2))
    client.get(ME)
    seen_at = LoginSession.objects.get(pk=client.session.session_key).seen_at
    assert timezone.now() - seen_at < dt.timedelta(seconds=30)


def test_sessions_are_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM accounts_loginsession WHERE user_id = 7")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(r"Index.*user_id", plan), plan


def test_expired_sessions_are_cleared(somebody):
    device(DESK)
    LoginSession.objects.update(expire_date=timezone.now() - dt.timedelta(days=1))
    call_command("clearsessions")
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (DESK, "Firefox, Windows"),
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126 Safari/537 Edg/126", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8.0", "WeChat, iPhone"),
        ("", "Unknown device"),
    ],
)
def test_devices_have_words(agent, words):
    with override("en"):
        assert device_words(agent) == words
