"""What the service says of itself: apps add what only they know, the probes and the steward's page ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.selectors import Asker

OK = "ok"

readiness_checks: dict[str, Callable[[], str]] = {}
"""By name: each returns `ok`, or in a word what is missing; the word names no host, no person and no feature.

They run in a thread of their own with its own connection to the database, and are given up after two seconds.
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a section: a label, what is so, where it leads, and whether somebody should look at it."""

    label: str | Promise
    text: str | Promise
    url: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A box of the steward's page."""

    title: str | Promise
    facts: tuple[Fact, ...]


status_sections: list[Callable[[Asker], Section | None]] = []
"""Boxes of the steward's page, in order; each from the reader, None leaves it out."""
