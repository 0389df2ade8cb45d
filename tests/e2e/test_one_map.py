"""The one map under a leader's hand: one gesture a test."""

from __future__ import annotations

import datetime as dt
import re
import warnings

import pytest
from playwright.sync_api import Page, Response, expect
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from accounts import passes
from accounts.models import User
from accounts.roles import Role
from tests.e2e.conftest import OpenPage, Watch, until
from tests.factories import HouseholdFactory, SiteFactory, regions, user_with

JUNE, JULY = dt.date(2019, 6, 15), dt.date(2019, 7, 2)
# The site, at 107.251 E 24.751 N, as a share of the map: 40 px around the prefecture from 107 to 108 E, 24.5 to 25 N.
SITE = (0.269, 0.499)
READY = "#one-map[data-ready]"


@pytest.fixture
def leader(transactional_db: None) -> User:
    """Make two counties side by side, 451221 with half of its households in, 451222 with all, and a site in each."""
    regions()
    SiteFactory(at="451221001001", name="示例甲安置点", code="AZ-1")
    HouseholdFactory(at="451221001001", moved_in_on=JUNE)
    HouseholdFactory(at="451221001001", moved_in_on=None)
    HouseholdFactory(at="451222001001", moved_in_on=JUNE)
    HouseholdFactory(at="451222001001", moved_in_on=JULY)
    return user_with(Role.LEADER, "45")


@pytest.fixture
def one_map(open_page: OpenPage, leader: User) -> Page:
    """Open the prefecture: its two counties fill the map side by side."""
    return ready(open_page(leader, "/?region=4512"))


def ready(page: Page) -> Page:
    page.wait_for_selector(READY, state="attached")
    return page


def painted(page: Page, what: str) -> None:
    """Wait until the map shows a division and month."""
    until(lambda: page.locator("#one-map").get_attribute("data-painted") == what, seconds=30)


def colour_at(page: Page, x: float, y: float) -> str:
    """Return the colour of the map at a share of its width and height."""
    box = page.locator("#one-map-canvas").bounding_box()
    assert box
    clip = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "width": 1, "height": 1}
    with warnings.catch_warnings():
        # a screenshot lies nowhere on the earth, and need not
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return first_pixel(page.screenshot(clip=clip))


def first_pixel(png: bytes) -> str:
    with MemoryFile(png) as file, file.open() as picture:
        return "#" + "".join(f"{band:02x}" for band in picture.read()[:3, 0, 0])


def click_map(page: Page, x: float, y: float) -> None:
    box = page.locator("#one-map-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_a_map_whose_passes_ended_asks_for_new_ones(one_map: Page, leader: User, watch: Watch):
    # somebody's rights change, and this process has not looked for long
    user_with(Role.PLANNER, "451222")
    passes.known_epoch.read_at = float("-inf")
    with (
        one_map.expect_response(lambda got: is_site_tile(got) and got.status == 200),
        one_map.expect_response(lambda got: got.url.endswith("/tiles/sites/tilejson.json") and got.ok),
        one_map.expect_response(lambda got: is_site_tile(got) and got.status == 403),
    ):
        one_map.get_by_label("Zoom in", exact=True).click()
    watch.problems.clear()  # the browser says in its console that tiles were refused


def is_site_tile(answer: Response) -> bool:
    return "/tiles/sites/" in answer.url and ".mvt" in answer.url


def test_counties_have_the_colour_of_their_rate(one_map: Page):
    # 1 of 2 is below 85 %; 2 of 2 is in the highest class
    until(lambda: colour_at(one_map, 0.35, 0.55) == "#ffffcc", seconds=30)
    assert colour_at(one_map, 0.65, 0.55) == "#225ea8"


def test_choosing_a_county_shows_its_figures_and_keeps_the_choice_in_the_address(one_map: Page):
    one_map.get_by_label("County").select_option(label="示例甲县")
    expect(one_map.locator("#panel h2").first).to_contain_text("示例甲县")
    expect(one_map.locator('[data-figure="rate"]')).to_contain_text("50.0")
    until(lambda: "region=451221" in one_map.url)


def test_the_way_back_leads_up_again(one_map: Page):
    one_map.locator(".ranking").get_by_role("link", name="示例乙县").click()
    expect(one_map.locator("#panel h2").first).to_contain_text("示例乙县")
    one_map.go_back()
    expect(one_map.locator("#panel h2").first).to_contain_text("示例市")


def test_a_click_on_a_county_goes_into_it(one_map: Page):
    click_map(one_map, 0.7, 0.3)
    expect(one_map.locator("#panel h2").first).to_contain_text("示例乙县")


def test_a_click_in_the_province_goes_to_the_prefecture_first(open_page: OpenPage, leader: User):
    page = ready(open_page(leader, "/"))
    # 107.75 E in a province from 105 to 112 E, 24.6 N from 21 to 26.5 N
    click_map(page, 0.44, 0.36)
    expect(page.locator("#panel h2").first).to_contain_text("示例市")


def test_a_click_on_a_site_leads_to_its_dossier(one_map: Page):
    click_map(one_map, *SITE)
    popup = one_map.locator(".maplibregl-popup .popup")
    expect(popup).to_contain_text("示例甲安置点")
    expect(popup.get_by_role("link")).to_have_attribute("href", "/layers/sites/AZ-1/")


def test_an_earlier_month_moves_map_and_figures_together(one_map: Page):
    expect(one_map.locator('[data-figure="rate"]')).to_contain_text("75.0")
    one_map.locator("#time-range").focus()
    one_map.keyboard.press("ArrowLeft")
    expect(one_map.locator('[data-figure="rate"]')).to_contain_text("50.0")
    painted(one_map, "451200000000 2019-06")
    until(lambda: colour_at(one_map, 0.65, 0.55) == "#ffffcc", seconds=30)
    assert "month=2019-06" in one_map.url


def test_playing_ends_at_the_newest_month(one_map: Page):
    one_map.get_by_role("button", name="Play").click()
    painted(one_map, "451200000000 2019-06")
    painted(one_map, "451200000000 2019-07")
    expect(one_map.get_by_role("button", name="Play")).to_be_visible()


def test_a_figure_leads_to_its_rows(one_map: Page):
    one_map.locator('[data-figure="rate"] .key-figure-value').click()
    one_map.wait_for_url(re.compile("moved_in_on_until=2019-07-31"))
    expect(one_map.locator("tbody tr")).to_have_count(3)


def test_a_layer_is_switched_off(one_map: Page):
    one_map.get_by_text("Layers").click()
    one_map.get_by_label("Resettlement sites").uncheck()
    one_map.get_by_text("Layers").click()
    click_map(one_map, *SITE)
    # the site is gone, so the click goes into the county below it
    expect(one_map.locator("#panel h2").first).to_contain_text("示例甲县")


def test_another_language_shows_the_same_place(open_page: OpenPage, leader: User):
    page = ready(open_page(leader, "/?region=4512"))
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="English")).to_be_visible()
    assert "region=4512" in page.url


def test_without_a_connection_the_last_figures_stay_and_it_says_so(one_map: Page, watch: Watch):
    one_map.route("**/*", lambda route: route.abort())
    one_map.get_by_label("County").select_option(label="示例甲县")
    expect(one_map.get_by_role("alert")).to_contain_text("No connection")
    expect(one_map.locator('[data-figure="rate"]')).to_contain_text("75.0")
    watch.problems.clear()


def test_the_first_key_press_offers_the_way_to_the_content(one_map: Page):
    one_map.keyboard.press("Tab")
    skip = one_map.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()


def test_a_phone_stacks_the_parts_and_needs_no_sideways_scrolling(open_page: OpenPage, leader: User):
    page = ready(open_page(leader, "/?region=4512", phone=True))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    map_box, panel_box = (page.locator(name).bounding_box() for name in ("#one-map-canvas", "#panel"))
    assert map_box
    assert panel_box
    assert panel_box["y"] >= map_box["y"] + map_box["height"]


def test_a_county_planner_finds_only_the_own_county(open_page: OpenPage, leader: User):
    page = ready(open_page(user_with(Role.PLANNER, "451221"), "/"))
    expect(page.locator("#panel h2").first).to_contain_text("示例甲县")
    expect(page.locator("#panel")).not_to_contain_text("示例乙县")
