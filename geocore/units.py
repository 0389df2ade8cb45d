"""Areas in mu, square metres and hectares: exact factors, and reading what people write."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from geocore.errors import GeocoreError

Number = TypeVar("Number", float, Decimal, npt.NDArray[np.float64])


class AreaUnit(StrEnum):
    """A unit of area; the value is its symbol in files and in the API."""

    M2 = "m2"
    MU = "mu"
    HA = "ha"
    KM2 = "km2"


# Exact: 15 mu are one hectare, so a mu is 666.666... m2 and needs a fraction
M2_PER: dict[AreaUnit, Fraction] = {
    AreaUnit.M2: Fraction(1),
    AreaUnit.MU: Fraction(10_000, 15),
    AreaUnit.HA: Fraction(10_000),
    AreaUnit.KM2: Fraction(1_000_000),
}

_WORDS: dict[str, AreaUnit] = {
    **dict.fromkeys(("m2", "m^2", "sqm", "平方米", "平米"), AreaUnit.M2),
    **dict.fromkeys(("mu", "亩", "市亩", "畝"), AreaUnit.MU),
    **dict.fromkeys(("ha", "hm2", "hm^2", "公顷", "hectare", "hectares"), AreaUnit.HA),
    **dict.fromkeys(("km2", "km^2", "平方公里", "平方千米"), AreaUnit.KM2),
}

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_TEXT = re.compile(r"(?P<number>[+-]?[\d.,]+(?:e[+-]?\d+)?)\s*(?P<myriad>万)?\s*(?P<unit>\D.*)?", re.ASCII)


class AreaTextError(GeocoreError):
    """“%(given)s” is not an area."""

    code: ClassVar[str] = "not_an_area"
    remedy: ClassVar[str] = "Write a number, and a unit where it is not the column's: 12.5, 12.5 mu, 8,333 m2, 0.8 ha."


class NegativeAreaError(AreaTextError):
    """“%(given)s” is negative, and no area is."""

    code: ClassVar[str] = "negative_area"
    remedy: ClassVar[str] = "Correct the sign, or leave the cell empty if the area is unknown."


class Area(NamedTuple):
    """An area as it was written."""

    value: Decimal
    unit: AreaUnit

    def to(self, unit: AreaUnit) -> Decimal:
        """Return the value in `unit`, to the precision of the decimal context (28 digits)."""
        return convert_area(self.value, self.unit, unit)

    @property
    def m2(self) -> Decimal:
        """Return square metres."""
        return self.to(AreaUnit.M2)

    @property
    def mu(self) -> Decimal:
        """Return mu."""
        return self.to(AreaUnit.MU)


def convert_area(value: Number, source: AreaUnit, target: AreaUnit) -> Number:
    """Return `value` of `source` in `target`.

    Parameters
    ----------
    value
        float, Decimal or float64 array of any shape; the same type comes back. NaN stays NaN.
    source, target
        Units; the ratio between them is exact, so a Decimal is rounded once and a float twice at most.
    """
    ratio = M2_PER[source] / M2_PER[target]
    if isinstance(value, Decimal):
        return value * ratio.numerator / ratio.denominator
    return value * float(ratio.numerator) / float(ratio.denominator)


def m2_to_mu(value: Number) -> Number:
    """Return mu of square metres: 1 mu is 10,000/15 m2."""
    return convert_area(value, AreaUnit.M2, AreaUnit.MU)


def mu_to_m2(value: Number) -> Number:
    """Return square metres of mu."""
    return convert_area(value, AreaUnit.MU, AreaUnit.M2)


def m2_to_ha(value: Number) -> Number:
    """Return hectares of square metres."""
    return convert_area(value, AreaUnit.M2, AreaUnit.HA)


def parse_area_unit(text: str) -> AreaUnit:
    """Return the unit that `text` names, in Chinese or English; full-width letters, superscripts and ㎡ are read too.

    Raises
    ------
    AreaTextError
        If it names no unit.
    """
    unit = _unit_named(text)
    if unit is None:
        raise AreaTextError(given=text)
    return unit


def parse_area(text: str, default: AreaUnit) -> Area:
    """Return the area written in `text`.

    Parameters
    ----------
    text
        A number with an optional unit: "12.5", "12.5亩", "8,333.3 m²", "１２公顷", "1.2万亩" (ten thousand mu).
    default
        The unit of a bare number, normally the column's.

    Raises
    ------
    AreaTextError
        If there is no number, the unit is unknown, or commas do not separate thousands ("12,5" is never guessed).
    NegativeAreaError
        If the number is below zero.
    """
    match = _TEXT.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if match is None:
        raise AreaTextError(given=text)
    value = _number(match["number"], text)
    if match["myriad"]:
        value *= 10_000
    unit = _unit_named(match["unit"]) if match["unit"] else default
    if unit is None:
        raise AreaTextError(given=text)
    if value < 0:
        raise NegativeAreaError(given=text)
    return Area(value, unit)


def _unit_named(text: str) -> AreaUnit | None:
    return _WORDS.get(unicodedata.normalize("NFKC", text).strip().casefold())


def _number(written: str, text: str) -> Decimal:
    if "," in written:
        if _THOUSANDS.fullmatch(written) is None:
            raise AreaTextError(given=text)
        written = written.replace(",", "")
    try:
        return Decimal(written)
    except InvalidOperation:
        raise AreaTextError(given=text) from None
