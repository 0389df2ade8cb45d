"""Reservoir and hydropower projects."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, InRegion, area_of, multipolygon, point, valid
from layers.registry import spatial_layer
from layers.spec import Access, ImportMap, LayerView, MatchKey, TileRule


class ProjectState(models.TextChoices):
    """How far a project has come."""

    PLANNED = "planned", _("planned")
    BUILDING = "building", _("under construction")
    BUILT = "built", _("built")


@spatial_layer(
    key="projects",
    title=_("Reservoir projects"),
    title_one=_("reservoir project"),
    geom="dam",
    tiles=TileRule(minzoom=4),
    more_views=(
        LayerView("reservoirs", _("Reservoirs"), "reservoir", TileRule(minzoom=7, buffer_px=4)),
        LayerView("inundations", _("Inundation areas"), "inundation", TileRule(minzoom=7, buffer_px=4)),
    ),
    internal=(
        "code",
        "name",
        "state",
        "region",
        "river",
        "dead_level_m",
        "normal_level_m",
        "flood_level_m",
        "planned_persons",
        "investment_wan_yuan",
        "department",
        "owner_unit",
        "possible_duplicate_of",
    ),
    access=Access(change=frozenset({Role.PLANNER, Role.STEWARD})),
    imports=ImportMap(
        columns={
            "code": ("工程编号", "水库编号", "GCBH", "gppd_idnr"),
            "name": ("工程名称", "水库名称", "电站名称", "name", "plant_name"),
            "region": ("行政区划代码", "区划代码"),
            "river": ("河流", "所在河流"),
            "dead_level_m": ("死水位", "SSW"),
            "state": ("工程状态", "建设状态", "状态"),
            "normal_level_m": ("正常蓄水位", "ZCXSW"),
            "flood_level_m": ("设计洪水位", "校核洪水位"),
            "planned_persons": ("规划移民人数",),
            "investment_wan_yuan": ("投资万元", "总投资", "总投资万元"),
            "department": ("主管部门",),
            "owner_unit": ("业主单位", "owner"),
        },
        geometry="dam",
        points={
            "dam": (
                ("经度", "东经", "坝址经度", "lon", "longitude", "x"),
                ("纬度", "北纬", "坝址纬度", "lat", "latitude", "y"),
            )
        },
        match=(MatchKey(("code",)), MatchKey(("source", "source_id")), MatchKey(("name",), within_m=2000)),
        words={
            "state": {
                ProjectState.PLANNED: ("规划", "规划中", "前期"),
                ProjectState.BUILDING: ("建设中", "施工", "施工中"),
                ProjectState.BUILT: ("建成", "运行", "已建成", "竣工"),
            }
        },
        code_prefix="SK",
        defaults={"state": ProjectState.BUILT},
    ),
    owner="every_county",
    inside_area=("dam",),
    columns=("code", "name", "state", "region", "river", "normal_level_m", "planned_persons"),
    filters=("state",),
    search=("code", "name", "river"),
    groups=(
        (_("Project"), ("name", "state", "region", "counties", "river", "department", "owner_unit")),
        (_("Water levels"), ("dead_level_m", "normal_level_m", "flood_level_m")),
        (_("Size"), ("planned_persons", "investment_wan_yuan", "possible_duplicate_of")),
    ),
    symbol="project",
)
class Project(Feature, InRegion):
    """A dam with its reservoir and the area that it floods; it may touch several counties."""

    SCOPE_FIELDS = ("region", "counties")

    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=ProjectState.choices)
    counties = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("further counties"),
        default=list,
        blank=True,
        help_text=_("Division codes of the other counties that it touches."),
    )
    river = models.CharField(_("river"), max_length=40, blank=True)
    dam = point(_("dam"))
    reservoir = multipolygon(_("reservoir"), null=True, blank=True)
    inundation = multipolygon(_("inundation area"), null=True, blank=True)
    dead_level_m = models.FloatField(_("dead level (m)"), null=True, blank=True)
    normal_level_m = models.FloatField(_("normal pool level (m)"), null=True, blank=True)
    flood_level_m = models.FloatField(_("flood level (m)"), null=True, blank=True)
    planned_persons = models.PositiveIntegerField(_("planned persons"), null=True, blank=True)
    investment_wan_yuan = models.DecimalField(
        _("investment (10,000 yuan)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    department = models.CharField(_("department"), max_length=80, blank=True)
    owner_unit = models.CharField(_("owner unit"), max_length=80, blank=True)
    possible_duplicate_of = models.CharField(
        _("possible duplicate of"), max_length=40, blank=True, help_text=_("Code of a project that looks the same.")
    )
    inundation_m2 = area_of("inundation", _("inundation area (m²)"))

    class Meta:
        verbose_name = _("reservoir project")
        verbose_name_plural = _("reservoir projects")
        ordering = ["code"]
        constraints = [
            valid("reservoir", "project_reservoir_valid"),
            valid("inundation", "project_inundation_valid"),
            models.CheckConstraint(
                name="project_levels_in_order",
                condition=(
                    (
                        Q(dead_level_m__isnull=True)
                        | Q(normal_level_m__isnull=True)
                        | Q(dead_level_m__lte=F("normal_level_m"))
                    )
                    & (
                        Q(normal_level_m__isnull=True)
                        | Q(flood_level_m__isnull=True)
                        | Q(normal_level_m__lte=F("flood_level_m"))
                    )
                    & (
                        Q(dead_level_m__isnull=True)
                        | Q(flood_level_m__isnull=True)
                        | Q(dead_level_m__lte=F("flood_level_m"))
                    )
                ),
                violation_error_message=_("Water levels rise from dead to normal to flood."),
            ),
        ]
