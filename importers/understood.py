"""What the page shows of a file before anything is written: plain values, kept as JSON beside the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file: its name, its first values, the field that it would fill, and its unit; "" for none.

    `why` says how that was found, `suggested` what it may be where it fills nothing by itself.
    """

    name: str
    samples: list[str]
    field: str = ""
    why: str = ""
    suggested: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SeenPart:
    """A sheet or layer of a file; `rows` is None where only reading it tells."""

    name: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The positions of a file if its numbers are in one coordinate reference system.

    Attributes
    ----------
    told
        Title and evidence by language.
    share_inside
        Of the rows compared; None where nothing could be compared.
    points
        Of a sample of the rows, longitude and latitude in CGCS2000.
    """

    crs: str
    told: dict[str, list[str]]
    share_inside: float | None
    points: list[list[float]]

    @property
    def title(self) -> str:
        """Return the name of the system in the present language."""
        return self.told[get_language() or settings.LANGUAGE_CODE][0]

    @property
    def evidence(self) -> str:
        """Return what speaks for it in the present language."""
        return self.told[get_language() or settings.LANGUAGE_CODE][1]


@dataclass(slots=True)
class Understood:
    """What the page shows of a file."""

    rows: int = 0
    part: str = ""
    parts: list[SeenPart] = field(default_factory=list)
    columns: list[SeenColumn] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Values that tell whether the encoding is right."""
    readings: list[Reading] = field(default_factory=list)
    divisions: list[str] = field(default_factory=list)
    """Codes that the rows name."""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Understood:
        """Return what `as_json` gave."""
        return cls(
            rows=stored["rows"],
            part=stored["part"],
            parts=[SeenPart(**one) for one in stored["parts"]],
            columns=[SeenColumn(**one) for one in stored["columns"]],
            texts=stored["texts"],
            readings=[Reading(**one) for one in stored["readings"]],
            divisions=stored["divisions"],
        )
