"""Cells into values of fields: whole columns at once, each distinct text looked at once where it takes a look."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Field
from django.utils.translation import gettext as _

from importers.dates import Exactness, read_days
from importers.fields import in_every_language
from importers.problems import ProblemCode
from importers.readers import Column
from importers.rows import Rows, as_mask
from layers.registry import layer_of

NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
YES = frozenset({"1", "true", "t", "yes", "y", "是", "有", "√"})
NO = frozenset({"0", "false", "f", "no", "n", "否", "无", "×"})
INTEGERS: dict[str, tuple[int, int]] = {
    "PositiveSmallIntegerField": (0, 32_767),
    "PositiveIntegerField": (0, 2_147_483_647),
    "SmallIntegerField": (-32_768, 32_767),
    "IntegerField": (-2_147_483_648, 2_147_483_647),
    "BigIntegerField": (-(2**63), 2**63 - 1),
}


def as_text(values: pa.Array) -> pa.Array:
    """Return a column of any type as text without the space around it; nothing is null.

    Whole numbers that a file keeps as floats (codes in a spreadsheet) come without ".0".
    """
    if pa.types.is_floating(values.type):
        whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 1e15))
        integers = pc.if_else(whole, values, pa.scalar(None, values.type)).cast(pa.int64())
        values = pc.if_else(whole, integers.cast(pa.string()), values.cast(pa.string()))
    elif not pa.types.is_string(values.type):
        try:
            values = values.cast(pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
            values = pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())
    values = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def convert(field: Field[Any, Any], column: Column, rows: Rows) -> pa.Array:
    """Return the values of `column` as `field` holds them, null where there is none; what can't be is rejected."""
    given = as_text(column.values)
    reader = reader_of(field)
    return reader(field, column.name, given, rows)


Reader = Callable[["Field[Any, Any]", str, pa.Array, Rows], pa.Array]


def reader_of(field: Field[Any, Any]) -> Reader:
    """Return how the cells of a field are read."""
    if field.choices:
        return read_choice
    for kind, reader in READERS:
        if isinstance(field, kind):
            return reader
    return read_text


def read_text(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return text that fits."""
    if field.max_length:
        long = as_mask(pc.greater(pc.utf8_length(given), field.max_length))
        rows.reject(long, name, ProblemCode.TOO_LONG, given, most=field.max_length)
    rows.reject(as_mask(pc.match_substring(given, "\x00")), name, ProblemCode.BAD_CHARACTER)
    return given


def plain_numbers(given: pa.Array) -> pa.Array:
    """Return numbers written as text in plain digits: full-width ones and thousands separators are read, null: none."""
    try:
        if np.isfinite(pc.drop_null(given.cast(pa.float64())).to_numpy(zero_copy_only=False)).all():
            return given
    except pa.ArrowInvalid:
        pass  # something is more than a bare number
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(given, form="NFKC"))
    grouped = pc.match_substring_regex(plain, THOUSANDS)
    plain = pc.if_else(grouped, pc.replace_substring(plain, ",", ""), plain)
    numeric = pc.match_substring_regex(plain, NUMBER)
    return pc.if_else(pc.fill_null(numeric, False), plain, pa.scalar(None, pa.string()))  # noqa: FBT003


def numbers_of(name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return `plain_numbers`; what is none is rejected."""
    plain = plain_numbers(given)
    strange = as_mask(pc.and_(pc.is_valid(given), pc.is_null(plain)))
    if strange.any():
        infinite = as_mask(pc.match_substring_regex(pc.utf8_normalize(given, form="NFKC"), NOT_FINITE))
        rows.reject(infinite & strange, name, ProblemCode.NOT_FINITE, given)
        rows.reject(strange & ~infinite, name, ProblemCode.NOT_A_NUMBER, given)
    return plain


def read_float(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return float64."""
    values = numbers_of(name, given, rows).cast(pa.float64())
    endless = as_mask(pc.is_inf(values))
    rows.reject(endless, name, ProblemCode.NOT_FINITE, given)
    return values


def read_integer(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return int64 within the limits of the field."""
    values = numbers_of(name, given, rows).cast(pa.float64())
    least, most = INTEGERS.get(type(field).__name__, INTEGERS["IntegerField"])
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            least = max(least, int(str(validator.limit_value)))
        elif isinstance(validator, MaxValueValidator):
            most = min(most, int(str(validator.limit_value)))
    broken = as_mask(pc.and_(pc.not_equal(pc.floor(values), values), pc.is_finite(values)))
    beyond = as_mask(pc.or_(pc.less(values, float(least)), pc.greater(values, float(most))))
    rows.reject(broken, name, ProblemCode.NOT_AN_INTEGER, given)
    rows.reject(beyond & ~broken, name, ProblemCode.OUT_OF_BOUNDS, given, least=least, most=most)
    keep = pa.array(~(broken | beyond))
    return pc.if_else(keep, values, pa.scalar(None, pa.float64())).cast(pa.int64())


def read_decimal(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return numbers as text, which the database reads exactly; more decimals than it keeps are rounded there."""
    assert isinstance(field, models.DecimalField)
    plain = numbers_of(name, given, rows)
    most = 10 ** (field.max_digits - field.decimal_places) - 1
    beyond = as_mask(pc.greater(pc.abs(plain.cast(pa.float64())), float(most)))
    rows.reject(beyond, name, ProblemCode.OUT_OF_BOUNDS, given, least=-most, most=most)
    return plain


def read_date(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return dates; what was not written as a day is said."""
    coded = given.dictionary_encode()
    found = read_days(coded.dictionary.to_pylist())
    indices = coded.indices.fill_null(len(found)).to_numpy(zero_copy_only=False)
    kinds = np.array([one.exactness for one in found] + [""], dtype="U6")[indices]
    rows.reject(kinds == Exactness.EITHER, name, ProblemCode.JANUARY_OR_OCTOBER, given)
    rows.reject(kinds == Exactness.NONE, name, ProblemCode.NOT_A_DATE, given)
    for kind, sentence in (
        (Exactness.MONTH, _("Column %(column)s: %(n)d dates without a day were taken as the first of the month.")),
        (Exactness.SERIAL, _("Column %(column)s: %(n)d numbers were read as the dates of a spreadsheet.")),
    ):
        count = int((kinds == kind).sum())
        if count:
            rows.warnings.append(sentence % {"column": name, "n": count})
    return pa.array([one.value for one in found], pa.date32()).take(coded.indices)


def read_choice(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return the values of a list, by the value itself or its word in any language of the pages."""
    words = choice_words(field)
    listed = [(value, label) for value, label in field.flatchoices if value not in {"", None}]
    choices = ", ".join(str(label) for _value, label in listed)
    kind = pa.int64() if isinstance(field, models.IntegerField) else pa.string()
    return looked_up(
        given,
        lambda text: words.get(plain_word(text)),
        kind,
        name=name,
        rows=rows,
        code=ProblemCode.UNKNOWN_CHOICE,
        choices=choices,
    )


def choice_words(field: Field[Any, Any]) -> dict[str, Any]:
    """Return the plain words that mean each value of a list: the value, its titles, what the layer declares besides."""
    words: dict[str, Any] = {}
    for value, label in field.flatchoices:
        if value not in {"", None}:
            for word in (str(value), *in_every_language(label)):
                words.setdefault(plain_word(word), value)
    for value, more in words_of(field).items():
        words.update((plain_word(word), value) for word in more if plain_word(word) not in words)
    return words


def words_of(field: Field[Any, Any]) -> Mapping[Any, tuple[str, ...]]:
    """Return the further words for each value of a list, as its layer declares them."""
    layer = layer_of(field.model)
    return {} if layer is None else layer.imports.words.get(field.name, {})


def plain_word(text: str) -> str:
    """Return a word of a list without case, spaces and full-width forms."""
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", text).casefold())


def read_boolean(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return truth values."""

    def truth(text: str) -> bool | None:
        word = plain_word(text)
        return True if word in YES else False if word in NO else None

    return looked_up(given, truth, pa.bool_(), name=name, rows=rows, code=ProblemCode.NOT_YES_OR_NO)


def read_uuid(field: Field[Any, Any], name: str, given: pa.Array, rows: Rows) -> pa.Array:
    """Return UUIDs as text."""

    def number(text: str) -> str | None:
        try:
            return str(uuid.UUID(text))
        except ValueError:
            return None

    return looked_up(given, number, pa.string(), name=name, rows=rows, code=ProblemCode.NOT_A_UUID)


def looked_up(
    given: pa.Array,
    meaning: Callable[[str], Any],
    kind: pa.DataType,
    *,
    name: str,
    rows: Rows,
    code: ProblemCode,
    **params: Any,
) -> pa.Array:
    """Return `meaning` of each distinct text; rows whose text means nothing are rejected with `code`."""
    coded = given.dictionary_encode()
    meant = pa.array([meaning(text) for text in coded.dictionary.to_pylist()], kind)
    values = meant.take(coded.indices)
    unknown = as_mask(pc.and_(pc.is_valid(given), pc.is_null(values)))
    rows.reject(unknown, name, code, given, **params)
    return values


READERS: tuple[tuple[type, Reader], ...] = (
    (models.BooleanField, read_boolean),
    (models.DateField, read_date),
    (models.DecimalField, read_decimal),
    (models.FloatField, read_float),
    (models.IntegerField, read_integer),
    (models.UUIDField, read_uuid),
)
