"""Which backups of a folder stay: the newest of each of the last days, weeks and months."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from gisapp.backup.making import UNFINISHED

NAMED = "%Y-%m-%d-%H%M%S"
"""Names of backups that a machine made; folders of any other name are somebody's and are never touched."""
NAME = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """How many days, weeks and months keep a backup; those without one do not count."""

    daily: int
    weekly: int
    monthly: int


def rotate(folder: Path, made: Path, policy: Policy) -> list[Path]:
    """Remove from `folder` what the policy does not keep, and what killed runs left; return the backups that stay.

    Parameters
    ----------
    made
        A backup that was just verified. It stays whatever its name says: a clock that ran ahead may have given another
        one a later name, and then this is the only one of which anything is known.
    """
    found = {moment_of(path): path for path in folder.iterdir() if is_backup(path)}
    staying = {found[moment] for moment in to_keep(found, policy)} | {made}
    for path in found.values():
        if path not in staying:
            # under a name that nobody takes for a whole backup, should this be interrupted
            shutil.rmtree(path.rename(path.with_name(path.name + UNFINISHED)))
    for path in folder.glob(f"*{UNFINISHED}"):
        if NAME.fullmatch(path.name.removesuffix(UNFINISHED)) and not being_made(path):
            shutil.rmtree(path, ignore_errors=True)
    return sorted(staying)


def to_keep(moments: Iterable[datetime], policy: Policy) -> set[datetime]:
    """Return the moments whose backups stay: the newest always, then the newest of each of the last periods."""
    falling = sorted(moments, reverse=True)
    staying = set(falling[:1])
    for count, period in (
        (policy.daily, lambda one: one.date()),
        (policy.weekly, lambda one: one.isocalendar()[:2]),
        (policy.monthly, lambda one: (one.year, one.month)),
    ):
        newest: dict[object, datetime] = {}
        for moment in falling:
            newest.setdefault(period(moment), moment)
        staying |= set(islice(newest.values(), count))
    return staying


def is_backup(path: Path) -> bool:
    """Return whether a folder has the name of a backup that a machine made."""
    if not NAME.fullmatch(path.name) or not path.is_dir() or path.is_symlink():
        return False
    try:
        moment_of(path)
    except ValueError:
        return False
    return True


def moment_of(path: Path) -> datetime:
    """Return when a backup was begun by its name, in the time of the site."""
    return datetime.strptime(path.name, NAMED)  # noqa: DTZ007  names carry no zone


def being_made(draft: Path) -> bool:
    """Return whether somebody is filling an unfinished backup."""
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
