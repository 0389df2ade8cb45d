"""Vector tiles of every view of every layer, decoded and counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection

from accounts.context import acting_as
from accounts.roles import Role
from layers import registry
from layers.registry import all_views, get_view
from layers.services import feature_delete
from layers.spec import LayerView, SpatialLayer
from tests.factories import (
    FacilityFactory,
    HouseholdFactory,
    IssueFactory,
    PlotFactory,
    ProjectFactory,
    SiteFactory,
    UserFactory,
    feature,
    multi,
    near,
    region,
    square,
    user_with,
)
from tests.tiles.conftest import Tile, ask, tile_at
from tiles import queries
from tiles.drawing import fields_of

pytestmark = pytest.mark.django_db
Read = Callable[..., Tile]

VIEWS = all_views()
every_view = pytest.mark.parametrize(("layer", "view"), VIEWS, ids=[view.key for _, view in VIEWS])
SCOPED = [(layer, view) for layer, view in VIEWS if hasattr(layer.model, "SCOPE_FIELDS")]
every_scoped_view = pytest.mark.parametrize(("layer", "view"), SCOPED, ids=[view.key for _, view in SCOPED])


def tile_of(row: Any, view: LayerView, zoom: int) -> tuple[int, int, int]:
    """Return the tile that surely shows `row`."""
    middle = getattr(row, view.geom).point_on_surface
    return tile_at(middle.x, middle.y, zoom)


def codes(tile: Tile, view: str) -> list[str]:
    """Return the codes of the features of a layer of a tile, in their order."""
    return [found["properties"]["code"] for found in tile.get(view, {"features": []})["features"]]


# What a tile says of a feature


@every_view
def test_a_feature_has_its_id_and_the_declared_properties_only(
    layer: SpatialLayer, view: LayerView, read: Read
) -> None:
    row = feature(layer.key, at="451221000000" if layer.key == "regions" else "451221001001")
    zoom = view.tiles.maxzoom
    tile = read(user_with(Role.LEADER), view.key, *tile_of(row, view, zoom))
    assert set(tile) == {view.key}
    shown = {found["id"]: found["properties"] for found in tile[view.key]["features"]}[row.pk]
    declared = {field.column for field in fields_of(layer, layer.properties(staff=True))}
    assert set(shown) <= declared
    assert shown["code"] == row.code
    full = {field.column for field in fields_of(layer, layer.properties(staff=True)) if field.value_from_object(row)}
    assert full <= set(shown), "a value that exists is in the tile"


@every_view
def test_tilejson_names_the_properties_of_the_tile(
    layer: SpatialLayer, view: LayerView, tilejson: Callable[..., dict[str, Any]]
) -> None:
    row = feature(layer.key, at="451221000000" if layer.key == "regions" else "451221001001")
    found = tilejson(user_with(Role.LEADER), view.key)
    assert found["tilejson"] == "3.0.0"
    (address,) = found["tiles"]
    assert address.startswith(f"http://testserver/tiles/{view.key}/{{z}}/{{x}}/{{y}}.mvt?pass=")
    assert (found["minzoom"], found["maxzoom"]) == (view.tiles.minzoom, view.tiles.maxzoom)
    assert found["vector_layers"][0]["id"] == view.key
    declared = {field.column for field in fields_of(layer, layer.properties(staff=True))}
    assert set(found["vector_layers"][0]["fields"]) == declared
    assert set(found["vector_layers"][0]["fields"].values()) <= {"String", "Number", "Boolean"}
    west, south, east, north = found["bounds"]
    middle = getattr(row, view.geom).point_on_surface
    assert west <= middle.x <= east
    assert south <= middle.y <= north


def test_dates_are_iso_decimals_numbers_and_foreign_keys_codes(read: Read) -> None:
    row = PlotFactory(declared_area_mu="0.6600", registered_on=dt.date(2018, 1, 1))
    tile = read(user_with(Role.LEADER), "plots", *tile_of(row, get_view("plots")[1], 16))
    shown = tile["plots"]["features"][0]["properties"]
    assert shown["registered_on"] == "2018-01-01"
    assert shown["declared_area_mu"] == 0.66
    assert shown["region_code"] == "451221001001"
    assert shown["stage"] == "registered"
    assert "verified_on" not in shown, "nothing is left out rather than sent as an empty text"


def test_truth_is_a_boolean(read: Read) -> None:
    row = region("451221")
    tile = read(None, "regions", *tile_of(row, get_view("regions")[1], 12))
    properties = {found["id"]: found["properties"] for found in tile["regions"]["features"]}[row.pk]
    assert properties["demonstration"] is False
    assert properties["level"] == 3


def test_an_anonymous_reader_of_a_public_layer_gets_its_public_properties_only(read: Read) -> None:
    row = region("451221")
    tile = read(None, "regions", *tile_of(row, get_view("regions")[1], 12))
    assert {name for found in tile["regions"]["features"] for name in found["properties"]} == {
        "code",
        "name",
        "level",
        "demonstration",
    }


# Who sees what


@every_scoped_view
def test_a_neighbouring_county_stays_invisible(layer: SpatialLayer, view: LayerView, read: Read) -> None:
    theirs = feature(layer.key, at="451222001001")
    mine = user_with(Role.PLANNER, "451221")
    for zoom in (view.tiles.minzoom, view.tiles.maxzoom):
        place = tile_of(theirs, view, zoom)
        assert codes(read(user_with(Role.LEADER), view.key, *place), view.key) == [theirs.code]
        assert read(mine, view.key, *place) == {}


@every_scoped_view
def test_bounds_tell_nothing_of_a_neighbouring_county(
    layer: SpatialLayer, view: LayerView, tilejson: Callable[..., dict[str, Any]]
) -> None:
    feature(layer.key, at="451222001001")
    assert "bounds" not in tilejson(user_with(Role.PLANNER, "451221"), view.key)


def test_a_household_that_crosses_the_border_is_seen_from_both_sides(read: Read) -> None:
    row = HouseholdFactory(at="451221001001", to="451222001001")
    place = tile_of(row, get_view("households")[1], 14)
    for county in ("451221", "451222"):
        assert codes(read(user_with(Role.PLANNER, county), "households", *place), "households") == [row.code]
    assert read(user_with(Role.PLANNER, "451027"), "households", *place) == {}


def test_a_grant_to_a_township_shows_its_rows_only(read: Read) -> None:
    mine = FacilityFactory(at="451221001001")
    FacilityFactory(at="451221000000", region=region("451221"))
    place = tile_of(mine, get_view("facilities")[1], 14)
    assert codes(read(user_with(Role.PLANNER, "451221001"), "facilities", *place), "facilities") == [mine.code]


def test_a_grant_to_one_site_shows_that_site(read: Read) -> None:
    mine, other = SiteFactory(), SiteFactory()
    place = tile_of(mine, get_view("sites")[1], 14)
    user = user_with(Role.FIELD, site=mine.code)
    assert codes(read(user, "sites", *place), "sites") == [mine.code]
    assert set(codes(read(user_with(Role.LEADER), "sites", *place), "sites")) == {mine.code, other.code}


@every_scoped_view
def test_without_an_account_a_layer_is_closed_with_a_sentence(layer: SpatialLayer, view: LayerView) -> None:
    answer = ask(None, view.key, 10, 800, 440)
    assert answer.status_code == 401
    assert "detail" in answer.json()
    assert answer["WWW-Authenticate"]


@every_scoped_view
def test_without_a_grant_tiles_are_empty(layer: SpatialLayer, view: LayerView) -> None:
    row = feature(layer.key)
    for user in (UserFactory(), user_with(Role.PUBLIC, "45")):
        answer = ask(user, view.key, *tile_of(row, view, view.tiles.maxzoom))
        assert (answer.status_code, answer.content) == (204, b"")


def test_a_deleted_feature_is_gone(read: Read) -> None:
    row = FacilityFactory()
    user = user_with(Role.STEWARD)
    place = tile_of(row, get_view("facilities")[1], 14)
    assert codes(read(user, "facilities", *place), "facilities") == [row.code]
    feature_delete(feature=row, base_version=row.version, user=user)
    assert read(user, "facilities", *place) == {}


# How it is drawn


@every_view
def test_below_its_first_zoom_a_layer_is_empty_and_no_tile_query_runs(
    layer: SpatialLayer, view: LayerView, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = feature(layer.key, at="451221000000" if layer.key == "regions" else "451221001001")
    monkeypatch.setattr(queries, "rows_of", lambda query: pytest.fail("a query ran"))
    answer = ask(user_with(Role.LEADER), view.key, *tile_of(row, view, view.tiles.minzoom - 1))
    assert (answer.status_code, answer.content) == (204, b"")


@every_view
def test_above_its_last_zoom_a_layer_says_where_it_ends(layer: SpatialLayer, view: LayerView) -> None:
    answer = ask(user_with(Role.LEADER), view.key, view.tiles.maxzoom + 1, 0, 0)
    assert answer.status_code == 404
    assert str(view.tiles.maxzoom) in answer.json()["detail"]


@pytest.mark.parametrize("zoom", [9, 11, 12, 14, 16])
def test_points_inside_all_tiles_together_are_all_points(zoom: int, read: Read) -> None:
    rows = [HouseholdFactory(new_home=near("451221", east, 0.013 * east)) for east in (-0.2, -0.0437, 0.0, 0.01, 0.21)]
    rows += [HouseholdFactory(new_home=near("451221", 0.01, 0.00013)), HouseholdFactory(new_home=None)]
    user = user_with(Role.LEADER)
    x0, y0 = tile_at(107.0, 25.0, zoom)[1:]
    x1, y1 = tile_at(107.5, 24.5, zoom)[1:]
    wanted = [row for row in rows if row.new_home]
    # only tiles that hold a point, and their neighbours, can answer anything
    around = {
        (x + dx, y + dy)
        for _, x, y in (tile_at(row.new_home.x, row.new_home.y, zoom) for row in wanted)
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    found = []
    for x, y in sorted(around):
        if x0 - 1 <= x <= x1 + 1 and y0 - 1 <= y <= y1 + 1:
            layer = read(user, "households", zoom, x, y).get("households", {"features": [], "extent": 4096})
            for point in layer["features"]:
                east, south = point["geometry"]["coordinates"]
                if 0 <= east < layer["extent"] and 0 <= south < layer["extent"]:
                    found.append(point["properties"]["code"])
    assert sorted(found) == sorted(row.code for row in wanted)


def test_a_symbol_at_the_edge_is_drawn_in_both_tiles(read: Read) -> None:
    user = user_with(Role.LEADER)
    zoom, x, y = tile_at(107.25, 24.75, 14)
    edge = x / 2**14 * 360 - 180  # west edge of the tile
    pixel = 360 / 2**14 / 256
    buffer_px = get_view("households")[1].tiles.buffer_px
    near_edge = HouseholdFactory(new_home=near("451221", edge + (buffer_px - 1) * pixel - 107.25))
    beyond = HouseholdFactory(new_home=near("451221", edge + (buffer_px + 1) * pixel - 107.25))
    assert set(codes(read(user, "households", zoom, x, y), "households")) == {near_edge.code, beyond.code}
    assert codes(read(user, "households", zoom, x - 1, y), "households") == [near_edge.code]


def test_a_position_is_drawn_where_it_is(read: Read) -> None:
    row = HouseholdFactory(new_home=near("451221"))  # 107.25, 24.75
    zoom, x, y = tile_at(107.25, 24.75, 12)
    layer = read(user_with(Role.LEADER), "households", zoom, x, y)["households"]
    east, south = layer["features"][0]["geometry"]["coordinates"]
    # worked by hand: 107.25 E is (287.25 / 360) * 4096 = 3268.2666 tiles from the west edge of the grid
    assert x == 3268
    assert east == round((287.25 / 360 * 4096 - 3268) * 4096)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_Y(ST_Transform(ST_SetSRID(ST_MakePoint(107.25, 24.75), 4490), 3857))")
        (metres,) = cursor.fetchone()
    half = 20037508.342789244
    assert south == round(((half - metres) / (2 * half) * 4096 - y) * 4096)
    assert row.code == layer["features"][0]["properties"]["code"]


def test_polygons_are_points_below_the_declared_zoom_and_polygons_from_it(read: Read) -> None:
    row = SiteFactory()
    user = user_with(Role.LEADER)
    view = get_view("sites")[1]
    assert view.tiles.point_below == 13
    for zoom, kind in ((12, "Point"), (13, "Polygon"), (16, "Polygon")):
        found = read(user, "sites", *tile_of(row, view, zoom))["sites"]["features"]
        assert [shape["geometry"]["type"] for shape in found] == [kind]


def test_a_polygon_smaller_than_a_unit_becomes_a_point_and_does_not_vanish(read: Read) -> None:
    row = ProjectFactory(reservoir=multi(square("451221", 0.1, 0.1, 0.00005)))
    found = read(user_with(Role.LEADER), "reservoirs", *tile_of(row, get_view("reservoirs")[1], 7))["reservoirs"]
    assert [shape["geometry"]["type"] for shape in found["features"]] == ["Point"]


def test_a_thin_river_reservoir_stays_on_the_map(read: Read) -> None:
    thin = Polygon(((107.1, 24.6), (107.4, 24.9), (107.4, 24.90001), (107.1, 24.60001), (107.1, 24.6)), srid=4490)
    row = ProjectFactory(reservoir=MultiPolygon(thin, srid=4490))
    tile = read(user_with(Role.LEADER), "reservoirs", *tile_of(row, get_view("reservoirs")[1], 8))
    assert len(tile["reservoirs"]["features"]) == 1


def test_polygons_in_all_tiles_together_are_all_polygons_once_by_id(read: Read) -> None:
    rows = [PlotFactory() for _ in range(12)]
    user = user_with(Role.LEADER)
    view = get_view("plots")[1]
    for zoom in (10, 14, 16):
        places = {tile_of(row, view, zoom) for row in rows}
        tiles = [read(user, "plots", *place)["plots"] for place in sorted(places)]
        for tile in tiles:
            ids = [shape["id"] for shape in tile["features"]]
            assert len(ids) == len(set(ids))
        assert {shape["id"] for tile in tiles for shape in tile["features"]} == {row.pk for row in rows}


def test_neighbouring_divisions_share_every_vertex_of_their_border(read: Read) -> None:
    """Drawn from the generalised boundary and from the exact one, both sides of a border are the same line."""
    wiggle = [(107.5, 24.5 + step / 100) if step % 2 else (107.5 + 0.003, 24.5 + step / 100) for step in range(51)]
    west = Polygon(((107.0, 24.5), *wiggle, (107.0, 25.0), (107.0, 24.5)), srid=4490)
    east = Polygon(((108.0, 24.5), (108.0, 25.0), *reversed(wiggle), (108.0, 24.5)), srid=4490)
    left, right = region("451221"), region("451222")
    with acting_as(None, through="command"):
        for row, shape in ((left, west), (right, east)):
            row.geom = row.outline = MultiPolygon(shape, srid=4490)
            row.save()
    for zoom in (8, 10, 12):
        place = tile_at(107.5015, 24.75, zoom)
        features = {found["id"]: found for found in read(None, "regions", *place)["regions"]["features"]}
        border = []
        for row in (left, right):
            coordinates = features[row.pk]["geometry"]["coordinates"]
            rings = coordinates if features[row.pk]["geometry"]["type"] == "Polygon" else coordinates[0]
            border.append({tuple(corner) for corner in rings[0]})
        # edges of the tile and of the squares aside, what one side has the other has too
        inside = [{(x, y) for x, y in side if -60 < x < 4150 and -60 < y < 4150} for side in border]
        assert inside[0] & inside[1]
        middle = [{corner for corner in side if corner in inside[0] & inside[1]} for side in inside]
        assert middle[0] == middle[1]
        if zoom == 12:
            assert inside[0] == inside[1]


def test_the_same_tile_twice_is_the_same_bytes(read: Read) -> None:
    for _ in range(30):
        IssueFactory()
    user = user_with(Role.LEADER)
    place = tile_at(107.28, 24.72, 12)
    first, second = ask(user, "issues", *place), ask(user, "issues", *place)
    assert first.content == second.content
    assert first["ETag"] == second["ETag"]
    found = read(user, "issues", *place)["issues"]["features"]
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)


# Too much of it


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a tile of households hold three features only."""
    layer, view = get_view("households")
    small = replace(view, tiles=replace(view.tiles, max_features=3))
    monkeypatch.setitem(registry._views, "households", (layer, small))
    return 3


def test_what_does_not_fit_is_counted_in_the_tile(few: int, read: Read) -> None:
    rows = [HouseholdFactory() for _ in range(8)]
    place = tile_of(rows[0], get_view("households")[1], 14)
    tile = read(user_with(Role.LEADER), "households", *place)
    assert codes(tile, "households") == [row.code for row in rows[:few]], "the first by id stay"
    assert [found["properties"] for found in tile["households_meta"]["features"]] == [{"omitted": 5, "shown": 3}]


def test_the_count_of_the_omitted_keeps_to_the_area(few: int, read: Read) -> None:
    mine = [HouseholdFactory() for _ in range(5)]
    for _ in range(4):
        HouseholdFactory(at="451222001001", new_home=mine[0].new_home)
    place = tile_of(mine[0], get_view("households")[1], 14)
    tile = read(user_with(Role.PLANNER, "451221"), "households", *place)
    assert tile["households_meta"]["features"][0]["properties"]["omitted"] == 2


def test_a_tile_that_is_just_full_omits_nothing(few: int, read: Read) -> None:
    rows = [HouseholdFactory() for _ in range(few)]
    tile = read(user_with(Role.LEADER), "households", *tile_of(rows[0], get_view("households")[1], 14))
    assert set(tile) == {"households"}
