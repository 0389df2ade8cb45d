"""Relocation distance under a planner's hand, and its map without a network: one gesture a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.e2e.conftest import OpenPage, Watch
from tests.factories import HouseholdFactory, regions, user_with

PAGE = "/analysis/relocation-distance/"


@pytest.fixture
def planner(transactional_db: None) -> User:
    """Make moves within and between two counties, one with an unknown end."""
    regions()
    HouseholdFactory(code="H-WITHIN")
    HouseholdFactory(code="H-OUT", to="451222001001")
    HouseholdFactory(code="H-NEIGHBOUR", at="451222001001")
    HouseholdFactory(code="H-UNKNOWN", old_home=None)
    return user_with(Role.PLANNER, "4512")


@pytest.fixture
def analysis(open_page: OpenPage, planner: User) -> Page:
    """Open the analysis on the planner's own prefecture."""
    return open_page(planner, PAGE)


def test_the_rail_leads_to_the_analysis(open_page: OpenPage, planner: User) -> None:
    page = open_page(planner, "/analysis/")
    page.get_by_role("link", name="Relocation distance").click()
    page.wait_for_url(f"**{PAGE}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Relocation distance")


def test_the_own_prefecture_is_there_at_once(analysis: Page) -> None:
    expect(analysis.locator("#region")).to_have_value("4512")
    rows = analysis.locator(".division-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("示例甲县")


def test_the_unknown_end_is_counted_apart(analysis: Page) -> None:
    figure = analysis.locator(".key-figure", has_text="Not measurable")
    expect(figure).to_contain_text("1")
    expect(figure).to_contain_text("old home 1, new home 0")


def test_choosing_a_county_narrows_the_answer(analysis: Page) -> None:
    analysis.get_by_label("Division of origin", exact=True).select_option("451222")
    analysis.get_by_role("button", name="Analyse").click()
    analysis.wait_for_url("**region=451222**")
    expect(analysis.locator("#longest tbody tr")).to_have_count(1)
    expect(analysis.locator("#longest")).to_contain_text("H-NEIGHBOUR")


def test_a_county_in_the_table_leads_to_its_townships(analysis: Page) -> None:
    analysis.locator(".division-table").get_by_role("link", name="示例甲县", exact=True).click()
    analysis.wait_for_url("**region=451221**")
    expect(analysis.locator("[data-level=township]")).to_have_count(1)
    expect(analysis.locator("#crumbs [aria-current]")).to_have_text("示例甲县")


def test_other_bands_make_other_columns(analysis: Page) -> None:
    analysis.get_by_label("Distance bands (km)").fill("1,30")
    analysis.keyboard.press("Enter")
    analysis.wait_for_url("**bands=1%2C30")
    expect(analysis.get_by_role("columnheader", name="1–30 km")).to_be_visible()


def test_a_wrong_band_is_told_and_what_was_typed_stays(analysis: Page, watch: Watch) -> None:
    analysis.get_by_label("Distance bands (km)").fill("near")
    analysis.get_by_role("button", name="Analyse").click()
    analysis.wait_for_url("**bands=near")
    expect(analysis.get_by_role("alert")).to_contain_text("“near” is not a list of distances")
    expect(analysis.get_by_label("Distance bands (km)")).to_have_value("near")
    # the browser itself notes the status 400
    watch.problems[:] = [one for one in watch.problems if "400" not in one]


def test_the_longest_move_leads_to_its_dossier(analysis: Page) -> None:
    analysis.locator("#longest").get_by_role("link", name="H-OUT").click()
    analysis.wait_for_url("**/layers/households/H-OUT/")
    expect(analysis.get_by_role("heading", name="Distance moved")).to_be_visible()


def test_it_fits_a_phone(open_page: OpenPage, planner: User) -> None:
    page = open_page(planner, PAGE, phone=True)
    expect(page.get_by_role("button", name="Analyse")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_map_opens_without_a_network(analysis: Page, browser: Browser, tmp_path: Path) -> None:
    with analysis.expect_download() as download:
        analysis.get_by_role("link", name="Offline map").click()
    file = tmp_path / "map.html"
    download.value.save_as(file)

    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator(".leaflet-interactive").first).to_be_visible()
    # two counties and the ground around, and for each of the three measured moves a line and two discs
    assert page.locator(".leaflet-interactive").count() >= 2 + 9
    page.locator("path.leaflet-interactive").last.hover()
    # one of the line, and perhaps one of the county that the pointer crossed on its way
    expect(page.locator(".leaflet-tooltip").last).to_be_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []
    context.close()
