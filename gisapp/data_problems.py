"""What is wrong or missing in the data: one declared rule each, counted in the reader's area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from layers.catalogue.issues import IssueState
from layers.catalogue.plots import Plot, Stage
from layers.registry import all_layers
from layers.selectors import features_for, may

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.selectors import Asker
    from layers.base import FeatureQuerySet

PATIENCE_MS = 2000
"""A rule that takes longer is not counted on a page."""

OPEN_STAGES = (Stage.REGISTERED, Stage.VACATED, Stage.DEMOLISHED)
OPEN_ISSUES = (IssueState.REPORTED, IssueState.DISPATCHED, IssueState.HANDLING)


@dataclass(frozen=True, slots=True)
class DataProblem:
    """A rule that rows break.

    Attributes
    ----------
    title
        What is wrong, in words.
    layer
        Key of the layer.
    broken
        The rows that break it, of those given; `today` is the day where the office is.
    filters
        Parameters of the list of the layer that show just these rows; None where it has no such filter.
    """

    title: str | Promise
    layer: str
    broken: Callable[[FeatureQuerySet, dt.date], FeatureQuerySet]
    filters: Callable[[dt.date], list[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows break a rule; `rows` is None where counting took too long."""

    title: str | Promise
    rows: int | None
    url: str


def overlapping(rows: FeatureQuerySet, _today: dt.date) -> FeatureQuerySet:
    """Return the plots that share ground with another plot; touching is allowed."""
    others = Plot.objects.alive().exclude(pk=OuterRef("pk")).filter(geom__intersects=OuterRef("geom"))
    return rows.filter(Exists(others.exclude(geom__touches=OuterRef("geom"))))


def overdue(field: str, states: tuple[str, ...]) -> Callable[[FeatureQuerySet, dt.date], FeatureQuerySet]:
    """Return the rule that a row in one of `states` must not be past its day."""
    return lambda rows, today: rows.filter(Q(**{f"{field}__in": states}), due_on__lt=today)


def overdue_list(field: str, states: tuple[str, ...]) -> Callable[[dt.date], list[tuple[str, str]]]:
    """Return the parameters of the list that shows the rows that `overdue` finds."""
    return lambda today: [
        *((field, str(state)) for state in states),
        ("due_on_until", (today - dt.timedelta(days=1)).isoformat()),
    ]


DECLARED = (
    DataProblem(
        _("households that moved in and have no new home on the map"),
        "households",
        lambda rows, _today: rows.filter(moved_in_on__isnull=False, new_home=None),
    ),
    DataProblem(
        _("households at a site without a day of moving in"),
        "households",
        lambda rows, _today: rows.filter(resettlement="site", moved_in_on=None),
        lambda _today: [("resettlement", "site"), ("moved_in_on_missing", "1")],
    ),
    DataProblem(_("plots that overlap another plot"), "plots", overlapping),
    DataProblem(
        _("plots past their day and not reclaimed"),
        "plots",
        overdue("stage", OPEN_STAGES),
        overdue_list("stage", OPEN_STAGES),
    ),
    DataProblem(
        _("issue reports past their day and not solved"),
        "issues",
        overdue("state", OPEN_ISSUES),
        overdue_list("state", OPEN_ISSUES),
    ),
)


def lacking(field: str) -> Callable[[FeatureQuerySet, dt.date], FeatureQuerySet]:
    """Return the rule that `field` must be filled."""
    return lambda rows, _today: rows.filter(**{f"{field}__isnull": True})


def without_geometry() -> Iterator[DataProblem]:
    """Yield a rule for each geometry that a layer may lack; the others are guaranteed by the database."""
    for layer in all_layers():
        for name in layer.geometries:
            field: Any = layer.model._meta.get_field(name)
            if field.null:
                title = format_lazy(_("{layer} without {geometry}"), layer=layer.title, geometry=field.verbose_name)
                yield DataProblem(title, layer.key, lacking(name))


def data_problems(*, user: Asker) -> list[Counted]:
    """Return every rule that concerns a layer of `user`, with the number of rows in the area that break it."""
    today = timezone.localdate()
    return [
        Counted(rule.title, counted(rule, user=user, today=today), list_url(rule, today))
        for rule in (*DECLARED, *without_geometry())
        if may(rule.layer, user=user, action="view")
    ]


def counted(rule: DataProblem, *, user: Asker, today: dt.date) -> int | None:
    """Return how many rows break a rule; None where that takes longer than a page may."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        try:
            with transaction.atomic():
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE_MS}ms"])
                found: int = rule.broken(features_for(rule.layer, user=user), today).order_by().count()
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
        except OperationalError:
            return None
    return found


def list_url(rule: DataProblem, today: dt.date) -> str:
    """Return the list of the rows that break a rule; empty where no filter of the list shows just these."""
    if rule.filters is None:
        return ""
    return f"{reverse('layers:list', kwargs={'layer': rule.layer})}?{urlencode(rule.filters(today))}"
