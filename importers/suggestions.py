"""What each column of a file may mean, how sure that is and why: for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import pyarrow.compute as pc
from django.utils.translation import gettext as _

from geocore.divisions import PROVINCES
from geocore.id_numbers import IdNumberError, parse_id_number
from importers.fields import Meaning, aliases, importable, meaning_of, squeezed
from importers.values import as_text, choice_words, plain_word

if TYPE_CHECKING:
    from importers.readers import Column, Source
    from layers.spec import SpatialLayer

SAMPLES = 3
LONGEST_SAMPLE = 60

LOOKED_AT = 200
"""Different values that show what a column holds."""

SURE = 0.9
"""From here on a column is mapped without asking."""

LIKELY = 0.7
"""How alike two names must be to be suggested; of 1."""

MOST_ALTERNATIVES = 3

PERSONAL = re.compile(r"身份证|证件号|姓名|户主|电话|手机|联系方式|phone|mobile|idcard|idnumber")
DIVISION = re.compile(rf"(?:{'|'.join(sorted(PROVINCES))})(?:\d{{4}}|\d{{7}}|\d{{10}})")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A column of a file and the field that it may fill.

    Attributes
    ----------
    field
        "" where nothing is suggested.
    confidence
        1: the user said so; at least `SURE`: an import takes it so by itself; less: only if the user confirms it.
    why
        A sentence.
    samples
        Up to `SAMPLES` different values.
    alternatives
        Other fields, the likeliest first.
    unit
        That the header names, where the field has one; "" for none.
    """

    column: str
    field: str
    confidence: float
    why: str
    samples: list[str]
    alternatives: list[str]
    unit: str = ""


def suggestions(layer: SpatialLayer, source: Source, named: Mapping[str, str]) -> list[Suggestion]:
    """Return what each column may mean, in the order of the file.

    Parameters
    ----------
    named
        Column to field as the user, or a profile, says.
    """
    said = {squeezed(name): target for name, target in named.items()}
    return [suggestion(layer, column, said.get(squeezed(column.name))) for column in source.columns]


def suggestion(layer: SpatialLayer, column: Column, said: str | None) -> Suggestion:
    """Return what one column may mean."""
    similar = similar_fields(layer, column.name)
    meaning = meaning_of(layer.key, column.name)
    if said is not None:
        target, confidence, why = said, 1.0, _("as you said")
    elif meaning is not None:
        target, confidence, why = meaning.field, *by_name(layer, column.name)
    else:
        target, confidence, why = by_content(layer, column, similar)
    others = [name for name, _alike in similar if name != target][:MOST_ALTERNATIVES]
    return Suggestion(column.name, target, confidence, why, samples_of(column), others, unit_symbol(meaning, target))


def by_name(layer: SpatialLayer, name: str) -> tuple[float, str]:
    """Return how sure and why a column is known by its name."""
    if squeezed(name) in aliases(layer.key):
        return 0.95, _("the name is known")
    return SURE, _("the name is known but for its unit")


def by_content(layer: SpatialLayer, column: Column, similar: Sequence[tuple[str, float]]) -> tuple[str, float, str]:
    """Return what a column of an unknown name may fill, by its values or by a name that is like it."""
    values = distinct_values(column)
    if PERSONAL.search(squeezed(column.name)) or id_numbers(values):
        return "", 0.0, _("personal data, which no layer takes from a file")
    if values and all(DIVISION.fullmatch(value) for value in values) and "region" in importable(layer):
        return "region", 0.6, _("all values are division codes")
    for name, field in importable(layer).items():
        if field.choices and values:
            words = choice_words(field)
            if all(plain_word(value) in words for value in values):
                return name, 0.6, _("all values are in the list of this field")
    if similar:
        return similar[0][0], round(0.8 * similar[0][1], 2), _("the name is like one that is known")
    return "", 0.0, _("nothing known")


def similar_fields(layer: SpatialLayer, name: str) -> list[tuple[str, float]]:
    """Return the fields with a name that is like this one, and how much, of 1."""
    best: dict[str, float] = {}
    plain = squeezed(name)
    for known, target in aliases(layer.key).items():
        alike = SequenceMatcher(None, plain, known, autojunk=False).ratio()
        if len(known) > 1 and (known in plain or (len(plain) > 1 and plain in known)):
            alike = max(alike, LIKELY)
        if alike >= LIKELY:
            best[target] = max(alike, best.get(target, 0.0))
    return sorted(best.items(), key=lambda one: -one[1])


def unit_symbol(meaning: Meaning | None, target: str) -> str:
    """Return the symbol of the unit of a header that means `target`."""
    return meaning.unit.symbol if meaning is not None and meaning.unit is not None and meaning.field == target else ""


def id_numbers(values: Sequence[str]) -> bool:
    """Return whether most values are ID numbers with a fitting check character (GB 11643)."""
    good = 0
    for value in values:
        try:
            parse_id_number(value)
            good += 1
        except IdNumberError:
            continue
    return bool(values) and good * 2 > len(values)


def distinct_values(column: Column) -> list[str]:
    """Return the first different values as text."""
    found = pc.drop_null(pc.unique(as_text(column.values[: LOOKED_AT * 10])))
    values: list[str] = found[:LOOKED_AT].to_pylist()
    return values


def samples_of(column: Column) -> list[str]:
    """Return the first different values of a column, short enough for a cell."""
    return list(dict.fromkeys(shortened(value) for value in distinct_values(column)))[:SAMPLES]


def shortened(text: str) -> str:
    """Return a value short enough for a cell."""
    return text if len(text) <= LONGEST_SAMPLE else text[: LONGEST_SAMPLE - 1] + "…"
