"""Short names of divisions, as printed maps of Guangxi write them."""

import pytest

from oversight.names import short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("都安瑶族自治县", "都安"),
        ("隆林各族自治县", "隆林"),
        ("龙胜各族自治县", "龙胜"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("环江毛南族自治县", "环江"),
        ("南丹县", "南丹"),
        ("宜州区", "宜州"),
        ("横州市", "横州"),
        ("横县", "横县"),
        ("万山特区", "万山"),
    ],
)
def test_a_county_is_shortened(name: str, short: str):
    assert short_name(name, 3) == short


def test_a_prefecture_keeps_its_name():
    assert short_name("河池市", 2) == "河池市"
