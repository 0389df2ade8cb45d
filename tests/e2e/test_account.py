"""One's own account in a real browser, from the password to the code of a phone; `open_page` watches the policy."""

from __future__ import annotations

import pytest
from django_otp.oath import totp
from playwright.sync_api import Page, expect

from accounts.models import Phone
from tests.e2e.conftest import OpenPage
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-right-password"


def log_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=username]").fill("planner")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("phone", [False, True])
def test_a_phone_is_set_up_and_asked_for(open_page: OpenPage, phone: bool) -> None:
    user = UserFactory(username="planner", password=PASSWORD)
    page = open_page(phone=phone)
    log_in(page)
    page.goto("/accounts/me/two-step/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Show the QR code").click()
    expect(page.locator("svg.qr-code")).to_be_visible()
    device = Phone.objects.get(user=user)
    page.get_by_role("textbox", name="Code").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    recovery = page.locator(".recovery-codes code").first.inner_text()
    another = open_page(phone=phone)
    log_in(another)
    another.get_by_role("textbox", name="Code").fill(recovery)
    another.get_by_role("button", name="Log in").click()
    another.goto("/accounts/me/")
    expect(another.get_by_text("this device")).to_be_visible()
    another.get_by_role("button", name="Log out all other devices").click()
    expect(another.get_by_text("1 device was logged out.")).to_be_visible()
    page.goto("/accounts/me/")
    expect(page.locator("h1")).to_have_text("Log in")
