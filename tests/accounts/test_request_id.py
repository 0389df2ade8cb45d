"""The number of a request, from the proxy or made here."""

import re

import pytest
from django.test import Client

from accounts.request_id import current_request_id

MADE = re.compile(r"[0-9a-f]{32}")


def asked(client: Client, given: str) -> str:
    return client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]


def test_every_answer_tells_its_number(client: Client) -> None:
    first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
    assert MADE.fullmatch(first)
    assert MADE.fullmatch(second)
    assert first != second


def test_our_proxy_is_believed(client: Client, settings) -> None:
    settings.BEHIND_PROXY = True
    assert asked(client, "9f0c2a7be1d94d2f8a55a0c3") == "9f0c2a7be1d94d2f8a55a0c3"


def test_a_browser_is_not_believed(client: Client, settings) -> None:
    settings.BEHIND_PROXY = False
    assert MADE.fullmatch(asked(client, "9f0c2a7be1d94d2f8a55a0c3"))


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "two words here", 'quoted"here', "line\u2028break", "编号编号编号编号", "-leading"],
)
def test_what_does_not_look_like_a_number_is_replaced(client: Client, settings, given: str) -> None:
    settings.BEHIND_PROXY = True
    assert MADE.fullmatch(asked(client, given))


def test_nothing_is_left_when_the_answer_is_sent(client: Client) -> None:
    client.get("/healthz")
    assert current_request_id() == ""
