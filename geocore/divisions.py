"""The 12-digit division code tree: province, prefecture, county, township, village.

Notes
-----
Two digits each for province, prefecture and county, three each for township and village, padded with zeros on the
right (GB/T 2260 for the first six digits, GB/T 10114 for the rest). The level is that of the last group that is not
zero, so "451221" and "451221000000" are one county. A township may hang directly under a prefecture without counties
(441900003: Dongguan) and a county under the pseudo-prefecture "90" of a province (419001: Jiyuan).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from geocore.arrays import BoolArray
from geocore.errors import GeocoreError

CODE_LENGTH = 12


class Level(IntEnum):
    """Depth in the tree; the value is the number of digits that name a division of that level."""

    PROVINCE = 2
    PREFECTURE = 4
    COUNTY = 6
    TOWNSHIP = 9
    VILLAGE = 12


# GB/T 2260: north 1, north-east 2, east 3, centre and south 4, south-west 5, north-west 6, Taiwan 7, Hong Kong, Macao 8
_PROVINCES_OF_ZONE = {
    "1": "12345",
    "2": "123",
    "3": "1234567",
    "4": "123456",
    "5": "01234",
    "6": "12345",
    "7": "1",
    "8": "12",
}
PROVINCES = frozenset(zone + province for zone, provinces in _PROVINCES_OF_ZONE.items() for province in provinces)

_DIGITS = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", re.ASCII)
_GB = re.compile(r"156(\d{6})", re.ASCII)


class DivisionCodeError(GeocoreError):
    """“%(given)s” is not a division code: it must have 2, 4, 6, 9 or 12 digits."""

    code: ClassVar[str] = "division_code"
    remedy: ClassVar[str] = "Give the code as text, for example 451221 for a county or 451221100000 for a township."


class UnknownProvinceError(DivisionCodeError):
    """“%(given)s” is not a division code: no province begins with %(province)s."""

    code: ClassVar[str] = "division_province"
    remedy: ClassVar[str] = "Check the first two digits; Guangxi is 45."


class DivisionCodeGapError(DivisionCodeError):
    """“%(given)s” is not a division code: it names a %(level)s but its %(missing)s digits are zero."""

    code: ClassVar[str] = "division_gap"
    remedy: ClassVar[str] = "Check the digits in the middle of the code against the published list."


@dataclass(frozen=True, slots=True, order=True)
class DivisionCode:
    """A division, as its 12 digits; make one with `parse`, which pads and checks."""

    code: str

    def __str__(self) -> str:
        return self.code

    @classmethod
    def parse(cls, given: str | float) -> "DivisionCode":
        """Return the division that `given` names.

        Parameters
        ----------
        given
            2, 4, 6, 9 or 12 digits, padded or not; spaces around and full-width digits are read, and a whole number
            is taken as its digits because spreadsheets store codes so.

        Raises
        ------
        DivisionCodeError
            If it is no division code; the subclass and its sentence say why.
        """
        digits = _digits_of(given)
        if _DIGITS.fullmatch(digits) is None:
            raise DivisionCodeError(given=given)
        if digits[:2] not in PROVINCES:
            raise UnknownProvinceError(given=given, province=digits[:2])
        code = digits.ljust(CODE_LENGTH, "0")
        _refuse_gap(given, code)
        return cls(code)

    @classmethod
    def from_gb(cls, given: str) -> "DivisionCode":
        """Return the division of a "gb" attribute: country 156, then six digits (156451221)."""
        match = _GB.fullmatch(given.strip())
        if match is None:
            raise DivisionCodeError(given=given)
        return cls.parse(match[1])

    @property
    def level(self) -> Level:
        """Return the depth in the tree."""
        return _level_of(self.code)

    @property
    def prefix(self) -> str:
        """Return the 2, 4, 6, 9 or 12 digits that this division and all below it begin with."""
        return self.code[: self.level]

    @property
    def parent(self) -> "DivisionCode | None":
        """Return the division one step up; None for a province, the prefecture for a township without a county."""
        return next(self.ancestors(), None)

    def ancestors(self) -> Iterator["DivisionCode"]:
        """Yield the divisions above, nearest first; levels whose digits are zero are no division and are left out."""
        below = self.code
        for level in sorted(Level, reverse=True):
            if level < self.level:
                above = self.code[:level].ljust(CODE_LENGTH, "0")
                if above != below and _level_of(above) == level:
                    yield DivisionCode(above)
                    below = above

    def at(self, level: Level) -> "DivisionCode | None":
        """Return this division or the one above it at `level`; None where it has none there."""
        return next((one for one in (self, *self.ancestors()) if one.level == level), None)

    def covers(self, other: "DivisionCode") -> bool:
        """Return whether `other` is this division or lies below it."""
        return other.code.startswith(self.prefix)


class NormalisedCodes(NamedTuple):
    """Division codes of a column."""

    codes: npt.NDArray[np.str_]
    """12 digits, dtype U12, shape (n,); empty where `valid` is False."""
    valid: BoolArray
    """Shape (n,)."""


def covers(prefix: str, code: str) -> bool:
    """Return whether the division named by `prefix` is, or contains, the one named by `code`.

    Parameters
    ----------
    prefix, code
        Division codes of any accepted length; "4512" and "451200000000" are the same prefecture.

    Raises
    ------
    DivisionCodeError
        If either is no division code; an empty prefix is refused too, it would cover the country by accident.
    """
    return DivisionCode.parse(prefix).covers(DivisionCode.parse(code))


def normalise_codes(values: Sequence[str | float | None]) -> NormalisedCodes:
    """Return the 12-digit codes of a whole column, and which rows have one; each distinct value is parsed once.

    Parameters
    ----------
    values
        Shape (n,), as read from a file. None, NaN and text that is no code are not valid.
    """
    known: dict[object, str] = {}
    codes = np.empty(len(values), dtype=f"U{CODE_LENGTH}")
    for index, value in enumerate(values):
        if value not in known:
            known[value] = _code_or_empty(value)
        codes[index] = known[value]
    valid: BoolArray = codes != ""
    return NormalisedCodes(codes, valid)


def _code_or_empty(value: str | float | None) -> str:
    if value is None:
        return ""
    try:
        return DivisionCode.parse(value).code
    except DivisionCodeError:
        return ""


def _digits_of(given: str | float) -> str:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    return unicodedata.normalize("NFKC", str(given)).strip()


def _level_of(code: str) -> Level:
    for level, above in ((Level.VILLAGE, 9), (Level.TOWNSHIP, 6), (Level.COUNTY, 4), (Level.PREFECTURE, 2)):
        if code[above:level].strip("0"):
            return level
    return Level.PROVINCE


def _refuse_gap(given: object, code: str) -> None:
    """Refuse a county without its prefecture, a village without its township; a township may lack its county."""
    level = _level_of(code)
    if level > Level.PREFECTURE and code[2:4] == "00":
        raise DivisionCodeGapError(given=given, level=level.name.lower(), missing="prefecture")
    if level == Level.VILLAGE and code[6:9] == "000":
        raise DivisionCodeGapError(given=given, level="village", missing="township")
