"""Codes for rows that bring none: derived from what makes the row itself, so that the same row gets the same code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geocore.arrays import BoolArray, GeometryArray
from importers.divisions import CodeArray
from importers.rows import as_mask
from layers.spec import MatchKey, SpatialLayer

DIGEST_BYTES = 6
"""48 bits: among a million rows of one layer two agree by chance once in 500 loads."""

PLACE_DECIMALS = 7
"""Of the coordinates that a code is derived from: 1 cm."""


def keys_beyond_code(layer: SpatialLayer) -> list[MatchKey]:
    """Return the match keys of a layer but its code, in order."""
    return [key for key in layer.imports.match if key.fields != ("code",)]


def present(key: MatchKey, values: Mapping[str, pa.Array], count: int) -> BoolArray:
    """Return the rows in which all fields of a key are filled."""
    found = np.ones(count, dtype=np.bool_)
    for name in key.fields:
        column = values.get(name)
        if column is None:
            return np.zeros(count, dtype=np.bool_)
        found &= as_mask(pc.and_(pc.is_valid(column), pc.not_equal(column.cast(pa.string()), "")))
    return found


def derived_codes(
    layer: SpatialLayer, values: Mapping[str, pa.Array], shapes: Mapping[str, GeometryArray], wanted: BoolArray
) -> CodeArray:
    """Return a code for each row that is `wanted`, None for the others and where nothing makes the row itself.

    The first match key whose fields are filled makes the code, with the place where the key asks for one; a layer
    without such a key takes all values and places of the row.
    """
    count = len(wanted)
    codes = np.full(count, None, dtype=object)
    left = wanted.copy()
    places = [rounded(one) for one in shapes.values()]
    for key in keys_beyond_code(layer):
        chosen = left & present(key, values, count)
        parts = [text_of(values[name]) for name in key.fields] if chosen.any() else []
        fill(codes, chosen, layer, "/".join(key.fields), [*parts, *(places if key.within_m is not None else [])])
        left &= ~chosen
    if places:
        somewhere = left & np.any([np.array(place != b"") for place in places], axis=0)
        names = sorted(name for name in values if name not in {"code", "source"})
        fill(codes, somewhere, layer, "row", [*(text_of(values[name]) for name in names), *places])
    return codes


def fill(codes: CodeArray, chosen: BoolArray, layer: SpatialLayer, kind: str, parts: Sequence[CodeArray]) -> None:
    """Write the codes of the `chosen` rows, made of `parts`."""
    rows = np.flatnonzero(chosen)
    head = f"{layer.key}\x1f{kind}".encode()
    for row, cells in zip(rows, zip(*(part[rows] for part in parts), strict=True), strict=True):
        digest = hashlib.blake2b(b"\x1f".join((head, *cells)), digest_size=DIGEST_BYTES)
        codes[row] = f"{layer.imports.code_prefix}-{digest.hexdigest().upper()}"


def text_of(values: pa.Array) -> CodeArray:
    """Return values as bytes of their text; null is empty."""
    cells = pc.fill_null(values.cast(pa.string()), "").to_pylist()
    return np.array([cell.encode() for cell in cells] + [b""], dtype=object)[:-1]


def rounded(shapes: GeometryArray) -> CodeArray:
    """Return each geometry as bytes, rounded to `PLACE_DECIMALS`; None is empty."""
    near = shapely.transform(shapes, lambda xy: np.round(xy, PLACE_DECIMALS) + 0.0)
    wkb = shapely.to_wkb(near, byte_order=1)
    return np.array([one or b"" for one in wkb] + [b""], dtype=object)[:-1]
