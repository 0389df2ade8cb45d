"""Deleting demonstration rows, and nothing else."""

from __future__ import annotations

from django.db import connections
from psycopg2 import sql

from gisapp.demo.divisions import forget_places
from gisapp.demo.plans import delete_targets
from gisapp.demo.scales import SCALES, SOURCE
from gisapp.demo.stamp import seeded_as

OF_HOUSEHOLDS = ("fieldwork_helperassignment", "layers_person", "layers_householdidentity", "layers_householdkey")
FEATURES = (
    "layers_issuereport",
    "layers_facility",
    "layers_plot",
    "layers_household",
    "layers_project",
    "layers_site",
)
"""In the order in which they may go: what refers to others first."""


def delete_demo_rows(using: str) -> None:
    """Delete every row whose source is the demonstration, with what hangs on its households, and invented places."""
    found = seeded_as(using)
    if found is not None:
        scale, seed = found
        delete_targets(SCALES[scale], seed, using)
    with connections[using].cursor() as cursor:
        for table in OF_HOUSEHOLDS:
            cursor.execute(
                sql.SQL(
                    "DELETE FROM {} AS p USING layers_household AS h WHERE p.household_code = h.code AND h.source = %s"
                ).format(sql.Identifier(table)),
                [SOURCE],
            )
        for table in FEATURES:
            cursor.execute(sql.SQL("DELETE FROM {} WHERE source = %s").format(sql.Identifier(table)), [SOURCE])
    forget_places(using)
