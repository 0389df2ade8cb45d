"""SIGKILL of a worker in the middle of a real job."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.office import Office, facility_file, kill, until

pytestmark = pytest.mark.slow


def test_the_next_worker_does_the_whole_job_once(office: Office, tmp_path: Path) -> None:
    path = facility_file(tmp_path / "facilities.csv", 500)
    first = office.worker()
    with office.gate_closed():
        job = office.manage("import_layer", "facilities", str(path), "--background").stdout.strip()
        until(office.somebody_waits)
        kill(first.pid)
        second = office.worker()
        until(lambda: office.attempts(job) == 2)
        assert office.facilities() == set()
    until(lambda: office.state(job) == "SUCCESSFUL")
    assert len(office.facilities()) == 500
    assert office.ask("SELECT count(*) FROM importers_importbatch") == 1
    assert office.ask("SELECT count(*) FROM jobs_receipt") == 1
    assert second.poll() is None
