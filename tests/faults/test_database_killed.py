"""SIGKILL of the database while people save, import and wait for jobs: no program is restarted by hand."""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.office import Clerk, Office, facility_file, until

pytestmark = pytest.mark.slow


def test_in_mid_save_nothing_acknowledged_is_lost_and_what_was_typed_is_kept(office: Office, clerk: Clerk) -> None:
    assert clerk.saves("F-1").status_code == 302
    with ThreadPoolExecutor(1) as elsewhere:
        with office.gate_closed():
            sent = elsewhere.submit(clerk.saves, "F-2")
            until(office.somebody_waits)
            office.kill_database()
        refused = sent.result()
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "15"
    assert "What you entered is kept in this page" in refused.text
    assert 'value="示例小学F-2"' in refused.text

    assert clerk.get("/healthz").status_code == 200
    assert clerk.get("/readyz").status_code == 503
    assert clerk.get("/layers/facilities/").status_code == 503
    again = clerk.saves("F-2")
    assert (again.status_code, 'value="示例小学F-2"' in again.text) == (503, True)

    office.manage("db", "start")
    assert office.facilities() == {"F-1"}
    assert clerk.saves("F-2").status_code == 302
    assert office.facilities() == {"F-1", "F-2"}
    assert clerk.server.poll() is None


def test_what_was_stored_but_not_acknowledged_is_not_stored_twice(office: Office, clerk: Clerk) -> None:
    """The database may die between its commit and the word of it: the form, sent once more, says so."""
    assert clerk.saves("F-1").status_code == 302
    again = clerk.saves("F-1")
    assert again.status_code == 400
    assert "This code is not available" in again.text
    assert office.ask("SELECT count(*) FROM layers_facility") == 1


def test_processes_that_die_under_people_cost_only_what_was_in_flight(office: Office, clerk: Clerk) -> None:
    """The database recovers by itself while its postmaster lives; so do the pages, without anybody's help."""
    dice = random.Random(3)
    stored, refused, over = [], [], threading.Event()

    def save_on(person: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            code = f"F-{person}-{number}"
            answer = clerk.saves(code)
            assert answer.status_code in {302, 503}, answer.text
            (stored if answer.status_code == 302 else refused).append(code)

    with ThreadPoolExecutor(3) as people:
        saving = [people.submit(save_on, person) for person in range(3)]
        try:
            for _kill in range(4):
                time.sleep(dice.uniform(1.0, 2.0))
                until(lambda: clerk.answers("/layers/facilities/"))
                office.kill_backends()
        finally:
            over.set()
        for one in saving:
            one.result()
    until(lambda: clerk.answers("/layers/facilities/"))
    assert len(stored) > 10
    assert refused
    # One may have been stored just before the word of it was lost: never more than were in flight at the kills.
    assert set(stored) <= office.facilities()
    assert len(office.facilities() - set(stored)) <= 1
    assert clerk.saves("F-last").status_code == 302
    assert clerk.server.poll() is None


@pytest.mark.parametrize("moment", ["staged", "written"])
def test_in_mid_import_nothing_is_kept_and_the_next_run_keeps_all(office: Office, tmp_path: Path, moment: str) -> None:
    path, report = facility_file(tmp_path / "facilities.csv", 2_000), tmp_path / "report.json"
    command = ("import_layer", "facilities", str(path), "--user", "steward", "--report", str(report))
    process = office.spawn(sys.executable, "manage.py", *command)
    if moment == "written":
        with office.gate_closed():
            until(office.somebody_waits)
            office.kill_database()
    else:
        blocker = office.connect()
        with blocker.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE layers_facility IN SHARE ROW EXCLUSIVE MODE")
            until(lambda: office.ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"))
            office.kill_database()
    assert process.wait(30) == 1
    said = office.log.read_text(encoding="utf-8")
    assert "import it once more" in said or "再导入一次" in said
    assert "Traceback" not in said
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["status"], told["counts"]["add"]) == ("refused", 0)

    office.manage("db", "start")
    assert office.facilities() == set()
    office.manage(*command)
    assert len(office.facilities()) == 2_000
    assert office.ask("SELECT count(*) FROM importers_importbatch") == 1


def test_a_command_without_a_database_says_so_in_a_sentence(office: Office) -> None:
    office.kill_database()
    done = office.manage("jobs", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(("The database does not answer", "数据库暂时没有响应"))


def test_in_mid_job_the_worker_waits_and_does_it_once(office: Office, tmp_path: Path) -> None:
    path = facility_file(tmp_path / "facilities.csv", 2_000)
    worker = office.worker()
    with office.gate_closed():
        job = office.manage("import_layer", "facilities", str(path), "--background").stdout.strip()
        until(office.somebody_waits)
        office.kill_database()
    time.sleep(3)
    assert worker.poll() is None
    office.manage("db", "start")
    assert office.facilities() == set()

    until(lambda: office.state(job) == "SUCCESSFUL", within_s=60)
    assert len(office.facilities()) == 2_000
    assert office.ask("SELECT count(*) FROM importers_importbatch") == 1
    assert office.ask("SELECT count(*) FROM jobs_receipt") == 1
    assert worker.poll() is None
