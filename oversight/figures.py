"""The key figures as the panel shows them: value, unit, moment, change and the way to the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from oversight.models import Measure
from oversight.months import cumulative, series

if TYPE_CHECKING:
    from oversight.selectors import Overview

DONE_STAGES = ("demolished", "reclaimed", "verified")
SPARK_WIDTH, SPARK_HEIGHT = 60.0, 20.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure.

    Attributes
    ----------
    value, unit
        As written; an empty value is "not known".
    moment
        The day that the figure is of.
    rows_url
        The list of exactly the rows that were counted; empty where no single list holds them.
    change, direction
        Against the month before, in words, and 1, 0 or -1; empty where there is none.
    foot, foot_url
        A word that leads on.
    spark
        Points of a line of the figure over the months, in a box of 60 by 20; empty where it has no course.
    """

    key: str
    label: str
    value: str
    unit: str
    moment: str
    rows_url: str = ""
    change: str = ""
    direction: int = 0
    foot: str = ""
    foot_url: str = ""
    spark: str = ""

    @property
    def spark_end(self) -> tuple[str, str]:
        """Return the last point of the line."""
        x, _comma, y = self.spark.rpartition(" ")[2].partition(",")
        return x, y


def rows_url(layer: str, prefixes: tuple[str, ...], **filters: object) -> str:
    """Return the address of the list of the rows that a division owns; empty where it takes several divisions."""
    if len(prefixes) != 1:
        return ""
    query = urlencode({"region": prefixes[0], **filters}, doseq=True)
    return f"{reverse('layers:list', kwargs={'layer': layer})}?{query}"


def key_figures(overview: Overview) -> list[Figure]:
    """Return the six figures of the panel."""
    return [
        *stock_figures(overview),
        rate_figure(overview),
        demolished_figure(overview),
        verified_figure(overview),
    ]


def stock_figures(overview: Overview) -> list[Figure]:
    """Return sites, households and persons: what there is, whatever the month."""
    looking, totals = overview.looking, overview.totals
    households = rows_url("households", looking.prefixes("households"))
    moment = day(overview.changed_at)
    size = totals.persons / totals.households if totals.households else 0
    sites = rows_url("sites", looking.prefixes("sites"))
    return [
        Figure(
            "sites", _("Centralised sites"), f"{overview.sites:,}", pgettext("unit", "sites"),
            day(overview.sites_changed_at), sites, foot=rows(overview.sites), foot_url=sites,
        ),
        Figure(
            "households", _("Households to move"), f"{totals.households:,}", pgettext("unit", "households"),
            moment, households, foot=rows(totals.households), foot_url=households, change=silence(overview),
        ),
        Figure(
            "persons", _("Persons to move"), f"{totals.persons:,}", pgettext("unit", "persons"),
            moment, households, foot=_("by household"), foot_url=households,
            change=_("%(size).1f per household") % {"size": size} if size else "",
        ),
    ]  # fmt: skip


def rate_figure(overview: Overview) -> Figure:
    """Return the moved-in rate at the end of the chosen month."""
    totals, before = overview.totals, overview.before
    rate = totals.rate
    change, direction = "", 0
    if rate is not None and before.rate is not None:
        points = round(rate, 1) - round(before.rate, 1)
        change, direction = _("%(points).1f pp") % {"points": abs(points)}, sign(round(points, 1))
    url = rows_url(
        "households", overview.looking.prefixes("households"), moved_in_on_until=overview.axis.until.isoformat()
    )
    return Figure(
        "rate", _("Moved in"), "" if rate is None else f"{rate:.1f}", "%", month(overview), url, change, direction,
        _("%(n)s households") % {"n": f"{totals.moved_in:,}"}, url, spark(overview, Measure.MOVED_IN),
    )  # fmt: skip


def demolished_figure(overview: Overview) -> Figure:
    """Return the old houses demolished by the end of the chosen month."""
    totals, looking = overview.totals, overview.looking
    until = overview.axis.until.isoformat()
    url = rows_url("plots", looking.prefixes("plots"), stage=DONE_STAGES, demolished_on_until=until)
    change = totals.demolished - overview.before.demolished
    all_plots = rows_url("plots", looking.prefixes("plots"))
    return Figure(
        "demolished", _("Old houses demolished"), f"{totals.demolished:,}", pgettext("unit", "houses"),
        month(overview), url, in_month(f"{change:,}"), sign(change),
        _("of %(n)s plots") % {"n": f"{totals.plots:,}"}, all_plots, spark(overview, Measure.DEMOLISHED),
    )  # fmt: skip


def verified_figure(overview: Overview) -> Figure:
    """Return the verified area of reclaimed plots by the end of the chosen month."""
    totals, looking = overview.totals, overview.looking
    until = overview.axis.until.isoformat()
    url = rows_url("plots", looking.prefixes("plots"), stage=("verified",), verified_on_until=until)
    change = totals.verified_mu - overview.before.verified_mu
    return Figure(
        "verified", _("Reclaimed area verified"), f"{totals.verified_mu:,.1f}", pgettext("unit", "mu"),
        month(overview), url, in_month(f"{change:,.1f}"), sign(float(change)),
        _("%(n)s plots") % {"n": f"{totals.verified:,}"}, url, spark(overview, Measure.VERIFIED),
    )  # fmt: skip


def rows(number: int) -> str:
    """Return the words of a link to so many rows."""
    return ngettext("%(n)s row", "%(n)s rows", number) % {"n": f"{number:,}"}


def silence(overview: Overview) -> str:
    """Return how many counties have not reported, in words; empty where all have."""
    number = overview.totals.silent_counties
    if not number:
        return ""
    return ngettext("%(n)s county not reported", "%(n)s counties not reported", number) % {"n": number}


def in_month(change: str) -> str:
    """Return what came on in the month, in words."""
    return _("%(change)s in month") % {"change": change}


def sign(change: float) -> int:
    """Return 1, 0 or -1."""
    return (change > 0) - (change < 0)


def day(moment: datetime | date | None) -> str:
    """Return a day as short as it is clear: without the year where it is this one."""
    if moment is None:
        return ""
    local = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return f"{local:%m-%d}" if local.year == timezone.localdate().year else f"{local:%Y-%m-%d}"


def month(overview: Overview) -> str:
    """Return the last day of the chosen month."""
    return day(overview.axis.until)


def month_name(first_day: date) -> str:
    """Return a month in words of the language: October 2020, 2020年10月."""
    return date_format(first_day, "YEAR_MONTH_FORMAT")


def spark(overview: Overview, measure: Measure) -> str:
    """Return the course of a measure up to the chosen month as points of an SVG line."""
    happened = series(overview.months, measure=measure, months=overview.axis.months)
    course = cumulative(happened)[: overview.axis.position + 1]
    highest = max(course, default=0)
    if len(course) < 2 or not highest:
        return ""
    step = (SPARK_WIDTH - 4) / (len(course) - 1)
    return " ".join(
        f"{2 + step * place:.1f},{SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * n / highest:.1f}"
        for place, n in enumerate(course)
    )
