"""Relocation distance, held against the bare pieces that it is made of and against PostGIS alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from django.db import connection
from pyproj import Geod

from benchmarks.measuring import Row, race
from benchmarks.registry import Context, job
from spatial_analysis.copy_arrays import copy_to_array
from spatial_analysis.feeds import household_ends
from spatial_analysis.kernels.distance import moved_m
from spatial_analysis.reach import Reach
from spatial_analysis.relocation_distance import relocation_distance

RUNS = 5
GEOD = Geod(a=6378137.0, rf=298.257222101)
FASTER_THAN_POSTGIS = 2.5
OVER_BARE_PIECES = 1.3
ERROR_MM = 1.0

ENDS = """
    SELECT region_code::int8 / 1000000 AS county, COALESCE(ST_X(old_home), 'NaN') AS old_x,
        COALESCE(ST_Y(old_home), 'NaN') AS old_y, COALESCE(ST_X(new_home), 'NaN') AS new_x,
        COALESCE(ST_Y(new_home), 'NaN') AS new_y
    FROM layers_household WHERE deleted_at IS NULL
"""
POSTGIS = """
    SELECT left(region_code, 6) AS county, count(moved), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY moved),
        max(moved)
    FROM (
        SELECT region_code, ST_Distance(old_home::geography, new_home::geography) AS moved
        FROM layers_household WHERE deleted_at IS NULL
    ) AS measured
    GROUP BY 1
"""
SINGLE = """
    SELECT id, COALESCE(ST_Distance(old_home::geography, new_home::geography), 'NaN') AS moved
    FROM layers_household WHERE deleted_at IS NULL
"""


@job("analysis")
def relocation(context: Context) -> Iterator[Row]:
    """All households of the province: each one's distance, and median, 90 % and maximum by county."""
    everything = Reach.of(None, layer="households")

    def ours() -> object:
        return relocation_distance(everything)

    yield context.row(
        "relocation distance, medians by county",
        race(ours, bare_pieces, runs=RUNS),
        reference_name="COPY + Geod + group-by",
        goal=OVER_BARE_PIECES,
    )
    yield context.row(
        "relocation distance, medians by county",
        race(ours, by_postgis, runs=RUNS),
        reference_name="ST_Distance(geography) + percentile",
        goal=1 / FASTER_THAN_POSTGIS,
    )
    yield context.row(
        "relocation distance, largest difference",
        (largest_difference_mm(everything), ERROR_MM),
        reference_name="limit, against ST_Distance(geography)",
        goal=1.0,
        unit="mm",
    )


def bare_pieces() -> object:
    """Do the same with nothing around it: no flags, no bands, no prefectures, no order of the longest."""
    rows = copy_to_array(ENDS, {}, {"county": ">i8", **dict.fromkeys(("old_x", "old_y", "new_x", "new_y"), ">f8")})
    ends = {
        name: rows[name].astype(rows[name].dtype.newbyteorder("="))
        for name in rows.dtype.names or ()
        if "len" not in name
    }
    known = ~np.isnan(ends["old_x"]) & ~np.isnan(ends["new_x"])
    places = (ends[name][known] for name in ("old_x", "old_y", "new_x", "new_y"))
    moved = GEOD.inv(*places)[2]
    return pd.Series(moved).groupby(ends["county"][known]).quantile([0.5, 0.9, 1.0])


def by_postgis() -> object:
    """Do the same in the database."""
    with connection.cursor() as cursor:
        cursor.execute(POSTGIS)
        return cursor.fetchall()


def largest_difference_mm(everything: Reach) -> float:
    """Return the largest difference between our distances and those of PostGIS, in millimetres."""
    ends = household_ends(everything)
    ours = moved_m(ends.old, ends.new)[np.argsort(ends.id)]
    rows = copy_to_array(SINGLE, {}, {"id": ">i8", "moved": ">f8"})
    theirs = rows["moved"].astype(np.float64)[np.argsort(rows["id"])]
    return float(np.nanmax(np.abs(ours - theirs)) * 1000)
