"""Every setting is documented, and every documented setting is read."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "one_of", "flag", "integer", "words", "clock", "folder", "present"}


def read_in_settings() -> set[str]:
    """Return the names that settings.py hands to `env.…()` and `_secret()`."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / "gisapp/settings.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and called(node.func) in READERS | {"_secret"}:
            names |= {word.value for word in node.args if isinstance(word, ast.Constant) and is_name(word.value)}
    return names


def called(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", value) is not None


def documented() -> set[str]:
    """Return the names in the first column of the tables."""
    rows = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8").splitlines()
    return {name for row in rows if row.startswith("| `") for name in re.findall(r"`([A-Z0-9_]+)`", row.split("|")[1])}


def test_every_setting_is_documented():
    assert read_in_settings() - documented() == set()


def test_every_documented_setting_is_read():
    assert documented() - read_in_settings() == set()


def test_the_environment_is_read_in_one_module():
    """os.environ elsewhere would be a setting that nobody documents."""
    # cluster_host.py hands the environment on to PostgreSQL's programs
    allowed = {"gisapp/env.py", "gisapp/cluster_host.py", "gisapp/wsgi.py", "manage.py"}
    readers = {
        str(path.relative_to(ROOT))
        for folder in (path.parent for path in ROOT.glob("*/apps.py"))
        for path in folder.rglob("*.py")
        if re.search(r"os\.environ|getenv", path.read_text(encoding="utf-8"))
    }
    assert readers - allowed == set()
