"""What the embedded database needs from the machine: binaries, the user it runs as, the way to become that user."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

SUPERUSER = "postgres"
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
SYSTEM_EXTENSIONS = Path("/usr/share/postgresql")
ORPHANS_S = 10.0
"""How long processes of a server that was killed may take to end."""


class ClusterError(Exception):
    """The embedded database cannot do what was asked; the message says why and what to do."""


def find_binaries(data: Path) -> Path:
    """Return the folder of PostgreSQL's programs: the version of `data`, else the newest that has PostGIS."""
    if readable(data / "PG_VERSION"):
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
        folder = SYSTEM_BINARIES / version / "bin"
        if not (folder / "postgres").exists():
            raise ClusterError(
                f"The data in {data} are of PostgreSQL {version}, which this machine does not have. "
                f"Install postgresql-{version} and postgresql-{version}-postgis-3, or remove the folder to start empty."
            )
        return folder
    return newest_with_postgis()


def newest_with_postgis() -> Path:
    """Return the folder of the newest PostgreSQL of this machine that has PostGIS and pgRouting."""
    versions = [folder.name for folder in SYSTEM_BINARIES.glob("*") if (folder / "bin" / "initdb").exists()]
    for version in sorted(versions, key=float, reverse=True):
        extensions = SYSTEM_EXTENSIONS / version / "extension"
        if all((extensions / f"{name}.control").exists() for name in ("postgis", "pgrouting")):
            return SYSTEM_BINARIES / version / "bin"
    found = ", ".join(sorted(versions)) or "none"
    raise ClusterError(
        f"No PostgreSQL with PostGIS and pgRouting below {SYSTEM_BINARIES} (versions there: {found}). "
        "Run script/bootstrap, or set GISAPP_PG_BINDIR to the folder of initdb."
    )


def owner_of_cluster() -> pwd.struct_passwd:
    """Return the user the cluster runs as: who calls, or `postgres` when that is root."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam(SUPERUSER)
    except KeyError as error:
        raise ClusterError("There is no user `postgres`. Run script/bootstrap to install PostgreSQL.") from error


@lru_cache
def words_to_become(owner: pwd.struct_passwd, *, below: Path) -> list[str]:
    """Return the words before a command that make it run as `owner`, able to reach the folder `below`.

    Raises
    ------
    ClusterError
        `owner` can't enter the checkout and the machine does not let root pass the right on.
    """
    if os.getuid() == owner.pw_uid:
        return []
    plain = setpriv(owner, capabilities="-all")
    if may_enter(plain, below):
        return plain
    # In a checkout that other users can't enter: this one right opens folders for reading, nothing else.
    searching = setpriv(owner, capabilities="-all,+dac_read_search")
    if may_enter(searching, below):
        return searching
    raise ClusterError(
        f"The user {owner.pw_name} can't enter {below} and root may not pass that right on here (a container "
        f"without CAP_DAC_READ_SEARCH?). Allow it with chmod o+x on the folders above, or set GISAPP_VAR elsewhere."
    )


def setpriv(owner: pwd.struct_passwd, *, capabilities: str) -> list[str]:
    """Return the call of `setpriv` that becomes `owner` and keeps only `capabilities`."""
    words = ["setpriv", f"--reuid={owner.pw_name}", f"--regid={owner.pw_gid}", "--init-groups"]
    words.append(f"--inh-caps={capabilities}")
    if "+" in capabilities:
        words += [f"--ambient-caps={capabilities}", f"--bounding-set={capabilities}"]
    return [*words, "--"]


def may_enter(words: list[str], folder: Path) -> bool:
    """Return whether a command with these words before it can enter `folder`."""
    # by trying: `test -x` looks at mode bits and knows nothing of capabilities
    command = [*words, "sh", "-c", 'cd "$0"', str(folder)]
    return subprocess.run(command, cwd="/", stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603


def is_postgres(pid: int) -> bool:
    """Return whether process `pid` lives and is a PostgreSQL server."""
    try:
        # `number (name) state ...`: one that was killed keeps its name until its parent collects it, which the first
        # process of a container may never do
        name, _, rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").partition(" (")[2].rpartition(") ")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name in {"postgres", "postmaster"} and not rest.startswith(("Z", "X"))


def end_orphans(data: Path) -> None:
    """End the processes of a server in `data` that is no more; an answer that they still work at reaches nobody.

    Raises
    ------
    ClusterError
        They do not end.
    """
    last = time.monotonic() + ORPHANS_S
    while found := processes_in(data):
        if time.monotonic() > last:
            raise ClusterError(f"Processes of a server that was killed do not end: {', '.join(map(str, found))}.")
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        time.sleep(0.1)


def processes_in(data: Path) -> list[int]:
    """Return the processes of PostgreSQL that work in the folder `data`, which each of them does from its start."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or is somebody else's
            if is_postgres(int(entry.name)) and (entry / "cwd").readlink() == data.resolve():
                found.append(int(entry.name))
    return found


def readable(path: Path) -> bool:
    """Return whether there is such a file and we may read it."""
    return os.access(path, os.R_OK)


def clean_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: no PG* variable may send them to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}
