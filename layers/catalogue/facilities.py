"""Public-service facilities."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, InRegion, point
from layers.registry import spatial_layer
from layers.spec import Access, ImportMap, MatchKey, TileRule


class FacilityKind(models.TextChoices):
    """What a facility offers."""

    KINDERGARTEN = "kindergarten", _("kindergarten")
    PRIMARY = "primary", _("primary school")
    JUNIOR = "junior", _("junior secondary school")
    SENIOR = "senior", _("senior secondary school")
    COLLEGE = "college", _("college")
    CLINIC = "clinic", _("clinic")
    HOSPITAL = "hospital", _("hospital")
    MARKET = "market", _("market")
    BUS_STOP = "bus_stop", _("bus stop")
    COMMUNITY = "community", _("community service centre")
    POLICE = "police", _("police station")
    WORKSHOP = "workshop", _("employment workshop")
    TOWN = "town", _("town centre")


@spatial_layer(
    key="facilities",
    title=_("Public-service facilities"),
    title_one=_("facility"),
    tiles=TileRule(minzoom=10),
    internal=("code", "name", "kind", "region", "capacity", "opened_on", "closed_on"),
    access=Access(change=frozenset({Role.PLANNER, Role.STEWARD})),
    imports=ImportMap(
        columns={
            "code": ("设施编号",),
            "name": ("名称", "设施名称", "学校名称", "name"),
            "kind": ("类型", "设施类型", "类别"),
            "region": ("行政区划代码", "区划代码"),
            "capacity": ("容量", "学位", "学位数", "床位", "床位数"),
        },
        words={
            "kind": {
                FacilityKind.PRIMARY: ("小学校", "完小", "村小", "教学点"),
                FacilityKind.JUNIOR: ("初级中学",),
                FacilityKind.SENIOR: ("高级中学", "普通高中"),
                FacilityKind.COLLEGE: ("大学", "高校", "职业学院"),
                FacilityKind.CLINIC: ("卫生院", "乡镇卫生院", "村卫生室", "诊所"),
                FacilityKind.MARKET: ("农贸市场", "市场"),
                FacilityKind.BUS_STOP: ("公交车站", "客运站"),
                FacilityKind.COMMUNITY: ("社区服务站", "便民服务中心"),
                FacilityKind.WORKSHOP: ("扶贫车间", "帮扶车间"),
            }
        },
        points={"geom": (("经度", "东经", "lon", "longitude", "lng", "x"), ("纬度", "北纬", "lat", "latitude", "y"))},
        match=(MatchKey(("code",)), MatchKey(("source", "source_id")), MatchKey(("name", "kind"), within_m=300)),
        code_prefix="F",
    ),
    inside_area=("geom",),
    columns=("code", "name", "kind", "region", "capacity"),
    filters=("kind",),
    search=("code", "name"),
    groups=((_("Facility"), ("name", "kind", "region", "capacity", "opened_on", "closed_on")),),
    symbol="facility",
)
class Facility(Feature, InRegion):
    """A school, clinic or other place that serves people."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=14, choices=FacilityKind.choices)
    geom = point(_("position"))
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Seats or beds."))
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="facility_kind_known",
                condition=Q(kind__in=FacilityKind.values),
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                name="facility_closed_after_opened",
                condition=Q(opened_on__isnull=True) | Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message=_("A facility closes after it opened."),
            ),
        ]
