"""A folium map in one file: it opens from a USB stick, asks no host for anything and needs no map service.

Notes
-----
folium links 13 addresses of content networks by itself. Here Leaflet comes from the copy that django-leaflet
brings, written into the file; there are no tiles, the ground is polygons; no plain marker needs an image.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import folium
from branca.element import Element, Figure
from django.contrib.staticfiles import finders
from django.utils.html import escape

if TYPE_CHECKING:
    from collections.abc import Callable

Content = TypeVar("Content", str, bytes)

RELATIVE_IMAGE = re.compile(r"url\((images/[^)]+)\)")
SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+")

CSS = """
html, body { height: 100%; margin: 0; }
body, .leaflet-container { font: 14px/20px "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "Noto Sans", system-ui, sans-serif; color: #17232d; }
.leaflet-container { background: #eaeff3; }
.map-box { position: fixed; z-index: 1000; padding: 12px 16px; background: #fff; border: 1px solid #dfe5ea;
  border-radius: 6px; box-shadow: 0 1px 2px rgb(23 35 45 / 12%), 0 4px 14px rgb(23 35 45 / 10%); }
.map-title { top: 12px; left: 56px; max-width: calc(100% - 100px); }
.map-title h1 { margin: 0; font: 600 16px/24px inherit; font-size: 16px; }
.map-title p { margin: 0; font-size: 13px; color: #475763; }
.map-legend { bottom: 56px; left: 12px; font-size: 13px; }
.map-legend b { display: block; margin-bottom: 4px; font-weight: 600; }
.map-legend div { display: flex; gap: 8px; align-items: center; }
.map-legend span { margin-left: auto; padding-left: 16px; color: #475763; }
.map-legend svg { flex: none; width: 22px; height: 12px; }
.map-note { position: fixed; z-index: 1000; right: 12px; bottom: 8px; font-size: 12px; color: #5c6b77; }
.map-north { position: fixed; z-index: 1000; top: 12px; right: 20px; font-weight: 600; text-align: center; }
.map-north::before { display: block; content: "▲"; font-size: 18px; line-height: 18px; }
.leaflet-top.leaflet-right { top: 56px; }
.leaflet-control { font-size: 13px; }
.leaflet-control-scale-line:not(:first-child) { display: none; }
.leaflet-tooltip { font-size: 13px; }
.leaflet-tooltip table th { padding-right: 12px; font-weight: 400; color: #475763; text-align: left; }
.leaflet-interactive:focus { outline: 3px solid #f2b705; }
@media (max-width: 600px) {
  .map-legend { max-height: 34vh; overflow: auto; }
  .map-title { right: 56px; max-width: none; }
  .leaflet-top.leaflet-right { top: 120px; }
  .map-note { right: 8px; left: 120px; text-align: right; }
}
"""


class OfflineMap(folium.Map):
    """A map without tiles whose script and styles are written into the page."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, *, title: str, language: str, **options: Any) -> None:
        super().__init__(
            tiles=None, control_scale=True, zoom_snap=0.25, attribution_control=False, prefer_canvas=False, **options
        )
        self.title = title
        self.language = language

    def page(self) -> str:
        """Return the whole page."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        figure.title = written(self.title)
        header = figure.header
        header.add_child(raw(f"<style>{leaflet_css()}</style>"), name="leaflet_css")
        header.add_child(raw(f"<script>{leaflet_js()}</script>"), name="leaflet")
        header.add_child(raw(f"<style>{CSS}</style>"), name="look")
        return str(figure.render()).replace("<html>", f'<html lang="{self.language}">', 1)

    def add_html(self, html: str) -> None:
        """Add escaped HTML over the map."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        figure.html.add_child(raw(html))


def written(text: object) -> str:
    """Return a text that people wrote as HTML for the map.

    branca renders an element, and then reads the outcome as a template once more: a village called `{{ … }}` would run
    on the server. Braces as entities say the same to a reader and nothing to a template.
    """
    return str(escape(text)).replace("{", "&#123;").replace("}", "&#125;")


def raw(text: str) -> Element:
    """Return our own HTML, styles and scripts as they are; texts of people in them went through `written`."""
    return Element("{% raw %}" + text + "{% endraw %}")


def leaflet_js() -> str:
    """Return Leaflet's script."""
    return SOURCE_MAP.sub("", static_file("leaflet/leaflet.js", Path.read_text))


def leaflet_css() -> str:
    """Return Leaflet's styles with their images written in."""

    def embedded(match: re.Match[str]) -> str:
        image = base64.b64encode(static_file(f"leaflet/{match[1]}", Path.read_bytes)).decode()
        return f"url(data:image/png;base64,{image})"

    return RELATIVE_IMAGE.sub(embedded, static_file("leaflet/leaflet.css", Path.read_text))


def static_file(name: str, read: Callable[[Path], Content]) -> Content:
    """Return the content of a static file of ours."""
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return read(Path(found))
