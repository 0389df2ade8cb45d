"""Which CRS a text, a .prj or a pyproj CRS means, out of those that are accepted.

Notes
-----
A projected CRS is recognised by its numbers (ellipsoid, central meridian, scale, false easting), because the names in
.prj files differ by program. The axis order that a definition declares is ignored: GDAL hands over x = east whatever
the authority says. A file whose columns are the other way round is named so: "EPSG:4546:yx".
"""

import math
import re
import unicodedata
from typing import ClassVar

import pyproj
from pyproj.exceptions import CRSError

from geocore.crs_values import (
    BD09,
    CGCS2000,
    GCJ02,
    WEB_MERCATOR,
    WGS84,
    AxisOrder,
    Crs,
    CrsKind,
    accepted_crs,
    gauss_kruger,
    utm,
)
from geocore.errors import GeocoreError

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "WEB_MERCATOR",
    "WGS84",
    "AxisOrder",
    "Crs",
    "CrsKind",
    "DatumRefusedError",
    "UnknownCrsError",
    "accepted_crs",
    "gauss_kruger",
    "parse_crs",
    "utm",
]

# Radians in a degree; Esri writes it with 16 digits
_DEGREE = math.pi / 180

# EPSG numbers of the two projection methods and, below, of their parameters: 8801 latitude and 8802 longitude of
# origin, 8805 scale, 8806 false easting, 8807 false northing
_PSEUDO_MERCATOR, _TRANSVERSE_MERCATOR = "1024", "9807"

# A .prj is under 2 kB; PROJ's parser is not fed novels
_LONGEST_TEXT = 20_000


class CrsError(GeocoreError):
    """“%(given)s” can't be used as a coordinate reference system."""

    code: ClassVar[str] = "crs"


class UnknownCrsError(CrsError):
    """“%(given)s” is not a coordinate reference system that is accepted here."""

    code: ClassVar[str] = "crs_unknown"
    remedy: ClassVar[str] = (
        "Name one of: EPSG:4490, EPSG:4326, EPSG:4491 to 4554 (Gauss-Kruger), UTM (EPSG:32601 to 32660), EPSG:3857, "
        "gcj02, bd09; or transform the file to EPSG:4490 first."
    )


class DatumRefusedError(CrsError):
    """“%(given)s” is on the datum %(datum)s, tens of metres off CGCS2000 by another amount in each place."""

    code: ClassVar[str] = "datum_refused"
    remedy: ClassVar[str] = (
        "Ask the surveying office to transform the file to CGCS2000 with the parameters of the county, and send that."
    )


_NAMES: dict[str, Crs] = {
    **dict.fromkeys(("gcj02", "gcj-02", "gcj_02", "火星坐标", "火星坐标系", "高德", "amap"), GCJ02),
    **dict.fromkeys(("bd09", "bd-09", "bd_09", "bd09ll", "百度坐标", "百度坐标系", "百度", "baidu"), BD09),
    **dict.fromkeys(("cgcs2000", "国家2000", "国家大地坐标系2000", "2000国家大地坐标系"), CGCS2000),
    **dict.fromkeys(("wgs84", "wgs 84", "wgs-84", "crs84", "ogc:crs84", "urn:ogc:def:crs:ogc:1.3:crs84"), WGS84),
    "http://www.opengis.net/def/crs/ogc/1.3/crs84": WGS84,
}

_REFUSED_NAMES: dict[str, str] = {
    **dict.fromkeys(("beijing54", "beijing1954", "北京54", "北京1954", "1954北京坐标系"), "Beijing 1954"),
    **dict.fromkeys(("xian80", "xian1980", "西安80", "西安1980", "1980西安坐标系"), "Xian 1980"),
}

_REFUSED_DATUMS = (
    ("newbeijing", "New Beijing"),
    ("新北京", "New Beijing"),
    ("beijing", "Beijing 1954"),
    ("北京", "Beijing 1954"),
    ("xian", "Xian 1980"),
    ("西安", "Xian 1980"),
)

# The same positions under another number: Esri's and Google's Web Mercator, the three-dimensional geographic CRS
_SAME_AS: dict[int, int] = {900913: 3857, 102100: 3857, 102113: 3857, 4979: 4326, 4480: 4490}

_CODE = re.compile(
    r"(?:(?:epsg|esri)::?|urn:ogc:def:crs:epsg:[\d.]*:|https?://www\.opengis\.net/def/crs/epsg/[\d.]+/)?(\d{4,6})"
)
_ENDING = re.compile(r"\s*[:+;]\s*(xy|yx|dms)$")
_WKT = re.compile(
    r"\s*(?:GEOGCS|PROJCS|COMPD_CS|(?:GEOG|GEOD|PROJ|BOUND|COMPOUND|GEODETIC|GEOGRAPHIC|PROJECTED)CRS)\s*\[",
    re.IGNORECASE,
)


def parse_crs(given: str | int | pyproj.CRS) -> Crs:
    """Return the accepted CRS that `given` means.

    Parameters
    ----------
    given
        "EPSG:4490", "4490", 4490, an OGC URN or address, a name ("gcj02", "bd09", "wgs84", "cgcs2000", Chinese ones),
        WKT of a .prj, or a `pyproj.CRS`. Text that ends in ":yx" says that latitude or northing comes first, ":dms"
        that degrees are packed as DD.MMSSss. PROJ strings and JSON are not read: they can name files and grids.

    Raises
    ------
    DatumRefusedError
        If it is on Beijing 1954, New Beijing or Xian 1980.
    UnknownCrsError
        If it is anything else that is not accepted.
    """
    if isinstance(given, pyproj.CRS):
        return _recognise(given, _shown(given.name))
    text = str(given)
    if len(text) > _LONGEST_TEXT:
        raise UnknownCrsError(given=_shown(text))
    if _WKT.match(text):
        return _recognise(_proj_crs(text, text), _shown(text))
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    endings = set()
    while ending := _ENDING.search(plain):
        plain = plain[: ending.start()]
        endings.add(ending[1])
    crs = _named(plain, text)
    if "dms" in endings:
        if not crs.stored_as_given:
            raise UnknownCrsError(given=_shown(text))
        crs = crs.as_packed()
    return crs.swapped() if AxisOrder.YX in endings else crs


def _named(plain: str, text: str) -> Crs:
    if plain in _NAMES:
        return _NAMES[plain]
    squeezed = re.sub(r"[\s_'-]", "", plain)
    if squeezed in _REFUSED_NAMES:
        raise DatumRefusedError(given=_shown(text), datum=_REFUSED_NAMES[squeezed])
    code = _CODE.fullmatch(plain)
    if code is None:
        raise UnknownCrsError(given=_shown(text))
    epsg = _SAME_AS.get(int(code[1]), int(code[1]))
    crs = accepted_crs().get(f"EPSG:{epsg}")
    if crs is not None:
        return crs
    _refuse_datum(_proj_crs(f"EPSG:{epsg}", text), _shown(text))
    raise UnknownCrsError(given=_shown(text))


def _proj_crs(definition: str, text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_string(definition)
    except CRSError:
        raise UnknownCrsError(given=_shown(text)) from None


def _shown(text: str) -> str:
    """Return the name inside WKT, or the text itself, short enough for a sentence."""
    name = re.match(r'\s*\w+\s*\[\s*"([^"]*)"', text)
    shown = name[1] if name else text.strip()
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _recognise(crs: pyproj.CRS, shown: str) -> Crs:
    crs = _horizontal(crs, shown)
    _refuse_datum(crs, shown)
    family = _family(crs)
    found = None
    if crs.is_geographic and _plain_degrees(crs):
        found = {"cgcs2000": CGCS2000, "wgs84": WGS84}.get(family)
    elif crs.is_projected:
        found = _projected(crs, family)
    if found is None:
        raise UnknownCrsError(given=shown)
    return found


def _horizontal(crs: pyproj.CRS, shown: str) -> pyproj.CRS:
    """Return the two-dimensional CRS without height and without a WKT1 TOWGS84 clause of zeros."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        _refuse_datum(crs.source_crs, shown)
        if crs.coordinate_operation is None or any(crs.coordinate_operation.towgs84):
            raise UnknownCrsError(given=shown)
        crs = crs.source_crs
    return crs.to_2d()


def _datum_word(crs: pyproj.CRS) -> str:
    return re.sub(r"[^a-z0-9一-鿿]", "", crs.datum.name.casefold()) if crs.datum else ""


def _ellipsoid_is(crs: pyproj.CRS, semi_major_m: float, inverse_flattening: float) -> bool:
    shape = crs.ellipsoid
    if shape is None:
        return False
    return (
        abs(shape.semi_major_metre - semi_major_m) < 1e-3 and abs(shape.inverse_flattening - inverse_flattening) < 1e-7
    )


def _refuse_datum(crs: pyproj.CRS, shown: str) -> None:
    word = _datum_word(crs)
    for part, datum in _REFUSED_DATUMS:
        if part in word:
            raise DatumRefusedError(given=shown, datum=datum)
    if "unknown" in word or "unnamed" in word or "notspecified" in word:
        # MapGIS and old SuperMap write the ellipsoid alone; in China it stands for the datum
        if _ellipsoid_is(crs, 6378245.0, 298.3):
            raise DatumRefusedError(given=shown, datum="Beijing 1954")
        if _ellipsoid_is(crs, 6378140.0, 298.257):
            raise DatumRefusedError(given=shown, datum="Xian 1980")


def _family(crs: pyproj.CRS) -> str:
    """Return "cgcs2000", "wgs84" or "": by the datum's name, checked against its ellipsoid."""
    word = _datum_word(crs)
    if _ellipsoid_is(crs, 6378137.0, 298.257222101):
        return (
            "cgcs2000"
            if re.search(r"china2000|cgcs2000|chinageodetic|国家2000|2000国家|国家大地坐标系2000|大地2000", word)
            else ""
        )
    if _ellipsoid_is(crs, 6378137.0, 298.257223563):
        return "wgs84" if re.search(r"wgs84|wgs1984|worldgeodeticsystem1984|unknown|unnamed", word) else ""
    return ""


def _plain_degrees(crs: pyproj.CRS) -> bool:
    greenwich = crs.prime_meridian is None or crs.prime_meridian.longitude == 0
    return greenwich and all(abs(axis.unit_conversion_factor - _DEGREE) < 1e-12 for axis in crs.axis_info)


def _projected(crs: pyproj.CRS, family: str) -> Crs | None:
    operation, base = crs.coordinate_operation, crs.geodetic_crs
    if operation is None or base is None or not _plain_degrees(base):
        return None
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        return None
    numbers = {parameter.code: float(parameter.value) for parameter in operation.params}
    if operation.method_code == _PSEUDO_MERCATOR and family == "wgs84" and not any(numbers.values()):
        return WEB_MERCATOR
    if operation.method_code == _TRANSVERSE_MERCATOR and numbers.get("8801") == 0:
        return _transverse_mercator(numbers, family, crs.name)
    return None


def _transverse_mercator(numbers: dict[str, float], family: str, name: str) -> Crs | None:
    meridian, scale, east, north = (numbers.get(code, math.nan) for code in ("8802", "8805", "8806", "8807"))
    if family == "cgcs2000" and scale == 1 and north == 0:
        return _gauss_kruger(meridian, east, name)
    zone = (meridian + 183) / 6
    if family == "wgs84" and scale == 0.9996 and east == 500_000 and north in (0, 1e7) and zone in range(1, 61):
        return utm(int(zone), south=north > 0)
    return None


def _gauss_kruger(meridian: float, east: float, name: str) -> Crs | None:
    """Return the zone centred on `meridian`; both widths may be, then the prefix or the name decides."""
    widths = {3: meridian / 3, 6: (meridian + 3) / 6}
    zones = {width: int(zone) for width, zone in widths.items() if zone.is_integer()}
    for width, zone in sorted(zones.items(), reverse=not re.search(r"3[\s_-]*deg|3度|三度", name, re.IGNORECASE)):
        prefixed = east == zone * 1_000_000 + 500_000
        if prefixed or east == 500_000:
            try:
                return gauss_kruger(width, zone, zone_prefix=prefixed)
            except KeyError:
                continue
    return None
