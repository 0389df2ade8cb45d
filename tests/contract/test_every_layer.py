"""Every declared layer through every surface: the own county's user sees a feature, the neighbour's does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from importers.exporters.formats import Format, all_formats, formats_of
from layers.registry import all_layers, get_layer
from layers.spec import LayerView, SpatialLayer
from tests.contract.reading import text
from tests.contract.surfaces import tile_at
from tests.contract.world import NEIGHBOUR, OWN, SCOPED, County, county_user, marked_feature
from tests.factories import MIDDLE, feature, regions

pytestmark = pytest.mark.django_db
every_layer = pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.key)
every_scoped_layer = pytest.mark.parametrize("layer", SCOPED, ids=lambda layer: layer.key)
VIEWS = [(layer, view) for layer in SCOPED for view in layer.views]
every_scoped_view = pytest.mark.parametrize(("layer", "view"), VIEWS, ids=lambda one: one.key)
Surface = Callable[[SpatialLayer, Any, Client], str]


def at(name: str, **arguments: Any) -> str:
    """Return the address of a named URL."""
    return reverse(name, kwargs=arguments)


def page(layer: SpatialLayer, _one: Any, client: Client) -> str:
    return text(client.get(at("layers:list", layer=layer.key)))


def search(layer: SpatialLayer, one: Any, client: Client) -> str:
    """Return the rows that a search for the code finds, without the search box that repeats it."""
    answer = client.get(at("layers:list", layer=layer.key), {"q": one.code})
    return " ".join(row.code for row in answer.context["rows"])


def dossier(layer: SpatialLayer, one: Any, client: Client) -> str:
    return shown_if_found(client, at("layers:dossier", layer=layer.key, code=one.code))


def edit(layer: SpatialLayer, one: Any, client: Client) -> str:
    return shown_if_found(client, at("layers:edit", layer=layer.key, code=one.code))


def history(layer: SpatialLayer, one: Any, client: Client) -> str:
    return shown_if_found(client, at("layers:history", layer=layer.key, code=one.code))


def shown_if_found(client: Client, url: str) -> str:
    """Return the page, or nothing where the answer is 404; nothing else will do."""
    answer = client.get(url)
    assert answer.status_code in {200, 404}, f"{url} answers {answer.status_code}"
    return text(answer) if answer.status_code == 200 else ""


def geojson(layer: SpatialLayer, _one: Any, client: Client) -> str:
    return "".join(text(client.get(at("layers:geojson", view=view.key))) for view in layer.views)


def export(layer: SpatialLayer, _one: Any, client: Client) -> str:
    """Return what every format of the layer says, the personal properties with it."""
    return "".join(file_of(layer, form, client) for form in formats_of(layer))


def file_of(layer: SpatialLayer, form: Format, client: Client) -> str:
    given = {"form": form.key, "personal": "on" if layer.personal else "", "reason": "contract"}
    answer = client.post(at("exports:layer", layer=layer.key), given)
    assert (answer.status_code, answer["Content-Disposition"][:10]) == (200, "attachment"), form.key
    return text(answer)


def tile(layer: SpatialLayer, one: Any, client: Client) -> str:
    """Return the tile in which the feature lies, of each view."""
    return "".join(tile_of(view, one, client) for view in layer.views)


def tile_of(view: LayerView, one: Any, client: Client) -> str:
    place = getattr(one, view.geom).centroid
    z, x, y = tile_at(place.x, place.y, max(view.tiles.minzoom, min(14, view.tiles.maxzoom)))
    return text(client.get(at("tiles:vector", view=view.key, z=z, x=x, y=y)))


def admin_list(layer: SpatialLayer, _one: Any, client: Client) -> str:
    return shown_if_allowed(client, at(f"admin:layers_{layer.model._meta.model_name}_changelist"))


def admin_change(layer: SpatialLayer, one: Any, client: Client) -> str:
    return shown_if_allowed(client, at(f"admin:layers_{layer.model._meta.model_name}_change", object_id=one.pk))


def shown_if_allowed(client: Client, url: str) -> str:
    """Return a page of the admin, which sends people home from what it does not show them."""
    answer = client.get(url)
    assert answer.status_code in {200, 302, 403, 404}, f"{url} answers {answer.status_code}"
    return text(answer) if answer.status_code == 200 else ""


SURFACES: tuple[Surface, ...] = (
    page,
    search,
    dossier,
    edit,
    history,
    geojson,
    export,
    tile,
    admin_list,
    admin_change,
)
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def neighbour() -> Client:
    """Return a client of somebody with every role in the neighbour county."""
    regions()
    return client_of(county_user(NEIGHBOUR))


@pytest.fixture
def own() -> Client:
    """Return a client of somebody with every role in the county that the feature lies in."""
    regions()
    return client_of(county_user(OWN))


@every_scoped_layer
@every_surface
def test_neighbour_county_stays_invisible(
    layer: SpatialLayer, surface: Surface, own: Client, neighbour: Client
) -> None:
    one = marked_feature(layer, OWN, {})
    assert one.code in surface(layer, one, own)
    assert one.code not in surface(layer, one, neighbour)


@every_layer
def test_every_declared_format_has_the_feature(layer: SpatialLayer, own: Client) -> None:
    assert set(layer.exports) == {form.key for form in formats_of(layer)}
    one = marked_feature(layer, OWN, {}) if layer in SCOPED else feature(layer.key, at=OWN)
    for form in formats_of(layer):
        assert one.code in file_of(layer, form, own), form.key


def test_parcels_leave_as_land_office_text_and_nothing_else_does() -> None:
    assert {layer.key for layer in all_layers() if "txt" in layer.exports} == {"sites", "plots"}
    assert {key for layer in all_layers() for key in layer.exports} == {form.key for form in all_formats()}


@every_scoped_layer
def test_the_list_counts_what_the_reader_may_see(layer: SpatialLayer, own: Client, neighbour: Client) -> None:
    for division in (OWN, OWN, NEIGHBOUR):
        feature(layer.key, at=f"{division}001001")
    counted = {
        client: client.get(at("layers:list", layer=layer.key)).context["page_obj"].paginator.count
        for client in (own, neighbour)
    }
    assert counted == {own: 2, neighbour: 1}


@every_scoped_view
def test_the_extent_of_tiles_is_what_the_reader_may_see(
    layer: SpatialLayer, view: LayerView, own: Client, neighbour: Client
) -> None:
    url = at("tiles:tilejson", view=view.key)
    feature(layer.key, at=f"{OWN}001001")
    assert "bounds" not in neighbour.get(url).json()
    theirs = feature(layer.key, at=f"{NEIGHBOUR}001001")
    west, south, east, north = neighbour.get(url).json()["bounds"]
    drawn = getattr(theirs, view.geom).extent
    assert (west, south, east, north) == pytest.approx(drawn, abs=1e-6)
    assert own.get(url).json()["bounds"][2] < MIDDLE[NEIGHBOUR][0] - 0.2


@every_scoped_view
def test_geojson_gives_the_rows_that_the_list_counts(
    layer: SpatialLayer, view: LayerView, own: Client, neighbour: Client
) -> None:
    mine = {feature(layer.key, at=f"{OWN}001001").code for _ in range(3)}
    feature(layer.key, at=f"{NEIGHBOUR}001001")
    collection = json.loads(text(own.get(at("layers:geojson", view=view.key))))
    assert {one["properties"]["code"] for one in collection["features"]} == mine
    assert len(json.loads(text(neighbour.get(at("layers:geojson", view=view.key))))["features"]) == 1


@every_layer
def test_nothing_undeclared_is_a_property(layer: SpatialLayer, own: Client) -> None:
    columns = {layer.model._meta.get_field(name).column for name in layer.properties(staff=True)}  # type: ignore[union-attr]
    feature(layer.key, at=f"{OWN}001001")
    for view in layer.views:
        collection = json.loads(text(own.get(at("layers:geojson", view=view.key))))
        assert {name for one in collection["features"] for name in one["properties"]} <= columns | {"id"}
        described = own.get(at("tiles:tilejson", view=view.key)).json()["vector_layers"][0]["fields"]
        assert set(described) <= columns | {"id"}


@every_layer
def test_every_layer_is_in_the_admin(layer: SpatialLayer) -> None:
    assert admin.site.is_registered(layer.model), f"“{layer.key}” has no page in the admin."


@every_scoped_layer
def test_a_deleted_feature_is_on_no_surface(layer: SpatialLayer, own: Client) -> None:
    one = marked_feature(layer, OWN, {})
    layer.model._default_manager.filter(pk=one.pk).update(deleted_at="2020-01-01T00:00Z")
    for surface in (page, search, dossier, edit, geojson, export, tile):
        assert one.code not in surface(layer, one, own), surface.__name__


def test_a_public_layer_shows_strangers_its_public_properties_only() -> None:
    regions()
    layer = get_layer("regions")
    hidden = {layer.model._meta.get_field(name).column for name in layer.internal}  # type: ignore[union-attr]
    collection = json.loads(text(Client().get(at("layers:geojson", view="regions"))))
    properties = {name for one in collection["features"] for name in one["properties"]}
    assert properties >= {"code", "name"}
    assert not properties & hidden


@every_scoped_layer
def test_a_code_that_is_taken_elsewhere_tells_nothing_else(layer: SpatialLayer, neighbour: Client) -> None:
    """Codes are unique in the whole province, so a taken one is refused; the refusal names no place and no row."""
    one = marked_feature(layer, OWN, {})
    answer = neighbour.post(at("layers:create", layer=layer.key), {"code": one.code, "region": f"{NEIGHBOUR}001001"})
    told = text(answer).replace(one.code, "")
    assert answer.status_code == 400
    assert one.source not in told
    assert "451221" not in told


def test_personal_names_stay_with_the_own_county() -> None:
    regions()
    county = County(OWN, county_user(OWN))
    county.settle()
    client = client_of(county_user(NEIGHBOUR))
    for name in ("layers:dossier", "layers:history"):
        code = county.features["households"].code
        assert client.get(at(name, layer="households", code=code)).status_code == 404
