"""`manage.py export_layer`: what leaves, for whom, and what is kept of it."""

from __future__ import annotations

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import AccessRecord
from accounts.roles import Role
from importers.exporters.formats import formats_of
from layers.registry import get_layer
from tests.factories import feature, user_with
from tests.importers.exporters.reading_back import READERS

pytestmark = pytest.mark.django_db
HOUSEHOLDS = get_layer("households")
every_format = pytest.mark.parametrize("form", formats_of(HOUSEHOLDS), ids=lambda form: form.key)


def export(layer: str, path: Path, **options: Any) -> str:
    """Run the command and return what it says."""
    out = StringIO()
    call_command("export_layer", layer, str(path), stdout=out, **options)
    return out.getvalue()


def refused(layer: str, path: Path, **options: Any) -> str:
    """Return the sentence with which the command refuses; it ends with 2 and leaves no file."""
    with pytest.raises(CommandError) as refusal:
        export(layer, path, **options)
    assert refusal.value.returncode == 2
    assert not path.exists()
    assert not list(path.parent.glob(".part-*"))
    return str(refusal.value)


@every_format
def test_everything_alive_leaves(form: Any, households: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / f"h{form.ending}"
    assert "3 rows" in export("households", path)
    assert set(codes(form, path)) == {"H-FULL", "H-BARE", "H-OTHER"}


def codes(form: Any, path: Path) -> list[str]:
    """Return the codes in a file."""
    return READERS[form.key](path)["code"]


@every_format
def test_a_user_exports_the_own_area_alone(form: Any, households: dict[str, Any], tmp_path: Path) -> None:
    planner = user_with(Role.PLANNER, "451222")
    path = tmp_path / f"h{form.ending}"
    export("households", path, user=planner.username)
    assert codes(form, path) == ["H-OTHER"]


def test_a_division_narrows(households: dict[str, Any], tmp_path: Path) -> None:
    export("households", tmp_path / "h.csv", region="451222")
    assert READERS["csv"](tmp_path / "h.csv")["code"] == ["H-OTHER"]


def test_an_empty_selection_is_a_file_without_rows(households: dict[str, Any], tmp_path: Path) -> None:
    for form in formats_of(HOUSEHOLDS):
        path = tmp_path / f"h{form.ending}"
        assert "0 rows" in export("households", path, region="451027")
        assert READERS[form.key](path).get("code", []) == []


def test_field_staff_exports_nothing(households: dict[str, Any], tmp_path: Path) -> None:
    person = user_with(Role.FIELD, "451221")
    assert "was not granted to export" in refused("households", tmp_path / "h.csv", user=person.username)


def test_personal_properties_leave_for_a_reason_alone(households: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    assert "stated reason" in refused("households", path, personal=True)
    assert "stated reason" in refused("households", path, personal=True, reason=" 查 ")
    export("households", path)
    assert not {"own_funds_yuan", "room", "certificates"} & READERS["csv"](path).keys()
    export("households", path, personal=True, reason="年度核查需要")
    assert READERS["csv"](path)["own_funds_yuan"][0] == "1234567890.12"
    assert "no personal properties" in refused("sites", tmp_path / "s.csv", personal=True, reason="年度核查需要")


def test_every_export_is_recorded(households: dict[str, Any], tmp_path: Path) -> None:
    planner = user_with(Role.PLANNER, "4512")
    export("households", tmp_path / "h.gpkg", user=planner.username, region="451221", personal=True, reason="年度核查")
    record = AccessRecord.objects.get(kind=AccessRecord.Kind.EXPORT)
    assert (record.user, record.subject, record.rows, record.through) == (planner, "households", 2, "command")
    assert record.purpose == "年度核查 · households.gpkg EPSG:4490 +personal · region=451221000000"
    assert record.divisions == ["451221"]


def test_an_export_that_fails_is_not_recorded(households: dict[str, Any], tmp_path: Path) -> None:
    feature("households", code="H-FAR", new_home="SRID=4490;POINT(-70 -30)")
    told = refused("households", tmp_path / "h.gpkg", crs="EPSG:4545")
    assert "“H-FAR” has no coordinates in EPSG:4545" in told
    assert not AccessRecord.objects.exists()


def test_what_is_wrong_is_said(households: dict[str, Any], tmp_path: Path, settings: Settings) -> None:
    assert "There is no layer “nothing”" in refused("nothing", tmp_path / "n.gpkg")
    assert "its files end in: .gpkg" in refused("households", tmp_path / "h.docx")
    assert "its files end in: .gpkg" in refused("households", tmp_path / "h.txt")
    assert "no such folder" in refused("households", tmp_path / "nowhere" / "h.gpkg")
    assert "not a coordinate reference system" in refused("households", tmp_path / "h.gpkg", crs="EPSG:2154")
    assert "Beijing 1954" in refused("households", tmp_path / "h.gpkg", crs="EPSG:2414")
    assert "leave “:yx” out" in refused("households", tmp_path / "h.gpkg", crs="EPSG:4490:yx")
    assert "cannot be written in gb18030" in refused("households", tmp_path / "h.gpkg", encoding="gb18030")
    assert "no active account" in refused("households", tmp_path / "h.gpkg", user="nobody")
    assert "division" in refused("households", tmp_path / "h.gpkg", region="45x")
    settings.ALLOW_GCJ02 = False
    assert "GISAPP_ALLOW_GCJ02 is off" in refused("households", tmp_path / "h.gpkg", crs="gcj02")


def test_a_shapefile_is_in_the_encoding_asked_for(households: dict[str, Any], tmp_path: Path) -> None:
    feature("sites", code="AZ-1", name="示例安置点甲")
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.shp.zip"
        export("sites", path, encoding=encoding)
        with zipfile.ZipFile(path) as archive:
            assert archive.read("sites.cpg").decode().upper() == encoding.upper()
            assert "示例安置点甲".encode(encoding) in archive.read("sites.dbf")
            assert "name,column,title" in archive.read("readme.txt").decode("utf-8-sig")
        assert READERS["shp"](path)["name"] == ["示例安置点甲"]


def test_geojson_of_longitudes_says_no_crs_and_of_metres_does(households: dict[str, Any], tmp_path: Path) -> None:
    export("households", tmp_path / "degrees.geojson")
    export("households", tmp_path / "metres.geojson", crs="EPSG:4545")
    degrees, metres = (json.loads((tmp_path / f"{name}.geojson").read_text()) for name in ("degrees", "metres"))
    assert "crs" not in degrees
    assert metres["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4545"
    # longitude 107.3, latitude 24.75 lies 70.8 km west of 108: 500,000 m less that
    x, y = metres["features"][0]["geometry"]["coordinates"]
    assert (x, y) == pytest.approx((429_180, 2_738_290), abs=300)
    same = [one["properties"] for one in degrees["features"]]
    assert [{**one["properties"], "old_home": None} for one in metres["features"]] == [
        {**properties, "old_home": None} for properties in same
    ]
