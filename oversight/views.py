"""The one map, and the data that its scripts colour the counties by."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.contrib.gis.db.models import Extent
from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.catalogue.regions import Region
from oversight.figures import key_figures, month_name, rows_url
from oversight.months import MonthError, last_counted_day
from oversight.names import short_name
from oversight.panel import crumbs, legend_rows, ranking_table
from oversight.queries import placed_divisions
from oversight.scope import Looking, OutsideAreaError, areas_of, look_at
from oversight.selectors import (
    counties_until,
    county_classes,
    known_counties,
    overview,
    source_for,
)
from oversight.timeline import timeline
from tiles.map_layers import map_layers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN_AT_FIRST = frozenset({"regions", "sites", "households", "plots"})
# Half of a province's width: where no division has a boundary yet there is nothing to aim at.
NOWHERE_DEG = (104.0, 20.5, 112.5, 26.5)


@login_required
@require_safe
def one_map(request: HttpRequest) -> HttpResponse:
    """Return the page `/` for the division and month of the address."""
    looking = looking_at(request)
    if looking is None:
        return render(request, "oversight/nothing.html")
    try:
        shown = overview(
            user=request.user,
            looking=looking,
            asked_month=request.GET.get("month", ""),
            today=timezone.localdate(),
        )
    except MonthError as error:
        raise BadRequest(str(error)) from error
    context = {
        "overview": shown,
        "looking": looking,
        "figures": key_figures(shown),
        "ranking": ranking_table(shown),
        "legend": legend_rows(shown),
        "timeline": timeline(shown),
        "month_name": month_name(shown.axis.chosen),
        "crumbs": crumbs(looking),
        "sites_url": rows_url("sites", looking.prefixes("sites")) or reverse("layers:list", kwargs={"layer": "sites"}),
        "reporting": shown.totals.counties - shown.totals.silent_counties,
        "extent": ",".join(f"{degrees:.4f}" for degrees in extent(looking)),
        "map_layers": map_layers(user=request.user, shown=SHOWN_AT_FIRST),
    }
    return render(request, "oversight/one_map.html", context)


@login_required
@require_safe
def counties(request: HttpRequest) -> HttpResponse:
    """Return the class of every county of the user's area at the end of a month, as JSON."""
    looking = looking_at(request)
    if looking is None:
        return JsonResponse({"until": None, "counties": []})
    try:
        until = last_counted_day(asked=request.GET.get("month", ""), today=timezone.localdate())
    except MonthError as error:
        raise BadRequest(str(error)) from error
    source = source_for(user=request.user, looking=looking)
    rows = county_classes(
        looking=looking,
        counties=counties_until(source=source, looking=looking, until=until),
        known=known_counties(looking),
    )
    found = [
        {
            "code": row.code,
            "class": row.number,
            "rate": None if row.rate is None else round(row.rate, 1),
            "households": row.households,
            "moved_in": row.moved_in,
            "inside": row.inside,
        }
        for row in rows
    ]
    return revalidated(request, JsonResponse({"until": until.isoformat(), "counties": found}))


@login_required
@require_safe
def divisions(request: HttpRequest) -> HttpResponse:
    """Return name, level, place and extent of every province, prefecture and county, as JSON."""
    found: list[dict[str, Any]] = [
        {
            "code": place.code,
            "name": place.name,
            "short": short_name(place.name, place.level),
            "level": place.level,
            "parent": place.parent_code,
            "place": None if place.longitude is None else [round(place.longitude, 5), round(place.latitude or 0, 5)],
            "extent": None
            if place.west is None
            else [round(side or 0, 4) for side in (place.west, place.south, place.east, place.north)],
        }
        for place in placed_divisions()
    ]
    return revalidated(request, JsonResponse({"divisions": found}))


def looking_at(request: HttpRequest) -> Looking | None:
    """Return the division that the address asks for, within the user's area.

    Raises
    ------
    Http404
        It does not exist or nothing of it was granted: the two read the same.
    """
    try:
        return look_at(request.GET.get("region", ""), areas=areas_of(request.user))
    except OutsideAreaError as error:
        raise Http404(_("There is no such division in your area.")) from error


def extent(looking: Looking) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the division looked at, in degrees."""
    found = Region.objects.filter(code=looking.place.code).aggregate(box=Extent("outline"))["box"]
    return found or NOWHERE_DEG


def revalidated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the answer with its tag, or 304 where the browser has it already; only the person's own cache keeps it."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=etag, response=response) or response
