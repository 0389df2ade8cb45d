"""Offices to damage: one is made and filled, each test gets a copy of its files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.faults.office import GATE_SQL, Clerk, Office


@pytest.fixture(scope="session")
def whole_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an office with a migrated database and a few rows, and return its folder; its database is stopped."""
    office = Office(tmp_path_factory.mktemp("office") / "var")
    office.var.mkdir()
    try:
        office.manage("db", "start")
        office.manage("migrate", "--verbosity=0")
        office.run(sys.executable, "-m", "tests.faults.rows")
        office.cluster.psql(stdin=GATE_SQL, database="gisapp")
    finally:
        office.close()
    return office.var


class OfficeAt(Protocol):
    """Puts a running office at a path, where `wal` is given with the log of its database in that folder."""

    def __call__(self, var: Path, *, wal: Path | None = None) -> Office: ...


@pytest.fixture
def office_at(whole_office: Path) -> Iterator[OfficeAt]:
    """Give a function that makes offices, which are closed after the test."""
    made: list[Office] = []

    def put(var: Path, *, wal: Path | None = None) -> Office:
        # with owners: the cluster may be another user's
        subprocess.run(["cp", "-a", f"{whole_office}/.", str(var)], check=True)
        office = Office(var)
        if wal is not None:
            log = office.cluster.data / "pg_wal"
            subprocess.run(["mv", str(log), str(wal)], check=True)
            log.symlink_to(wal / "pg_wal")
        made.append(office)
        office.manage("db", "start")
        return office

    yield put
    for office in made:
        office.close()


@pytest.fixture
def office(office_at: OfficeAt, tmp_path: Path) -> Office:
    """Give a running office of this test's own."""
    return office_at(tmp_path / "var")


@pytest.fixture
def clerk(office: Office) -> Clerk:
    """Give somebody who is signed in to the office's site."""
    return Clerk(office)
