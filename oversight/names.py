"""Short names of divisions, as maps of a province write them."""

from __future__ import annotations

import re

from layers.catalogue.regions import Level

# 都安瑶族自治县 -> 都安; 隆林各族自治县 -> 隆林; 双江拉祜族佤族布朗族傣族自治县 -> 双江
NATIONALITIES = (
    "蒙古族|回族|藏族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|傣族|黎族|傈僳族|"
    "佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|"
    "锡伯族|阿昌族|普米族|塔吉克族|怒族|乌孜别克族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族|独龙族|鄂伦春族|"
    "赫哲族|门巴族|珞巴族|基诺族|各族"
)
AUTONOMOUS = re.compile(rf"(?:{NATIONALITIES})+自治[县州]$")
ENDINGS = re.compile(r"(?:自治县|特区|林区|县|市|区)$")
SHORTEST = 2


def short_name(name: str, level: int) -> str:
    """Return the name of a county without what it is; a prefecture keeps its name.

    A name that would shrink to one character stays whole: 横县.
    """
    if level != Level.COUNTY:
        return name
    for ending in (AUTONOMOUS, ENDINGS):
        short = ending.sub("", name)
        if short != name and len(short) >= SHORTEST:
            return short
    return name
