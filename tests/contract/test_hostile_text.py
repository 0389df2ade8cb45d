"""Whatever people write, it stays text: in every text field of every layer, on every page that shows the feature."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.context import acting_as
from accounts.roles import STAFF, Through
from layers.personal import HouseholdIdentity, Person
from layers.registry import all_layers
from layers.sealing.fields import SealedText, sealed_parts
from layers.spec import SpatialLayer
from tests.contract.hostile import PAYLOADS, hostile_feature, injected, payload_for, text_fields, told, value_for
from tests.contract.reading import body
from tests.contract.surfaces import Class, address, all_urls, fillings, tile_at
from tests.contract.world import County
from tests.factories import UserFactory, grant, regions

pytestmark = pytest.mark.django_db
every_layer = pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.key)

REFUSED = {"code", "counties", "given"}
"""Fields that a constraint of the database may keep payloads out of; every other text field takes anything."""


@pytest.fixture
def everybody() -> Any:
    """Return somebody with every role everywhere who is an administrator, called as hostile as the features."""
    user = UserFactory(is_staff=True, is_superuser=True, display_name=payload_for(60))
    for role in STAFF:
        grant(user, role)
    return user


@pytest.fixture
def client(everybody: Any) -> Client:
    client = Client(headers={"User-Agent": PAYLOADS[0]})
    client.force_login(everybody)
    return client


@pytest.fixture
def hostile(everybody: Any) -> County:
    """Return a county in which everything that has a text has a hostile one."""
    places = regions()
    county = County("451221", everybody)
    for layer in all_layers():
        with acting_as(everybody, through=Through.PAGE, reason=PAYLOADS[0]):
            one, _taken, _refused = hostile_feature(layer, county.features)
            # changed once more, so that the history has an image with every payload
            layer.model._default_manager.filter(pk=one.pk).update(version=one.version)
        one.refresh_from_db()
        county.features[layer.key] = one
    with acting_as(None, through=Through.COMMAND):
        household = county.features["households"].code
        county.others = [
            HouseholdIdentity.objects.create(household_id=household, **texts_of(HouseholdIdentity)),
            Person.objects.create(household_id=household, number=1, **texts_of(Person)),
        ]
    assert places
    return county


def texts_of(model: Any) -> dict[str, str]:
    """Return a payload for each free text of a personal table; they are sealed, so none of them is a column."""
    return {
        name: payload_for(part.max_length)
        for name, part in sealed_parts(model).items()
        if type(part) is SealedText and name != "sex"
    }


@every_layer
def test_every_text_field_takes_a_payload(layer: SpatialLayer) -> None:
    """The check of the checks: what is refused is refused by a rule that is known."""
    regions()
    with acting_as(None, through=Through.COMMAND):
        from tests.factories import feature

        features = {"sites": feature("sites")}
        _one, taken, refused = hostile_feature(layer, features)
    assert len(taken) + len(refused) == len(text_fields(layer))
    assert set(refused) <= REFUSED | {"concerns_layer", "exempt_reason", "possible_duplicate_of"}, refused
    assert taken >= {"source", "source_id", "change_reason"} - set(refused)


def test_no_page_makes_anything_of_a_text(client: Client, hostile: County) -> None:
    problems, seen = [], 0
    for url in all_urls():
        if url.name in {"logout", "admin:logout", "set_language"}:
            continue
        for one in [address(url, filled) for filled in fillings(url, hostile)]:
            for asked in (one, f"{one}?q={'%22%3E%3Cimg%20id%3Devil%20onerror%3Dalert(1)%3E%7B%7B7*191%7D%7D'}"):
                answer = client.get(asked)
                assert answer.status_code < 500, asked
                kind, page = answer.get("Content-Type", ""), body(answer)
                assert answer["X-Content-Type-Options"] == "nosniff", asked
                if not kind.startswith("text/html"):
                    continue
                seen += 1
                problems += [f"{asked}: {found[:200]}" for found in injected(page.decode())]
    assert not problems, "\n".join(problems[:20])
    assert seen > 100


@every_layer
def test_pages_show_the_text_as_it_was_written(client: Client, hostile: County, layer: SpatialLayer) -> None:
    """The check of the checks: the payload reached the page, and is read there letter by letter."""
    one = hostile.features[layer.key]
    shown = [name for name in ("name", "department", "river", "room", "text", "exempt_reason") if hasattr(one, name)]
    pages = {
        name: body(client.get(reverse(f"layers:{name}", kwargs={"layer": layer.key, "code": one.code}))).decode()
        for name in ("dossier", "edit", "history")
    }
    model = layer.model._meta.model_name
    pages["admin"] = body(client.get(reverse(f"admin:layers_{model}_change", args=[one.pk]))).decode()
    for name in shown:
        value = getattr(one, name)
        if value and "<" in value:
            assert value in told(pages["dossier"]) or name not in layer.properties(staff=True), name
    assert any("<b" in told(page) or "<img" in told(page) for page in pages.values()), layer.key


def test_data_for_maps_are_data(client: Client, hostile: County) -> None:
    for layer in all_layers():
        for view in layer.views:
            answer = client.get(reverse("layers:geojson", kwargs={"view": view.key}))
            assert answer["Content-Type"].startswith("application/geo+json")
            json.loads(body(answer))
            place = getattr(hostile.features[layer.key], view.geom).centroid
            z, x, y = tile_at(place.x, place.y, 14)
            tile = client.get(reverse("tiles:vector", kwargs={"view": view.key, "z": z, "x": x, "y": y}))
            assert tile["Content-Type"] == "application/vnd.mapbox-vector-tile"


def test_a_form_gives_back_what_was_typed_as_text(client: Client, hostile: County) -> None:
    problems = []
    for layer in all_layers():
        form = {field.name: str(value_for(field)) for field in text_fields(layer)} | {"region": PAYLOADS[0]}
        for url in (
            reverse("layers:create", kwargs={"layer": layer.key}),
            reverse("layers:edit", kwargs={"layer": layer.key, "code": hostile.features[layer.key].code}),
        ):
            answer = client.post(url, form)
            assert answer.status_code == 400, f"{url} answers {answer.status_code}"
            problems += [f"{url}: {found}" for found in injected(body(answer).decode())]
    assert not problems, "\n".join(problems[:20])


def test_personal_texts_stay_texts_in_full_in_forms_and_in_answers(client: Client, hostile: County) -> None:
    """What pages show only after a purpose was stated, and what they give back of a form."""
    code, texts = hostile.features["households"].code, texts_of(Person)
    assert {"name", "ethnicity", "occupation"} <= set(texts)
    why = {"purpose": "visit", "words": PAYLOADS[0]}
    keys = {"layer": "households", "code": code}
    full, edit = reverse("layers:members", kwargs=keys), reverse("layers:edit_members", kwargs=keys)
    people = reverse("layers:people", kwargs={"layer": "households"})
    typed = {f"m1-{name}": f"{text}1" for name, text in texts.items()} | {"row": "1", "save": "1"}
    asked: list[tuple[str, dict[str, str], int]] = [
        (full, why, 200),
        (edit, why, 200),
        (edit, {**why, **typed, "m1-version": "1", "head-version": "1", "m1-phone": PAYLOADS[0]}, 400),
        (edit, {**why, **typed, "m1-name": "x", "m1-version": "7", "head-version": "1"}, 409),
        (people, {**why, "by": "name", "value": texts["name"], "division": "451221"}, 200),
        (people, {**why, "by": "phone", "value": PAYLOADS[0]}, 400),
    ]
    for url, given, status in asked:
        answer = client.post(url, given)
        page = body(answer).decode()
        assert answer.status_code == status, url
        assert injected(page) == [], url
    assert texts["ethnicity"] in told(body(client.post(full, why)).decode()), "the page shows it, letter by letter"


def test_the_login_gives_a_name_back_as_text(db: None) -> None:
    answer = Client().post("/accounts/login/", {"username": PAYLOADS[0], "password": PAYLOADS[0], "next": PAYLOADS[0]})
    page = answer.content.decode()
    assert injected(page) == []
    assert PAYLOADS[0] in told(page)


def test_every_model_of_the_layers_is_looked_at_in_the_admin() -> None:
    shown = {url.model for url in all_urls() if url.classed in {Class.ADMIN_FEATURES, Class.ADMIN}}
    assert {layer.model for layer in all_layers()} <= shown
    assert set(admin.site._registry) <= shown
