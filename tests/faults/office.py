"""An office that may be damaged: its own folder, its own cluster in it, and its programs as separate processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import requests

from gisapp.cluster import Cluster
from tests.faults.rows import PASSWORD, USERNAME, VILLAGE
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
GATE = 7_001
# Whoever saves a facility waits, with the row already written, while somebody holds the gate.
GATE_SQL = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({GATE});
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wait_at_the_gate AFTER INSERT OR UPDATE ON layers_facility
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
"""
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s
"""


def until(true: Callable[[], Any], *, within_s: float = 30.0) -> None:
    """Wait until `true` returns something true.

    Raises
    ------
    AssertionError
        It does not.
    """
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, f"not within {within_s} s"
        time.sleep(0.02)


@dataclass
class Office:
    """A folder with everything that is written while running; `script/server` and `script/worker` work on it."""

    var: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def cluster(self) -> Cluster:
        """Its database."""
        return Cluster(self.var / "pg")

    @property
    def log(self) -> Path:
        """What its programs say."""
        return self.var / "programs.log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its programs: nothing leads to another database."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GISAPP_", "PG"))
        }
        return {**kept, "GISAPP_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "gisapp.settings"}

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of its programs to its end."""
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=check, timeout=120
        )

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py to its end."""
        return self.run(sys.executable, "manage.py", *arguments, check=check)

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in a group of its own; it is ended with the office."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.spawn("script/worker", "--interval=0.05", "--abandoned-after=1")

    def close(self) -> None:
        """End all of its programs, then its database."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.cluster.stop()
        socket_dir = self.cluster.socket_dir
        for left in socket_dir.iterdir():
            left.unlink()
        socket_dir.rmdir()

    def connect(self, role: str = "postgres") -> Any:
        """Return a connection to its database, as a role."""
        connection = psycopg2.connect(host=str(self.cluster.socket_dir), user=role, dbname="gisapp")
        connection.autocommit = True
        return connection

    def ask(self, query: str, *values: Any) -> Any:
        """Return the first value that a query finds, on a connection of its own."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    def facilities(self) -> set[str]:
        """Return the codes of all facilities that are stored."""
        return set(self.ask("SELECT coalesce(array_agg(code::text), '{}') FROM layers_facility"))

    def state(self, job: str) -> str:
        """Return the state of a job."""
        found: str = self.ask("SELECT status FROM django_tasks_database_dbtaskresult WHERE id = %s", job)
        return found

    def attempts(self, job: str) -> int:
        """Return how often a job was begun."""
        found: int = self.ask(
            "SELECT jsonb_array_length(worker_ids::jsonb) FROM django_tasks_database_dbtaskresult WHERE id = %s", job
        )
        return found

    @contextmanager
    def gate_closed(self) -> Iterator[None]:
        """Let whoever saves a facility wait with the row written; the gate opens, or goes with the database."""
        keeper = self.connect()
        with keeper.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        yield
        keeper.close()

    def somebody_waits(self) -> bool:
        """Return whether a save has come to the gate."""
        return bool(self.ask(WAITING, GATE))

    def kill_database(self) -> None:
        """SIGKILL the postmaster and every process of it."""
        postmaster = self.postmaster()
        everybody = [postmaster, *children_of(postmaster)]
        for pid in everybody:
            kill(pid)
        until(lambda: not any(alive(pid) for pid in everybody))

    def kill_backends(self) -> None:
        """SIGKILL the processes that serve the application; the postmaster lives."""
        found = self.ask("SELECT array_agg(pid) FROM pg_stat_activity WHERE usename = 'gisapp_app'")
        for pid in found or []:
            kill(pid)

    def postmaster(self) -> int:
        """Return the process number of the database server."""
        pid = self.cluster.status().pid
        assert pid is not None
        return pid


def kill(pid: int) -> None:
    """SIGKILL a process that may be gone already."""
    subprocess.run(["kill", "-9", str(pid)], check=False, stderr=subprocess.DEVNULL)


def children_of(parent: int) -> list[int]:
    """Return the processes whose parent is `parent`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # the second field is the name in parentheses, which may hold spaces
            _state, ppid = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(ppid) == parent:
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Clerk:
    """Somebody at a browser, signed in to the site of an office."""

    def __init__(self, office: Office) -> None:
        self.port = free_port()
        self.server = office.spawn("script/server", "--port", str(self.port))
        self.session = requests.Session()
        self.session.headers.update({"Accept": "text/html", "Accept-Language": "en"})
        until(lambda: self.answers("/healthz"), within_s=60)
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"username": USERNAME, "password": PASSWORD})
        assert self.get("/layers/facilities/new/").status_code == 200

    def answers(self, path: str) -> bool:
        """Return whether an address is answered with 200."""
        try:
            return self.get(path).status_code == 200
        except requests.ConnectionError:
            return False

    def get(self, path: str) -> requests.Response:
        """Ask for a page."""
        return self.session.get(f"http://127.0.0.1:{self.port}{path}", timeout=60, allow_redirects=False)

    def post(self, path: str, typed: dict[str, str]) -> requests.Response:
        """Send a form."""
        return self.session.post(
            f"http://127.0.0.1:{self.port}{path}",
            {**typed, "csrfmiddlewaretoken": self.session.cookies["csrftoken"]},
            timeout=60,
            allow_redirects=False,
        )

    def saves(self, code: str) -> requests.Response:
        """Send the form of a new facility: 302 says that it is stored."""
        return self.post("/layers/facilities/new/", facility(code))


def facility(code: str) -> dict[str, str]:
    """Return what somebody types for a new facility."""
    return {
        "code": code,
        "name": f"示例小学{code}",
        "kind": "primary",
        "region": VILLAGE,
        "geom_lon": "107.25",
        "geom_lat": "24.75",
        "change_reason": "opened this year",
    }


def facility_file(path: Path, rows: int) -> Path:
    """Write a file of facilities to import."""
    lines = [
        f"I-{row:05d},示例{row},primary,{107.1 + row % 100 * 0.003:.6f},{24.6 + row // 100 * 0.003:.6f}"
        for row in range(rows)
    ]
    path.write_text("\n".join(["设施编号,名称,类型,经度,纬度", *lines]) + "\n", encoding="utf-8")
    return path
