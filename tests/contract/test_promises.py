"""The pages of promises, on security and on faults, name tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

DOCS = settings.BASE_DIR / "docs"
every_page = pytest.mark.parametrize("page", [DOCS / "reference" / "security.md", DOCS / "explanation" / "faults.md"])
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions(path: str) -> set[str]:
    """Return the names of the functions of a module, and of its classes' methods."""
    file = settings.BASE_DIR / path
    assert file.is_file(), f"{path} does not exist"
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


@every_page
def test_every_named_test_exists(page: Path) -> None:
    missing = [
        f"{path}::{name}" for path, name in NAMED.findall(page.read_text("utf-8")) if name not in functions(path)
    ]
    assert not missing


@every_page
def test_every_line_names_a_test(page: Path) -> None:
    rows = [row for row in page.read_text("utf-8").splitlines() if row.startswith("| ")]
    lines = [row for row in rows if not row.startswith("| what ")]
    assert lines
    assert [row for row in lines if not NAMED.search(row)] == []
