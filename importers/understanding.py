"""What the system makes of a file before anything is written: columns with samples, and the readings of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from importers.assemble import clues_of
from importers.cells import read_cells
from importers.columns import map_columns
from importers.crs_choice import candidates_for
from importers.crs_clues import ON_MAP, in_words
from importers.divisions import KnownCodes
from importers.fields import meaning_of, squeezed
from importers.problems import ImportRefusedError, WrongUseError
from importers.rows import Rows
from importers.shapes import given_geometries
from importers.suggestions import SAMPLES, SURE, samples_of, suggestions
from importers.understood import Reading, SeenColumn

if TYPE_CHECKING:
    from geocore.arrays import GeometryArray
    from importers.crs_clues import Candidate
    from importers.readers import Source
    from importers.services import ImportOrder
    from layers.spec import SpatialLayer

DEGREE_DECIMALS = 5
"""Of a position that is only looked at: a metre."""


def seen_columns(
    layer: SpatialLayer | None, source: Source, named: Mapping[str, str], units: Mapping[str, str]
) -> list[SeenColumn]:
    """Return the columns of a file; what the user said of one wins over every alias and unit of its header."""
    if layer is None:
        return [SeenColumn(column.name, samples_of(column)) for column in source.columns]
    words = {squeezed(name): unit for name, unit in units.items()}
    return [
        SeenColumn(
            one.column,
            one.samples,
            field=one.field if one.confidence >= SURE else "",
            why=one.why,
            suggested="" if one.confidence >= SURE else one.field,
            unit=words.get(squeezed(one.column), one.unit),
        )
        for one in suggestions(layer, source, named)
    ]


def meant(layer: SpatialLayer, name: str) -> str:
    """Return the field that a header means by itself; empty for none."""
    meaning = meaning_of(layer.key, name)
    return "" if meaning is None else meaning.field


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
    ranked = [(len({meant(layer, column.name) for column in source.columns} - {""}), layer) for layer in layers]
    best = max(ranked, key=lambda one: one[0], default=(0, None))
    return best[1] if best[0] else None


def diagnosed(order: ImportOrder, source: Source) -> tuple[list[Reading], list[str], GeometryArray | None]:
    """Return where the rows lie in each CRS that they may be in, the divisions that they name, and their geometries.

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
            return [], [], None
        named = sorted({code for code in clues.claims if code is not None})
        readings = [reading(one) for one in candidates_for(clues).candidates]
        return nearest_first(readings), named, clues.shapes
    except (ImportRefusedError, WrongUseError):
        return [], [], None


def nearest_first(readings: list[Reading]) -> list[Reading]:
    """Return the readings in their order, but those in which no row lies inside by how far they are from the first.

    A zone beside the right one is a likely mistake, one at the other end of the country is none.
    """
    if not readings or not readings[0].points:
        return readings
    west, south = readings[0].points[0]

    def order(one: Reading) -> float:
        if one.share_inside != 0 or not one.points:
            return -1.0
        return abs(one.points[0][0] - west) + abs(one.points[0][1] - south)

    return [readings[0], *sorted(readings[1:], key=order)]


def reading(candidate: Candidate) -> Reading:
    """Return a candidate as it is stored."""
    points: list[list[float]] = np.round(candidate.on_map(ON_MAP), DEGREE_DECIMALS).tolist()
    told = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            told[language] = [str(candidate.title), evidence_told(candidate)]
    return Reading(candidate.crs.key, told, candidate.share_inside, points)


def evidence_told(candidate: Candidate) -> str:
    """Return what speaks for a candidate in the present language."""
    if candidate.evidence is None:
        return _("from the file, or from the size of its numbers")
    return in_words(candidate.evidence)
