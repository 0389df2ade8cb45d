"""What the system makes of a file before anything is written: columns with samples, and the readings of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from importers.assemble import clues_of
from importers.cells import read_cells
from importers.columns import map_columns
from importers.crs_choice import candidates_for
from importers.crs_clues import ON_MAP
from importers.divisions import KnownCodes
from importers.fields import aliases, squeezed
from importers.problems import ImportRefusedError, WrongUseError
from importers.rows import Rows
from importers.shapes import given_geometries
from importers.suggestions import SAMPLES, SURE, samples_of, suggestions

if TYPE_CHECKING:
    from importers.crs_clues import Candidate
    from importers.readers import Source
    from importers.services import ImportOrder
    from layers.spec import SpatialLayer

DEGREE_DECIMALS = 5
"""Of a position that is only looked at: a metre."""


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file: its name, its first values, and the field that it would fill ("" for none).

    `why` says how that was found, `suggested` what it may be where it fills nothing by itself, `alternatives` what
    else.
    """

    name: str
    samples: list[str]
    field: str = ""
    why: str = ""
    suggested: str = ""
    alternatives: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The positions of a file if its numbers are in one coordinate reference system.

    Attributes
    ----------
    share_inside
        Of the rows compared; None where nothing could be compared.
    points
        Of a sample of the rows, longitude and latitude in CGCS2000.
    """

    crs: str
    title: str
    evidence: str
    share_inside: float | None
    points: list[list[float]]


@dataclass(slots=True)
class Understood:
    """What the page shows of a file."""

    rows: int = 0
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
            columns=[SeenColumn(**one) for one in stored["columns"]],
            texts=stored["texts"],
            readings=[Reading(**one) for one in stored["readings"]],
            divisions=stored["divisions"],
        )


def seen_columns(layer: SpatialLayer | None, source: Source, named: Mapping[str, str]) -> list[SeenColumn]:
    """Return the columns of a file; what the user said of one wins over every alias."""
    if layer is None:
        return [SeenColumn(column.name, samples_of(column)) for column in source.columns]
    return [
        SeenColumn(
            one.column,
            one.samples,
            field=one.field if one.confidence >= SURE else "",
            why=one.why,
            suggested="" if one.confidence >= SURE else one.field,
            alternatives=tuple(one.alternatives),
            unit=one.unit,
        )
        for one in suggestions(layer, source, named)
    ]


def telling_texts(source: Source) -> list[str]:
    """Return values and names that look different in another encoding: those beyond ASCII."""
    texts: dict[str, None] = {}
    names = [column.name for column in source.columns]
    values = (sample for column in source.columns for sample in samples_of(column))
    for text in (*values, *names):
        if not text.isascii():
            texts[text] = None
        if len(texts) == SAMPLES:
            break
    return list(texts)


def best_layer(layers: Iterable[SpatialLayer], source: Source) -> SpatialLayer | None:
    """Return the layer of which most columns are known; None where no column means anything."""
    names = {squeezed(column.name) for column in source.columns}
    ranked = [(len({aliases(layer.key).get(name) for name in names} - {None}), layer) for layer in layers]
    best = max(ranked, key=lambda one: one[0], default=(0, None))
    return best[1] if best[0] else None


def diagnosed(order: ImportOrder, source: Source) -> tuple[list[Reading], list[str]]:
    """Return where the rows lie in each CRS that their numbers may be in, and the divisions that the rows name.

    What is wrong with single rows is left to the rehearsal, and a file without positions has no readings.
    """
    rows = Rows.of(source.row_numbers)
    try:
        columns = map_columns(order.layer, source, order.columns, order.units)
        known = KnownCodes.stored(order.using)
        cells = read_cells(order.layer, columns, order.defaults, rows=rows, known=known, user=order.user)
        given = given_geometries(order.layer, source, columns, rows)
        clues = clues_of(order, source, given, cells)
        if clues is None:
            return [], []
        named = sorted({code for code in clues.claims if code is not None})
        return [reading(one) for one in candidates_for(clues).candidates], named
    except (ImportRefusedError, WrongUseError):
        return [], []


def reading(candidate: Candidate) -> Reading:
    """Return a candidate as it is stored."""
    points: list[list[float]] = np.round(candidate.on_map(ON_MAP), DEGREE_DECIMALS).tolist()
    return Reading(candidate.crs.key, candidate.title, candidate.words, candidate.share_inside, points)
