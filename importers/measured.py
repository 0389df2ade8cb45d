"""Numbers with units: those that a header names, and those that stand in the cells themselves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from django.db.models import Field

from geocore.measures import Unit, unit_named, unit_of_field
from importers.readers import Column
from importers.rows import as_mask
from importers.values import as_text, plain_numbers

WITH_UNIT = r"^(?P<number>[+-]?[\d,]*\.?\d+) *(?P<unit>[^\d\s.,+-][^\d]*\d?)$"
"""12.5亩, 8,333 m2, 12%."""

DECIMALS = 10
"""Of a converted number where the field keeps no fixed number of them."""


def in_own_unit(field: Field[Any, Any], column: Column, unit: Unit | None) -> Column:
    """Return the column with its numbers in the unit of the field, as text; what is no number stays as it is.

    Parameters
    ----------
    unit
        Of bare numbers; None: they are in the field's own unit. A unit in a cell wins.
    """
    own = unit_of_field(field.name)
    if own is None or isinstance(field, models.CharField):
        return column
    texts = as_text(column.values)
    ratio = unit.ratio_to(own) if unit is not None else Fraction(1)
    given = plain_numbers(texts)
    bare = as_mask(pc.is_valid(given))
    rest = as_mask(pc.is_valid(texts)) & ~bare
    if ratio == 1 and not rest.any():
        return column
    if ratio != 1 and bare.any():
        texts = pc.if_else(pa.array(bare), multiplied(field, given, np.full(len(texts), float(ratio))), texts)
    return Column(column.name, with_units(field, texts, rest, own) if rest.any() else texts)


def with_units(field: Field[Any, Any], texts: pa.Array, rest: Any, own: Unit) -> pa.Array:
    """Return texts with the cells of `rest` that are a number and a unit as numbers in the field's unit."""
    normal = pc.utf8_normalize(texts, form="NFKC")
    found = pc.extract_regex(pc.if_else(pa.array(rest), normal, pa.scalar(None, pa.string())), WITH_UNIT)
    words = pc.struct_field(found, "unit").dictionary_encode()
    units = [unit_named(word) for word in words.dictionary.to_pylist()]
    ratios = pa.array(
        [float(unit.ratio_to(own)) if unit and unit.dimension is own.dimension else None for unit in units],
        pa.float64(),
    ).take(words.indices)
    numbers = plain_numbers(pc.struct_field(found, "number"))
    known = pc.and_(pc.is_valid(ratios), pc.is_valid(numbers))
    factors = pc.fill_null(ratios, 1.0).to_numpy(zero_copy_only=False)
    return pc.if_else(pc.fill_null(known, False), multiplied(field, numbers, factors), texts)  # noqa: FBT003


def multiplied(field: Field[Any, Any], numbers: pa.Array, factors: Any) -> pa.Array:
    """Return numbers, written as text, times `factors`, rounded to what the field keeps."""
    decimals = field.decimal_places if isinstance(field, models.DecimalField) else DECIMALS
    return pc.round(pc.multiply(numbers.cast(pa.float64()), pa.array(factors)), ndigits=decimals).cast(pa.string())
