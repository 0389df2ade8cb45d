"""What the system makes of a file before anything is written: columns with samples, and the readings of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import DEFAULT_DB_ALIAS

from geocore.arrays import GeometryArray
from geocore.crs import Crs, parse_crs
from geocore.errors import GeocoreError
from importers.columns import ColumnMap, map_columns
from importers.crs_choice import first_positions, share_inside
from importers.fields import aliases, squeezed
from importers.problems import ImportRefusedError, WrongUseError
from importers.report import CrsCandidate
from importers.rows import Rows
from importers.shapes import Given, given_geometries

if TYPE_CHECKING:
    from importers.readers import Column, Source
    from layers.spec import SpatialLayer

SAMPLES = 3
LONGEST_SAMPLE = 60
MOST_POINTS = 400
"""Positions of a reading that the map shows."""
DEGREE_DECIMALS = 5
"""Of a position that is only looked at: a metre."""


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file: its name, its first values, and the field that it would fill ("" for none)."""

    name: str
    samples: list[str]
    field: str = ""


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
        )


def seen_columns(layer: SpatialLayer | None, source: Source, named: Mapping[str, str]) -> list[SeenColumn]:
    """Return the columns of a file; what the user said of one wins over every alias."""
    known = {} if layer is None else aliases(layer.key)
    said = {squeezed(name): target for name, target in named.items()}
    return [
        SeenColumn(
            column.name,
            samples_of(column),
            said.get(squeezed(column.name), known.get(squeezed(column.name), "")),
        )
        for column in source.columns
    ]


def samples_of(column: Column) -> list[str]:
    """Return the first different values of a column as text."""
    found: dict[str, None] = {}
    for value in column.values:
        text = "" if value.as_py() is None else str(value.as_py()).strip()
        if text:
            found[shortened(text)] = None
        if len(found) == SAMPLES:
            break
    return list(found)


def shortened(text: str) -> str:
    """Return a value short enough for a cell."""
    return text if len(text) <= LONGEST_SAMPLE else text[: LONGEST_SAMPLE - 1] + "…"


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


def readings_of(
    layer: SpatialLayer,
    source: Source,
    named: Mapping[str, str],
    candidates: Sequence[CrsCandidate],
    *,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Reading]:
    """Return where the rows lie in each candidate; a candidate that comes without a share gets one."""
    shapes = sampled_shapes(layer, source, named)
    readings = []
    for candidate in candidates:
        crs = accepted_or_none(candidate.crs)
        share = candidate.share_inside
        if crs is not None and share is None and len(shapes):
            share = share_inside(crs, shapes, using)
        points = [] if crs is None else points_in(crs, shapes)
        readings.append(Reading(candidate.crs, str(candidate.evidence), share, points))
    return readings


def sampled_shapes(layer: SpatialLayer, source: Source, named: Mapping[str, str]) -> GeometryArray:
    """Return a sample of the geometries as given; none where columns are missing that make them."""
    try:
        columns = map_columns(layer, source, named)
    except (ImportRefusedError, WrongUseError):
        if source.geometries is None:
            return np.array([], dtype=object)
        columns = ColumnMap()
    given = given_geometries(layer, source, columns, Rows.of(source.row_numbers))
    return sample_of(given.values())


def sample_of(given: Iterable[Given]) -> GeometryArray:
    """Return geometries evenly over the rows, of the first field that has one."""
    for one in given:
        present = np.flatnonzero(~shapely.is_missing(one.shapes) & ~shapely.is_empty(one.shapes))
        if len(present):
            chosen: GeometryArray = one.shapes[present[:: max(1, -(-len(present) // MOST_POINTS))]]
            return chosen
    return np.array([], dtype=object)


def points_in(crs: Crs, shapes: GeometryArray) -> list[list[float]]:
    """Return one position of each geometry in CGCS2000 degrees, those that are on the earth."""
    if not len(shapes):
        return []
    places = crs.to_cgcs2000(first_positions(shapes))
    places = places[np.isfinite(places).all(axis=1)]
    places = places[(np.abs(places[:, 0]) <= 180) & (np.abs(places[:, 1]) <= 90)]
    found: list[list[float]] = np.round(places, DEGREE_DECIMALS).tolist()
    return found


def accepted_or_none(text: str) -> Crs | None:
    """Return the CRS that a text means, or None where it is not accepted."""
    try:
        return parse_crs(text)
    except GeocoreError:
        return None
