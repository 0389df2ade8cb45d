"""What every test stands on: a database as the application's role sees it, no network, no leftovers."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker, Settings

from accounts import passes
from tests.databases import run_database


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this process a migrated database of its own; tests connect as gisapp_app."""
    with django_db_blocker.unblock(), run_database():
        yield


@pytest.fixture(autouse=True)
def fast_and_tidy(settings: Settings, tmp_path: Path) -> None:
    """Keep uploads in the test's own folder, hash passwords quickly, believe nothing that an earlier test saw."""
    settings.MEDIA_ROOT = tmp_path / "media"
    passes.known_epoch = passes.Epoch()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Let tests reach this machine alone."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
            raise OSError(f"A test reached for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def is_local(host: str) -> bool:
    """Return whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
