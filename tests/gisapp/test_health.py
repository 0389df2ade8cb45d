"""Probes of a load balancer."""

import socket
import threading
import time

import pytest
from django.db import connection

from accounts.service import readiness_checks
from gisapp import health
from tests.databases import no_connection_left


def test_liveness_needs_no_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_no_probe_asks_whose_session_it_is(client, probed, admin_user, path, django_assert_num_queries):
    client.force_login(admin_user)
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200


@pytest.fixture
def probed(monkeypatch):
    """Probe anew in each test, and let no thread outlive it."""
    probe = health.Probe()
    monkeypatch.setattr(health, "PROBE", probe)
    yield probe
    if probe._thread:
        probe._thread.join(10)


@pytest.fixture
def nowhere():
    """Point the settings at a socket that is not there."""
    address = connection.settings_dict
    kept = dict(address)
    yield address
    address.update(kept)


@pytest.mark.django_db
def test_ready_when_the_database_answers_and_is_migrated(client, probed):
    response = client.get("/readyz")
    assert response.status_code == 200
    answer = response.json()
    assert {name: answer[name] for name in ("ready", "database", "migrations", "disk")} == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "disk": "ok",
    }
    assert set(answer.values()) == {True, "ok"}


@pytest.mark.django_db
def test_not_ready_with_migrations_pending(client, probed, settings):
    settings.MIGRATION_MODULES = {"leaflet": "tests.gisapp.pending.migrations"}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"


@pytest.mark.django_db
def test_not_ready_without_a_database_and_no_host_is_named(client, probed, nowhere):
    nowhere["HOST"] = "/nowhere"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "disk": "ok", "database": "unreachable"}


@pytest.mark.django_db
def test_a_database_that_hangs_is_given_up_in_two_seconds(client, probed, nowhere, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen(1)  # it takes the connection and never says a word, as a stopped server does
        nowhere["HOST"] = str(tmp_path)
        nowhere["OPTIONS"] = {**nowhere["OPTIONS"], "connect_timeout": 60}
        for _ in range(2):
            before = time.monotonic()
            response = client.get("/readyz")
            assert time.monotonic() - before < 2
            assert response.status_code == 503
            assert response.json()["database"] == "no answer"
        assert len([one for one in threading.enumerate() if one.name == "readiness"]) == 1


@pytest.mark.django_db
def test_exhausted_connections_are_told_in_two_seconds(client, probed):
    with no_connection_left():
        before = time.monotonic()
        response = client.get("/readyz")
        took_s = time.monotonic() - before
    assert took_s < 2
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_when_the_disk_is_full(client, probed, settings):
    settings.LEAST_FREE_MB = 10**12
    response = client.get("/readyz")
    assert (response.status_code, response.json()["disk"]) == (503, "full")


@pytest.mark.django_db
def test_not_ready_when_the_folder_is_gone(client, probed, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["disk"]) == (503, "missing")


def breaks():
    raise RuntimeError("no such worker at 10.0.0.7")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ask", "state", "status"), [(lambda: "ok", "ok", 200), (lambda: "late", "late", 503), (breaks, "failed", 503)]
)
def test_an_app_adds_what_it_needs(client, probed, monkeypatch, ask, state, status):
    monkeypatch.setitem(readiness_checks, "worker", ask)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["worker"]) == (status, state)
    assert "10.0.0.7" not in response.content.decode()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405


def test_nothing_from_elsewhere_and_nothing_inline(client):
    policy = dict(part.strip().split(" ", 1) for part in client.get("/healthz")["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in " ".join(policy.values())
    assert "http" not in " ".join(policy.values())
    assert policy["frame-ancestors"] == "'none'"
