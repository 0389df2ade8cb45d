"""The documents keep up with the code: the data model, links, and nothing of the machine they were written on."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from layers.registry import all_layers
from tests.contract import data_model

ROOT: Path = settings.BASE_DIR
SKIPPED = {".venv", "node_modules", "var", "staticfiles", ".git", "test-results", ".pytest_cache"}
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def anchors(path: Path) -> set[str]:
    """Return the anchors that the headings of a document get on a forge."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for link in LINK.findall(CODE.sub("", path.read_text("utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.is_relative_to(ROOT), f"{link} leaves the repository"
        assert target.exists(), f"{link} leads nowhere"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{target.name} has no heading {anchor}"


@every_document
def test_no_machine_is_named(path: Path) -> None:
    text = path.read_text("utf-8")
    for foreign in (r"/work/", r"/root\b", r"/home/\w", r"/tmp/gisapp-"):
        assert not re.search(foreign, text), f"{path.name} names a place on somebody's machine: {foreign}"


@every_document
def test_lines_can_be_read(path: Path) -> None:
    """One heading of the first level, at the top."""
    lines = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL).splitlines()
    assert lines[0].startswith("# "), f"{path.name} begins without a title"
    assert sum(line.startswith("# ") for line in lines) == 1


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    here = [path.relative_to(ROOT / "docs") for path in DOCUMENTS if path.is_relative_to(ROOT / "docs")]
    missing = [str(path) for path in here if str(path) != "README.md" and f"({path})" not in index]
    assert not missing, f"docs/README.md does not mention {', '.join(missing)}"


def test_the_data_model_is_what_is_declared() -> None:
    assert data_model.DOCUMENT.read_text("utf-8") == data_model.whole(), (
        "docs/reference/data-model.md is old: run DJANGO_SETTINGS_MODULE=gisapp.settings python -m "
        "tests.contract.data_model"
    )


def test_every_layer_is_documented() -> None:
    told = data_model.DOCUMENT.read_text("utf-8")
    for layer in all_layers():
        assert f"## `{layer.key}`" in told
        for name in layer.properties(staff=True):
            assert f"| `{name}` |" in told or name == "region"


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")]
    assert sorted(numbers) == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_programs_that_the_documents_name_are_there() -> None:
    for path in DOCUMENTS:
        for program in re.findall(r"`script/([\w.-]+)", path.read_text("utf-8")):
            assert (ROOT / "script" / program).exists(), f"{path.name} names script/{program}"


def test_the_readme_has_a_twin() -> None:
    """Both languages lead to the same documents and show the same commands."""
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    twins = {"README.md", "README.zh-CN.md"}
    assert set(LINK.findall(english)) - twins == set(LINK.findall(chinese)) - twins
    assert re.findall(r"script/\w+", english) == re.findall(r"script/\w+", chinese)


def test_git_holds_what_the_documents_show() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("git is not here")
    ignored = [
        str(target)
        for path in DOCUMENTS
        for link in LINK.findall(CODE.sub("", path.read_text("utf-8")))
        if not link.startswith(("http", "#", "mailto"))
        and (target := (path.parent / link.partition("#")[0]).resolve()).exists()
        and subprocess.run([git, "check-ignore", "-q", target], cwd=ROOT, check=False).returncode == 0
    ]
    assert not ignored, f"documents link to what is not in the repository: {ignored}"
