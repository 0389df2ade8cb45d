"""Coordinates of every accepted CRS come out as the CGCS2000 position, or as nothing."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geocore.arrays import LonLat
from geocore.crs import BD09, CGCS2000, GCJ02, WEB_MERCATOR, WGS84, Crs, gauss_kruger, parse_crs, utm
from geocore.geodesy import distance_m

TIANE = (107.172, 24.999)

# JUnit vectors of magiccrazyman's "geodetic", 3-degree zone, central meridian 111 E: lon, lat, easting, northing
GAUSS_KRUGER_111 = [
    (111.29954433333333, 30.757067361111112, 528680.0889, 3404079.3582),
    (112.29954433333333, 30.757067361111112, 624430.6672, 3404762.7444),
]

EVERY_KIND = [
    CGCS2000,
    WGS84,
    WEB_MERCATOR,
    GCJ02,
    BD09,
    gauss_kruger(3, 36, zone_prefix=False),
    gauss_kruger(3, 36, zone_prefix=True),
    gauss_kruger(6, 18, zone_prefix=False),
    gauss_kruger(6, 18, zone_prefix=True),
    utm(48),
    utm(49),
]
EVERY_KIND += [crs.swapped() for crs in EVERY_KIND]

# west of Guangxi, where zones 18, 36 and 48 all hold
near_baise = st.lists(st.tuples(st.floats(104.4, 109.0), st.floats(20.9, 26.4)), min_size=1, max_size=20)


def test_gauss_kruger_equals_published_vectors() -> None:
    lon, lat, easting, northing = np.array(GAUSS_KRUGER_111).T
    crs = gauss_kruger(3, 37, zone_prefix=False)
    positions, coordinates = np.column_stack((lon, lat)), np.column_stack((easting, northing))
    assert distance_m(crs.to_cgcs2000(coordinates), positions).max() < 1e-3
    np.testing.assert_allclose(crs.from_cgcs2000(positions), coordinates, rtol=0, atol=1e-3)


def test_zone_prefix_is_a_number_before_the_easting() -> None:
    lon, lat, easting, northing = np.array(GAUSS_KRUGER_111).T
    with_prefix = gauss_kruger(3, 37, zone_prefix=True)
    shifted = np.column_stack((37_000_000 + easting, northing))
    assert distance_m(with_prefix.to_cgcs2000(shifted), np.column_stack((lon, lat))).max() < 1e-3


def test_central_meridian_has_easting_500000_and_equator_northing_0() -> None:
    origin = gauss_kruger(3, 36, zone_prefix=False).from_cgcs2000([(108.0, 0.0), (108.0, 24.0)])
    np.testing.assert_allclose(origin[0], (500_000.0, 0.0), atol=1e-6)
    assert origin[1, 0] == pytest.approx(500_000.0, abs=1e-6)


def test_northing_on_the_central_meridian_is_the_meridian_arc() -> None:
    # GRS 80, which has the axes of CGCS2000: the quadrant is 10,001,965.7293 m (Moritz 2000, J. Geodesy 74:128-133)
    quadrant = distance_m([(108.0, 0.0)], [(108.0, 90.0)])[0]
    assert quadrant == pytest.approx(10_001_965.7293, abs=1e-3)
    northing = gauss_kruger(3, 36, zone_prefix=False).from_cgcs2000([(108.0, 30.0)])[0, 1]
    assert northing == pytest.approx(distance_m([(108.0, 0.0)], [(108.0, 30.0)])[0], abs=1e-3)


def test_web_mercator_is_the_sphere_formula() -> None:
    # EPSG Guidance Note 7-2, 3.2.1.2: x = a lon, y = a ln tan(pi/4 + lat/2)
    lon, lat = np.radians(TIANE)
    expected = 6378137.0 * lon, 6378137.0 * np.log(np.tan(np.pi / 4 + lat / 2))
    np.testing.assert_allclose(WEB_MERCATOR.from_cgcs2000([TIANE])[0], expected, rtol=0, atol=1e-6)


def test_wgs84_is_taken_as_cgcs2000() -> None:
    np.testing.assert_array_equal(WGS84.to_cgcs2000([TIANE]), [TIANE])


def test_swapped_axes_are_read_the_other_way_round() -> None:
    np.testing.assert_array_equal(CGCS2000.swapped().to_cgcs2000([TIANE[::-1]]), [TIANE])
    np.testing.assert_array_equal(CGCS2000.swapped().from_cgcs2000([TIANE]), [TIANE[::-1]])


@pytest.mark.parametrize("crs", EVERY_KIND, ids=str)
@settings(deadline=None, max_examples=25)
@given(positions=near_baise)
def test_there_and_back_is_the_same_tenth_of_a_millimetre(crs: Crs, positions: list[tuple[float, float]]) -> None:
    there_and_back = crs.to_cgcs2000(crs.from_cgcs2000(positions))
    assert distance_m(there_and_back, positions).max() < 1e-4


@pytest.mark.parametrize("crs", ["EPSG:4507", "EPSG:4545", "EPSG:32648"])
def test_province_kept_in_one_zone_fits_to_its_far_end(crs: str) -> None:
    ends = [(104.45, 24.0), (112.05, 24.0)]
    there_and_back = parse_crs(crs).to_cgcs2000(parse_crs(crs).from_cgcs2000(ends))
    assert distance_m(there_and_back, ends).max() < 1e-4


@pytest.mark.parametrize("crs", EVERY_KIND, ids=str)
class TestEveryCrs:
    def test_unknown_and_infinite_rows_give_nan(self, crs: Crs) -> None:
        given_rows = [(np.nan, np.nan), (np.inf, 0.0), (1.0, np.nan)]
        assert np.isnan(crs.to_cgcs2000(given_rows)).all()
        assert np.isnan(crs.from_cgcs2000(given_rows)).all()

    def test_no_rows_give_no_rows(self, crs: Crs) -> None:
        assert crs.to_cgcs2000([]).shape == (0, 2)
        assert crs.from_cgcs2000([]).shape == (0, 2)

    def test_input_is_left_alone(self, crs: Crs) -> None:
        coordinates = crs.from_cgcs2000([TIANE])
        before = coordinates.copy()
        crs.to_cgcs2000(coordinates)[0] = 0
        np.testing.assert_array_equal(coordinates, before)

    def test_own_coordinates_fit(self, crs: Crs) -> None:
        assert crs.fits(crs.from_cgcs2000([TIANE])).tolist() == [True]


@pytest.mark.parametrize(
    ("crs", "coordinates"),
    [
        ("EPSG:4545", (36_416_000.0, 2_766_000.0)),  # prefix in the data, not in the CRS
        ("EPSG:4524", (416_000.0, 2_766_000.0)),  # prefix in the CRS, not in the data
        ("EPSG:4524", (35_416_000.0, 2_766_000.0)),  # prefix of the neighbouring zone
        ("EPSG:4545", (2_766_000.0, 416_000.0)),  # axes swapped
        ("EPSG:4545", (107.172, 24.999)),  # degrees as metres
        ("EPSG:3857", (107.172, 24.999)),
        ("EPSG:32648", (107.172, 24.999)),
        ("EPSG:4490", (416_000.0, 2_766_000.0)),  # metres as degrees
        ("EPSG:4490", (24.999, 107.172)),  # axes swapped
        ("gcj02", (24.999, 107.172)),
        ("EPSG:3857", (3e7, 2.8e6)),
        ("EPSG:32648", (36_416_000.0, 2_766_000.0)),
    ],
)
def test_coordinates_that_do_not_fit_give_nan_not_a_wild_position(crs: str, coordinates: tuple[float, float]) -> None:
    assert parse_crs(crs).fits([coordinates]).tolist() == [False]
    assert np.isnan(parse_crs(crs).to_cgcs2000([coordinates])).all()


def test_other_side_of_the_earth_has_no_gauss_kruger_coordinates() -> None:
    assert np.isnan(gauss_kruger(3, 36, zone_prefix=False).from_cgcs2000([(-72.0, 10.0), (108.0, -10.0)])).all()


def test_geometries_are_moved_whole_and_flat() -> None:
    crs = gauss_kruger(3, 36, zone_prefix=True)
    square = shapely.box(107.1, 24.9, 107.2, 25.0)
    high = shapely.force_3d(square, z=400.0)
    there = crs.geometries_from_cgcs2000([high, None, shapely.Point()])
    back = crs.geometries_to_cgcs2000(there)
    assert shapely.equals_exact(back[0], square, tolerance=1e-9)
    assert not back[0].has_z
    assert back[1] is None
    assert back[2].is_empty


def test_geometry_with_one_corner_that_does_not_fit_is_lost_whole_and_named() -> None:
    crs = gauss_kruger(3, 36, zone_prefix=False)
    good = shapely.box(400_000, 2_700_000, 400_100, 2_700_100)
    bad = shapely.Polygon([(400_000, 2_700_000), (36_400_100, 2_700_000), (400_100, 2_700_100)])
    moved = crs.geometries_to_cgcs2000([bad, good, None])
    assert [shape is None for shape in moved] == [True, False, True]
    assert crs.geometries_fit([bad, good, None]).tolist() == [False, True, True]


def test_threads_do_not_share_transformers() -> None:
    crs = utm(49)
    expected = crs.from_cgcs2000([TIANE])
    seen: list[LonLat] = []
    threads = [threading.Thread(target=lambda: seen.append(crs.from_cgcs2000([TIANE]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    for result in seen:
        np.testing.assert_array_equal(result, expected)


def test_gauss_kruger_vectors_of_the_folder(real_files: Path) -> None:
    vectors = json.loads((real_files / "coords/cgcs2000_gk_two_vectors.json").read_text())
    for vector in vectors:
        position = parse_crs(vector["epsg"]).to_cgcs2000([(vector["easting"], vector["northing"])])
        assert distance_m(position, [(vector["lon"], vector["lat"])])[0] < 1e-3


def test_prj_files_of_the_folder_are_recognised(real_files: Path) -> None:
    found = sorted((real_files / "shapefile").glob("*.prj"))
    assert found
    assert {parse_crs(path.read_text()) for path in found} == {WGS84}
