"""Names under which the browser finds our ES modules: there is no bundler.

A module is imported as `<app>/<path>.js` ("gisapp/map/legend.js"), a package by its own name ("maplibre-gl"). The map
leads each name to the file as it is served, with the hash of its content in production.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.templatetags.static import static

PACKAGES = {
    "maplibre-gl": "vendor/maplibre-gl/maplibre-gl.mjs",
}


@cache
def our_modules() -> tuple[str, ...]:
    """Return the static paths of every ES module of our own apps, sorted."""
    found: list[str] = []
    for app in apps.get_app_configs():
        folder = Path(app.path)
        if folder.parent != Path(settings.BASE_DIR):
            continue
        root = folder / "static"
        found.extend(str(path.relative_to(root)) for path in root.glob(f"{folder.name}/**/*.js"))
    return tuple(sorted(found))


def import_map() -> dict[str, dict[str, str]]:
    """Return the import map of the pages."""
    files = {**PACKAGES, **{path: path for path in our_modules()}}
    return {"imports": {name: static(path) for name, path in files.items()}}
