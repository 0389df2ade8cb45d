"""Entering and changing a feature: what is refused, what is kept, and that no digit is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import Role
from geocore.geometry import FAULTS
from layers.exactness import rounded_corners
from layers.forms.feature import FeatureForm
from layers.geometry_words import SENTENCES, geometry_from_text, geometry_text
from layers.models import Facility, Household, Plot, Project, Site
from layers.registry import all_layers, get_layer
from layers.services import feature_update
from tests.factories import (
    FacilityFactory,
    HouseholdFactory,
    SiteFactory,
    feature,
    multi,
    region,
    square,
    user_with,
)

every_layer = pytest.mark.parametrize("key", [layer.key for layer in all_layers()])
db = pytest.mark.django_db

# Full doubles, as a survey gives them: none of them survives a round trip through 6, 9 or 15 digits.
RING = (
    (107.25012345678912, 24.750123456789123),
    (107.25212345678935, 24.750123456781235),
    (107.25212345678911, 24.752123456789777),
    (107.25012345678912, 24.750123456789123),
)


def steward(division: str = "451221") -> User:
    return user_with(Role.STEWARD, division)


def surveyed() -> Site:
    made: Site = SiteFactory(geom=MultiPolygon(Polygon(RING), srid=4490))
    return made


def opened(user: User, path: str) -> tuple[Client, dict[str, Any]]:
    """Return the client and what a browser would send back of the page without touching it."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client, as_sent(client.get(path).context["form"])


def as_sent(form: FeatureForm) -> dict[str, Any]:
    """Return what a browser sends of a form as it was drawn."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        context = widget.get_context(bound.html_name, value, {"id": bound.auto_id})["widget"]
        if "subwidgets" in context:
            sent |= {part["name"]: part["value"] or "" for part in context["subwidgets"]}
        elif "groups" in context:
            sent |= {one["name"]: one["value"] for group in context["groups"] for one in group["inputs"]}
        elif context.get("type") == "checkbox":
            sent |= {bound.html_name: "on"} if value else {}
        else:
            text = context["value"]
            sent[bound.html_name] = (text[0] if text else "") if isinstance(text, list) else text or ""
    return sent


def save(user: User, path: str, **typed: Any) -> HttpResponse:
    """Open a page, type, and save."""
    client, sent = opened(user, path)
    return client.post(path, {**sent, **typed}, follow=True)


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


BOW_TIE = [[107.25, 24.75], [107.26, 24.76], [107.26, 24.75], [107.25, 24.76], [107.25, 24.75]]


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


def colleague_saves(site: Site, **values: Any) -> None:
    feature_update(
        feature=site, base_version=site.version, values=values, user=steward(), reason="a colleague was quicker"
    )


@db
def test_a_stale_save_overwrites_nothing_and_keeps_everything_typed() -> None:
    site, user, path = SiteFactory(name="旧名"), steward(), ""
    path = f"/layers/sites/{site.code}/edit/"
    client, sent = opened(user, path)
    colleague_saves(site, department="发改局", name="同事的名字")

    answer = client.post(path, {**sent, "name": "我的名字", "owner_unit": "城投", "change_reason": "mine"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert Site.objects.get().name == "同事的名字"
    assert "Nothing was saved: somebody else saved first." in page
    assert "a colleague was quicker" in page
    assert "you changed it too" in page
    again = as_sent(answer.context["form"])
    assert (again["name"], again["owner_unit"], again["change_reason"]) == ("我的名字", "城投", "mine")
    assert (again["department"], again["base_version"]) == ("发改局", "2")

    saved = client.post(path, again)

    assert saved.status_code == 302
    stored = Site.objects.get()
    assert (stored.name, stored.owner_unit, stored.department, stored.version) == ("我的名字", "城投", "发改局", 3)


@db
def test_a_stale_boundary_is_kept_as_it_was_drawn() -> None:
    site = surveyed()
    path = f"/layers/sites/{site.code}/edit/"
    client, sent = opened(steward(), path)
    colleague_saves(site, name="同事的名字")
    drawn = geometry_text(multi(square("451221", 0.001, 0.001)))

    answer = client.post(path, {**sent, "geom": drawn})

    assert answer.status_code == 409
    assert as_sent(answer.context["form"])["geom"] == drawn


@db
@pytest.mark.parametrize("base", ["", "0", "-1", "99", "x", "1e3", "99999999999999999999"])
def test_a_base_version_that_never_was_counts_as_the_stored_one_only_for_what_differs(base: str) -> None:
    site = SiteFactory()

    answer = save(steward(), f"/layers/sites/{site.code}/edit/", base_version=base, name="改名")

    assert answer.status_code in {200, 400}


@db
def test_the_token_of_the_form_is_needed() -> None:
    site = SiteFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(steward())

    assert client.post(f"/layers/sites/{site.code}/edit/", {"name": "x"}).status_code == 403
    assert client.post("/layers/sites/new/", {"name": "x"}).status_code == 403
    assert client.post(f"/layers/sites/{site.code}/delete/", {"reason": "x"}).status_code == 403


@db
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(method: str) -> None:
    site = SiteFactory()
    client = Client()
    client.force_login(steward())

    assert getattr(client, method)(f"/layers/sites/{site.code}/edit/").status_code == 405


@db
def test_nobody_outside_the_area_saves() -> None:
    site = SiteFactory()
    client, sent = opened(steward(), f"/layers/sites/{site.code}/edit/")
    client.force_login(steward("451222"))
    assert client.post(f"/layers/sites/{site.code}/edit/", {**sent, "name": "x"}).status_code == 404
    client.force_login(user_with(Role.LEADER, "451221"))
    assert client.post(f"/layers/sites/{site.code}/edit/", {**sent, "name": "x"}).status_code == 403
    assert Site.objects.get().version == 1


@db
def test_a_new_feature_is_entered_and_shown() -> None:
    region("451221001001")
    typed = {
        "code": "F-1",
        "name": "示例小学",
        "kind": "primary",
        "region": "451221001001",
        "geom_lon": "107.25",
        "geom_lat": "24.75",
        "change_reason": "opened this year",
    }

    answer = save(steward(), "/layers/facilities/new/", **typed)

    made = Facility.objects.get()
    assert (made.code, made.name, made.version, made.change_reason) == ("F-1", "示例小学", 1, "opened this year")
    assert answer.redirect_chain[-1][0] == "/layers/facilities/F-1/"


@db
def test_a_short_division_code_is_taken_for_its_twelve_digits() -> None:
    region("451221001001")

    save(
        steward(),
        "/layers/facilities/new/",
        code="F-1",
        name="x",
        kind="market",
        region="451221",
        geom_lon="107.3",
        geom_lat="24.8",
    )

    assert Facility.objects.get().region_id == "451221000000"


@db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": ""}, "This field is required"),
        ({"code": "taken"}, "already"),
        ({"region": "451222001001"}, "outside the area that you may change"),
        ({"geom_lon": "107.75"}, "beyond the division"),
        ({"geom_lon": "", "geom_lat": ""}, "This field is required"),
    ],
)
def test_a_new_feature_that_cannot_be_taken_is_refused_with_all_that_was_typed(
    typed: dict[str, str], sentence: str
) -> None:
    region("451222001001")
    FacilityFactory(code="taken")
    whole = {
        "code": "F-1",
        "name": "示例小学",
        "kind": "primary",
        "region": "451221001001",
        "geom_lon": "107.25",
        "geom_lat": "24.75",
    }

    answer = save(steward(), "/layers/facilities/new/", **{**whole, **typed})

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert 'value="示例小学"' in answer.content.decode()
    assert Facility.objects.count() == 1


@db
def test_a_code_in_use_elsewhere_does_not_tell_where() -> None:
    region("451221001001")
    FacilityFactory(at="451222001001", code="taken", name="邻县小学")

    answer = save(
        steward(),
        "/layers/facilities/new/",
        code="taken",
        name="x",
        kind="market",
        region="451221001001",
        geom_lon="107.3",
        geom_lat="24.8",
    )

    assert answer.status_code == 400
    assert "邻县小学" not in answer.content.decode()
    assert "451222" not in answer.content.decode().split("<form")[-1]


@db
def test_a_new_project_and_a_new_plot_take_their_boundaries() -> None:
    region("451221001001")
    user = steward()
    outline = geometry_text(multi(square("451221", 0.1, 0.1, 0.01)))
    save(
        user, "/layers/projects/new/", code="SK-1", name="示例水库", state="planned", region="451221001001",
        dam_lon="107.35", dam_lat="24.85", reservoir=outline, inundation="",
    )  # fmt: skip
    save(user, "/layers/plots/new/", code="P-1", region="451221001001", geom=geometry_text(square("451221")))

    assert Project.objects.get().reservoir.num_geom == 1
    assert Plot.objects.get().stage == "registered"


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
