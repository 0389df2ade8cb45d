"""GeoJSON of every view of every layer."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from typing import Any

import pytest
import shapely.geometry
from django.contrib.gis.geos import Point, Polygon
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from layers import geojson
from layers.geojson import Box, BoxError, feature_collection
from layers.listing import ListQuery
from layers.registry import UnknownLayerError, all_views, get_view
from layers.services import feature_delete
from layers.spec import LayerView, SpatialLayer
from tests.factories import (
    FacilityFactory,
    HouseholdFactory,
    IssueFactory,
    PlotFactory,
    SiteFactory,
    UserFactory,
    feature,
    multi,
    near,
    region,
    user_with,
)

pytestmark = pytest.mark.django_db
VIEWS = all_views()
every_view = pytest.mark.parametrize(("layer", "view"), VIEWS, ids=[view.key for _, view in VIEWS])
SCOPED = [(layer, view) for layer, view in VIEWS if hasattr(layer.model, "SCOPE_FIELDS")]
every_scoped_view = pytest.mark.parametrize(("layer", "view"), SCOPED, ids=[view.key for _, view in SCOPED])


def document(view: str, user: User, **asked: Any) -> dict[str, Any]:
    """Return the whole collection as a reader parses it."""
    found: dict[str, Any] = json.loads(b"".join(feature_collection(view, user=user, **asked)))
    return found


def codes(view: str, user: User, **asked: Any) -> list[str]:
    """Return the ids of the features."""
    return [found["id"] for found in document(view, user, **asked)["features"]]


def ask(user: User | None, view: str, **parameters: str) -> HttpResponse:
    """Return the answer of the address."""
    client = Client()
    if user is not None:
        client.force_login(user)
    answer: HttpResponse = client.get(reverse("layers:geojson", args=(view,)), parameters)
    return answer


@every_view
def test_a_feature_has_its_code_its_place_and_its_declared_properties(layer: SpatialLayer, view: LayerView) -> None:
    row = feature(layer.key, at="451221000000" if layer.key == "regions" else "451221001001")
    found = document(view.key, user_with(Role.LEADER))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found, "RFC 7946 removed it"
    shown = {item["id"]: item for item in found["features"]}[row.code]
    assert set(shown) == {"type", "id", "geometry", "properties"}
    columns = {layer.model._meta.get_field(name).column for name in layer.properties(staff=True)}
    assert set(shown["properties"]) == columns
    stored = shapely.from_wkb(bytes(getattr(row, view.geom).wkb))
    drawn = shapely.geometry.shape(shown["geometry"])
    assert drawn.normalize().equals_exact(stored.normalize(), tolerance=1e-9)


def test_coordinates_are_longitude_first_with_nine_decimals() -> None:
    FacilityFactory(geom=Point(107.123456789, 24.987654321, srid=4490))
    (found,) = document("facilities", user_with(Role.LEADER))["features"]
    assert found["geometry"] == {"type": "Point", "coordinates": [107.123456789, 24.987654321]}


def test_values_keep_their_type() -> None:
    PlotFactory(declared_area_mu="0.6600", registered_on=dt.date(2018, 1, 1))
    (found,) = document("plots", user_with(Role.LEADER))["features"]
    assert found["properties"]["declared_area_mu"] == 0.66
    assert found["properties"]["registered_on"] == "2018-01-01"
    assert found["properties"]["verified_on"] is None
    assert found["properties"]["household_code"] is None


def test_outer_rings_run_against_the_clock() -> None:
    clockwise = Polygon(((107.1, 24.6), (107.1, 24.61), (107.11, 24.61), (107.11, 24.6), (107.1, 24.6)), srid=4490)
    SiteFactory(geom=multi(clockwise))
    (found,) = document("sites", user_with(Role.LEADER))["features"]
    ring = found["geometry"]["coordinates"][0][0]
    twice_area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
    assert twice_area > 0


def test_a_row_without_a_place_is_there_without_a_geometry() -> None:
    row = HouseholdFactory(new_home=None)
    (found,) = document("households", user_with(Role.LEADER))["features"]
    assert (found["id"], found["geometry"]) == (row.code, None)
    (origin,) = document("origins", user_with(Role.LEADER))["features"]
    assert origin["geometry"]["type"] == "Point"


def test_quotes_braces_and_percent_signs_survive() -> None:
    name = """100 % "好" {x} \\ %(y)s"""
    FacilityFactory(name=name)
    (found,) = document("facilities", user_with(Role.LEADER))["features"]
    assert found["properties"]["name"] == name


def test_nothing_is_an_empty_collection() -> None:
    assert document("sites", user_with(Role.LEADER))["features"] == []
    assert document("sites", UserFactory())["features"] == []


def test_an_unknown_view_is_an_error() -> None:
    with pytest.raises(UnknownLayerError):
        feature_collection("dragons", user=UserFactory())


# Who sees what


@every_scoped_view
def test_a_neighbouring_county_stays_invisible(layer: SpatialLayer, view: LayerView) -> None:
    mine, theirs = feature(layer.key, at="451221001001"), feature(layer.key, at="451222001001")
    user = user_with(Role.PLANNER, "451221")
    assert codes(view.key, user) == [mine.code]
    assert theirs.code.encode() not in b"".join(feature_collection(view.key, user=user))
    assert codes(view.key, user, query=ListQuery(region="451222000000")) == []


@every_scoped_view
def test_without_an_account_a_layer_is_closed(layer: SpatialLayer, view: LayerView) -> None:
    assert ask(None, view.key).status_code == 401


@every_scoped_view
def test_without_a_grant_a_layer_is_refused_with_a_sentence(layer: SpatialLayer, view: LayerView) -> None:
    answer = ask(UserFactory(), view.key)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Your account has no grant to see this layer."


def test_divisions_are_public_with_their_public_properties() -> None:
    region("451221")
    answer = ask(None, "regions")
    found = json.loads(answer.getvalue())["features"]
    assert {name for item in found for name in item["properties"]} == {"code", "name", "level", "demonstration"}


def test_a_deleted_feature_is_gone() -> None:
    row = FacilityFactory()
    user = user_with(Role.STEWARD)
    feature_delete(feature=row, base_version=row.version, user=user)
    assert codes("facilities", user) == []


# What of it


def test_a_box_keeps_what_it_meets() -> None:
    inside = HouseholdFactory(new_home=near("451221"))
    HouseholdFactory(new_home=near("451221", 0.1))
    HouseholdFactory(new_home=None)
    box = Box(107.2, 24.7, 107.3, 24.8)
    assert codes("households", user_with(Role.LEADER), bbox=box) == [inside.code]


def test_a_division_keeps_what_it_owns() -> None:
    mine = HouseholdFactory(at="451221001001", to="451222001001")
    other = HouseholdFactory(at="451222001001", to="451221001001")
    user = user_with(Role.LEADER)
    assert codes("households", user, query=ListQuery(region="451221000000")) == [mine.code]
    assert set(codes("households", user, query=ListQuery(region="451200000000"))) == {mine.code, other.code}


def test_the_address_takes_the_filters_of_the_list() -> None:
    high = IssueFactory(severity="high")
    IssueFactory(severity="low")
    IssueFactory(severity="high", at="451222001001")
    user = user_with(Role.LEADER)
    answer = ask(user, "issues", severity="high", region="451221")
    assert answer["Content-Type"] == "application/geo+json"
    assert [found["id"] for found in json.loads(answer.getvalue())["features"]] == [high.code]
    assert [found["id"] for found in json.loads(ask(user, "issues", q=high.code).getvalue())["features"]] == [high.code]


def test_a_percent_sign_in_a_filter_is_only_a_letter() -> None:
    row = FacilityFactory(name="一半 50%")
    FacilityFactory(name="一半 50")
    assert codes("facilities", user_with(Role.LEADER), query=ListQuery(words="50%")) == [row.code]


@pytest.mark.parametrize(
    "given",
    [
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "107.5,24.5,107.0,25.0",
        "107,25,107.5,24.5",
        "nan,0,1,1",
        "-181,0,0,1",
        "0,0,1,inf",
        ",,,",
    ],
)
def test_a_box_that_is_none_is_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(BoxError):
        Box.parse(given)
    answer = ask(user_with(Role.LEADER), "sites", bbox=given)
    assert answer.status_code == 400
    assert given in answer.json()["detail"]


@pytest.mark.parametrize("asked", [{"region": "abc"}, {"severity": "dragon"}])
def test_a_filter_that_makes_no_sense_is_refused(asked: dict[str, str]) -> None:
    answer = ask(user_with(Role.LEADER), "issues", **asked)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_an_unknown_layer_is_not_found() -> None:
    assert ask(user_with(Role.LEADER), "dragons").status_code == 404


# How it streams


def test_portions_join_to_one_document_whatever_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [IssueFactory() for _ in range(7)]
    for first, most, size in ((1, 1, 10_000), (2, 3, 10_000), (100, 2000, 1)):
        monkeypatch.setattr(geojson, "FIRST_ROWS", first)
        monkeypatch.setattr(geojson, "MOST_ROWS", most)
        monkeypatch.setattr(geojson, "CHUNK_BYTES", size)
        assert codes("issues", user_with(Role.LEADER)) == [row.code for row in rows]


def test_nobody_reads_the_body_of_head() -> None:
    user = user_with(Role.LEADER)
    client = Client()
    client.force_login(user)
    answer = client.head(reverse("layers:geojson", args=("sites",)))
    assert (answer.status_code, answer.getvalue()) == (200, b"")


@pytest.mark.django_db(transaction=True)
def test_a_reader_who_leaves_ends_the_query() -> None:
    for _ in range(3):
        IssueFactory()
    stream = feature_collection("issues", user=user_with(Role.LEADER))
    assert next(stream).startswith(b'{"type":"FeatureCollection"')
    next(stream)
    assert connection.in_atomic_block
    stream.close()  # type: ignore[attr-defined]  what the server does when the connection breaks
    assert not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_query_names_the_geometry_of_its_view_only() -> None:
    layer, view = get_view("origins")
    visible = geojson.visibility_for(layer, user=user_with(Role.LEADER))
    text, _ = geojson.features_query(layer, view, visible, user=user_with(Role.LEADER))
    with connection.cursor() as cursor:
        said = text.as_string(cursor.cursor)
    assert '"old_home"' in said
    assert "new_home" not in said.replace("new_home_accuracy_m", "")
