"""The map in one file takes names for names: no template in them runs, no element in them is one."""

from __future__ import annotations

from pathlib import Path

import folium
import pytest

from spatial_analysis.files.offline_map import OfflineMap, raw, written
from tests.contract.hostile import PAYLOADS, injected

TEMPLATES = (
    "{{ 7*191 }}",
    "{% set x = 7*191 %}{{ x }}",
    "{% endraw %}{{ 7*191 }}{% raw %}",
    "{{ cycler.__init__.__globals__.os.system('touch FILE') }}",
    "{# comment #}",
)


@pytest.mark.parametrize("template", [*TEMPLATES, *PAYLOADS])
def test_no_template_in_a_name_runs(template: str, tmp_path: Path) -> None:
    name = template.replace("FILE", str(tmp_path / "ran"))
    page = OfflineMap(title=name, language="en")
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [0, 0]},
        "properties": {"name": written(name)},
    }
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [point]}, tooltip=folium.GeoJsonTooltip(fields=["name"])
    ).add_to(page)
    folium.CircleMarker((0, 0), tooltip=written(name)).add_to(page)
    page.add_html(f"<p>{written(name)}</p>")
    html = page.page()
    assert not (tmp_path / "ran").exists()
    assert "1337" not in html
    assert injected(html) == []


def test_what_branca_would_make_of_it() -> None:
    """The check of the check: an unwritten template does run."""
    page = OfflineMap(title="x", language="en")
    folium.CircleMarker((0, 0), tooltip="{{ 7*191 }}").add_to(page)
    assert "1337" in page.page()


def test_our_own_html_may_hold_braces() -> None:
    assert raw("a { b {{ c }} }").render() == "a { b {{ c }} }"
