"""All connections taken by others, and a database that hangs without a word."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.faults.office import Clerk, Office, facility_file, until

pytestmark = pytest.mark.slow
BREAK = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'gisapp_app' AND pid <> ALL(%s)"


@contextmanager
def every_connection_taken(office: Office) -> Iterator[None]:
    """Hold every connection that the application's role may have; those that programs had are broken."""
    held: list[Any] = []

    def take_what_is_left() -> None:
        while True:
            try:
                held.append(office.connect("gisapp_app"))
            except psycopg2.OperationalError:
                return

    take_what_is_left()
    while office.ask(BREAK, [one.info.backend_pid for one in held]):
        take_what_is_left()
    try:
        yield
    finally:
        for one in held:
            one.close()


def test_without_a_connection_pages_say_so_and_go_on_once_there_is_one(office: Office, clerk: Clerk) -> None:
    assert clerk.saves("F-1").status_code == 302
    with every_connection_taken(office):
        refused = clerk.saves("F-2")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "15")
        assert 'value="示例小学F-2"' in refused.text
        assert clerk.get("/layers/facilities/").status_code == 503
        assert clerk.get("/healthz").status_code == 200
        assert clerk.get("/readyz").json()["database"] == "unreachable"
        assert office.facilities() == {"F-1"}
    assert clerk.saves("F-2").status_code == 302
    assert office.facilities() == {"F-1", "F-2"}
    until(lambda: clerk.answers("/readyz"))


def test_without_a_connection_a_worker_waits_and_goes_on(office: Office, tmp_path: Path) -> None:
    path = facility_file(tmp_path / "facilities.csv", 500)
    worker = office.worker()
    with office.gate_closed():
        job = office.manage("import_layer", "facilities", str(path), "--background").stdout.strip()
        until(office.somebody_waits)
        with every_connection_taken(office):
            time.sleep(3)
            assert worker.poll() is None
            assert office.facilities() == set()
    until(lambda: office.state(job) == "SUCCESSFUL", within_s=60)
    assert len(office.facilities()) == 500
    assert office.ask("SELECT count(*) FROM importers_importbatch") == 1


def test_a_database_that_hangs_holds_a_page_for_seconds_only(office: Office, clerk: Clerk) -> None:
    office.ask(BREAK, [0])
    postmaster = office.postmaster()
    os.kill(postmaster, signal.SIGSTOP)
    try:
        before = time.monotonic()
        answer = clerk.saves("F-1")
        took_s = time.monotonic() - before
        assert clerk.get("/healthz").status_code == 200
    finally:
        os.kill(postmaster, signal.SIGCONT)
    assert answer.status_code == 503
    assert 4 < took_s < 15
    assert clerk.saves("F-1").status_code == 302
