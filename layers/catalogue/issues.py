"""Problems that people report from the ground."""

import uuid

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, InRegion, point
from layers.catalogue.households import PositionSource
from layers.registry import spatial_layer
from layers.spec import Access, ImportMap, MatchKey, TileRule


class IssueCategory(models.TextChoices):
    """What a report is about."""

    HOUSING = "housing", _("housing")
    WATER = "water", _("water supply")
    POWER = "power", _("power supply")
    ROAD = "road", _("road")
    HAZARD = "hazard", _("hazard")
    SERVICE = "service", _("public service")
    JOB = "job", _("employment")
    OTHER = "other", _("other")


class Severity(models.TextChoices):
    """How urgent a report is."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class IssueState(models.TextChoices):
    """How far a report has been handled."""

    REPORTED = "reported", _("reported")
    DISPATCHED = "dispatched", _("dispatched")
    HANDLING = "handling", _("being handled")
    SOLVED = "solved", _("solved")
    CLOSED = "closed", _("closed")


@spatial_layer(
    key="issues",
    title=_("Issue reports"),
    title_one=_("issue report"),
    tiles=TileRule(minzoom=5, buffer_px=14),
    internal=("code", "category", "severity", "state", "region", "due_on", "accuracy_m", "position_source"),
    access=Access(change=frozenset({Role.FIELD, Role.PLANNER, Role.STEWARD})),
    imports=ImportMap(
        columns={
            "code": ("问题编号",),
            "category": ("类别", "问题类别"),
            "severity": ("严重程度",),
            "text": ("说明", "问题描述"),
            "region": ("行政区划代码", "区划代码"),
        },
        points={"geom": (("经度", "东经", "lon", "longitude", "x"), ("纬度", "北纬", "lat", "latitude", "y"))},
        match=(MatchKey(("code",)), MatchKey(("uuid",))),
        code_prefix="W",
        defaults={"severity": Severity.MEDIUM},
    ),
    inside_area=("geom",),
    columns=("code", "category", "severity", "state", "region", "due_on"),
    filters=("category", "severity", "state"),
    search=("code", "text"),
    groups=(
        (_("Report"), ("category", "severity", "text", "region", "concerns_layer", "concerns_code")),
        (_("Position"), ("accuracy_m", "position_source")),
        (_("Handling"), ("state", "due_on")),
    ),
    symbol="issue",
)
class IssueReport(Feature, InRegion):
    """A geotagged problem; the client's UUID makes sending it twice harmless."""

    uuid = models.UUIDField(_("client number"), unique=True, default=uuid.uuid4, editable=False)
    category = models.CharField(_("category"), max_length=10, choices=IssueCategory.choices)
    severity = models.CharField(_("severity"), max_length=6, choices=Severity.choices)
    text = models.CharField(_("description"), max_length=500)
    geom = point(_("position"))
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True, blank=True)
    position_source = models.CharField(_("source of the position"), max_length=10, choices=PositionSource.choices)
    concerns_layer = models.CharField(_("concerns (layer)"), max_length=40, blank=True)
    concerns_code = models.CharField(_("concerns (code)"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=IssueState.choices, default=IssueState.REPORTED)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue report")
        verbose_name_plural = _("issue reports")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="issue_accuracy_positive",
                condition=Q(accuracy_m__isnull=True) | Q(accuracy_m__gt=0),
                violation_error_message=_("An accuracy is a positive number of metres."),
            )
        ]
