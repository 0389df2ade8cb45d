"""Texts of people in a real browser: on maps and pages they open nothing, run nothing and become nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from accounts.context import acting_as
from accounts.roles import STAFF, Through
from layers.registry import all_layers
from tests.contract.hostile import MARK, PAYLOADS, hostile_feature, payload_for
from tests.e2e.conftest import OpenPage, until
from tests.factories import SiteFactory, UserFactory, grant, regions

pytestmark = pytest.mark.django_db(transaction=True)
NAME = payload_for(80)
# A site at 107.251 E 24.751 N, as a share of the map of the prefecture (see test_one_map).
SITE = (0.269, 0.499)


@pytest.fixture
def somebody() -> Any:
    user = UserFactory(display_name=payload_for(60), is_staff=True, is_superuser=True)
    for role in STAFF:
        grant(user, role)
    return user


@pytest.fixture
def features(somebody: Any) -> dict[str, Any]:
    """Return a hostile feature of each layer, and a site beside it called as hostile."""
    regions()
    made: dict[str, Any] = {}
    for layer in all_layers():
        with acting_as(somebody, through=Through.PAGE, reason=PAYLOADS[0]):
            made[layer.key], _taken, _refused = hostile_feature(layer, made)
    SiteFactory(name=NAME)
    return made


def harmless(page: Page) -> None:
    """Check that nothing of a text became an element, and that no script of it ran."""
    assert page.locator(f"#{MARK}").count() == 0, f"{page.url} has an element that nobody wrote"
    assert page.locator("[onerror], [onload]").count() == 0


def listening(page: Page) -> list[str]:
    """Return the list in which dialogs of the page will be kept."""
    said: list[str] = []

    def keep(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", keep)
    return said


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.key)
def test_pages_of_a_layer(open_page: OpenPage, somebody: Any, features: dict[str, Any], layer: Any) -> None:
    page = open_page(somebody)
    said = listening(page)
    from django.urls import reverse

    code = {"layer": layer.key, "code": features[layer.key].code}
    for name in ("layers:list", "layers:dossier", "layers:edit", "layers:history"):
        page.goto(reverse(name, kwargs={"layer": layer.key} if name == "layers:list" else code))
        page.wait_for_load_state("networkidle")
        point_at_everything(page)
        harmless(page)
    page.goto(f"/layers/{layer.key}/?q={quote(NAME)}")
    harmless(page)
    assert said == []


def point_at_everything(page: Page) -> None:
    """Let the mouse pass over what a small map draws, which shows the names."""
    if not page.locator(".leaflet-container").count():
        return
    for shape in page.locator(".leaflet-interactive").all()[:12]:
        shape.dispatch_event("mouseover")
        harmless(page)


def test_a_neighbour_is_named_on_the_small_map_letter_by_letter(
    open_page: OpenPage, somebody: Any, features: dict[str, Any]
) -> None:
    own = SiteFactory(name="示例")
    page = open_page(somebody, f"/layers/sites/{own.code}/")
    expect(page.locator("#dossier-map[data-ready]")).to_be_visible()
    names = []
    for shape in page.locator("#dossier-map .leaflet-interactive").all():
        shape.dispatch_event("mouseover")
        names += page.locator(".leaflet-tooltip").all_text_contents()
    assert any(NAME in one for one in names), names
    harmless(page)


def test_the_popup_of_the_one_map(open_page: OpenPage, somebody: Any) -> None:
    regions()
    SiteFactory(at="451221001001", name=NAME, code="AZ-1", department=NAME)
    page = open_page(somebody, "/?region=4512")
    said = listening(page)
    page.wait_for_selector("#one-map[data-ready]", state="attached")
    until(lambda: page.locator("#one-map").get_attribute("data-painted"), seconds=30)
    box = page.locator("#one-map-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + SITE[0] * box["width"], box["y"] + SITE[1] * box["height"])
    expect(page.locator(".maplibregl-popup .popup")).to_contain_text(NAME)
    harmless(page)
    assert said == []


def test_a_map_in_one_file(open_page: OpenPage, somebody: Any, features: dict[str, Any], tmp_path: Any) -> None:
    """The file is opened from a disk, where no policy of ours holds."""
    page = open_page(somebody, "/accounts/me/")
    with page.expect_download() as begun:
        page.evaluate("() => { location.href = '/analysis/relocation-distance/export.html'; }")
    file = tmp_path / "map.html"
    begun.value.save_as(file)
    said = listening(page)
    page.goto(file.as_uri())
    expect(page.locator(".leaflet-container")).to_be_visible()
    for shape in page.locator(".leaflet-interactive").all()[:12]:
        shape.dispatch_event("mouseover")
    harmless(page)
    assert said == []
