"""The loader of named queries."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from psycopg2 import sql

from layers import sqlfiles
from layers.sqlfiles import SqlFileError

GOOD = """\
-- layers/sql/example.sql: what there is
-- in:  prefix text, 100 % of it;
--      {table}
-- out: code
-- index: primary key
SELECT code FROM {table} -- kept
WHERE code LIKE %(prefix)s
"""


def test_header_is_read_and_taken_off() -> None:
    found = sqlfiles.parse(GOOD)
    assert found.summary == "what there is"
    assert found.takes == "prefix text, 100 % of it; {table}"
    assert (found.gives, found.index) == ("code", "primary key")
    assert found.text.startswith("SELECT code FROM {table} -- kept\nWHERE")


@pytest.mark.parametrize("line", ["-- in:", "-- out:", "-- index:"])
def test_incomplete_header_is_refused_by_name(line: str) -> None:
    text = "\n".join(kept for kept in GOOD.splitlines() if not kept.startswith(line))
    with pytest.raises(SqlFileError, match=line.strip("- :")):
        sqlfiles.parse(text)


def test_file_without_a_query_is_refused() -> None:
    with pytest.raises(SqlFileError, match="no query"):
        sqlfiles.parse(GOOD.partition("SELECT")[0])


def test_unknown_query_is_an_error_that_names_the_path() -> None:
    with pytest.raises(SqlFileError, match=r"layers/sql/no_such_query\.sql"):
        sqlfiles.load("layers", "no_such_query")


def test_part_without_a_value_is_an_error() -> None:
    with pytest.raises(SqlFileError, match="part without a value"):
        sqlfiles.compose("tiles", "extent", table=sql.Identifier("layers_site"))


def queries() -> list[Path]:
    """Return every file that an app keeps for the loader: those that are psql scripts belong to the shell."""
    folders = [Path(config.path) / "sql" for config in apps.get_app_configs() if config.name != "gisapp"]
    return [path for folder in folders for path in sorted(folder.glob("*.sql"))]


@pytest.mark.parametrize("path", queries(), ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_every_query_says_what_it_takes_gives_and_needs(path: Path) -> None:
    found = sqlfiles.parse(path.read_text(encoding="utf-8"))
    assert found.summary, "the first line says `path: what it answers`"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert f"{path.parent.parent.name}/sql/{path.name}:" in first
