"""Divisions in the database: read the counties, give townships and villages their invented places."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from django.db import connections

from gisapp.demo.ground import points
from gisapp.demo.places import County, Places
from importers.boundaries import as_multipolygon
from importers.copying import copy_columns
from layers.sqlfiles import load


def read_counties(province: str, *, villages: bool, using: str) -> list[County]:
    """Return the counties of a province that have a boundary, with the codes of the divisions below them."""
    below: dict[str, list[str]] = defaultdict(list)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT code FROM layers_region WHERE code LIKE %s AND level = ANY(%s) ORDER BY code",
            [f"{province}%", [4, 5] if villages else [4]],
        )
        for (code,) in cursor.fetchall():
            below[code[:6]].append(code)
        cursor.execute(
            "SELECT code, name, ST_AsBinary(geom), ST_AsBinary(outline) FROM layers_region "
            "WHERE code LIKE %s AND level = 3 AND geom IS NOT NULL ORDER BY code",
            [f"{province}%"],
        )
        rows = cursor.fetchall()
    return [
        County(
            code=code,
            name=name,
            geom=as_multipolygon(shapely.from_wkb(bytes(geom))),
            outline=as_multipolygon(shapely.from_wkb(bytes(outline))),
            townships=tuple(c for c in below[code[:6]] if c.endswith("000")),
            villages=tuple(c for c in below[code[:6]] if not c.endswith("000")),
        )
        for code, name, geom, outline in rows
    ]


def county_names(province: str, using: str) -> list[tuple[str, str]]:
    """Return code (6 digits) and name of the counties that `read_counties` returns."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT left(code, 6), name FROM layers_region "
            "WHERE code LIKE %s AND level = 3 AND geom IS NOT NULL ORDER BY code",
            [f"{province}%"],
        )
        return [(str(code), str(name)) for code, name in cursor.fetchall()]


def store_places(places: list[Places], using: str) -> None:
    """Write invented boundaries of townships and invented seats of townships and villages."""
    columns: dict[str, list[object]] = {"code": [], "geom": [], "outline": [], "seat": []}
    for ground in places:
        if not ground.county.townships:
            continue
        columns["code"] += [str(code) for code in ground.township_codes]
        columns["geom"] += list(ground.cells)
        columns["outline"] += list(ground.outlines)
        columns["seat"] += list(points(ground.seats))
        if ground.leaf_codes is not ground.township_codes:
            nothing = [None] * len(ground.leaf_codes)
            columns["code"] += [str(code) for code in ground.leaf_codes]
            columns["geom"] += nothing
            columns["outline"] += nothing
            columns["seat"] += list(points(ground.leaf_seats))
    with connections[using].cursor() as cursor:
        cursor.execute(load("gisapp", "demo_region_stage"))
        copy_columns(cursor, "demo_region", {name: np.array(values, dtype=object) for name, values in columns.items()})
        cursor.execute(load("gisapp", "demo_region_update"))
        cursor.execute("DROP TABLE demo_region")


def forget_places(using: str) -> None:
    """Take all invented places away."""
    with connections[using].cursor() as cursor:
        cursor.execute(load("gisapp", "demo_region_forget"))
