"""A boundary in a form: no digit is lost, and what would lose one is refused."""

from __future__ import annotations

import json

import pytest
from django.contrib.gis.geos import Polygon
from hypothesis import given
from hypothesis import strategies as st

from layers.exactness import rounded_corners
from layers.geometry_words import geometry_from_text, geometry_text
from layers.models import Site
from tests.layers.form_pages import RING, db, save, steward, surveyed


@db
def test_a_field_changes_and_the_boundary_stays_to_the_last_bit() -> None:
    site = surveyed()
    stored = bytes(site.geom.wkb)

    answer = save(
        steward(),
        f"/layers/sites/{site.code}/edit/",
        name="改名",
        change_reason="按批复",
        **{"items.schools.primary": "2"},
    )

    site.refresh_from_db()
    assert (site.name, site.change_reason, site.changed_through) == ("改名", "按批复", "page")
    assert site.items == {"schools": {"primary": 2}}
    assert bytes(site.geom.wkb) == stored
    assert "Saved as version 2." in answer.content.decode()


@db
@pytest.mark.parametrize("decimals", [5, 6, 7, 9, 12])
def test_a_boundary_that_comes_back_rounded_is_refused(decimals: int) -> None:
    site = surveyed()
    rounded = [[[[round(x, decimals), round(y, decimals)] for x, y in RING]]]

    answer = save(
        steward(), f"/layers/sites/{site.code}/edit/", geom=json.dumps({"type": "MultiPolygon", "coordinates": rounded})
    )

    assert answer.status_code == 400
    assert "came back rounded" in answer.content.decode()
    assert bytes(Site.objects.get().geom.wkb) == bytes(site.geom.wkb)


@db
def test_one_moved_corner_is_saved_and_the_others_keep_every_digit() -> None:
    site = surveyed()
    moved = (RING[1][0] + 0.0005, RING[1][1])
    ring = [RING[0], moved, RING[2], RING[3]]

    answer = save(
        steward(), f"/layers/sites/{site.code}/edit/", geom=json.dumps({"type": "Polygon", "coordinates": [ring]})
    )

    assert answer.status_code == 200
    assert Site.objects.get().geom.coords == ((tuple(ring),),)


@db
def test_a_moved_corner_does_not_excuse_a_rounded_one() -> None:
    site = surveyed()
    ring = [(round(x, 6), round(y, 6)) for x, y in RING]
    ring[1] = (RING[1][0] + 0.0005, RING[1][1])

    answer = save(
        steward(), f"/layers/sites/{site.code}/edit/", geom=json.dumps({"type": "Polygon", "coordinates": [ring]})
    )

    assert "2 corners came back rounded" in answer.content.decode()


@given(st.lists(st.tuples(st.floats(100, 115), st.floats(20, 30)), min_size=3, max_size=30, unique=True))
def test_text_keeps_every_bit_of_a_boundary(places: list[tuple[float, float]]) -> None:
    geom = Polygon([*places, places[0]], srid=4490)

    again = geometry_from_text(geometry_text(geom), "Polygon")

    assert bytes(again.wkb) == bytes(geom.wkb)
    assert not len(rounded_corners(geom, again))


def test_coordinates_cut_off_are_rounded_too() -> None:
    cut = [(int(x * 1e6) / 1e6, int(y * 1e6) / 1e6) for x, y in RING]

    assert len(rounded_corners(Polygon(RING), Polygon(cut))) == 3


def test_a_corner_moved_by_a_decimetre_is_a_move() -> None:
    moved = [RING[0], (RING[1][0] + 1.1e-6, RING[1][1]), RING[2], RING[3]]

    assert not len(rounded_corners(Polygon(RING), Polygon(moved)))


def test_corners_nearer_than_a_hand_to_each_other_are_no_rounding() -> None:
    near = [(107.0, 24.0), (107.00000005, 24.0), (107.0, 24.1), (107.0, 24.0)]
    one_gone = [near[0], near[2], (107.1, 24.1), near[0]]

    assert not len(rounded_corners(Polygon(near), Polygon(one_gone)))
