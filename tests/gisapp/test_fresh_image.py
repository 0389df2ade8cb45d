"""The steps of the web image hold on a bare Debian."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.xdist_group("fresh-root")  # one root a release
@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("debootstrap"), reason="needs root and debootstrap")
def test_the_image_serves_as_its_own_user_without_build_tools():
    done = subprocess.run([ROOT / "script/test-fresh"], capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "System check identified no issues" in done.stdout
    assert done.stdout.rstrip().endswith("== done")
