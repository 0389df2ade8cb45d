"""A line of the trail in words, for the page and for the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.roles import Through
from layers.concerned import PERSONAL_SUBJECTS
from layers.registry import UnknownLayerError, get_layer
from oversight.trail.question import Happening, Kind
from oversight.trail.sources import GRANT_SOURCE

if TYPE_CHECKING:
    import datetime as dt

MOST_LINKS = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A code that leads to the history of its feature."""

    code: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is read."""

    at: dt.datetime
    person: str
    kind: str
    subject: str
    subject_key: str
    codes: tuple[str, ...]
    more_codes: int
    then: str
    about: str
    rows: int | None
    through: str
    reason: str
    request_id: str
    beyond: bool

    @property
    def links(self) -> list[Link]:
        """Codes with their addresses: a page shows fifty lines, a file has a million and needs none."""
        layer = layer_key(self.subject_key)
        return [Link(code, history_url(layer, code)) for code in self.codes]


def in_words(one: Happening, people: Mapping[int | None, str]) -> Line:
    """Return a line in the language of the reader."""
    language = get_language()
    return Line(
        at=one.place.at,
        person=people.get(one.who) or (_("unknown") if one.kind == Kind.REFUSED else _("system")),
        kind=kind_title(one.kind, language),
        subject=subject_title(one.subject, language),
        subject_key=one.subject,
        codes=one.codes[:MOST_LINKS],
        more_codes=max(len(one.codes) - MOST_LINKS, 0),
        then=one.then,
        about=one.about,
        rows=one.rows,
        through=way_title(one.through, language),
        reason=one.reason,
        request_id=one.request_id,
        beyond=one.beyond,
    )


def layer_key(subject: str) -> str:
    """Return the layer whose features the codes of a subject are; empty where they are of none."""
    if subject in PERSONAL_SUBJECTS:
        return "households"
    try:
        return get_layer(subject).key
    except UnknownLayerError:
        return ""


def history_url(layer: str, code: str) -> str:
    """Return where the versions of a feature are; empty where codes lead nowhere."""
    try:
        return reverse("layers:history", kwargs={"layer": layer, "code": code}) if layer else ""
    except NoReverseMatch:  # what was recorded as a code need not look like one
        return ""


@lru_cache(maxsize=200)
def kind_title(kind: str, language: str | None) -> str:
    """Return what happened in `language`, which is the active one: an export asks for it a million times."""
    return str(Kind(kind).label)


@lru_cache(maxsize=200)
def way_title(through: str, language: str | None) -> str:
    """Return the way in, as `kind_title`."""
    return str(dict(Through.choices).get(through, through))


@lru_cache(maxsize=200)
def subject_title(subject: str, language: str | None) -> str:
    """Return the name of a subject, as `kind_title`."""
    try:
        return str(get_layer(subject).title)
    except UnknownLayerError:
        pass
    if subject == GRANT_SOURCE:
        subject = "accounts.Grant"
    try:
        return str(apps.get_model(subject)._meta.verbose_name_plural)
    except (LookupError, ValueError):
        return {"trail": _("Audit trail")}.get(subject, subject)
