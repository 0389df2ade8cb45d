"""The trail as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from importers.exporters.sheets import inert
from oversight.trail.words import in_words

if TYPE_CHECKING:
    from oversight.trail.question import Happening


class Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        """Return `value`."""
        return value


def csv_lines(lines: Iterator[Happening], people: Mapping[int | None, str]) -> Iterator[str]:
    """Yield the file line by line; the mark at its beginning tells spreadsheets that it is UTF-8."""
    writer: Any = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(heads())
    for one in lines:
        line = in_words(one, people)
        cells = (
            timezone.localtime(line.at).isoformat(timespec="milliseconds"),
            line.person,
            line.kind,
            line.subject,
            " ".join(one.codes),
            line.then,
            line.about or (_("reaches beyond your area") if line.beyond else ""),
            line.rows,
            line.through,
            line.reason,
            line.request_id,
        )
        yield writer.writerow([inert(cell) for cell in cells])


def heads() -> list[str]:
    """Return the names of the columns."""
    return [
        _("Time"),
        _("Person"),
        _("What happened"),
        _("Subject"),
        pgettext("of a feature", "Code"),
        _("Code at that time"),
        _("Details"),
        _("Rows"),
        _("Way in"),
        _("Reason"),
        _("Number of the request"),
    ]
