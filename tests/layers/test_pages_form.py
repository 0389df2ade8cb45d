"""Changing a feature: what is protected, what is refused and why."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import translation

from geocore.geometry import FAULTS
from layers.geometry_words import SENTENCES, geometry_text
from layers.models import Household, Site
from layers.registry import get_layer
from tests.factories import (
    HouseholdFactory,
    SiteFactory,
    feature,
    multi,
    region,
    square,
)
from tests.layers.form_pages import db, every_layer, opened, save, steward

BOW_TIE = [[107.25, 24.75], [107.26, 24.76], [107.26, 24.75], [107.25, 24.76], [107.25, 24.75]]


@db
@every_layer
def test_saving_an_untouched_form_writes_nothing(key: str) -> None:
    made = feature(key)

    answer = save(steward(), f"/layers/{key}/{made.code}/edit/")

    before = made.version
    made.refresh_from_db()
    assert answer.status_code == 200, answer.context["form"].errors
    assert made.version == before
    assert "Nothing differed" in answer.content.decode()


@db
@every_layer
def test_protected_fields_are_shown_and_never_typed(key: str) -> None:
    layer, made = get_layer(key), feature(key)
    client, sent = opened(steward(), f"/layers/{key}/{made.code}/edit/")

    assert not set(layer.protected) & set(sent)
    assert "code" not in sent
    if key == "plots":
        answer = client.post(f"/layers/plots/{made.code}/edit/", {**sent, "stage": "verified", "due_on": "2030-01-01"})
        assert answer.status_code == 302
        made.refresh_from_db()
        assert (made.stage, str(made.due_on)) == ("registered", "2030-01-01")


@db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This field is required"),
        ("{", "not a GeoJSON geometry"),
        ("[]", "not a GeoJSON geometry"),
        ('"Polygon"', "not a GeoJSON geometry"),
        ('{"type": "Polygon"}', "not a GeoJSON geometry"),
        ('{"type": "Point", "coordinates": [107, 24]}', "The geometry is a Point; this layer holds a MultiPolygon"),
        ('{"type": "Polygon", "coordinates": 5}', "cannot be read"),
        (
            '{"type": "Polygon", "coordinates": [[[107, 24, 3], [107.1, 24, 3], [107, 24.1, 3], [107, 24, 3]]]}',
            "cannot be read",
        ),
        (
            '{"type": "Polygon", "coordinates": [[["107", 24], [107.1, 24], [107, 24.1], ["107", 24]]]}',
            "cannot be read",
        ),
        ('{"type": "Polygon", "coordinates": [[[107, 24], [107.1, 24], [107, 24.1]]]}', "cannot be read"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 24], [107.1, 24], [107, 24.1], [NaN, 24]]]}', "cannot be read"),
        ('{"type": "MultiPolygon", "coordinates": []}', "The geometry is empty"),
        (json.dumps({"type": "Polygon", "coordinates": [BOW_TIE]}), "crosses itself. At 107.25500°E 24.75500°N."),
        (
            '{"type": "Polygon", "coordinates": [[[24.7, 107.25], [24.7, 107.26], [24.8, 107.26], [24.7, 107.25]]]}',
            "seem to be swapped",
        ),
        ('{"type": "Polygon", "coordinates": [[[300, 24], [301, 24], [301, 25], [300, 24]]]}', "outside the earth"),
        ("x" * 10, "not a GeoJSON geometry"),
        ("\x00", "Null characters are not allowed"),
    ],
)
def test_a_boundary_that_cannot_be_taken_is_explained(text: str, sentence: str) -> None:
    site = SiteFactory()

    answer = save(steward(), f"/layers/sites/{site.code}/edit/", geom=text, name="新名称")

    page = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 400
    assert sentence in page
    assert 'value="新名称"' in page  # nothing typed is lost
    assert Site.objects.get().version == 1


@db
@pytest.mark.parametrize(
    ("lon", "lat", "sentence"),
    [
        ("107.3", "", "Give both longitude and latitude, or neither"),
        ("east", "24.7", "A coordinate is a number of degrees"),
        ("24.75", "107.25", "seem to be swapped"),
        ("0", "0", "stands for an unknown position"),
        ("nan", "24.7", "A coordinate is a number of degrees"),
        ("1e999", "24.7", "A coordinate is a number of degrees"),
        ("500", "24.7", "outside the earth"),
    ],
)
def test_a_position_that_cannot_be_is_explained(lon: str, lat: str, sentence: str) -> None:
    moved = HouseholdFactory()

    answer = save(steward(), f"/layers/households/{moved.code}/edit/", new_home_lon=lon, new_home_lat=lat)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Household.objects.get().version == 1


@db
def test_a_typed_position_is_stored_to_the_last_digit() -> None:
    moved = HouseholdFactory()

    save(steward(), f"/layers/households/{moved.code}/edit/", new_home_lon="107.30000000000011", new_home_lat="24.7")

    place = Household.objects.get().new_home
    assert (place.x, place.y) == (107.30000000000011, 24.7)


@db
def test_an_emptied_position_becomes_unknown() -> None:
    moved = HouseholdFactory()

    save(steward(), f"/layers/households/{moved.code}/edit/", new_home_lon="", new_home_lat="")

    assert Household.objects.get().new_home is None


@db
def test_a_boundary_outside_the_area_is_refused_with_the_distance() -> None:
    site = SiteFactory()
    away = multi(square("451222", 0.0, 0.0))

    answer = save(steward(), f"/layers/sites/{site.code}/edit/", geom=geometry_text(away))

    assert answer.status_code == 400
    assert "m beyond the division that you may change" in answer.content.decode()
    assert Site.objects.get().version == 1


@db
def test_a_feature_cannot_be_given_to_a_division_outside_the_area() -> None:
    site = SiteFactory()
    region("451222001001")

    answer = save(steward(), f"/layers/sites/{site.code}/edit/", region="451222001001")

    assert answer.status_code == 400
    assert "outside the area that you may change" in answer.content.decode()


@db
@pytest.mark.parametrize("code", ["AZ-NONE", "hidden", "\x00"])
def test_a_reference_to_what_is_not_there_or_hidden_reads_the_same(code: str) -> None:
    hidden = SiteFactory(at="451222001001", code="hidden")
    moved = HouseholdFactory()

    answer = save(steward(), f"/layers/households/{moved.code}/edit/", resettlement="site", site=code)

    assert answer.status_code == 400
    expected = (
        "Null characters" if code == "\x00" else f"There is no resettlement site with the code “{code}” in your area."
    )
    assert expected in answer.content.decode()
    assert hidden.name not in answer.content.decode()


@db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"persons": "-1"}, "greater than or equal to 0"),
        ({"persons": "four"}, "Enter a whole number"),
        ({"moved_in_on": "2021-02-30"}, "no day of the calendar"),
        ({"moved_in_on": "2019-04-01"}, "Nobody moves in before the move"),
        ({"resettlement": "nowhere"}, "Select a valid choice"),
        ({"resettlement": "site"}, "Name the site of a household"),
        ({"labour_force": "9"}, "cannot exceed the persons"),
        ({"region": ""}, "This field is required"),
        ({"region": "9999"}, "There is no division with the code"),
        ({"change_reason": "x" * 301}, "at most 300 characters"),
        ({"certificates": "x" * 60}, "at most 40 characters"),
    ],
)
def test_rules_of_the_register_are_told_and_nothing_is_saved(typed: dict[str, str], sentence: str) -> None:
    moved = HouseholdFactory()

    answer = save(steward(), f"/layers/households/{moved.code}/edit/", **typed)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Household.objects.get().version == 1


@db
def test_items_that_no_schema_knows_are_refused() -> None:
    site = SiteFactory()
    path = f"/layers/sites/{site.code}/edit/"

    wrong = save(steward(), path, **{"items.schools.primary": "many"})
    negative = save(steward(), path, **{"items.schools.primary": "-1"})
    unknown = save(steward(), path, **{"items.schools.palaces": "1"})

    assert "schools, primary schools: “many” is not a number." in wrong.content.decode()
    assert negative.status_code == 400
    assert "Nothing differed" in unknown.content.decode()


@db
def test_words_are_parted_by_commas_of_either_script() -> None:
    moved = HouseholdFactory()

    save(steward(), f"/layers/households/{moved.code}/edit/", certificates="不动产证，户口簿、土地证, x")

    assert Household.objects.get().certificates == ["不动产证", "户口簿", "土地证", "x"]


def test_the_sentences_on_geometries_are_those_of_geocore() -> None:
    with translation.override("en"):
        assert {code: tuple(map(str, words)) for code, words in SENTENCES.items()} == FAULTS


@db
def test_an_empty_post_is_refused_field_by_field() -> None:
    site = SiteFactory()
    client = Client(headers={"accept-language": "en"})
    client.force_login(steward())

    answer = client.post(f"/layers/sites/{site.code}/edit/", {})

    assert answer.status_code == 400
    assert {"name", "region", "programme", "geom"} <= set(answer.context["form"].errors)
