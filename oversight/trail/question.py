"""What an auditor asks of the trail, and one line of the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessRecord


class Kind(models.TextChoices):
    """What happened."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    GRANTED = "granted", _("grant given")
    REGRANTED = "regranted", _("grant changed")
    WITHDRAWN = "withdrawn", _("grant taken away")
    READ = AccessRecord.Kind.READ.value, AccessRecord.Kind.READ.label
    SEARCH = AccessRecord.Kind.SEARCH.value, AccessRecord.Kind.SEARCH.label
    CHANGE = AccessRecord.Kind.CHANGE.value, AccessRecord.Kind.CHANGE.label
    EXPORT = AccessRecord.Kind.EXPORT.value, AccessRecord.Kind.EXPORT.label
    ERASE = AccessRecord.Kind.ERASE.value, AccessRecord.Kind.ERASE.label
    SIGN_IN = AccessRecord.Kind.SIGN_IN.value, AccessRecord.Kind.SIGN_IN.label
    REFUSED = AccessRecord.Kind.REFUSED.value, AccessRecord.Kind.REFUSED.label


class PlaceError(ValueError):
    """A place in the trail that cannot be read."""


class Place(NamedTuple):
    """Where in the trail a line stands: newest first, then by source, number and version, so that no two are equal."""

    at: dt.datetime
    source: str
    number: int
    part: int

    def __str__(self) -> str:
        return "~".join((self.at.isoformat(), self.source, str(self.number), str(self.part)))

    @classmethod
    def parse(cls, given: str) -> Self:
        """Return the place that an address names.

        Raises
        ------
        PlaceError
        """
        try:
            at, source, number, part = given.split("~")
            moment = dt.datetime.fromisoformat(at)
            numbers = int(number), int(part)
        except ValueError as error:
            raise PlaceError(given) from error
        if moment.tzinfo is None or not all(0 <= one < 2**31 for one in numbers):
            raise PlaceError(given)
        return cls(moment, source, *numbers)

    def before(self, source: str, *, at: str, number: str, part: str | None = None) -> Q:
        """Return the test that a row of `source` comes after this place on paper, so before it in time.

        Parameters
        ----------
        at, number, part
            Names of the fields that hold them; None: the rows of this source have no part.
        """
        if source != self.source:
            return Q(**{f"{at}__lte" if source < self.source else f"{at}__lt": self.at})
        rest = Q(**{f"{at}__lt": self.at}) | Q(**{f"{number}__lt": self.number})
        if part is not None:
            rest |= Q(**{number: self.number, f"{part}__lt": self.part})
        # The first test alone is what the index is entered by.
        return Q(**{f"{at}__lte": self.at}) & rest


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """What is asked; what is empty or None asks nothing.

    Attributes
    ----------
    people
        Ids of users: who did it, or whom a grant concerned. Empty: somebody was asked for whom nobody knows.
    since, until
        First moment, and the first that no longer counts.
    division
        Division code prefix.
    code
        Code of a feature, as it is or was.
    """

    people: tuple[int, ...] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    kind: str = ""
    layer: str = ""
    division: str = ""
    code: str = ""
    through: str = ""
    reason: str = ""

    @property
    def narrows(self) -> bool:
        """True where not everything is asked for."""
        return self != TrailQuery()

    def asks_for(self, *kinds: str) -> bool:
        """Return whether one of `kinds` could be in the answer."""
        return not self.kind or self.kind in kinds

    def period(self, field: str) -> Q:
        """Return the test that the moment in `field` lies in the period."""
        test = Q()
        if self.since:
            test &= Q(**{f"{field}__gte": self.since})
        if self.until:
            test &= Q(**{f"{field}__lt": self.until})
        return test


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the trail.

    Attributes
    ----------
    who
        Id of the user; None is the system or nobody known.
    subject
        Key of a layer, or what else was concerned; see `about`.
    codes
        Codes of features as they are today: they lead to the history.
    then
        The code that the feature had then, where it has another today.
    about
        In words, where `subject` and `codes` do not say it: the grant, the file.
    beyond
        It also concerned divisions that the reader was not granted: what it says is withheld.
    """

    place: Place
    kind: str
    who: int | None
    subject: str
    codes: tuple[str, ...] = ()
    then: str = ""
    about: str = ""
    rows: int | None = None
    through: str = ""
    reason: str = ""
    request_id: str = ""
    beyond: bool = False
