"""The moved-in rate: its classes, and what is no rate at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oversight.queries import CountyFigures

# Lower bounds of the classes above the lowest, in percent; gisapp/map/cartography.js draws the same ones.
RATE_BREAKS = (85.0, 90.0, 95.0, 98.0)

NOT_REPORTED = -1
NO_TASK = -2


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over counties.

    Attributes
    ----------
    households, persons
        Of every county.
    reporting_households, moved_in
        Of the counties that have reported at all: a county that has not is missing, not zero.
    counties, silent_counties
        How many have households, and how many of these have not reported.
    """

    households: int = 0
    persons: int = 0
    reporting_households: int = 0
    moved_in: int = 0
    counties: int = 0
    silent_counties: int = 0
    plots: int = 0
    demolished: int = 0
    verified: int = 0
    verified_mu: Decimal = Decimal(0)

    @property
    def rate(self) -> float | None:
        """Return the percentage of households moved in, weighted by households; None where nothing was reported."""
        return 100 * self.moved_in / self.reporting_households if self.reporting_households else None


def total(counties: Iterable[CountyFigures]) -> Totals:
    """Return the sums over `counties`."""
    rows = list(counties)
    tasked = [row for row in rows if row.households]
    reporting = [row for row in tasked if row.reported]
    return Totals(
        households=sum(row.households for row in rows),
        persons=sum(row.persons for row in rows),
        reporting_households=sum(row.households for row in reporting),
        moved_in=sum(row.moved_in for row in reporting),
        counties=len(tasked),
        silent_counties=len(tasked) - len(reporting),
        plots=sum(row.plots for row in rows),
        demolished=sum(row.demolished for row in rows),
        verified=sum(row.verified for row in rows),
        verified_mu=sum((row.verified_mu for row in rows), Decimal(0)),
    )


def rate_class(percent: float | None) -> int:
    """Return the class of a rate, 0 for the lowest, or `NOT_REPORTED`."""
    return NOT_REPORTED if percent is None else sum(percent >= bound for bound in RATE_BREAKS)


def county_class(county: CountyFigures | None) -> int:
    """Return the class of a county's rate, `NOT_REPORTED` or `NO_TASK`."""
    if county is None or not county.households:
        return NO_TASK
    return rate_class(total([county]).rate)
