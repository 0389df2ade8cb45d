"""The set-based questions behind the one map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql

from layers.sqlfiles import compose

if TYPE_CHECKING:
    from layers.selectors import Visibility

APP = "oversight"
TALLY = sql.SQL("SELECT measure, county, month, n, amount, changed_at FROM oversight_tally")


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """What a county has reached by a day; the counts are of rows that the county owns."""

    county: str
    households: int
    persons: int
    moved_in: int
    reported: bool
    plots: int
    demolished: int
    verified: int
    verified_mu: Decimal
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """How much of a measure happened in a month (`month` is its first day)."""

    measure: str
    month: date
    n: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """A site with the households assigned to it; `total` is the number of all sites asked for."""

    code: str
    name: str
    households: int
    moved_in: int
    reported: bool
    total: int


@dataclass(frozen=True, slots=True)
class PlacedDivision:
    """A province, prefecture or county: where its name stands, and its extent, in degrees."""

    code: str
    name: str
    level: int
    parent_code: str | None
    longitude: float | None
    latitude: float | None
    west: float | None
    south: float | None
    east: float | None
    north: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the figures are counted: the tally, or the visible rows themselves."""

    text: sql.Composable
    parameters: dict[str, Any]


def tally() -> Source:
    """Return the tally: for areas of whole counties."""
    return Source(TALLY, {})


def tally_of_rows(*, households: Visibility, plots: Visibility) -> Source:
    """Return rows in the shape of the tally, counted from what somebody sees: for areas below the county."""
    household_test, household_values = visible(households, "h")
    plot_test, plot_values = visible(plots, "p")
    text = compose(APP, "tally_of_rows", households=household_test, plots=plot_test)
    return Source(text, {**household_values, **plot_values})


def visible(visibility: Visibility, alias: str) -> tuple[sql.Composable, dict[str, Any]]:
    """Return the visibility test on the table called `alias`, its parameters named after the alias."""
    text, parameters = visibility.sql(alias)
    for name in parameters:
        text = text.replace(f"%({name})s", f"%({name}_{alias})s")
    return sql.SQL(text.replace("{", "{{").replace("}", "}}")).format(), {
        f"{name}_{alias}": value for name, value in parameters.items()
    }


def patterns(prefixes: tuple[str, ...], digits: int = 12) -> list[str]:
    """Return LIKE patterns for codes of `digits` digits that start with one of `prefixes`."""
    return [f"{prefix[:digits]}%" for prefix in prefixes]


def county_figures(
    *, source: Source, households: tuple[str, ...], plots: tuple[str, ...], until: date
) -> list[CountyFigures]:
    """Return the figures of every county below the division prefixes, by its code.

    Parameters
    ----------
    households, plots
        Prefixes within which each layer is counted.
    until
        What happened later is left out.
    """
    rows = fetch("counties", {"source": source.text}, source.parameters | wanted(households, plots) | {"until": until})
    return [CountyFigures(*row) for row in rows]


def month_figures(*, source: Source, households: tuple[str, ...], plots: tuple[str, ...]) -> list[MonthFigure]:
    """Return what happened in each month below the division prefixes."""
    rows = fetch("months", {"source": source.text}, source.parameters | wanted(households, plots))
    return [MonthFigure(*row) for row in rows]


def wanted(households: tuple[str, ...], plots: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters that say which counties are counted."""
    by_layer = {"household_counties": patterns(households, 6), "plot_counties": patterns(plots, 6)}
    return {**by_layer, "counties": sorted({pattern for found in by_layer.values() for pattern in found})}


def site_count(*, sites: Visibility, prefixes: tuple[str, ...]) -> tuple[int, datetime | None]:
    """Return how many visible sites the divisions own, and when one of them last changed."""
    test, values = visible(sites, "s")
    rows = fetch("site_count", {"sites": test}, {**values, "regions": patterns(prefixes)})
    return rows[0][0], rows[0][1]


def sites_of_area(
    *, sites: Visibility, households: Visibility, prefixes: tuple[str, ...], until: date, most: int
) -> list[SiteFigures]:
    """Return the `most` largest visible sites that the divisions own."""
    site_test, site_values = visible(sites, "s")
    household_test, household_values = visible(households, "h")
    rows = fetch(
        "sites_of_area",
        {"sites": site_test, "households": household_test},
        {**site_values, **household_values, "regions": patterns(prefixes), "until": until, "most": most},
    )
    return [SiteFigures(*row) for row in rows]


def placed_divisions() -> list[PlacedDivision]:
    """Return every province, prefecture and county with a place for its name."""
    return [PlacedDivision(*row) for row in fetch("divisions", {}, {})]


def fetch(name: str, parts: dict[str, sql.Composable], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return all rows of one query file."""
    with connection.cursor() as cursor:
        cursor.execute(compose(APP, name, **parts), values)
        return list(cursor.fetchall())
