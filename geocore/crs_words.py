"""Which CRS the words of a header, a title or a note mean: "2000国家大地坐标系 3度带 中央经线108".

Notes
-----
Words seldom say all: whether eastings carry the zone number is left to the numbers, so several CRS may be meant.
"""

import re
import unicodedata

from geocore.crs import DatumRefusedError
from geocore.crs_values import BD09, CGCS2000, GCJ02, WGS84, Crs, gauss_kruger, utm

_REFUSED = (
    (r"新北京|new\s*beijing", "New Beijing"),
    (r"北京\s*(19)?54|54\s*北京|beijing[\s_]*(19)?54|bj[\s_]*54", "Beijing 1954"),
    (r"西安\s*(19)?80|80\s*西安|xi'?an[\s_]*(19)?80", "Xian 1980"),
)
_BD09 = re.compile(r"bd[\s_-]*09|百度")
_GCJ02 = re.compile(r"gcj[\s_-]*02|火星坐标|高德|腾讯")
_CGCS2000 = re.compile(r"cgcs[\s_]*2000|国家\s*2000|2000\s*国家|国家大地坐标系|大地\s*2000|china[\s_]*2000")
_WGS84 = re.compile(r"wgs[\s_-]*(19)?84")
_UTM = re.compile(r"utm[\s_]*(?:zone)?[\s_]*(\d{1,2})\s*([ns])?|utm.*?(\d{1,2})\s*带")
_WIDTH = re.compile(r"([36三六])[\s_-]*(?:度|deg\w*)|几度分带\s*[=:]\s*([36])")
_MERIDIAN = re.compile(r"(?:中央(?:经线|子午线)\s*[=:为]?|cm[\s_]*|central[\s_]*meridian\s*[=:]?)\s*(\d{2,3})")
_ZONE = re.compile(r"(?:带号|zone)[\s_]*[=:]?\s*(\d{2})|第?\s*(\d{2})\s*(?:度)?带")
_PROJECTED = re.compile(r"高斯|gauss|[\s_]gk[\s_]|度分带|度带")


def crs_in_words(text: str) -> tuple[Crs, ...]:
    """Return the CRS that a text may mean, the likeliest first; empty where it speaks of none.

    Raises
    ------
    DatumRefusedError
        It names Beijing 1954, New Beijing or Xian 1980.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    for pattern, datum in _REFUSED:
        if re.search(pattern, plain):
            raise DatumRefusedError(given=text.strip()[:80], datum=datum)
    zone = _UTM.search(plain)
    if zone:
        number = int(zone[1] or zone[3])
        return (utm(number, south=zone[2] == "s"),) if 1 <= number <= 60 else ()
    zones = _gauss_kruger(plain)
    if zones or _PROJECTED.search(plain):
        return zones
    for words, crs in ((_BD09, BD09), (_GCJ02, GCJ02), (_CGCS2000, CGCS2000), (_WGS84, WGS84)):
        if words.search(plain):
            return (crs,)
    return ()


def _gauss_kruger(plain: str) -> tuple[Crs, ...]:
    """Return the zones that a text names by width, number or central meridian, without and with zone prefix."""
    width = _WIDTH.search(plain)
    meridian, zone = _MERIDIAN.search(plain), _ZONE.search(plain)
    if meridian is None and zone is None:
        return ()
    degrees = {"3": 3, "三": 3, "6": 6, "六": 6}.get((width[1] or width[2]) if width else "", 0)
    found = []
    for wide in (degrees,) if degrees else (3, 6):
        if meridian is not None:
            number, rest = divmod(int(meridian[1]) + (0 if wide == 3 else 3), wide)
            if rest:
                continue
        else:
            assert zone is not None
            number = int(zone[1] or zone[2])
        for prefix in (False, True):
            try:
                found.append(gauss_kruger(wide, number, zone_prefix=prefix))
            except KeyError:
                continue
    return tuple(found)
