"""The embedded database: a private PostgreSQL cluster below `var/`, reached by a unix socket only.

It runs from the system's own binaries, as the user who starts it, or as `postgres` when that is root
(PostgreSQL refuses to run as root). Nothing here knows Django, so that settings may import it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gisapp.cluster_host import (
    SUPERUSER,
    ClusterError,
    clean_environment,
    end_orphans,
    find_binaries,
    is_postgres,
    owner_of_cluster,
    readable,
    words_to_become,
)

SQL = Path(__file__).parent / "sql"
# A socket path longer than 107 bytes is refused by the kernel; checkouts can be deeper than that.
SOCKET_PARENT = Path("/tmp")  # noqa: S108  the folder itself is private and its owner is checked

CONFIGURATION = """\
# Written by `manage.py db start` each time it starts: edit gisapp/cluster.py instead.
listen_addresses = ''
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 60
# A small machine that also runs Python, a browser and GDAL.
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
# Durability is on: fsync, full_page_writes and synchronous_commit keep their defaults. These only space
# checkpoints so that a bulk import does not write every page twice.
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
# Compiling a query costs more than the queries of a map take.
jit = off
# TRUNCATE and pg_dump lock every table of a schema with history at once.
max_locks_per_transaction = 256
# A query whose client is gone ends.
client_connection_check_interval = '10s'
timezone = 'Asia/Shanghai'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
# Statements come with their values, which are people's: gisapp/logs.py tells the slow ones without.
log_min_duration_statement = -1
log_min_error_statement = panic
log_error_verbosity = terse
log_line_prefix = '%m [%p] %u@%d '
"""


def socket_dir(home: Path) -> Path:
    """Return the folder of the socket of the cluster in `home`: short, and the same for every process."""
    mark = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return SOCKET_PARENT / f"gisapp-{mark}"


@dataclass(frozen=True)
class Status:
    """What `db status` says."""

    running: bool
    pid: int | None
    version: str | None


@dataclass(frozen=True)
class Cluster:
    """A private PostgreSQL cluster whose files live in `home`.

    Parameters
    ----------
    home
        The folder of the cluster; its data are in `home/data`.
    binaries
        Folder of `initdb`, `pg_ctl` and `psql`; None looks for a system version that has PostGIS.
    """

    home: Path
    binaries: Path | None = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def socket_dir(self) -> Path:
        """The folder of the unix socket: the `host` of a connection."""
        return socket_dir(self.home)

    def start(self) -> bool:
        """Start the cluster, make it first where there is none; False when it was running already.

        Raises
        ------
        ClusterError
            PostgreSQL or PostGIS is missing, or the server does not come up.
        """
        with self._locked():
            if self.status().running:
                return False
            self._make_socket_dir()
            if self.data.exists():
                self._clear_after_kill()
                self._start_server(self.data)
                # Each time: roles and rights follow the files of this version.
                self._provision()
            else:
                self._initialise()
                self._start_server(self.data)
            return True

    def stop(self) -> bool:
        """Stop the cluster, ending open connections; False when it was not running."""
        with self._locked():
            if not self.status().running:
                return False
            self._stop_server(self.data)
            return True

    def status(self) -> Status:
        """Return whether the cluster runs, as which process, and the version of its data."""
        version_file = self.data / "PG_VERSION"
        if not readable(version_file):
            return Status(running=False, pid=None, version=None)
        version = version_file.read_text(encoding="ascii").strip()
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return Status(running=False, pid=None, version=version)
        # A machine that lost power leaves the file behind, and its number may be another program's now.
        return Status(running=is_postgres(pid), pid=pid, version=version)

    def psql(self, *arguments: str, database: str = "postgres", stdin: str = "") -> str:
        """Return what psql prints, as the superuser, stopping at the first error."""
        return self._run(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--host={self.socket_dir}",
            f"--username={SUPERUSER}",
            f"--dbname={database}",
            *arguments,
            stdin=stdin,
        )

    def _initialise(self) -> None:
        """Make the data directory with roles and database; it gets its name when it is whole and on the disk."""
        draft = self.home / "unfinished"
        if (draft / "postmaster.pid").exists():
            # Whoever began it was killed, and its server may be alive.
            with suppress(ClusterError):
                self._stop_server(draft)
        shutil.rmtree(draft, ignore_errors=True)
        # C collation: indexes survive an upgrade of the system's locales, and LIKE 'code%' uses them.
        self._run(
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # the socket's folder lets nobody else in
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--lc-collate=C",
            "--no-sync",
        )
        self._write(draft / "postgresql.conf", "include_if_exists 'gisapp.conf'\n", append=True)
        # Waiting for the disk after each statement takes longer than all of them.
        self._start_server(draft, "-c fsync=off")
        self._provision()
        self._stop_server(draft)
        self._run("initdb", "--sync-only", f"--pgdata={draft}")
        draft.rename(self.data)

    def _start_server(self, data: Path, options: str = "") -> None:
        self._write(data / "gisapp.conf", CONFIGURATION.format(socket_dir=self.socket_dir))
        log = self.home / "start.log"
        arguments = ("--silent", "--wait", "--timeout=120", f"--pgdata={data}", f"--log={log}", f"--options={options}")
        try:
            self._run("pg_ctl", "start", *arguments)
        except ClusterError as error:
            said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if readable(log) else ""
            raise ClusterError(f"{error}\n{said}\nThe log of the server is in {data / 'log'}.") from error

    def _clear_after_kill(self) -> None:
        """Take away what a server that was killed leaves behind and what keeps the next one from starting.

        PostgreSQL believes the number in its lock files while any process has it: one that is dead and not yet
        collected, or another program after a power cut. A query that outlived its postmaster holds its memory.
        """
        end_orphans(self.data)
        for left in (self.data / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*.lock")):
            left.unlink(missing_ok=True)

    def _stop_server(self, data: Path) -> None:
        self._run("pg_ctl", "stop", "--silent", "--mode=fast", "--wait", "--timeout=60", f"--pgdata={data}")

    def _provision(self) -> None:
        for script in ("roles.sql", "database.sql"):
            # By standard input: the server's user may not be able to enter this checkout.
            self.psql(stdin=(SQL / script).read_text(encoding="utf-8"))

    def _make_socket_dir(self) -> None:
        owner = owner_of_cluster()
        folder = self.socket_dir
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {os.getuid(), owner.pw_uid}:
            raise ClusterError(f"{folder} belongs to somebody else. Remove it, or ask who made it.")
        folder.chmod(0o700)
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            owner = owner_of_cluster()
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        elif not os.access(self.home, os.W_OK):
            raise ClusterError(
                f"{self.home} belongs to another user, probably because it was first started as root. "
                "Use the same user again, or remove the folder to start empty."
            )
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, path: Path, text: str, *, append: bool = False) -> None:
        new = not path.exists()
        with path.open("a" if append else "w", encoding="utf-8") as target:
            target.write(text)
        if new:
            owner = owner_of_cluster()
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _run(self, program: str, *arguments: str, stdin: str = "") -> str:
        folder = self.binaries or find_binaries(self.data)
        command = [*words_to_become(owner_of_cluster(), below=self.home), str(folder / program), *arguments]
        done = subprocess.run(  # noqa: S603  our own program and arguments, no shell
            command,
            input=stdin,
            # Pipes would stay open in the server that pg_ctl leaves behind, and communicate() would wait for it.
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            text=True,
            cwd="/",
            env=clean_environment(),
            check=False,
        )
        if done.returncode != 0:
            raise ClusterError(f"{program} failed (exit {done.returncode}). {(done.stderr or '').strip()}")
        return done.stdout or ""
