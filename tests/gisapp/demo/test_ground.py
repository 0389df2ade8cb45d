"""Small shapes on the ground."""

from __future__ import annotations

import numpy as np
import shapely

from geocore.geodesy import area_m2, distance_m
from gisapp.demo.ground import metres_per_degree, polygons, ring_offsets, rings_around, shifted, within_blocks
from gisapp.demo.places import County, invent_places

CENTRES = np.array([[107.1, 24.9], [108.4, 22.8], [111.0, 26.2]])


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_a_degree_has_its_published_length() -> None:
    # GRS 80 at 45 degrees: 78,847 m and 111,132 m (Snyder 1987, table 3, rounded)
    east, north = metres_per_degree(45.0)
    assert abs(float(east) - 78_847) < 2
    assert abs(float(north) - 111_132) < 2


def test_shifted_goes_as_far_as_it_says() -> None:
    moved = shifted(CENTRES, 300.0, 400.0)
    assert np.allclose(distance_m(CENTRES, moved), 500.0, atol=0.1)


def test_blocks_are_valid_and_of_the_area_asked_for() -> None:
    wanted = np.array([667.0, 50_000.0, 900_000.0])
    blocks = polygons(rings_around(CENTRES, ring_offsets(rng(), wanted, 12, 0.3)))
    assert shapely.is_valid(blocks).all()
    assert np.allclose(area_m2(blocks), wanted, rtol=2e-3)


def test_homes_lie_inside_their_block() -> None:
    offsets = ring_offsets(rng(), np.array([20_000.0, 80_000.0, 5_000.0]), 12, 0.3)
    blocks = polygons(rings_around(CENTRES, offsets))
    block = np.repeat(np.arange(3), 400)
    homes = within_blocks(rng(), CENTRES, offsets, block)
    assert shapely.contains_xy(blocks[block], homes[:, 0], homes[:, 1]).all()


def test_townships_partition_their_county() -> None:
    land = shapely.multipolygons([shapely.Point(107.0, 24.5).buffer(0.2)])
    townships = tuple(f"451221{number:03d}000" for number in range(1, 8))
    villages = tuple(f"{code[:9]}{number:03d}" for code in townships for number in range(1, 6))
    county = County("451221000000", "示例县", land, land, townships, villages)
    places = invent_places(county, 1)
    assert shapely.is_valid(places.cells).all()
    assert shapely.coverage_is_valid(places.cells)
    assert np.isclose(shapely.area(places.cells).sum(), land.area, rtol=1e-12)
    assert shapely.contains_xy(places.cells, places.seats[:, 0], places.seats[:, 1]).all()
    own = places.cells[places.leaf_township]
    assert shapely.contains_xy(own, places.leaf_seats[:, 0], places.leaf_seats[:, 1]).mean() > 0.9


def test_places_are_the_same_for_the_same_seed() -> None:
    land = shapely.multipolygons([shapely.box(107, 24, 107.5, 24.4)])
    county = County("451222000000", "示例县", land, land, ("451222001000", "451222002000", "451222003000"), ())
    first, second, other = invent_places(county, 1), invent_places(county, 1), invent_places(county, 2)
    assert (first.seats == second.seats).all()
    assert (first.seats != other.seats).any()
    assert (first.leaf_codes == first.township_codes).all()


def test_a_county_without_townships_is_its_own_place() -> None:
    land = shapely.multipolygons([shapely.box(107, 24, 107.5, 24.4)])
    places = invent_places(County("451223000000", "示例县", land, land, (), ()), 1)
    assert places.leaf_codes.tolist() == ["451223000000"]
    assert places.inside(places.leaf_seats).all()
