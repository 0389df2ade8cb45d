"""Centralised resettlement sites."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, InRegion, area_of, multipolygon, valid
from layers.programmes import PROGRAMME_WORDS, Programme
from layers.registry import spatial_layer
from layers.site_items import validate_items
from layers.spec import EXPORTS, Access, ImportMap, MatchKey, TileRule


@spatial_layer(
    key="sites",
    title=_("Resettlement sites"),
    title_one=_("resettlement site"),
    tiles=TileRule(minzoom=4, point_below=13),
    internal=(
        "code",
        "name",
        "region",
        "programme",
        "planned_households",
        "planned_persons",
        "actual_households",
        "actual_persons",
        "capacity_persons",
        "department",
        "owner_unit",
        "occupied_on",
        "area_m2",
    ),
    access=Access(change=frozenset({Role.PLANNER, Role.STEWARD})),
    imports=ImportMap(
        columns={
            "code": ("安置点编号", "安置点代码", "AZDBH", "site code"),
            "name": ("安置点名称", "安置点", "名称", "AZDMC", "site name"),
            "region": ("行政区划代码", "区划代码", "所在县代码", "XZQDM"),
            "programme": ("项目类型", "搬迁类型", "BQLX"),
            "planned_households": ("规划户数", "GHHS"),
            "planned_persons": ("规划人数", "GHRS"),
            "actual_households": ("实际户数", "SJHS"),
            "actual_persons": ("实际人数", "SJRS"),
            "capacity_persons": ("容纳人数", "安置容量", "RNRS"),
            "department": ("主管部门", "ZGBM"),
            "owner_unit": ("建设单位", "业主单位"),
            "occupied_on": ("入住日期", "启用日期", "入住时间", "RZRQ"),
        },
        words={"programme": PROGRAMME_WORDS},
        match=(MatchKey(("code",)), MatchKey(("source", "source_id")), MatchKey(("name",), within_m=500)),
        code_prefix="AZ",
        exclusive="geom",
        defaults={"programme": Programme.POVERTY},
    ),
    exports=(*EXPORTS, "txt"),
    site_lookup="code",
    inside_area=("geom",),
    columns=("code", "name", "region", "programme", "planned_households", "actual_households", "actual_persons"),
    filters=("programme",),
    search=("code", "name"),
    groups=(
        (_("Site"), ("name", "region", "programme", "department", "owner_unit", "occupied_on")),
        (
            _("Size"),
            ("planned_households", "planned_persons", "actual_households", "actual_persons", "capacity_persons"),
        ),
        (_("The twenty groups of items"), ("items",)),
    ),
    symbol="site",
)
class Site(Feature, InRegion):
    """A place that was built for people who move, with its boundary."""

    name = models.CharField(_("name"), max_length=80)
    programme = models.CharField(_("programme"), max_length=20, choices=Programme.choices)
    geom = multipolygon(_("boundary"))
    planned_households = models.PositiveIntegerField(_("planned households"), default=0)
    planned_persons = models.PositiveIntegerField(_("planned persons"), default=0)
    actual_households = models.PositiveIntegerField(_("actual households"), default=0)
    actual_persons = models.PositiveIntegerField(_("actual persons"), default=0)
    capacity_persons = models.PositiveIntegerField(_("capacity (persons)"), null=True, blank=True)
    department = models.CharField(_("department"), max_length=80, blank=True)
    owner_unit = models.CharField(_("owner unit"), max_length=80, blank=True)
    occupied_on = models.DateField(_("occupied on"), null=True, blank=True)
    items = models.JSONField(_("items"), default=dict, blank=True, validators=[validate_items])
    area_m2 = area_of("geom", _("area (m²)"))

    class Meta:
        verbose_name = _("resettlement site")
        verbose_name_plural = _("resettlement sites")
        ordering = ["code"]
        constraints = [valid("geom", "site_geom_valid")]
