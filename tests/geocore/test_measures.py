"""Headers name units, and the ratios between them are exact."""

from fractions import Fraction

import pytest

from geocore.measures import BY_SYMBOL, read_header, unit_named, unit_of_field


@pytest.mark.parametrize(
    ("name", "base", "unit"),
    [
        ("面积(亩)", "面积", "mu"),
        ("面积（平方米）", "面积", "m2"),
        ("面积㎡", "面积", "m2"),
        ("面积 （单位：公顷）", "面积", "ha"),
        ("投资(万元)", "投资", "wan_yuan"),
        ("投资万元", "投资", "wan_yuan"),
        ("投资/亿元", "投资", "yi_yuan"),
        ("MJ_MU", "MJ", "mu"),
        ("area (m²)", "area", "m2"),
        ("investment (10,000 yuan)", "investment", "wan_yuan"),
        ("比例(%)", "比例", "pct"),
        ("名称", "名称", None),
        ("坐标(度)", "坐标(度)", None),
        ("X", "X", None),
    ],
)
def test_a_header_and_its_unit(name: str, base: str, unit: str | None) -> None:
    header = read_header(name)
    assert (header.base, header.unit and header.unit.symbol) == (base, unit)


def test_ratios_are_exact_and_stay_within_what_is_measured() -> None:
    assert BY_SYMBOL["m2"].ratio_to(BY_SYMBOL["mu"]) == Fraction(15, 10_000)
    assert BY_SYMBOL["ha"].ratio_to(BY_SYMBOL["mu"]) == 15
    assert BY_SYMBOL["yi_yuan"].ratio_to(BY_SYMBOL["wan_yuan"]) == 10_000
    assert BY_SYMBOL["pct"].ratio_to(BY_SYMBOL["share"]) == Fraction(1, 100)
    with pytest.raises(ValueError, match="different"):
        BY_SYMBOL["m"].ratio_to(BY_SYMBOL["mu"])


def test_the_names_of_fields_say_their_unit() -> None:
    names = ("declared_area_mu", "investment_wan_yuan", "own_funds_yuan", "dead_level_m", "persons")
    units = [unit_of_field(name) for name in names]
    assert [unit and unit.symbol for unit in units] == ["mu", "wan_yuan", "yuan", "m", None]
    assert unit_named("ＨＡ") == BY_SYMBOL["ha"]
    assert unit_named("wan_yuan") == BY_SYMBOL["wan_yuan"]
    assert unit_named("鸡") is None
