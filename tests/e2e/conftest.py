"""A real browser at a real server: nothing from elsewhere, no error in its console."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL without a graphics card
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
DESK = ViewportSize(width=1600, height=1000)
PHONE = ViewportSize(width=390, height=844)


class OpenPage(Protocol):
    """Opens a page of the live server as somebody."""

    def __call__(
        self, user: User | None = None, path: str = "", *, language: str = "en", phone: bool = False
    ) -> Page: ...


@dataclass
class Watch:
    """What the browsers of a test complained about; a test that means to provoke it clears `problems`."""

    server: str
    problems: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Keep what goes wrong on `page`."""
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", lambda said: self.problems.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("request", lambda asked: self.keep_to_the_server(asked.url))
        page.on("response", lambda got: self.problems.append(f"{got.status}: {got.url}") if got.status >= 500 else None)

    def keep_to_the_server(self, url: str) -> None:
        """Complain when `url` is of another host."""
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(self.server).netloc:
            self.problems.append(f"outside: {url}")


def until(true: Callable[[], object], *, seconds: float = 10) -> None:
    """Wait for a condition; Playwright's own `wait_for_function` evaluates text, which the policy forbids."""
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last, "It did not come true in time."
        time.sleep(0.05)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and let one process have the browser."""
    for item in items:
        if "/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield Chromium; Playwright's loop runs in this thread, which Django would take for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def watch(live_server: LiveServer) -> Watch:
    """Give what the browsers of this test complained about."""
    return Watch(live_server.url)


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, watch: Watch) -> Iterator[OpenPage]:
    """Give a function that opens a page: `open_page(user, "/layers/sites/", language="zh-CN", phone=True)`.

    The test fails when a page asks another host for anything, breaks the content security policy, throws, or gets
    an answer of 500 or more.
    """
    contexts = []

    def open_one(user: User | None = None, path: str = "", *, language: str = "en", phone: bool = False) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
        )
        contexts.append(context)
        if user is not None:
            session = logged_in(user)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        watch.over(page)
        if path:
            page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert watch.problems == []


def logged_in(user: User) -> str:
    """Return the key of a session of `user`."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
