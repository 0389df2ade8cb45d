"""The second step: set up with a password, asked for at each login, replaced by recovery codes, taken away."""

import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken

from accounts.models import Phone
from accounts.second_factor import code_fits, recovery_codes_renew, second_factor_begin
from tests.factories import UserFactory, confirmed_phone

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/accounts/login/", "/accounts/login/code/"
PAGE, CHANGE, CONFIRM = "/accounts/me/two-step/", "/accounts/me/two-step/change/", "/accounts/me/two-step/confirm/"
PASSWORD = "a-right-password"


@pytest.fixture
def somebody():
    return UserFactory(username="planner", password=PASSWORD)


@pytest.fixture
def phone(somebody):
    """Return the confirmed device of the planner; time stands still for it."""
    return confirmed_phone(somebody)


def code_of(device: Phone, steps: int = 0) -> str:
    return f"{totp(device.bin_key, t0=-steps * 30):06d}"


def wrong_code(device: Phone) -> str:
    near = {code_of(device, step) for step in range(-2, 3)}
    return next(text for text in (f"{number:06d}" for number in range(100)) if text not in near)


def password(client: Client, **more):
    return client.post(LOGIN, {"username": "planner", "password": PASSWORD, **more})


def signed_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


def test_a_person_sets_it_up_and_is_asked_from_then_on(somebody):
    client = Client()
    password(client)
    assert "<svg" not in re.sub(r'(?s)<svg class="icon".*?</svg>', "", client.get(PAGE).content.decode())
    client.post(CHANGE, {"password": PASSWORD, "action": "begin"})
    page = client.get(PAGE).content.decode()
    device = Phone.objects.get(user=somebody)
    assert 'class="qr-code"' in page
    assert not device.confirmed
    confirmed = client.post(CONFIRM, {"code": code_of(device)})
    assert "no-store" in confirmed["Cache-Control"]
    shown = re.findall(r"<li><code>(\w+)</code>", confirmed.content.decode())
    assert len(shown) == StaticToken.objects.count() == 10
    assert not re.findall(r"<li><code>", client.get(PAGE).content.decode())
    another = Client()
    assert password(another)["Location"] == CODE
    assert not signed_in(another)


def test_what_was_not_confirmed_asks_for_nothing(somebody):
    second_factor_begin(user=somebody)
    client = Client()
    password(client)
    assert signed_in(client)


def test_the_qr_code_is_drawn_here_and_holds_the_key(somebody):
    """Read back from the drawing: the modules of the picture are those of the address."""
    import segno

    device = second_factor_begin(user=somebody)
    client = Client()
    client.force_login(somebody)
    page = client.get(PAGE).content.decode()
    drawing = re.search(r'(?s)<svg[^>]*class="qr-code".*?</svg>', page)
    assert drawing
    assert drawing.group() == segno.make(device.config_url, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr-code", lineclass=None
    )
    assert "style=" not in drawing.group()
    assert "href" not in drawing.group()


def test_the_code_opens_what_the_password_did_not(phone):
    client = Client()
    assert password(client, next="/layers/sites/")["Location"] == CODE
    assert client.post(CODE, {"code": code_of(phone)})["Location"] == "/layers/sites/"
    assert signed_in(client)


def test_a_code_works_once(phone):
    code = code_of(phone)
    first, second = Client(), Client()
    password(first)
    first.post(CODE, {"code": code})
    password(second)
    assert second.post(CODE, {"code": code}).status_code == 400
    assert not signed_in(second)


def test_codes_cannot_be_guessed(phone):
    client = Client()
    password(client)
    wrong = wrong_code(phone)
    codes = [client.post(CODE, {"code": wrong}).status_code for _each in range(5)]
    assert codes == [400] * 4 + [429]
    assert client.post(CODE, {"code": code_of(phone)}).status_code == 429
    assert not signed_in(client)


def test_a_wrong_code_makes_every_other_address_wait(phone):
    first, second = Client(REMOTE_ADDR="198.51.100.1"), Client(REMOTE_ADDR="198.51.100.2")
    for client in (first, second):
        password(client)
    first.post(CODE, {"code": wrong_code(phone)})
    assert second.post(CODE, {"code": code_of(phone)}).status_code == 400
    time.sleep(1.05)
    assert second.post(CODE, {"code": code_of(phone)}).status_code == 302


def test_a_recovery_code_works_once(phone, somebody):
    code = recovery_codes_renew(user=somebody)[0]
    first, second = Client(), Client()
    password(first)
    assert first.post(CODE, {"code": f" {code[:4].upper()}-{code[4:]}"}).status_code == 302
    password(second)
    assert second.post(CODE, {"code": code}).status_code == 400
    assert StaticToken.objects.count() == 9


def test_the_code_page_without_the_password_leads_to_the_login(somebody):
    assert Client().get(CODE)["Location"] == LOGIN
    assert Client().post(CODE, {"code": "000000"})["Location"] == LOGIN


def test_the_password_is_forgotten_after_five_minutes(phone, monkeypatch):
    from django.utils import timezone

    from accounts.views import login

    client = Client()
    password(client)
    later = timezone.now() + login.PATIENCE
    monkeypatch.setattr(login.timezone, "now", lambda: later)
    assert client.get(CODE)["Location"] == LOGIN


def test_a_password_changed_meanwhile_ends_the_wait(phone, somebody):
    client = Client()
    password(client)
    somebody.set_password("quite-another-one")
    somebody.save()
    assert client.post(CODE, {"code": code_of(phone)})["Location"] == LOGIN


def test_it_is_taken_away_by_the_password_only(phone, somebody):
    client = Client()
    client.force_login(somebody)
    assert client.post(CHANGE, {"password": "wrong", "action": "remove"}).status_code == 400
    assert Phone.objects.filter(user=somebody).exists()
    client.post(CHANGE, {"password": PASSWORD, "action": "remove"})
    assert not Phone.objects.filter(user=somebody).exists()
    another = Client()
    password(another)
    assert signed_in(another)


def test_new_recovery_codes_void_the_old_ones(phone, somebody):
    old = recovery_codes_renew(user=somebody)[0]
    client = Client()
    client.force_login(somebody)
    page = client.post(CHANGE, {"password": PASSWORD, "action": "renew"}).content.decode()
    assert not code_fits(user=somebody, code=old)
    time.sleep(1.05)
    assert code_fits(user=somebody, code=re.findall(r"<li><code>(\w+)</code>", page)[0])


def test_an_old_phone_works_until_the_new_one_is_confirmed(phone, somebody):
    client = Client()
    client.force_login(somebody)
    client.post(CHANGE, {"password": PASSWORD, "action": "begin"})
    new = Phone.objects.get(user=somebody, confirmed=False)
    assert client.post(CONFIRM, {"code": wrong_code(new)}).status_code == 400
    assert Phone.objects.get(user=somebody, confirmed=True) == phone
    new.refresh_from_db()
    new.throttle_reset()
    client.post(CONFIRM, {"code": code_of(new)})
    assert Phone.objects.get(user=somebody) == new


def test_an_administrator_takes_the_code_away_where_the_phone_is_lost(admin_client, phone, somebody):
    admin_client.post(
        reverse("admin:accounts_user_changelist"), {"action": "take_code_away", "_selected_action": [somebody.pk]}
    )
    assert not Phone.objects.exists()


def test_no_page_of_the_admin_shows_secrets(admin_client):
    for path in ("/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"):
        assert admin_client.get(path).status_code == 404
