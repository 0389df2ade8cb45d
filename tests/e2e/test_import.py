"""A county's shapefile from the upload to the undo, in a real browser."""

from __future__ import annotations

import csv
import warnings
import zipfile
from pathlib import Path

import geopandas
import pyproj
import pytest
from playwright.sync_api import Page, expect
from shapely.geometry import Point

from accounts.roles import Role
from importers.models import Upload
from layers.catalogue.facilities import Facility
from tests.e2e.conftest import OpenPage
from tests.factories import regions, user_with

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = "EPSG:4545"
"""CGCS2000, 3-degree Gauss-Kruger on 108 E, without the number of the zone: other zones hold the same numbers."""


def county_shapefile(folder: Path) -> list[Path]:
    """Write points as a county sends them: GBK under a wrong .cpg, no .prj, one kind mistyped."""
    east_north = pyproj.Transformer.from_crs("EPSG:4490", ZONE, always_xy=True)
    places = [Point(east_north.transform(107.2 + 0.01 * n, 24.7 + 0.01 * n)) for n in range(6)]
    kinds = ["town", "clinic", "primary", "market", "hospital", "诊锁"]
    data = {"code": [f"GG-{n}" for n in range(6)], "name": [f"里湖{n}号" for n in range(6)], "kind": kinds}
    frame = geopandas.GeoDataFrame(data, geometry=places)
    with warnings.catch_warnings(action="ignore"):  # that it says nothing of its CRS is the point
        frame.to_file(folder / "county.shp", engine="pyogrio", encoding="GBK")
    (folder / "county.prj").unlink(missing_ok=True)
    (folder / "county.cpg").write_text("ISO-8859-1")
    return sorted(folder.iterdir())


def ready(page: Page) -> None:
    expect(page.locator("#rehearsal-map[data-ready]")).to_be_visible(timeout=20_000)


def test_a_shapefile_is_corrected_committed_and_taken_back(open_page: OpenPage, tmp_path: Path) -> None:
    regions()
    page = open_page(user_with(Role.STEWARD, "451221"), "/import/")
    folder = tmp_path / "sent"
    folder.mkdir()
    page.set_input_files("#files", county_shapefile(folder))
    page.click("#hand-in [type=submit]")

    page.wait_for_url("**/import/*-*/**")
    page.goto(page.url.partition("?")[0] + "?step=file")
    samples = page.locator("#encoding-samples")
    expect(samples).not_to_contain_text("里湖")
    page.select_option("#choose-encoding", "GB18030")
    page.click("#go-on")
    page.goto(page.url.partition("?")[0] + "?step=file")
    expect(samples).to_contain_text("里湖0号")

    page.goto(page.url.partition("?")[0] + "?step=rehearsal")
    ready(page)
    expect(page.locator("#refusal")).to_be_visible()
    card = page.locator(f"[data-crs='{ZONE}']")
    card.hover()
    card.click()
    ready(page)
    expect(page.locator("#refusal")).to_have_count(0)
    expect(card).to_have_attribute("aria-current", "true")
    expect(page.locator("#import-counts .is-green")).to_have_text("5")
    expect(page.locator("#import-counts .is-red")).to_have_text("1")
    expect(page.locator(".problem-table")).to_contain_text("诊锁")
    expect(page.locator(".problem-table")).to_contain_text("GG-5")

    with page.expect_download() as download:
        page.click("#download-rejected")
    fixed = repaired(Path(download.value.path()), tmp_path / "fixed")

    page.click("#to-commit")
    page.check("[name=which][value=clean]")
    page.fill("#reason", "county register of 2020")
    page.click("#commit")
    expect(page.locator("#to-batch")).to_be_visible()
    assert sorted(Facility.objects.values_list("name", flat=True)) == [f"里湖{n}号" for n in range(5)]

    page.goto("/import/")
    page.set_input_files("#files", fixed)
    page.select_option("#layer", "facilities")
    page.click("#hand-in [type=submit]")
    page.wait_for_url("**/import/*-*/**")
    ready(page)
    expect(page.locator("#import-counts .is-green")).to_have_text("1")
    assert Upload.objects.order_by("-created_at")[0].counts["rejected"] == 0

    page.goto("/import/")
    page.get_by_role("link", name="county.shp").last.click()
    page.fill("#undo-reason", "sent twice")
    page.click("#undo-batch")
    expect(page.locator(".notices")).to_contain_text("5 deleted")
    assert not Facility.objects.alive().exists()


def repaired(sent: Path, folder: Path) -> Path:
    """Correct the rejected row as a clerk would, and write it as a table of degrees."""
    folder.mkdir()
    with zipfile.ZipFile(sent) as archive:
        archive.extractall(folder)
    frame = geopandas.read_file(next(folder.glob("*.shp")), encoding="GB18030")
    assert list(frame["kind"]) == ["诊锁"]
    assert "诊锁" in frame["reason"][0]
    degrees = pyproj.Transformer.from_crs(ZONE, "EPSG:4490", always_xy=True)
    lon, lat = degrees.transform(frame.geometry[0].x, frame.geometry[0].y)
    target = folder / "fixed.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "kind", "lon", "lat"])
        writer.writerow([frame["code"][0], frame["name"][0], "clinic", f"{lon:.7f}", f"{lat:.7f}"])
    return target
