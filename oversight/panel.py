"""Ranking and legend as the page draws them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from layers.catalogue.regions import Level
from oversight.figures import rows_url
from oversight.rates import NO_TASK, NOT_REPORTED, RATE_BREAKS
from oversight.selectors import class_counts

if TYPE_CHECKING:
    from oversight.scope import Looking, Place
    from oversight.selectors import Overview, Ranked

AXIS_START = 80
"""Percent at which the bars of the ranking begin, unless a rate is lower."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ranking: `bar` is the length of its bar in percent of the axis."""

    place: int | None
    name: str
    url: str
    rate: str
    bar: str
    households: str
    rows_url: str


@dataclass(frozen=True, slots=True)
class Table:
    """The ranking with its heading and where its bars begin."""

    title: str
    column: str
    axis_start: int
    lines: tuple[Line, ...]
    left_out: int
    by_site: bool


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way: a choice where there is one to make, else a name.

    Attributes
    ----------
    label, empty
        What is chosen here, and what it says while nothing is chosen.
    above
        Code of the division to return to when nothing is chosen.
    """

    code: str
    name: str
    label: str = ""
    empty: str = ""
    above: str = ""
    chosen: str = ""
    options: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A class of the map: `key` names its swatch."""

    key: str
    words: str
    counties: int


def ranking_table(overview: Overview) -> Table:
    """Return the ranking of what lies below the division looked at."""
    place = overview.looking.place
    rates = [line.rate for line in overview.ranking if line.rate is not None]
    start = AXIS_START if min(rates, default=100) >= AXIS_START else int(min(rates) // 10 * 10)
    titles = {
        Level.PROVINCE: (_("Prefectures"), pgettext("ranking", "prefecture")),
        Level.PREFECTURE: (_("Counties"), pgettext("ranking", "county")),
        Level.COUNTY: (_("Sites of the county"), pgettext("ranking", "site")),
    }
    title, column = titles[Level(place.level)]
    by_site = place.level == Level.COUNTY
    lines = tuple(table_line(line, start=start, by_site=by_site) for line in overview.ranking)
    left_out = max(0, overview.sites - len(lines)) if by_site else 0
    return Table(title, column, start, lines, left_out, by_site)


def table_line(line: Ranked, *, start: int, by_site: bool) -> Line:
    """Return one line of the ranking as it is written."""
    if by_site:
        url = reverse("layers:dossier", kwargs={"layer": "sites", "code": line.code})
        rows = f"{reverse('layers:list', kwargs={'layer': 'households'})}?site={line.code}"
    else:
        url = f"{reverse('oversight:one_map')}?region={line.code}"
        rows = rows_url("households", (line.code,))
    return Line(
        place=line.place,
        name=line.name,
        url=url,
        rate=rate_words(line),
        bar="0" if line.rate is None else f"{100 * (line.rate - start) / (100 - start):.1f}",
        households=f"{line.households:,}",
        rows_url=rows,
    )


def rate_words(line: Ranked) -> str:
    """Return a rate as it is written; where nobody lives there is none."""
    if line.rate is not None:
        return f"{line.rate:.1f}%"
    return _("not reported") if line.households else "—"


def legend_rows(overview: Overview) -> list[LegendRow]:
    """Return the classes of the map from high to low with the number of counties in each."""
    counts = class_counts(overview.counties)
    bounds = [f"{bound:g}" for bound in RATE_BREAKS]
    words = [
        f"< {bounds[0]}",
        *(f"{low}–{high}" for low, high in pairwise(bounds)),
        f"≥ {bounds[-1]}",
    ]
    rows = [LegendRow(f"rate-{number}", words[number], counts.get(number, 0)) for number in reversed(range(len(words)))]
    if counts.get(NOT_REPORTED):
        rows.append(LegendRow("not-reported", _("not reported (not zero)"), counts[NOT_REPORTED]))
    if counts.get(NO_TASK):
        rows.append(LegendRow("no-task", _("no resettlement task"), counts[NO_TASK]))
    return rows


def crumbs(looking: Looking) -> list[Crumb]:
    """Return the way to the division looked at, and the choice of what lies below."""
    words = {
        Level.PROVINCE: (pgettext("map", "Province"), _("Choose a province")),
        Level.PREFECTURE: (pgettext("map", "Prefecture"), _("All prefectures")),
        Level.COUNTY: (pgettext("map", "County"), _("All counties")),
    }
    steps: list[Crumb] = []
    for place, options in zip([*looking.path, None], looking.choices, strict=True):
        if place is None and (not options or looking.place.level == Level.COUNTY):
            continue
        level = Level(place.level if place else options[0].level)
        label, empty = words[level]
        above = looking.path[len(steps) - 1].code if steps else ""
        if len(options) > 1:
            chosen = place.code if place else ""
            steps.append(Crumb(chosen, place.name if place else "", label, empty, above, chosen, options))
        else:
            only = place or options[0]
            steps.append(Crumb(only.code, only.name))
    return steps
