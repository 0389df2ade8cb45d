"""Every template of ours can be compiled, also those that no test renders."""

from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    str(path.relative_to(folder))
    for folder in ROOT.glob("*/templates")
    for path in folder.rglob("*")
    if path.is_file() and path.suffix in {".html", ".txt", ".xml"}
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name):
    assert get_template(name)


def test_there_are_templates():
    assert TEMPLATES
