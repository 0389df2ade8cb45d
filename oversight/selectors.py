"""What the one map shows: figures, ranking and classes, all counted from rows that the user may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from layers.catalogue.regions import Level
from layers.selectors import visibility_for
from oversight.models import Measure
from oversight.months import Axis, axis
from oversight.queries import (
    CountyFigures,
    MonthFigure,
    SiteFigures,
    Source,
    county_figures,
    month_figures,
    site_count,
    sites_of_area,
    tally,
    tally_of_rows,
)
from oversight.rates import Totals, county_class, total
from oversight.scope import Looking, Place, within

if TYPE_CHECKING:
    from accounts.selectors import Asker

MOST_SITES = 60


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of the ranking: a division, or a site, with the rate that its place follows from."""

    place: int | None
    name: str
    code: str
    households: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class CountyClass:
    """A county as the map colours it: a class of the rate, or `NOT_REPORTED`, or `NO_TASK`."""

    code: str
    name: str
    number: int
    rate: float | None
    households: int
    moved_in: int
    inside: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows of a division at the end of a month.

    Attributes
    ----------
    totals, before
        At the end of the chosen month, and of the month before.
    months
        What happened in each month.
    ranking
        Of the divisions below, or of the sites of a county, the best first; without a rate last.
    changed_at
        When a row that is counted last changed.
    """

    looking: Looking
    axis: Axis
    totals: Totals
    before: Totals
    months: tuple[MonthFigure, ...]
    counties: tuple[CountyClass, ...]
    ranking: tuple[Ranked, ...]
    sites: int
    sites_changed_at: datetime | None
    changed_at: datetime | None


def source_for(*, user: Asker, looking: Looking) -> Source:
    """Return where the figures of `user` are counted."""
    if looking.areas.whole_counties:
        return tally()
    return tally_of_rows(households=visibility_for("households", user=user), plots=visibility_for("plots", user=user))


def choose_month(*, source: Source, looking: Looking, asked: str, today: date) -> tuple[Axis, tuple[MonthFigure, ...]]:
    """Return the time axis of the division looked at, and what happened in its months."""
    months = tuple(
        month_figures(source=source, households=looking.prefixes("households"), plots=looking.prefixes("plots"))
    )
    return axis(months, asked=asked, today=today), months


def counties_until(*, source: Source, looking: Looking, until: date) -> list[CountyFigures]:
    """Return the figures of every county that the user may look at, below the root of the way."""
    root = looking.root.prefix
    return county_figures(
        source=source,
        households=within(looking.areas.households, root),
        plots=within(looking.areas.plots, root),
        until=until,
    )


def county_classes(*, looking: Looking, counties: list[CountyFigures], known: list[Place]) -> list[CountyClass]:
    """Return every known county with its class."""
    figures = {row.county: row for row in counties}
    found = []
    for place in known:
        row = figures.get(place.prefix)
        found.append(
            CountyClass(
                code=place.code,
                name=place.name,
                number=county_class(row),
                rate=total([row]).rate if row else None,
                households=row.households if row else 0,
                moved_in=row.moved_in if row else 0,
                inside=place.prefix.startswith(looking.place.prefix),
            )
        )
    return found


def overview(*, user: Asker, looking: Looking, asked_month: str, today: date) -> Overview:
    """Return what the one map shows of a division.

    Parameters
    ----------
    asked_month
        As `2020-10`; empty: the last month in which anything happened.

    Raises
    ------
    MonthError
        `asked_month` is no month.
    """
    source = source_for(user=user, looking=looking)
    chosen, months = choose_month(source=source, looking=looking, asked=asked_month, today=today)
    counties = counties_until(source=source, looking=looking, until=chosen.until)
    inside = [row for row in counties if row.county.startswith(looking.place.prefix)]
    totals = total(inside)
    sites = visibility_for("sites", user=user)
    number, sites_changed_at = site_count(sites=sites, prefixes=looking.prefixes("sites"))
    return Overview(
        looking=looking,
        axis=chosen,
        totals=totals,
        before=month_before(totals, months, chosen),
        months=months,
        counties=tuple(county_classes(looking=looking, counties=counties, known=known_counties(looking))),
        ranking=tuple(ranking(user=user, looking=looking, counties=inside, until=chosen.until)),
        sites=number,
        sites_changed_at=sites_changed_at,
        changed_at=max((row.changed_at for row in inside), default=None),
    )


def known_counties(looking: Looking) -> list[Place]:
    """Return the counties that the user may look at, in order of their codes."""
    return [place for place in looking.known if place.level == Level.COUNTY]


def month_before(totals: Totals, months: tuple[MonthFigure, ...], chosen: Axis) -> Totals:
    """Return the sums one month earlier: what happened in the chosen month is taken off again."""
    happened = {figure.measure: figure for figure in months if figure.month == chosen.chosen}

    def n(measure: Measure) -> int:
        return int(happened[measure].n) if measure in happened else 0

    mu = happened[Measure.VERIFIED].amount if Measure.VERIFIED in happened else 0
    return Totals(
        households=totals.households,
        persons=totals.persons,
        reporting_households=totals.reporting_households,
        moved_in=totals.moved_in - n(Measure.MOVED_IN),
        counties=totals.counties,
        silent_counties=totals.silent_counties,
        plots=totals.plots,
        demolished=totals.demolished - n(Measure.DEMOLISHED),
        verified=totals.verified - n(Measure.VERIFIED),
        verified_mu=totals.verified_mu - mu,
    )


def ranking(*, user: Asker, looking: Looking, counties: list[CountyFigures], until: date) -> list[Ranked]:
    """Return the divisions below, ordered by their rate; below a county its sites."""
    if looking.place.level == Level.COUNTY:
        return ranked(site_lines(user=user, looking=looking, until=until))
    lines = []
    for place in looking.children:
        sums = total(row for row in counties if row.county.startswith(place.prefix))
        if sums.households:
            lines.append((place.name, place.code, sums.households, sums.rate))
    return ranked(lines)


def site_lines(*, user: Asker, looking: Looking, until: date) -> list[tuple[str, str, int, float | None]]:
    """Return name, code, households and rate of the largest sites of a county."""
    sites: list[SiteFigures] = sites_of_area(
        sites=visibility_for("sites", user=user),
        households=visibility_for("households", user=user),
        prefixes=looking.prefixes("sites"),
        until=until,
        most=MOST_SITES,
    )
    return [
        (site.name, site.code, site.households, 100 * site.moved_in / site.households if site.reported else None)
        for site in sites
    ]


def ranked(lines: list[tuple[str, str, int, float | None]]) -> list[Ranked]:
    """Return lines in order of their rate; equal rates share a place, and what has no rate has no place."""
    with_rate = sorted((line for line in lines if line[3] is not None), key=lambda line: (-(line[3] or 0), line[1]))
    places: dict[float, int] = {}
    found = []
    for number, (name, code, households, rate) in enumerate(with_rate, start=1):
        place = places.setdefault(round(rate or 0, 6), number)
        found.append(Ranked(place, name, code, households, rate))
    return found + [
        Ranked(None, name, code, households, None) for name, code, households, rate in lines if rate is None
    ]


def class_counts(counties: tuple[CountyClass, ...]) -> dict[int, int]:
    """Return how many counties of the division looked at are in each class."""
    counts: dict[int, int] = {}
    for county in counties:
        if county.inside:
            counts[county.number] = counts.get(county.number, 0) + 1
    return counts
