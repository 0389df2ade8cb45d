"""Named queries: one `.sql` file each, in the folder `sql` of an app."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from psycopg2 import sql

HEADER = ("in", "out", "index")


class SqlFileError(LookupError):
    """A query is missing, or its header does not say what it takes, gives and needs."""


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One query and what its header says.

    Attributes
    ----------
    summary
        What the query answers.
    takes, gives, index
        Its parameters and parts, its columns, and the index it lives by.
    text
        The query without the header: comments there may hold `%` and braces.
    """

    summary: str
    takes: str
    gives: str
    index: str
    text: str


def load(app: str, name: str) -> str:
    """Return the text of the query `name` of the app labelled `app`.

    Raises
    ------
    SqlFileError
        There is no such file, or its header is incomplete.
    """
    return described(app, name).text


def compose(app: str, name: str, /, **parts: sql.Composable) -> sql.Composed:
    """Return the query `name` with its `{parts}` filled in.

    Parameters
    ----------
    **parts
        Identifiers and fragments of SQL. Values are never parts: they stay `%(name)s` and go with `execute`.

    Raises
    ------
    SqlFileError
        There is no such file, its header is incomplete, or a part has no value.
    """
    try:
        return sql.SQL(load(app, name)).format(**parts)
    except KeyError as missing:
        raise SqlFileError(f"the query {app}/sql/{name}.sql has a part without a value: {missing}") from None


@cache
def described(app: str, name: str) -> SqlFile:
    """Return the query `name` of the app labelled `app` with its header read.

    Raises
    ------
    SqlFileError
        There is no such file, or its header is incomplete.
    """
    path = Path(apps.get_app_config(app).path) / "sql" / f"{name}.sql"
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SqlFileError(f"there is no query {path}") from None
    except SqlFileError as error:
        raise SqlFileError(f"{path}: {error}") from None


def parse(text: str) -> SqlFile:
    """Return the parts of a query file.

    The header is the run of `--` lines that the file starts with: a line `path: summary`, then `in:`, `out:`,
    `index:` (and `note:`), each going on over following lines.

    Raises
    ------
    SqlFileError
        An entry of the header is missing, or no query follows.
    """
    lines = text.splitlines()
    length = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    entries: dict[str, list[str]] = {"": []}
    key = ""
    for line in lines[:length]:
        said = line.removeprefix("--").strip()
        word, colon, rest = said.partition(":")
        if colon and word in {*HEADER, "note"}:
            key, said = word, rest.strip()
        entries.setdefault(key, []).append(said)
    missing = [word for word in HEADER if not " ".join(entries.get(word, ())).strip()]
    if missing:
        raise SqlFileError(f"the header does not say: {', '.join(missing)}")
    body = "\n".join(lines[length:]).strip()
    if not body:
        raise SqlFileError("no query follows the header")
    takes, gives, index = (" ".join(entries[word]) for word in HEADER)
    return SqlFile(" ".join(entries[""]).partition(": ")[2], takes, gives, index, body)
