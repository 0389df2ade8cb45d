"""A bare Debian becomes the running site by one command, and the second time costs little."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Serves, asks the page that needs everything, and sets up again: all in one life of the root, for its database
# ends with it.
PROGRAM = """
set -eu
script/demo --scale small --setup-only
script/server --port 18431 &
get() { .venv/bin/python -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read())' "$1"; }
for _ in $(seq 300); do
  get http://127.0.0.1:18431/readyz 2>/dev/null && break
  sleep 0.2
done
get http://127.0.0.1:18431/accounts/login/ >/dev/null
echo SECOND
script/demo --scale small --setup-only
"""


@pytest.mark.slow
@pytest.mark.xdist_group("fresh-root")  # one root a release
@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("debootstrap"), reason="needs root and debootstrap")
@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_demo_on_a_bare_debian(release):
    done = subprocess.run(
        [ROOT / "script/fresh-root", "-r", release, "bash", "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = done.stdout.split("SECOND")
    assert "System packages" in first
    assert "Accounts of the demo" in first
    assert '"ready": true' in first
    for step in ("System packages", "Virtual environment", "Python packages", "Front-end packages", "Static files"):
        assert step not in second
