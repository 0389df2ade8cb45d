"""The pages of layers in a real browser: one gesture a test."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from layers.models import Facility, Household, Plot, Site
from tests.e2e.conftest import OpenPage
from tests.factories import HouseholdFactory, SiteFactory, region, user_with

pytestmark = pytest.mark.django_db(transaction=True)

RING = (
    (107.25012345678912, 24.750123456789123),
    (107.25212345678935, 24.750123456781235),
    (107.25212345678911, 24.752123456789777),
    (107.25012345678912, 24.752123456789123),
    (107.25012345678912, 24.750123456789123),
)


def steward() -> User:
    return user_with(Role.STEWARD, "451221")


def surveyed() -> Site:
    made: Site = SiteFactory(geom=MultiPolygon(Polygon(RING), srid=4490), name="鲤塘集中安置点")
    return made


def editor(page: Page) -> Page:
    expect(page.locator("#editor[data-ready]")).to_be_visible()
    return page


def centre(page: Page, selector: str) -> tuple[float, float]:
    box: Any = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    page.mouse.up()


def save(page: Page) -> None:
    page.locator("#save").click()
    page.wait_for_url(lambda url: not url.endswith(("/edit/", "/new/")))


CORNER = ".marker-icon:not(.marker-icon-middle)"


def test_a_dragged_corner_moves_alone_and_to_the_last_digit(open_page: OpenPage) -> None:
    site = surveyed()
    page = editor(open_page(steward(), f"/layers/sites/{site.code}/edit/"))
    expect(page.locator("[data-size=geom]")).to_contain_text("mu on the ellipsoid")

    drag(page, centre(page, CORNER), by=(-60, 30))
    expect(page.locator("#editor-state")).to_have_text("Changed, not saved yet")
    page.get_by_label("Reason").fill("the fence was moved")
    save(page)

    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    expect(page.locator("#dossier-map[data-ready]")).to_be_visible()
    ring = Site.objects.get().geom.coords[0][0]
    assert len(ring) == 5
    assert len(set(ring) & set(RING)) == 3
    assert Site.objects.get().change_reason == "the fence was moved"


def test_undo_gives_the_boundary_back_as_it_was(open_page: OpenPage) -> None:
    site = surveyed()
    page = editor(open_page(steward(), f"/layers/sites/{site.code}/edit/"))
    before = page.locator("#id_geom").input_value()

    drag(page, centre(page, CORNER), by=(-60, 30))
    assert page.locator("#id_geom").input_value() != before
    page.keyboard.press("Control+z")

    assert page.locator("#id_geom").input_value() == before
    page.get_by_label("Name").fill("改名")
    save(page)
    assert Site.objects.get().geom.coords[0][0] == RING


def test_a_plot_is_drawn_corner_by_corner(open_page: OpenPage) -> None:
    region("451221001001")
    page = editor(open_page(steward(), "/layers/plots/new/"))

    page.get_by_role("button", name="Draw").click()
    x, y = centre(page, "#editor-map")
    for dx, dy in ((-80, -60), (80, -60), (80, 60), (-80, 60), (-80, -60)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(60)
    expect(page.locator("[data-size=geom]")).to_contain_text("mu on the ellipsoid")
    page.get_by_label("Code", exact=False).first.fill("P-DRAWN")
    page.locator("#id_region").fill("451221001001")
    save(page)

    made = Plot.objects.get(code="P-DRAWN")
    assert len(made.geom.coords[0]) == 5
    expect(page.locator("#dossier-map path.leaflet-interactive")).to_have_count(1)
    expect(page.locator(".area-figure b")).to_be_visible()


def test_a_hole_is_drawn_inside_a_boundary(open_page: OpenPage) -> None:
    site = surveyed()
    page = editor(open_page(steward(), f"/layers/sites/{site.code}/edit/"))

    page.get_by_role("button", name="Hole").click()
    x, y = centre(page, "#editor-map")
    for dx, dy in ((-40, -40), (40, -40), (40, 40), (-40, -40)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(60)
    save(page)

    shell, hole = Site.objects.get().geom.coords[0]
    assert shell == RING
    assert len(hole) == 4


def test_a_position_is_placed_by_a_click(open_page: OpenPage) -> None:
    moved = HouseholdFactory(new_home=None)
    page = editor(open_page(steward(), f"/layers/households/{moved.code}/edit/"))

    page.get_by_role("button", name="Place").click()
    page.mouse.click(*centre(page, "#editor-map"))
    expect(page.locator("[name=new_home_lon]")).not_to_have_value("")
    save(page)

    stored = Household.objects.get().new_home
    assert stored.x == pytest.approx(moved.old_home.x, abs=0.01)


def test_a_position_is_typed_without_a_mouse(open_page: OpenPage) -> None:
    region("451221001001")
    page = editor(open_page(steward(), "/layers/facilities/new/"))

    for name, value in (
        ("geom_lon", "107.25"),
        ("geom_lat", "24.75"),
        ("code", "F-KEYS"),
        ("name", "示例小学"),
        ("region", "451221001001"),
    ):
        page.locator(f"[name={name}]").focus()
        page.keyboard.type(value)
    page.locator("[name=kind]").select_option("primary")
    expect(page.locator(".edit-point")).to_have_count(1)
    page.locator("#save").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/layers/facilities/F-KEYS/")

    assert Facility.objects.get().geom.coords == (107.25, 24.75)


def test_what_was_typed_stays_when_a_boundary_crosses_itself(open_page: OpenPage, watch: Any) -> None:
    site = surveyed()
    page = editor(open_page(steward(), f"/layers/sites/{site.code}/edit/"))
    page.get_by_label("Name").fill("改名")

    left, right = (page.locator(CORNER).nth(n).bounding_box() for n in (0, 2))
    assert left
    assert right
    drag(
        page,
        (left["x"] + left["width"] / 2, left["y"] + left["height"] / 2),
        by=(right["x"] - left["x"] + 70, right["y"] - left["y"] + 12),
    )
    page.locator("#save").click()

    editor(page)
    expect(page.locator(".drawn-field .field-errors")).to_contain_text("crosses itself. At 107.25")
    expect(page.get_by_label("Name")).to_have_value("改名")
    watch.problems.clear()  # the browser logs the 400 itself


def test_a_list_on_a_phone_is_cards_and_the_dossier_one_column(open_page: OpenPage) -> None:
    site = surveyed()
    page = open_page(steward(), "/layers/sites/", phone=True, language="zh-CN")

    page.get_by_role("link", name=site.code).click()

    expect(page.locator("#dossier-map[data-ready]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
