"""Loading the divisions of a province: boundaries down to counties, names down to villages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.context import acting_as
from accounts.roles import Through
from geocore.divisions import DivisionCode, Level
from importers.boundaries import SOURCE as BOUNDARY_SOURCE
from importers.boundaries import Boundary, read_boundaries
from importers.copying import array_literal, copy_columns
from importers.division_names import SOURCE as NAME_SOURCE
from importers.division_names import NamedDivision, aliases_of, read_names
from layers.sqlfiles import load

STORED_LEVEL = {level: number for number, level in enumerate(sorted(Level), start=1)}
"""What `layers.catalogue.regions.Level` stores for a level of the code tree."""


@dataclass(frozen=True, slots=True)
class RegionLoad:
    """What loading one province did.

    Attributes
    ----------
    read
        Divisions in the sources, by level.
    added, changed
        Rows written; a second run writes none.
    remarks
        What was left out, repaired, made up or does not agree between the sources.
    """

    province: str
    read: dict[Level, int]
    added: int
    changed: int
    remarks: tuple[str, ...]


def regions_load(
    *, province: str, deepest: Level = Level.VILLAGE, using: str = DEFAULT_DB_ALIAS, modules: Path | None = None
) -> RegionLoad:
    """Bring the divisions of one province up to date, all or nothing.

    Parameters
    ----------
    province
        Two digits.
    deepest
        The lowest level of which names are read.
    modules
        The folder of npm packages; None: that of this checkout.

    Raises
    ------
    importers.boundaries.NoBoundaryError
        There is no such province in the package of boundaries.
    importers.division_names.NoNamesError
        The package of names is not installed.
    """
    named = [
        division
        for division in read_names(province, settings.NODE_MODULES if modules is None else modules)
        if division.level <= deepest
    ]
    found = read_boundaries(province, {division.code: division.name for division in named})
    rows = merged(found.rows, named)
    with acting_as(None, through=Through.COMMAND, reason="load_boundaries", using=using):
        added, changed = store(rows, using)
    return RegionLoad(
        province=province,
        read=dict(Counter(level for _name, level, _boundary in rows.values())),
        added=added,
        changed=changed,
        remarks=(*found.remarks, *disagreements(found.rows, named)),
    )


Merged = dict[str, tuple[str, Level, Boundary | None]]


def merged(boundaries: tuple[Boundary, ...], named: list[NamedDivision]) -> Merged:
    """Return name, level and boundary by code; where both sources know a division, the boundary's name counts."""
    rows: Merged = {division.code: (division.name, division.level, None) for division in named}
    rows |= {row.code: (row.name, row.level, row) for row in boundaries}
    return dict(sorted(rows.items()))


def disagreements(boundaries: tuple[Boundary, ...], named: list[NamedDivision]) -> list[str]:
    """Return a sentence for each county that only one of the sources knows."""
    drawn = {row.code: row.name for row in boundaries if row.level is Level.COUNTY}
    listed = {division.code: division.name for division in named if division.level is Level.COUNTY}
    return [
        *(f"{listed[code]} ({code}) has a name but no boundary" for code in sorted(set(listed) - set(drawn))),
        *(
            f"{drawn[code]} ({code}) has a boundary but is not in the list of names"
            for code in sorted(set(drawn) - set(listed))
        ),
    ]


def store(rows: Merged, using: str) -> tuple[int, int]:
    """Write what is new or different; return how many of each."""
    parents = [parent_of(code, rows) for code in rows]
    drawn = [boundary for _name, _level, boundary in rows.values()]
    with connections[using].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.region_stage")  # of another province in the same transaction
        cursor.execute(load("importers", "region_stage"))
        copy_columns(
            cursor,
            "region_stage",
            {
                "code": list(rows),
                "name": [name for name, _level, _boundary in rows.values()],
                "level": [STORED_LEVEL[level] for _name, level, _boundary in rows.values()],
                "parent_code": parents,
                "aliases": [array_literal(aliases_of(code)) for code in rows],
                "source": [BOUNDARY_SOURCE if boundary else NAME_SOURCE for boundary in drawn],
                "geom": [boundary and boundary.geom for boundary in drawn],
                "outline": [boundary and boundary.outline for boundary in drawn],
                "seat": [boundary and boundary.seat for boundary in drawn],
            },
        )
        cursor.execute(load("importers", "region_update"))
        changed = cursor.rowcount
        cursor.execute(load("importers", "region_insert"))
        return cursor.rowcount, changed


def parent_of(code: str, rows: Merged) -> str | None:
    """Return the nearest division above that is among `rows`; None for a province."""
    return next((above.code for above in DivisionCode(code).ancestors() if above.code in rows), None)
