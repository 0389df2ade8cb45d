"""Headers and notes name a CRS as people write it."""

import pytest

from geocore.crs import DatumRefusedError
from geocore.crs_words import crs_in_words


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("坐标系=2000国家大地坐标系 几度分带=3 投影类型=高斯克吕格 带号=36", ["EPSG:4545", "EPSG:4524"]),
        ("CGCS2000_3_Degree_GK_CM_108E", ["EPSG:4545", "EPSG:4524"]),
        ("国家2000 中央经线111", ["EPSG:4546", "EPSG:4525", "EPSG:4508", "EPSG:4497"]),
        ("CGCS2000_GK_Zone_18", ["EPSG:4507", "EPSG:4496"]),
        ("ＷＧＳ 84 / UTM zone 48N", ["EPSG:32648"]),
        ("经度(WGS84)", ["EPSG:4326"]),
        ("2000国家大地坐标系", ["EPSG:4490"]),
        ("纬度（高德）", ["gcj02"]),
        ("百度坐标", ["bd09"]),
        ("CGCS2000 高斯投影", []),  # which zone, it does not say
        ("X坐标", []),
        ("", []),
    ],
)
def test_words_mean(text: str, keys: list[str]) -> None:
    assert [crs.key for crs in crs_in_words(text)] == keys


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("X(北京54)", "Beijing 1954"),
        ("1980西安坐标系", "Xian 1980"),
        ("西安80 3度带", "Xian 1980"),
        ("新北京", "New Beijing"),
    ],
)
def test_refused_datums_are_refused_in_words_too(text: str, datum: str) -> None:
    with pytest.raises(DatumRefusedError) as refused:
        crs_in_words(text)
    assert refused.value.params["datum"] == datum
