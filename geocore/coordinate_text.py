"""Coordinates as people write them: decimal degrees, degrees minutes seconds, hemisphere letters, full-width digits.

Notes
-----
Read: 107.25, 107.25°, E107.25, 107°15′30″, 107°15.5′E, 107 15 30, 107:15:30, 107d15m30s, 东经107度15分30秒, +1 05 30.6,
1 05 30.6-, 424,160.64 and any of them in full-width characters. A letter or a sign stands before or after, not both.
The spellings are those of the QGIS delimited text provider and of Chinese field books.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geocore.arrays import BoolArray, FloatArray, IntArray

_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_PLAIN = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"

# In this order. Marks first: NFKC would turn the degree sign's doubles into letters.
_SAME_MARKS = (
    ("[º˚⁰ᵒ○〇度]", "°"),
    ("[″”“＂〃秒]|''|′′|’’", '"'),
    ("[′’‘＇´`分]", "'"),
    ("东经|東經", "E"),
    ("西经|西經", "W"),
    ("北纬|北緯", "N"),
    ("南纬|南緯", "S"),
)
# "s" closes seconds only after "m"; otherwise it is the south
_LETTER_MARKS = (
    (r"(\d)\s*D", r"\1°"),
    (r"(\d)\s*M\s*(\d{1,2}(?:\.\d*)?)\s*S", r"""\1'\2" """),
    (r"(\d)\s*M", r"\1'"),
    (r"\s+", " "),
)
_BEFORE, _AFTER = r"^(?P<before>[-+NSEW]?) ?", r" ?(?P<after>[-+NSEW]?)"
_FORMS = (
    _BEFORE + r"""(?P<d>\d{1,3}) ?[° :] ?(?P<m>\d{1,2}) ?[' :] ?(?P<s>\d{1,2}(?:\.\d*)?) ?"?""" + _AFTER + "$",
    _BEFORE + r"""(?P<d>\d{1,3}) ?[° :] ?(?P<m>\d{1,2}(?:\.\d*)?) ?'?""" + _AFTER + "(?P<s>)$",
    _BEFORE + r"(?P<d>\d{1,3}(?:\.\d*)?) ?°" + _AFTER + "(?P<m>)(?P<s>)$",
    r"^(?P<before>[NSEW]) ?(?P<d>\d+(?:\.\d*)?)(?P<m>)(?P<s>)(?P<after>)$",
    r"^(?P<d>\d+(?:\.\d*)?) ?(?P<after>[NSEW])(?P<m>)(?P<s>)(?P<before>)$",
)
_SEXAGESIMAL_FORMS = 2
"""How many of the forms have minutes."""


class CoordinateColumn(NamedTuple):
    """One column of coordinates, shape (n,) each."""

    values: FloatArray
    """Degrees or metres; NaN where there is none."""
    bad: BoolArray
    """There is text, but no coordinate."""
    axis: IntArray
    """1 where a letter says east or west, -1 where it says north or south, 0 where none says anything."""


def read_coordinates(texts: pa.Array) -> CoordinateColumn:
    """Return the numbers of a column of text; null is none, and "nan" and "inf" are what they say.

    Notes
    -----
    Where at least half of a column is written in minutes, a bare number with a fraction is bad: 12.234 may stand for
    12 degrees and 23 minutes there, and guesses are errors.
    """
    axis = np.zeros(len(texts), dtype=np.int64)
    try:
        quickly = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return CoordinateColumn(quickly, np.zeros(len(texts), dtype=np.bool_), axis)
    except pa.ArrowInvalid:
        pass  # something is more than a bare number
    same = pc.utf8_trim_whitespace(pc.utf8_normalize(_replaced(texts, _SAME_MARKS), form="NFKC"))
    grouped = pc.fill_null(pc.match_substring_regex(same, _THOUSANDS), False)  # noqa: FBT003  Arrow's own call
    same = pc.if_else(grouped, pc.replace_substring(same, ",", ""), same)
    plain = _mask(pc.match_substring_regex(same, _PLAIN))
    values = np.full(len(texts), np.nan)
    values[plain] = same.filter(pa.array(plain)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    endless = _mask(pc.match_substring_regex(same, _NOT_FINITE))
    left = _mask(pc.is_valid(same)) & ~plain & ~endless
    if not left.any():
        return CoordinateColumn(values, left, axis)
    sexagesimal = np.zeros(len(texts), dtype=np.bool_)
    marked = _replaced(pc.utf8_upper(same), _LETTER_MARKS)
    marked = pc.utf8_trim_whitespace(marked)
    for number, form in enumerate(_FORMS):
        rows = np.flatnonzero(left)
        degrees, sides, good = _read_form(marked.take(pa.array(rows)), form)
        values[rows[good]], axis[rows[good]] = degrees[good], sides[good]
        left[rows[good]] = False
        sexagesimal[rows[good]] = number < _SEXAGESIMAL_FORMS
    mixed = plain & (np.round(values) != values)
    if 2 * sexagesimal.sum() >= _mask(pc.is_valid(same)).sum():
        values[mixed] = np.nan
        left |= mixed
    return CoordinateColumn(values, left, axis)


def _read_form(texts: pa.Array, form: str) -> tuple[FloatArray, IntArray, BoolArray]:
    """Return degrees, axis and which texts have this form with minutes and seconds below 60."""
    found = pc.extract_regex(texts, form)
    good = _mask(pc.is_valid(found))
    degrees, minutes, seconds = (_number(found, name) for name in ("d", "m", "s"))
    before, after = (
        np.array([*pc.fill_null(pc.struct_field(found, name), "").to_pylist(), ""], dtype="U1")[:-1]
        for name in ("before", "after")
    )
    good &= (minutes < 60) & (seconds < 60) & ((before == "") | (after == ""))
    letter = np.where(before == "", after, before)
    sign = np.where(np.isin(letter, ("-", "S", "W")), -1.0, 1.0)
    axis = np.isin(letter, ("E", "W")).astype(np.int64) - np.isin(letter, ("N", "S"))
    return sign * (degrees + minutes / 60.0 + seconds / 3600.0), axis, good


def _number(found: pa.Array, name: str) -> FloatArray:
    text = pc.struct_field(found, name)
    text = pc.if_else(pc.equal(text, ""), "0", text)
    numbers: FloatArray = pc.fill_null(text.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    return numbers


def _replaced(texts: pa.Array, pairs: tuple[tuple[str, str], ...]) -> pa.Array:
    for pattern, replacement in pairs:
        texts = pc.replace_substring_regex(texts, pattern, replacement)
    return texts


def _mask(values: pa.Array) -> BoolArray:
    mask: BoolArray = pc.fill_null(values, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return np.array(mask, dtype=np.bool_)
