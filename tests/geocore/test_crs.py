"""Any accepted CRS is recognised however it is written, and everything else is refused by name."""

import pyproj
import pytest

from geocore.crs import (
    BD09,
    CGCS2000,
    GCJ02,
    WEB_MERCATOR,
    WGS84,
    AxisOrder,
    Crs,
    CrsKind,
    DatumRefusedError,
    UnknownCrsError,
    accepted_crs,
    gauss_kruger,
    parse_crs,
    utm,
)

BY_EPSG = [crs for crs in accepted_crs().values() if crs.epsg is not None]

# Esri's spelling of EPSG:4545, as ArcGIS writes it beside a shapefile
ESRI_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_108E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("crs", BY_EPSG, ids=str)
def test_accepted_crs_is_what_epsg_says(crs: Crs) -> None:
    authority = pyproj.CRS.from_epsg(crs.epsg)
    assert parse_crs(authority) == crs
    if crs.kind in (CrsKind.GAUSS_KRUGER_3, CrsKind.GAUSS_KRUGER_6):
        assert authority.name == crs.title_en.replace("6-degree ", "")


@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
@pytest.mark.parametrize("crs", [*BY_EPSG[:3], *BY_EPSG[3:67:4], utm(48), utm(49), utm(49, south=True)], ids=str)
def test_prj_text_is_recognised_in_every_dialect(crs: Crs, dialect: str) -> None:
    assert parse_crs(pyproj.CRS.from_epsg(crs.epsg).to_wkt(dialect)) == crs


@pytest.mark.parametrize("crs", accepted_crs().values(), ids=str)
def test_key_is_read_again_in_both_axis_orders(crs: Crs) -> None:
    assert parse_crs(crs.key) == crs
    assert parse_crs(crs.swapped().key) == crs.swapped()
    assert crs.swapped().swapped() == crs


def test_numbers_of_the_zones_are_those_of_epsg() -> None:
    assert [crs.epsg for crs in BY_EPSG if "gauss" in crs.kind] == sorted(
        range(4491, 4555), key=lambda epsg: (epsg < 4502 or 4513 <= epsg < 4534, epsg < 4513, epsg)
    )
    assert gauss_kruger(3, 36, zone_prefix=True).epsg == 4524
    assert gauss_kruger(3, 36, zone_prefix=False).epsg == 4545
    assert gauss_kruger(6, 18, zone_prefix=True).epsg == 4496
    assert gauss_kruger(6, 18, zone_prefix=False).epsg == 4507


@pytest.mark.parametrize(("width", "zone"), [(3, 24), (3, 46), (6, 12), (6, 24), (5, 18)])
def test_zones_outside_china_do_not_exist(width: int, zone: int) -> None:
    with pytest.raises(KeyError):
        gauss_kruger(width, zone, zone_prefix=True)


def test_utm_has_sixty_zones() -> None:
    assert utm(49).epsg == 32649
    for zone in (0, 61):
        with pytest.raises(KeyError):
            utm(zone)


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        ("EPSG:4490", CGCS2000),
        (" epsg:4490 ", CGCS2000),
        ("4490", CGCS2000),
        (4490, CGCS2000),
        ("EPSG::4490", CGCS2000),
        ("ＥＰＳＧ：4490", CGCS2000),
        ("urn:ogc:def:crs:EPSG::4490", CGCS2000),
        ("urn:ogc:def:crs:EPSG:6.18:4490", CGCS2000),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", CGCS2000),
        ("CGCS2000", CGCS2000),
        ("国家大地坐标系2000", CGCS2000),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", WGS84),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WGS84),
        ("wgs84", WGS84),
        ("EPSG:4979", WGS84),
        ("EPSG:900913", WEB_MERCATOR),
        ("ESRI:102100", WEB_MERCATOR),
        ("gcj02", GCJ02),
        ("GCJ-02", GCJ02),
        ("火星坐标系", GCJ02),
        ("BD-09", BD09),
        ("百度坐标", BD09),
        ("EPSG:4546:yx", gauss_kruger(3, 37, zone_prefix=False).swapped()),
        ("4546 + yx", gauss_kruger(3, 37, zone_prefix=False).swapped()),
        ("EPSG:4546:xy", gauss_kruger(3, 37, zone_prefix=False)),
        (ESRI_PRJ, gauss_kruger(3, 36, zone_prefix=False)),
    ],
)
def test_common_spellings_are_read(text: str | int, crs: Crs) -> None:
    assert parse_crs(text) == crs


def test_swapped_axes_are_part_of_the_value() -> None:
    assert parse_crs("EPSG:4490").axis_order is AxisOrder.XY
    assert parse_crs("EPSG:4490:yx").axis_order is AxisOrder.YX
    assert parse_crs("EPSG:4490:yx").key == "EPSG:4490:yx"


def test_meridian_shared_by_both_widths_is_told_by_the_name() -> None:
    six = ESRI_PRJ.replace("3_Degree_GK_CM_108E", "GK_CM_111E").replace("108.0", "111.0")
    three = ESRI_PRJ.replace("108", "111")
    assert parse_crs(six).kind is CrsKind.GAUSS_KRUGER_6
    assert parse_crs(three).kind is CrsKind.GAUSS_KRUGER_3


def test_meridian_that_only_one_width_has_needs_no_name() -> None:
    assert parse_crs(ESRI_PRJ.replace("CGCS2000_3_Degree_GK_CM_108E", "local grid")).epsg == 4545


@pytest.mark.parametrize(
    ("code", "datum"),
    [
        *((code, "Beijing 1954") for code in (4214, 21413, 21418, 21423, 2401, 2421, 2422, 2442)),
        *((code, "Xian 1980") for code in (4610, 2327, 2337, 2338, 2348, 2349, 2369, 2370, 2390)),
        *((code, "New Beijing") for code in (4555, 4568, 4589)),
    ],
)
def test_old_datums_are_refused_by_code_and_by_prj(code: int, datum: str) -> None:
    for given in (code, f"EPSG:{code}", pyproj.CRS.from_epsg(code), pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI")):
        with pytest.raises(DatumRefusedError) as refused:
            parse_crs(given)
        assert refused.value.params["datum"] == datum
        assert "CGCS2000" in refused.value.advice


@pytest.mark.parametrize("name", ["北京54", "Beijing 1954", "beijing-54", "西安80", "Xi'an 1980", "XIAN80"])
def test_old_datums_are_refused_by_name(name: str) -> None:
    with pytest.raises(DatumRefusedError) as refused:
        parse_crs(name)
    assert refused.value.params["given"] == name


@pytest.mark.parametrize(("axis", "datum"), [("6378245,298.3", "Beijing 1954"), ("6378140,298.257", "Xian 1980")])
def test_bare_ellipsoid_of_an_old_datum_is_refused(axis: str, datum: str) -> None:
    wkt = f'GEOGCS["x",DATUM["unknown",SPHEROID["x",{axis}]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    with pytest.raises(DatumRefusedError) as refused:
        parse_crs(wkt)
    assert refused.value.params["datum"] == datum


def test_old_datum_with_shift_parameters_of_unknown_origin_stays_refused() -> None:
    with pytest.raises(DatumRefusedError):
        parse_crs(pyproj.CRS.from_proj4("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0").to_wkt())


def test_zero_shift_parameters_are_no_shift() -> None:
    wkt = pyproj.CRS.from_epsg(4490).to_wkt("WKT1_GDAL")
    assert parse_crs(wkt.replace('AUTHORITY["EPSG","1043"]', "TOWGS84[0,0,0,0,0,0,0]")) == CGCS2000
    with pytest.raises(UnknownCrsError):
        parse_crs(wkt.replace('AUTHORITY["EPSG","1043"]', "TOWGS84[1,0,0,0,0,0,0]"))


def test_height_is_left_out_of_a_compound_crs() -> None:
    assert parse_crs(pyproj.CRS.from_string("EPSG:32649+5773")) == utm(49)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        "EPSG:27700",
        "EPSG:4269",  # NAD83: the ellipsoid of CGCS2000 under another datum
        "EPSG:4258",  # ETRS89: likewise
        "EPSG:4284",  # Pulkovo 1942: the ellipsoid of Beijing 1954 under another datum
        "EPSG:4978",  # earth-centred
        "EPSG:3395",  # the other Mercator
        "EPSG:2343999",
        "EPSG:999999",
        "+proj=longlat +nadgrids=/etc/passwd",
        '{"type": "GeographicCRS"}',
        "x" * 30_000,
        'PROJCS["broken',
        'PROJCS["broken"]',
        ESRI_PRJ.replace("108.0", "108.5"),
        ESRI_PRJ.replace("500000.0", "500100.0"),
        ESRI_PRJ.replace('"Scale_Factor",1.0', '"Scale_Factor",0.9996'),
        ESRI_PRJ.replace('UNIT["Meter",1.0]', 'UNIT["Foot",0.3048]'),
        ESRI_PRJ.replace('"Latitude_Of_Origin",0.0', '"Latitude_Of_Origin",20.0'),
        ESRI_PRJ.replace("D_China_2000", "D_Mystery"),
        ESRI_PRJ.replace("108.0", "72.0"),
    ],
)
def test_anything_else_is_refused_by_what_was_given(given: str) -> None:
    with pytest.raises(UnknownCrsError) as refused:
        parse_crs(given)
    assert len(refused.value.message) < 250
    assert "EPSG:4490" in refused.value.advice


def test_refused_prj_is_named_not_quoted() -> None:
    with pytest.raises(UnknownCrsError, match="“CGCS2000_3_Degree_GK_CM_108E” is not"):
        parse_crs(ESRI_PRJ.replace("108.0", "108.5"))


def test_every_crs_has_a_title_in_both_languages() -> None:
    titles = [(crs.title_en, crs.title_zh) for crs in accepted_crs().values()]
    assert all(english.isascii() and not chinese.isascii() for english, chinese in titles)
    assert len(set(titles)) == len(titles)
