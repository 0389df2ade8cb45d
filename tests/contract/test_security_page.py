"""The page on security names tests that exist."""

from __future__ import annotations

import ast
import re

from django.conf import settings

PAGE = settings.BASE_DIR / "docs" / "reference" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions(path: str) -> set[str]:
    """Return the names of the functions of a module, and of its classes' methods."""
    file = settings.BASE_DIR / path
    assert file.is_file(), f"{path} does not exist"
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_every_named_test_exists() -> None:
    missing = [
        f"{path}::{name}" for path, name in NAMED.findall(PAGE.read_text("utf-8")) if name not in functions(path)
    ]
    assert not missing


def test_every_line_names_a_test() -> None:
    rows = [row for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| ")]
    lines = [row for row in rows if not row.startswith("| what ")]
    assert lines
    assert [row for row in lines if not NAMED.search(row)] == []
