"""Typed reading of environment variables, for gisapp/settings.py alone.

Each reader returns the default where the variable is unset or empty. What cannot be read is kept in
`problems` and reported by a system check, so that a typing mistake gives a sentence and not a traceback.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

problems: list[str] = []

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return the variable as it is, or the content of the file that `NAME_FILE` names.

    A secret in a file is shown by no list of processes and inherited by no program.
    """
    given, path = (os.environ.get(one, "").strip() for one in (name, f"{name}_FILE"))
    if given and path:
        report(f"{name} and {name}_FILE are both set: leave one out.")
    if path and not given:
        try:
            given = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            report(f"{name}_FILE={path!r} cannot be read.")
    return given or default


def report(problem: str) -> None:
    """Keep a problem once, however often the variable is read."""
    if problem not in problems:
        problems.append(problem)


def one_of(name: str, allowed: Iterable[str], default: str) -> str:
    """Return the variable where it is one of `allowed`."""
    value = text(name, default)
    if value in (known := list(allowed)):
        return value
    problems.append(f"{name}={value!r} is not one of {', '.join(known)}.")
    return default


def flag(name: str, *, default: bool) -> bool:
    """Return the variable as yes or no."""
    value = text(name).lower()
    if value in YES | NO:
        return value in YES
    if value:
        problems.append(f"{name}={value!r} is neither yes nor no (1 or 0).")
    return default


def integer(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number not below `least`."""
    value = text(name)
    if not value:
        return default
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    problems.append(f"{name}={value!r} is not a whole number of {least} or more.")
    return default


def clock(name: str, default: tuple[int, int]) -> tuple[int, int]:
    """Return the variable, a time of day as `02:30`, as hour and minute."""
    value = text(name)
    if not value:
        return default
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value, re.ASCII)
    if found:
        return int(found[1]), int(found[2])
    problems.append(f"{name}={value!r} is not a time like 02:30.")
    return default


def words(name: str, default: Iterable[str] = ()) -> list[str]:
    """Return the variable split at commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def folder(name: str, default: Path) -> Path:
    """Return the variable as an absolute path."""
    return Path(text(name, str(default))).expanduser().absolute()


def present(*names: str) -> list[str]:
    """Return those of `names` that are set."""
    return [name for name in names if name in os.environ]
