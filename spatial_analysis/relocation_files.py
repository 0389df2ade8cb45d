"""The outcome of relocation-distance as files."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from importers.exporters.sheets import Table, write_csv, write_xlsx
from layers.models import Region
from spatial_analysis.feeds import household_codes
from spatial_analysis.files.geopackage import write_geopackage
from spatial_analysis.relocation_answer import MILLIMETRES, band_titles, code_text, yes_no

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas

    from geocore.arrays import GeometryArray
    from spatial_analysis.methods import Outcome, WriteOptions
    from spatial_analysis.relocation_distance import DistanceTable

FIGURES = (
    "n",
    "missing",
    "missing_old",
    "missing_new",
    "median_m",
    "p90_m",
    "max_m",
    "cross_township",
    "cross_township_unknown",
    "cross_county",
    "cross_county_unknown",
    "same_place",
)
MOVE_KEYS = (
    "household",
    "origin",
    "destination",
    "distance_m",
    "band",
    "cross_township",
    "cross_county",
    "same_place",
)


def figure_titles() -> list[str]:
    """Return the words for `FIGURES`."""
    return [
        _("measured (households)"),
        _("not measurable (households)"),
        _("old home unknown"),
        _("new home unknown"),
        _("median (m)"),
        _("90th percentile (m)"),
        _("longest (m)"),
        _("to another township"),
        _("to another township: not known"),
        _("to another county"),
        _("to another county: not known"),
        _("old home = new home"),
    ]


def band_keys(edges_km: list[float]) -> list[str]:
    """Return the column names of the bands, such as `from_5_to_20_km`."""
    texts = [f"{edge:g}" for edge in edges_km]
    inner = [f"from_{lower}_to_{upper}_km" for lower, upper in pairwise(texts)]
    return [f"under_{texts[0]}_km", *inner, f"from_{texts[-1]}_km"]


def division_table(answer: dict[str, Any]) -> Table:
    """Return the figures of all and of each division; the first row is all of them."""
    everyone = {**answer["total"], "name": _("all"), "level": "all"}
    if answer["region"]:
        everyone |= {"code": answer["region"]["code"], "name": answer["region"]["name"]}
    return Table(
        title=_("Divisions"),
        keys=["code", "name", "level", "placed", "partial", *FIGURES, *band_keys(answer["bands_km"])],
        titles=[
            _("division code"),
            _("name"),
            _("level"),
            _("division known to this level"),
            _("only a part of its households"),
            *figure_titles(),
            *band_titles(answer["bands_km"]),
        ],
        rows=(
            [row["code"], row["name"], row["level"], row["placed"], row["partial"], *(row[key] for key in FIGURES)]
            + row["bands"]
            for row in [everyone, *answer["divisions"]]
        ),
    )


def longest_table(answer: dict[str, Any]) -> Table:
    """Return the longest moves."""
    keys = ("household", "origin", "origin_name", "destination", "destination_name", "distance_m")
    return Table(
        title=_("Longest moves"),
        keys=keys,
        titles=[_("household"), _("origin"), _("origin"), _("destination"), _("destination"), _("distance (m)")],
        rows=([move[key] for key in keys] for move in answer["longest"]),
    )


def move_rows(table: DistanceTable) -> Iterator[list[Any]]:
    """Yield one row a household, in the columns of `MOVE_KEYS`."""
    moves = table.households
    codes = household_codes(moves.ends.id)
    bands = [*band_titles(table.bands_km), ""]  # the last one is -1: not known
    for place, key in enumerate(moves.ends.id.tolist()):
        metres = moves.distance_m[place]
        yield [
            codes[key],
            code_text(moves.ends.region[place]),
            code_text(moves.ends.destination[place]),
            None if np.isnan(metres) else round(float(metres), MILLIMETRES),
            bands[moves.band[place]],
            yes_no(moves.cross_township[place]),
            yes_no(moves.cross_county[place]),
            bool(moves.same_place[place]),
        ]


def household_table(table: DistanceTable) -> Table:
    """Return one row a household; nobody's name is among the columns."""
    return Table(
        title=_("Households"),
        keys=MOVE_KEYS,
        titles=[
            _("household"),
            _("origin"),
            _("destination"),
            _("distance (m)"),
            _("band"),
            _("to another township"),
            _("to another county"),
            _("old home = new home"),
        ],
        rows=move_rows(table),
    )


def csv_file(outcome: Outcome, path: Path, options: WriteOptions) -> None:
    """Write the divisions, or the households alone, as CSV."""
    write_csv(household_table(outcome.result) if options.only_rows else division_table(outcome.answer), path)


def xlsx_file(outcome: Outcome, path: Path, options: WriteOptions) -> None:
    """Write a workbook: divisions, longest moves and, if asked for, households."""
    tables = [division_table(outcome.answer), longest_table(outcome.answer)]
    if options.rows:
        tables.append(household_table(outcome.result))
    write_xlsx(tables, path)


def json_file(outcome: Outcome, path: Path, options: WriteOptions) -> None:
    """Write the answer as JSON and, if asked for, the households."""
    document: dict[str, Any] = {
        "method": "relocation-distance",
        "data": {
            "rows": outcome.rows,
            "missing": outcome.missing,
            "changed_at": outcome.changed_at.isoformat() if outcome.changed_at else None,
            "version": outcome.version,
        },
        "answer": outcome.answer,
    }
    if options.rows:
        document["households"] = [dict(zip(MOVE_KEYS, row, strict=True)) for row in move_rows(outcome.result)]
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def gpkg_file(outcome: Outcome, path: Path, options: WriteOptions) -> None:
    """Write a GeoPackage: `divisions` with their figures and `moves` from old to new home.

    A move with an unknown end, or with both ends at one position, has no line and an empty geometry.
    """
    write_geopackage({"divisions": division_frame(outcome.answer), "moves": move_frame(outcome.result)}, path)


def division_frame(answer: dict[str, Any]) -> geopandas.GeoDataFrame:
    """Return the divisions whose boundary is loaded, with their figures; unplaced rows have no boundary."""
    # here, not above: pandas takes a second, which every command and web worker would wait for
    import geopandas

    table = division_table(answer)
    rows = [dict(zip(table.keys, row, strict=True)) for row in table.rows][1:]
    boundaries = {
        code: shapely.from_wkb(bytes(geom.wkb))
        for code, geom in Region.objects.alive()
        .filter(code__in=[row["code"] for row in rows], geom__isnull=False)
        .values_list("code", "geom")
    }
    return geopandas.GeoDataFrame(
        {key: [row[key] for row in rows] for key in table.keys},
        geometry=np.array([boundaries.get(row["code"]) if row["placed"] else None for row in rows], dtype=object),
        crs="EPSG:4490",
    )


def move_frame(table: DistanceTable) -> geopandas.GeoDataFrame:
    """Return one row a household with the line from old to new home."""
    import geopandas

    columns = zip(*move_rows(table), strict=True) if len(table.households) else ([] for _ in MOVE_KEYS)
    frame: dict[str, Any] = dict(zip(MOVE_KEYS, map(list, columns), strict=True))
    frame["distance_m"] = table.households.distance_m.round(MILLIMETRES)
    return geopandas.GeoDataFrame(frame, geometry=lines(table), crs="EPSG:4490")


def lines(table: DistanceTable) -> GeometryArray:
    """Return the line of each move, None where it has none."""
    ends = table.households.ends
    found = np.full(len(ends), None, dtype=object)
    drawn = ~np.isnan(table.households.distance_m) & (ends.old != ends.new).any(axis=1)
    if drawn.any():
        found[drawn] = shapely.linestrings(np.stack((ends.old[drawn], ends.new[drawn]), axis=1))
    return found


def html_file(outcome: Outcome, path: Path, options: WriteOptions) -> None:
    """Write a map that opens without a network."""
    from spatial_analysis.relocation_map import map_page

    path.write_text(map_page(outcome.answer), encoding="utf-8")
