"""The example of docs/how-to/add-a-layer.md, put into a copy of the project, is a layer on every surface."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

DOCUMENT = settings.BASE_DIR / "docs" / "how-to" / "add-a-layer.md"
SURFACES = [
    "page",
    "search",
    "dossier",
    "edit",
    "history",
    "geojson",
    "export",
    "tile",
    "admin_list",
    "admin_change",
    "form",
    "rights",
]


def example() -> tuple[Path, str]:
    """Return the path that the document names and the file that it shows there."""
    found = re.search(r"`(layers/catalogue/\w+\.py)`:\n\n```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found, "the document shows no file of layers/catalogue/"
    return Path(found[1]), found[2]


def copy_project(to: Path) -> None:
    """Copy what git knows, and what it would take in, without what is only set up here."""
    git = shutil.which("git")
    if git is None or not (settings.BASE_DIR / ".git").exists():
        pytest.skip("the files of the project are listed by git, which is not here")
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = settings.BASE_DIR / name
        if source.is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, to / name)
    (to / "node_modules").symlink_to(settings.NODE_MODULES)


def test_one_file_adds_a_layer(tmp_path: Path, django_db_setup: None) -> None:
    path, source = example()
    copy_project(tmp_path)
    (tmp_path / path).write_text(source, "utf-8")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gisapp.settings", "GISAPP_VAR": str(settings.VAR_DIR)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.added_layer", "hazards"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split() == SURFACES
    made = [one for one in (tmp_path / "layers/migrations").glob("0*.py") if "HazardSpot" in one.read_text("utf-8")]
    assert len(made) == 1, "one migration, and only of the new layer"


def test_the_example_fits_our_style() -> None:
    _path, source = example()
    ruff = Path(sys.executable).with_name("ruff")
    for check in (["check", "--stdin-filename", "layers/catalogue/hazards.py", "-"], ["format", "--check", "-"]):
        done = subprocess.run(
            [ruff, *check], input=source, capture_output=True, text=True, cwd=settings.BASE_DIR, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
