"""Areas convert exactly and are read as people write them."""

import contextlib
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geocore.units import (
    Area,
    AreaTextError,
    AreaUnit,
    NegativeAreaError,
    convert_area,
    m2_to_ha,
    m2_to_mu,
    mu_to_m2,
    parse_area,
    parse_area_unit,
)


def test_fifteen_mu_are_one_hectare() -> None:
    assert convert_area(Decimal(15), AreaUnit.MU, AreaUnit.HA) == Decimal(1)
    assert mu_to_m2(Decimal(15)) == Decimal(10_000)


def test_one_mu_is_two_thirds_of_a_thousand_square_metres() -> None:
    assert mu_to_m2(1.0) == pytest.approx(666.6666666666666, rel=1e-15)
    assert m2_to_mu(Decimal(348)) == Decimal("0.522")


def test_a_square_kilometre_is_1500_mu() -> None:
    assert convert_area(Decimal(1), AreaUnit.KM2, AreaUnit.MU) == Decimal(1500)
    assert m2_to_ha(1_000_000.0) == 100.0


def test_arrays_keep_unknown_areas_unknown() -> None:
    np.testing.assert_allclose(m2_to_mu(np.array([2000.0, np.nan])), [3.0, np.nan])


@given(st.decimals(0, 10**9, places=4), st.sampled_from(AreaUnit), st.sampled_from(AreaUnit))
def test_decimal_conversion_returns_to_the_written_digits(value: Decimal, unit: AreaUnit, other: AreaUnit) -> None:
    there_and_back = convert_area(convert_area(value, unit, other), other, unit)
    assert there_and_back.quantize(Decimal("0.0001")) == value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("12.5", "12.5", AreaUnit.MU),
        ("12.5亩", "12.5", AreaUnit.MU),
        (" 12.5 市亩 ", "12.5", AreaUnit.MU),
        ("１２．５ 亩", "12.5", AreaUnit.MU),
        ("8,333.3 m²", "8333.3", AreaUnit.M2),
        ("1,234,567㎡", "1234567", AreaUnit.M2),
        ("348平方米", "348", AreaUnit.M2),
        ("0.8 ha", "0.8", AreaUnit.HA),
        ("0.8公顷", "0.8", AreaUnit.HA),
        ("0.8hm2", "0.8", AreaUnit.HA),
        ("2 km²", "2", AreaUnit.KM2),
        ("1.2万亩", "12000", AreaUnit.MU),
        ("1.2万", "12000", AreaUnit.MU),
        ("1.5e3 m2", "1500", AreaUnit.M2),
        ("0", "0", AreaUnit.MU),
        (".5", "0.5", AreaUnit.MU),
    ],
)
def test_area_is_read_as_written(text: str, value: str, unit: AreaUnit) -> None:
    assert parse_area(text, AreaUnit.MU) == Area(Decimal(value), unit)


def test_area_knows_itself_in_other_units() -> None:
    area = parse_area("2 ha", AreaUnit.MU)
    assert (area.m2, area.mu) == (Decimal(20_000), Decimal(30))


@pytest.mark.parametrize(
    "text", ["", "亩", "约12亩", "12,5", "1,23,456", "12 斤", "1.2.3", "..", "nan", "inf", "3-5亩"]
)
def test_text_that_is_no_area_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(AreaTextError) as refused:
        parse_area(text, AreaUnit.MU)
    assert refused.value.message == f"“{text}” is not an area."
    assert refused.value.code == "not_an_area"


def test_negative_area_has_its_own_sentence() -> None:
    with pytest.raises(NegativeAreaError, match="“-3亩” is negative"):
        parse_area("-3亩", AreaUnit.MU)


def test_unit_is_read_alone() -> None:
    assert parse_area_unit("（亩）".strip("（）")) is AreaUnit.MU
    with pytest.raises(AreaTextError):
        parse_area_unit("斤")


@given(st.text(max_size=20) | st.from_regex(r"[\d.,+-]{1,8}(亩|ha)?", fullmatch=True))
def test_any_text_gives_an_area_or_a_refusal(text: str) -> None:
    with contextlib.suppress(AreaTextError):
        assert parse_area(text, AreaUnit.M2).value >= 0
