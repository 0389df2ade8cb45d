"""Geodesic measures agree with published constants and with figures worked by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geocore.geodesy import area_m2, course, destination, distance_m, length_m

TIANE, LEYE = (107.172, 24.999), (106.557, 24.784)

# GRS 80 (Moritz 2000, J. Geodesy 74:128-133): radius of the sphere of equal surface; CGCS2000 has the same axes
EQUAL_AREA_RADIUS_M = 6_371_007.1810

positions = st.tuples(st.floats(73.0, 135.0), st.floats(18.0, 53.0))


def test_one_degree_of_the_equator_is_an_arc_of_the_semi_major_axis() -> None:
    assert distance_m([(108.0, 0.0)], [(109.0, 0.0)])[0] == pytest.approx(6378137.0 * np.pi / 180, abs=1e-6)


def test_pole_is_a_quadrant_away() -> None:
    assert distance_m([(108.0, 0.0)], [(20.0, 90.0)])[0] == pytest.approx(10_001_965.7293, abs=1e-3)


def test_one_origin_is_paired_with_every_target() -> None:
    assert distance_m([TIANE], [LEYE, TIANE, LEYE]).tolist() == distance_m([LEYE, TIANE, LEYE], [TIANE]).tolist()


def test_unknown_ends_have_unknown_distances() -> None:
    ends = [(np.nan, np.nan), (107.0, np.nan), (np.inf, 24.0), LEYE]
    assert np.isnan(distance_m([TIANE], ends)).tolist() == [True, True, True, False]
    assert np.isnan(distance_m([(np.nan, 0.0)], [LEYE])).all()


def test_no_rows_have_no_distances() -> None:
    assert distance_m([], []).shape == (0,)


def test_azimuth_is_clockwise_from_north() -> None:
    azimuths = course([(108.0, 0.0)], [(108.0, 1.0), (109.0, 0.0), (108.0, -1.0), (107.0, 0.0)]).azimuth_deg
    np.testing.assert_allclose(np.abs(azimuths), (0.0, 90.0, 180.0, 90.0), atol=1e-9)
    assert azimuths[3] < 0


@settings(deadline=None)
@given(positions, st.floats(-179.0, 179.0), st.floats(1.0, 500_000.0))
def test_walking_a_course_arrives(start: tuple[float, float], azimuth: float, length: float) -> None:
    arrived = destination([start], azimuth, length)
    assert distance_m([start], arrived)[0] == pytest.approx(length, abs=1e-6)


def test_walking_nowhere_known_arrives_nowhere() -> None:
    assert np.isnan(destination([(np.nan, 0.0), TIANE], 0.0, [1.0, np.nan])).all()
    assert destination([], 0.0, 1.0).shape == (0, 2)


@settings(deadline=None)
@given(positions, positions)
def test_distance_is_the_same_both_ways(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert distance_m([one], [other])[0] == pytest.approx(distance_m([other], [one])[0], abs=1e-6)


def test_octant_is_an_eighth_of_the_earth() -> None:
    octant = shapely.Polygon([(0, 0), (90, 0), (90, 90)])
    assert area_m2([octant])[0] == pytest.approx(4 * np.pi * EQUAL_AREA_RADIUS_M**2 / 8, rel=1e-9)


def test_small_plot_has_the_area_of_its_sides() -> None:
    # 20 m north, 17.4 m east: 348 m2, the size of a house plot
    corner = np.array([TIANE])
    north, east = destination(corner, 0.0, 20.0)[0], destination(corner, 90.0, 17.4)[0]
    plot = shapely.Polygon([TIANE, east, (east[0], north[1]), north])
    assert area_m2([plot])[0] == pytest.approx(348.0, abs=0.01)


def test_holes_are_taken_off_and_parts_added() -> None:
    outer, inner = shapely.box(107, 24, 108, 25), shapely.box(107.4, 24.4, 107.6, 24.6)
    beside = shapely.box(109, 24, 110, 25)
    whole, hole, other = area_m2([outer, inner, beside])
    ringed = outer.difference(inner)
    np.testing.assert_allclose(
        area_m2([ringed, shapely.MultiPolygon([ringed, beside]), shapely.MultiPolygon([inner, beside])]),
        [whole - hole, whole - hole + other, hole + other],
        rtol=1e-12,
    )


def test_orientation_does_not_change_the_area() -> None:
    square = shapely.box(107, 24, 108, 25)
    np.testing.assert_allclose(*area_m2([square, shapely.reverse(square)]), rtol=1e-12)


def test_height_does_not_change_measures() -> None:
    square = shapely.box(107, 24, 108, 25)
    high = shapely.force_3d(square, z=8000.0)
    assert area_m2([high])[0] == area_m2([square])[0]
    assert length_m([high])[0] == length_m([square])[0]


def test_what_has_no_area_or_length_has_none() -> None:
    line, point, empty = shapely.LineString([TIANE, LEYE]), shapely.Point(TIANE), shapely.MultiPolygon()
    np.testing.assert_array_equal(area_m2([line, point, empty, None]), [0.0, 0.0, 0.0, np.nan])
    np.testing.assert_array_equal(length_m([point, empty, None]), [0.0, 0.0, np.nan])
    assert area_m2([]).shape == length_m([]).shape == (0,)


def test_collections_are_the_sum_of_what_they_hold() -> None:
    square, line = shapely.box(107, 24, 108, 25), shapely.LineString([TIANE, LEYE])
    both = shapely.GeometryCollection([shapely.MultiPolygon([square]), line])
    assert area_m2([both])[0] == area_m2([square])[0]
    assert length_m([both])[0] == pytest.approx(length_m([square, line]).sum(), rel=1e-12)


def test_line_is_as_long_as_its_steps_and_polygon_as_its_rings() -> None:
    line = shapely.LineString([(108, 0), (109, 0), (109, 0), (110, 0)])
    two = shapely.MultiLineString([[(108, 0), (109, 0)], [(120, 0), (121, 0)]])
    degree = 6378137.0 * np.pi / 180
    np.testing.assert_allclose(length_m([line, two]), [2 * degree, 2 * degree], rtol=1e-12)
    ringed = shapely.box(107, 24, 108, 25).difference(shapely.box(107.4, 24.4, 107.6, 24.6))
    assert length_m([ringed])[0] == pytest.approx(sum(length_m(shapely.get_rings(ringed))), rel=1e-12)


def test_single_geometry_is_a_row() -> None:
    assert area_m2(shapely.box(107, 24, 108, 25)).shape == (1,)
