"""The offline map of relocation-distance: divisions by their median, and the longest moves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from layers.models import Region
from layers.presentation import moment
from spatial_analysis.files.offline_map import OfflineMap, written
from spatial_analysis.relocation_answer import km

if TYPE_CHECKING:
    from collections.abc import Sequence

RAMP = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#225ea8")
NOBODY = "#e4e7ea"
BORDER, PREFECTURE_BORDER = "#ffffff", "#5a6a76"
MOVE, GROUND = "#b0380a", "#ffffff"


@dataclass(frozen=True, slots=True)
class Classes:
    """Up to five classes of a value: `edges` divide them, an edge belongs to the class above it."""

    edges: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Classes:
        """Return classes that hold about the same number of `values`, divided at three leading digits."""
        if not values:
            return cls(())
        cuts = {three_digits(cut) for cut in np.quantile(values, (0.2, 0.4, 0.6, 0.8)).tolist()}
        return cls(tuple(sorted(cut for cut in cuts if min(values) < cut <= max(values))))

    @property
    def colours(self) -> list[str]:
        """Return one colour a class, pale to dark."""
        if not self.edges:
            return [RAMP[2]]
        return [RAMP[round(place * (len(RAMP) - 1) / len(self.edges))] for place in range(len(self.edges) + 1)]

    def place(self, value: float) -> int:
        """Return the class of a value."""
        return int(np.searchsorted(self.edges, value, side="right"))


def three_digits(value: float) -> float:
    """Return a number rounded to three leading digits."""
    return float(f"{value:.2e}")


def map_page(answer: dict[str, Any]) -> str:
    """Return the map of an answer as one page of HTML that needs no network."""
    rows = finest(answer["divisions"])
    classes = Classes.of([row["median_m"] for row in rows.values() if row["median_m"] is not None])
    outlines = ground(rows)
    page = OfflineMap(title=heading(answer), language=(get_language() or "en"), zoom_start=7, location=(23.8, 108.8))
    if outlines:
        page.add_child(choropleth(outlines, rows, classes))
    if answer["longest"]:
        page.add_child(longest(answer["longest"]))
    page.add_child(folium.LayerControl(collapsed=False))
    bounds = extent(outlines, rows, answer["longest"])
    if bounds:
        page.fit_bounds(bounds, padding=(24, 24))
    page.add_html(boxes(answer, rows, classes))
    return page.page()


def heading(answer: dict[str, Any]) -> str:
    """Return the title of the map."""
    where = answer["region"]["name"] if answer["region"] else _("all divisions")
    return _("Relocation distance: %(where)s") % {"where": where}


def finest(divisions: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows of the lowest level by code, those that are known to it."""
    order = ("province", "prefecture", "county", "township", "village")
    lowest = max((order.index(row["level"]) for row in divisions), default=0)
    return {row["code"]: row for row in divisions if row["placed"] and order.index(row["level"]) == lowest}


def ground(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Return name and outline of the divisions to draw: those with figures and their neighbours under one parent.

    Divisions are public; what is drawn of one without figures is its outline and its name.
    """
    parents = Region.objects.alive().filter(code__in=rows).values("parent__parent")
    if len(next(iter(rows), "").rstrip("0")) > COUNTY_DIGITS:
        parents = Region.objects.alive().filter(code__in=rows).values("parent")
        wanted = Region.objects.alive().filter(parent__in=parents)
    else:
        wanted = Region.objects.alive().filter(parent__parent__in=parents, level=3)
    found = wanted.annotate(shape=Coalesce("outline", "geom")).filter(shape__isnull=False)
    return {
        code: (name, shapely.from_wkb(bytes(shape.wkb)))
        for code, name, shape in found.values_list("code", "name", "shape")
    }


COUNTY_DIGITS = 6


def choropleth(
    outlines: dict[str, tuple[str, Any]], rows: dict[str, dict[str, Any]], classes: Classes
) -> folium.GeoJson:
    """Return the divisions, coloured by the class of their median."""
    words = (_("division"), _("median (km)"), _("90th percentile (km)"), _("measured"), _("not measurable"))
    features = []
    for code, (name, shape) in outlines.items():
        row = rows.get(code)
        known = row is not None and row["median_m"] is not None
        features.append(
            {
                "type": "Feature",
                "id": code,
                "geometry": shapely.geometry.mapping(shapely.set_precision(shape, 1e-5)),
                "properties": {
                    "colour": classes.colours[classes.place(row["median_m"])] if row and known else NOBODY,
                    "name": written(name),
                    "median": km(row["median_m"]) if row and known else "—",
                    "p90": km(row["p90_m"]) if row and known else "—",
                    "n": f"{row['n']:,}" if row else "—",
                    "missing": f"{row['missing']:,}" if row else "—",
                },
            }
        )
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=_("Divisions by median"),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 1,
            "color": BORDER if feature["properties"]["colour"] != NOBODY else "#c9d2d9",
            "weight": 0.8,
        },
        highlight_function=lambda feature: {"color": "#17232d", "weight": 2},
        tooltip=folium.GeoJsonTooltip(fields=["name", "median", "p90", "n", "missing"], aliases=list(words)),
    )


def longest(moves: Sequence[dict[str, Any]]) -> folium.FeatureGroup:
    """Return the longest moves: a line, a ring at the old and a disc at the new home."""
    group = folium.FeatureGroup(name=_("The %(count)d longest moves") % {"count": len(moves)})
    unit = pgettext("unit", "km")
    for move in moves:
        old, new = ((move[end][1], move[end][0]) for end in ("old_home", "new_home"))
        text = written(f"{move['household']} · {km(move['distance_m'])} {unit}")
        folium.PolyLine([old, new], color=MOVE, weight=1.5, opacity=0.85, tooltip=text).add_to(group)  # type: ignore[no-untyped-call]
        for place, fill in ((old, GROUND), (new, MOVE)):
            folium.CircleMarker(
                place, radius=4, color=MOVE, weight=1.5, fill=True, fill_color=fill, fill_opacity=1, tooltip=text
            ).add_to(group)
    return group


def extent(
    outlines: dict[str, tuple[str, Any]], rows: dict[str, dict[str, Any]], moves: Sequence[dict[str, Any]]
) -> list[tuple[float, float]] | None:
    """Return south-west and north-east corner (latitude first) of what has figures; None where nothing has."""
    shapes = [shape for code, (_name, shape) in outlines.items() if code in rows]
    shapes += [shapely.points(move[end]) for move in moves for end in ("old_home", "new_home")]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return [(south, west), (north, east)]


def boxes(answer: dict[str, Any], rows: dict[str, dict[str, Any]], classes: Classes) -> str:
    """Return title, legend and note as HTML; every text in it is escaped."""
    total = answer["total"]
    summary = _("%(n)s households measured, median %(median)s km, longest %(max)s km; %(missing)s not measurable") % {
        "n": f"{total['n']:,}",
        "median": km(total["median_m"]) or "—",
        "max": km(total["max_m"]) or "—",
        "missing": f"{total['missing']:,}",
    }
    note = _("Straight line on the ellipsoid (CGCS2000), old to new home. Boundaries are for reference only.")
    as_of = _("As of %(moment)s") % {"moment": moment(timezone.now())}
    legend_title, north = _("Median distance (km)"), pgettext("compass", "N")
    return (
        f'<div class="map-box map-title"><h1>{written(heading(answer))}</h1><p>{written(summary)}</p></div>'
        f'<div class="map-box map-legend"><b>{written(legend_title)}</b>{legend(rows, classes)}</div>'
        f'<div class="map-north">{written(north)}</div><div class="map-note">{written(note)} · {written(as_of)}</div>'
    )


def legend(rows: dict[str, dict[str, Any]], classes: Classes) -> str:
    """Return a row a class with the number of divisions in it."""
    medians = [row["median_m"] for row in rows.values() if row["median_m"] is not None]
    counts = np.bincount([classes.place(value) for value in medians], minlength=len(classes.colours)).tolist()
    texts = [km(edge) for edge in classes.edges]
    if texts:
        words = [f"< {texts[0]}", *(f"{low}–{high}" for low, high in pairwise(texts))]
        words.append(f"≥ {texts[-1]}")
    else:
        words = [km(medians[0])] if medians else []
    lines = [legend_row(*entry) for entry in zip(classes.colours, words, counts, strict=False)]
    return "".join([*lines, legend_row(NOBODY, _("no household measured"), None)])


def legend_row(colour: str, words: str, count: int | None) -> str:
    """Return one row of the legend."""
    number = "" if count is None else f"<span>{count}</span>"
    return (
        f'<div><svg viewBox="0 0 22 12"><rect width="22" height="12" fill="{colour}" stroke="#5c6b77"></rect></svg>'
        f"{written(words)}{number}</div>"
    )
