"""The trail as one list, page by page or whole."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.roles import Action
from oversight.trail.question import Happening, Place, TrailQuery
from oversight.trail.sources import sources

if TYPE_CHECKING:
    from accounts.selectors import Asker

PAGE_LINES = 50
MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Lines, newest first, and where the older ones begin; None where there are none."""

    lines: list[Happening]
    older: Place | None


def trail_page(query: TrailQuery, *, user: Asker, before: Place | None = None) -> TrailPage:
    """Return the lines that come after `before`; as many queries as there are sources, however long the trail is."""
    found = [source.first(PAGE_LINES + 1) for source in sources(query, user=user, before=before)]
    lines = []
    for line in in_order(found):
        lines.append(line)
        if len(lines) > PAGE_LINES:
            return TrailPage(lines[:PAGE_LINES], lines[PAGE_LINES - 1].place)
    return TrailPage(lines, None)


def whole_trail(query: TrailQuery, *, user: Asker) -> Iterator[Happening]:
    """Yield every line that `user` may take along, read through cursors while it is written out."""
    with transaction.atomic():
        yield from in_order([source.every() for source in sources(query, user=user, action=Action.EXPORT)])


def in_order(found: Iterable[Iterator[Happening]]) -> Iterator[Happening]:
    """Yield the lines of all sources, newest first.

    The rows in force are read before the images that they superseded: a version that moves in between is found twice
    and told once, and never missed.
    """
    last = None
    for line in heapq.merge(*found, key=lambda line: line.place, reverse=True):
        if line.place != last:
            yield line
        last = line.place


def people_called(words: str) -> tuple[int, ...]:
    """Return the ids of users by their name: the account's own, or a part of the one that is shown."""
    test = Q(username__iexact=words) | Q(display_name__icontains=words)
    return tuple(User.objects.filter(test).values_list("pk", flat=True)[:MOST_PEOPLE])


def everybody() -> dict[int | None, str]:
    """Return the names of all users by id: an office has hundreds, an export millions of lines."""
    return {person.pk: str(person) for person in User.objects.only("pk", "username", "display_name")}
