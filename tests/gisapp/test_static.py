"""Front-end packages are served as they came, under an address that changes with them."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from gisapp.static import ReleaseStorage, read_release


@pytest.fixture
def storage(tmp_path: Path) -> ReleaseStorage:
    (tmp_path / "a.js").write_text("export const a = 1;\n" * 100)
    (tmp_path / "b.png").write_bytes(b"\x89PNG")
    return ReleaseStorage(location=tmp_path, base_url="/static/")


def collect(storage: ReleaseStorage) -> list[str]:
    return [made for _, made, _ in storage.post_process({"a.js": (storage, "a.js"), "b.png": (storage, "b.png")})]


def test_text_is_compressed_once_and_pictures_never(storage):
    assert collect(storage) == ["a.js.gz"]
    assert collect(storage) == []


def test_the_release_follows_the_content_of_any_file(storage, tmp_path):
    collect(storage)
    first = read_release(tmp_path)
    collect(storage)
    assert read_release(tmp_path) == first
    (tmp_path / "b.png").write_bytes(b"other")
    collect(storage)
    assert read_release(tmp_path) != first


def test_nothing_collected_is_no_release(tmp_path):
    assert read_release(tmp_path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "vendor/maplibre-gl/maplibre-gl.mjs",
        "vendor/maplibre-gl/maplibre-gl-worker.mjs",
        "vendor/maplibre-gl/maplibre-gl-shared.mjs",
        "vendor/maplibre-gl/maplibre-gl.css",
        "vendor/leaflet-geoman/leaflet-geoman.min.js",
        "vendor/tabler/css/tabler.min.css",
        "vendor/echarts/echarts.esm.min.mjs",
        "vendor/pmtiles/index.js",
        "leaflet/leaflet.js",
    ],
)
def test_each_package_is_where_pages_look_for_it(path):
    assert finders.find(path)


def test_modules_find_their_siblings_by_name_after_collecting(settings, tmp_path):
    """MapLibre loads its worker and shared module by relative name: no file may be renamed."""
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    folder = tmp_path / "vendor/maplibre-gl"
    mentioned = set(re.findall(r"maplibre-gl-\w+\.mjs", (folder / "maplibre-gl.mjs").read_text(encoding="utf-8")))
    assert mentioned
    assert {name for name in mentioned if not (folder / name).exists()} == set()
    assert not list(tmp_path.rglob("*.map")), "browsers never ask for source maps unless somebody debugs"
