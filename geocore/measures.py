"""Units that columns are given in, exact ratios between them, and which unit a header names.

面积(亩), 面积（平方米）, 投资/万元, area_ha and 水位(米) say how their numbers are to be read.
"""

import re
import unicodedata
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from geocore.units import M2_PER, AreaUnit


class Dimension(StrEnum):
    """What is measured; units of one dimension can be converted."""

    AREA = "area"
    MONEY = "money"
    LENGTH = "length"
    SHARE = "share"


class Unit(NamedTuple):
    """A unit; `size` is how many of the first unit of its dimension it holds."""

    symbol: str
    dimension: Dimension
    size: Fraction
    words: tuple[str, ...]

    def ratio_to(self, other: "Unit") -> Fraction:
        """Return by what a number in this unit is multiplied to be in `other`."""
        if self.dimension is not other.dimension:
            raise ValueError(f"{self.symbol} and {other.symbol} measure different things")
        return self.size / other.size


def _area(unit: AreaUnit, *words: str) -> Unit:
    return Unit(unit.value, Dimension.AREA, M2_PER[unit], words)


UNITS: tuple[Unit, ...] = (
    _area(AreaUnit.M2, "m2", "m^2", "sqm", "平方米", "平米", "㎡"),
    _area(AreaUnit.MU, "mu", "亩", "市亩", "畝"),
    _area(AreaUnit.HA, "ha", "hm2", "公顷", "hectare", "hectares"),
    _area(AreaUnit.KM2, "km2", "平方公里", "平方千米"),
    Unit("wan_mu", Dimension.AREA, 10_000 * M2_PER[AreaUnit.MU], ("万亩",)),
    Unit("yuan", Dimension.MONEY, Fraction(1), ("yuan", "元", "rmb", "cny")),
    Unit("wan_yuan", Dimension.MONEY, Fraction(10_000), ("wanyuan", "万元", "10,000yuan", "万")),
    Unit("yi_yuan", Dimension.MONEY, Fraction(100_000_000), ("yiyuan", "亿元", "亿")),
    Unit("m", Dimension.LENGTH, Fraction(1), ("m", "米", "metre", "metres", "meter", "meters")),
    Unit("km", Dimension.LENGTH, Fraction(1_000), ("km", "公里", "千米")),
    Unit("share", Dimension.SHARE, Fraction(1), ()),
    Unit("pct", Dimension.SHARE, Fraction(1, 100), ("%", "pct", "percent", "百分比")),
)

BY_SYMBOL = {unit.symbol: unit for unit in UNITS}
_BY_WORD = {word: unit for unit in UNITS for word in (unit.symbol, *unit.words)}

_BRACKETS = re.compile(r"(?P<base>.*?)\s*[(\[【](?:单位)?\s*:?\s*(?P<unit>[^()\[\]【】]+)[)\]】]\s*")
_APART = re.compile(r"(?P<base>.*\S)[\s_/·:,-]+(?P<unit>[^\s_/·:,-]+)")
_AFTER_HAN = re.compile(r"(?P<base>.*[\u4e00-\u9fff])(?P<unit>[a-zA-Z]+2?)")
_HAN_UNITS = sorted((word for word in _BY_WORD if not word.isascii()), key=len, reverse=True)


class Header(NamedTuple):
    """A header without its unit, and the unit; None where it names none."""

    base: str
    unit: Unit | None


def unit_named(word: str) -> Unit | None:
    """Return the unit that a word names, in Chinese or English; None for none."""
    return _BY_WORD.get(re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", word)).casefold()) or BY_SYMBOL.get(word)


def read_header(name: str) -> Header:
    """Return what a header is about, and its unit: "面积（亩）" is "面积" in mu."""
    plain = unicodedata.normalize("NFKC", name).strip()
    for form in (_BRACKETS, _APART, _AFTER_HAN):
        found = form.fullmatch(plain)
        unit = unit_named(found["unit"]) if found else None
        if found and unit is not None:
            return Header(found["base"].strip(), unit)
    for word in _HAN_UNITS:
        if plain.endswith(word) and len(plain) > len(word):
            return Header(plain.removesuffix(word).rstrip(), _BY_WORD[word])
    return Header(plain, None)


def unit_of_field(name: str) -> Unit | None:
    """Return the unit that a field's name ends with, as names here do: `investment_wan_yuan`; None for none."""
    fitting = [unit for unit in UNITS if name.endswith(f"_{unit.symbol}")]
    return max(fitting, key=lambda unit: len(unit.symbol), default=None)
