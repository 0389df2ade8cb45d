"""A disk of a few megabytes under the database, filled to the last block."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import OfficeAt
from tests.faults.office import Clerk, facility_file, until

pytestmark = pytest.mark.slow


class SmallDisk:
    """A file system in memory that can be filled and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room."""
        with self.ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def empty(self) -> None:
        """Make the room again."""
        self.ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], SmallDisk]]:
    """Give a function that mounts a disk of so many megabytes."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> SmallDisk:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"This user may not mount a small disk here: {done.stderr.strip()}")
        mounted.append(folder)
        return SmallDisk(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def save_until_refused(clerk: Clerk, prefix: str, most: int) -> tuple[set[str], str]:
    """Save one facility after the other and return the codes that were acknowledged, and the page that refused."""
    stored: set[str] = set()
    for number in range(most):
        answer = clerk.saves(f"{prefix}-{number}")
        if answer.status_code == 302:
            stored.add(f"{prefix}-{number}")
            continue
        assert answer.status_code == 503, answer.text
        return stored, answer.text
    raise AssertionError(f"{most} were saved on a full disk")


def test_with_a_full_disk_pages_are_read_and_saves_are_refused(
    small_disk: Callable[[int], SmallDisk], office_at: OfficeAt, tmp_path: Path
) -> None:
    disk, log = small_disk(400), tmp_path / "log"
    log.mkdir()
    office = office_at(disk.folder / "var", wal=log)
    clerk = Clerk(office)
    assert clerk.saves("F-before").status_code == 302
    disk.fill()

    stored, page = save_until_refused(clerk, "F-full", 400)
    assert "The disk of the server is full" in page
    assert "What you entered is kept in this page" in page
    assert clerk.get("/layers/facilities/").status_code == 200
    assert clerk.get("/layers/facilities/F-before/").status_code == 200
    assert clerk.get("/healthz").status_code == 200
    assert clerk.get("/readyz").json()["disk"] == "full"
    path = facility_file(tmp_path / "facilities.csv", 3_000)
    refused = office.manage("import_layer", "facilities", str(path), check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr

    disk.empty()
    assert office.facilities() == {"F-before", *stored}
    assert clerk.saves(f"F-full-{len(stored)}").status_code == 302
    office.manage("import_layer", "facilities", str(path))
    assert len(office.facilities()) == 1 + len(stored) + 1 + 3_000


def test_with_no_room_for_its_log_the_database_stops_and_loses_nothing(
    small_disk: Callable[[int], SmallDisk], office_at: OfficeAt, tmp_path: Path
) -> None:
    """PostgreSQL gives up rather than acknowledge what it cannot write down."""
    disk = small_disk(128)
    office = office_at(tmp_path / "var", wal=disk.folder)
    clerk, worker = Clerk(office), office.worker()
    disk.fill()
    stored: set[str] = set()
    for turn in range(20):
        answer = clerk.saves(f"F-{turn}")
        if answer.status_code == 503:
            break
        stored.add(f"F-{turn}")
        office.ask("SELECT pg_switch_wal()")
    else:
        raise AssertionError("the log found room")
    assert "The database does not answer at the moment" in answer.text
    assert clerk.get("/healthz").status_code == 200

    disk.empty()
    office.manage("db", "start")
    until(lambda: clerk.answers("/layers/facilities/"))
    assert stored <= office.facilities() <= {*stored, f"F-{len(stored)}"}
    assert clerk.saves("F-after").status_code == 302
    path = facility_file(tmp_path / "facilities.csv", 100)
    job = office.manage("import_layer", "facilities", str(path), "--background").stdout.strip()
    until(lambda: office.state(job) == "SUCCESSFUL")
    assert worker.poll() is None
