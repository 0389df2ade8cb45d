"""Households that move: where they lived and where they live."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.context import PERSONAL_LAYER
from accounts.roles import Role
from layers.base import Feature, InRegion, point
from layers.programmes import PROGRAMME_WORDS, Programme
from layers.registry import spatial_layer
from layers.spec import Access, ImportMap, LayerView, TileRule


class Resettlement(models.TextChoices):
    """How a household is resettled."""

    SITE = "site", _("at a centralised site")
    DISPERSED = "dispersed", _("dispersed")
    OPEN = "open", _("not assigned yet")


class OriginType(models.TextChoices):
    """Why a household is in the programme."""

    REGISTERED_POOR = "registered_poor", _("registered poor household")
    MOVED_ALONG = "moved_along", _("moves along with its village")
    RESERVOIR = "reservoir", _("reservoir migrant")
    HAZARD = "hazard", _("threatened by a hazard")


class PositionSource(models.TextChoices):
    """How a position was obtained."""

    SURVEY = "survey", _("survey")
    GPS = "gps", _("satellite receiver")
    PHONE = "phone", _("phone")
    MAP = "map", _("picked on a map")
    VILLAGE = "village", _("centre of the village")


class Income(models.TextChoices):
    """Where most of a household's income comes from."""

    WORK_AWAY = "work_away", _("work away from home")
    WORK_NEARBY = "work_nearby", _("work nearby")
    FARMING = "farming", _("farming")
    BUSINESS = "business", _("own business")
    TRANSFERS = "transfers", _("transfers")


@spatial_layer(
    key=PERSONAL_LAYER,
    title=_("Households"),
    title_one=_("household"),
    geom="new_home",
    tiles=TileRule(minzoom=9, buffer_px=8),
    more_views=(LayerView("origins", _("Households at the old home"), "old_home", TileRule(minzoom=9, buffer_px=8)),),
    internal=(
        "code",
        "region",
        "destination",
        "resettlement",
        "site",
        "project",
        "programme",
        "persons",
        "origin_type",
        "moved_on",
        "moved_in_on",
        "living_seen_on",
        "housing_area_m2",
        "old_home_accuracy_m",
        "new_home_accuracy_m",
    ),
    personal=(
        "out_of_poverty_on",
        "labour_force",
        "own_funds_yuan",
        "room",
        "certificates",
        "main_income",
    ),
    access=Access(change=frozenset({Role.PLANNER, Role.FIELD, Role.STEWARD})),
    imports=ImportMap(
        columns={
            "code": ("户编号", "户代码", "HBH", "household code"),
            "region": ("迁出地代码", "迁出村代码", "行政区划代码", "QCDDM"),
            "destination": ("迁入地代码", "QRDDM"),
            "resettlement": ("安置方式", "AZFS"),
            "site": ("安置点编号", "安置点代码", "AZDBH"),
            "project": ("工程编号", "水库编号"),
            "programme": ("项目类型", "搬迁类型", "BQLX"),
            "origin_type": ("户类型", "户属性", "HLX"),
            "labour_force": ("劳动力", "劳动力人数", "LDL"),
            "own_funds_yuan": ("自筹资金元", "自筹资金", "ZCZJ"),
            "persons": ("人口", "人口数", "家庭人数", "搬迁人口", "家庭人口", "RK"),
            "moved_on": ("搬迁日期", "搬迁时间", "BQRQ"),
            "moved_in_on": ("入住日期", "入住时间", "RZRQ"),
            "housing_area_m2": ("住房面积", "安置住房面积", "ZFMJ"),
        },
        words={
            "programme": PROGRAMME_WORDS,
            "resettlement": {
                Resettlement.SITE: ("集中", "集中安置点", "进点安置"),
                Resettlement.DISPERSED: ("分散", "插花安置", "自主安置"),
                Resettlement.OPEN: ("未安置", "待定"),
            },
            "origin_type": {
                OriginType.REGISTERED_POOR: ("建档立卡户", "贫困户", "建档立卡"),
                OriginType.MOVED_ALONG: ("同步搬迁", "随迁户"),
                OriginType.RESERVOIR: ("水库移民户",),
            },
        },
        geometry="new_home",
        points={
            "old_home": (("旧居经度", "原住址经度", "old_lon"), ("旧居纬度", "原住址纬度", "old_lat")),
            "new_home": (
                ("新居经度", "经度", "东经", "lon", "longitude", "lng", "x"),
                ("新居纬度", "纬度", "北纬", "lat", "latitude", "y"),
            ),
        },
        code_prefix="H",
        defaults={"programme": Programme.POVERTY, "resettlement": Resettlement.OPEN},
    ),
    site_lookup="site_id",
    inside_area=("old_home",),
    columns=("code", "region", "resettlement", "site", "persons", "moved_on", "moved_in_on"),
    filters=("programme", "resettlement", "origin_type"),
    search=("code",),
    groups=(
        (_("Move"), ("region", "destination", "resettlement", "site", "project", "programme", "persons")),
        (_("Dates"), ("moved_on", "moved_in_on", "living_seen_on", "out_of_poverty_on")),
        (
            _("Register"),
            (
                "origin_type",
                "labour_force",
                "own_funds_yuan",
                "housing_area_m2",
                "room",
                "certificates",
                "main_income",
            ),
        ),
        (
            _("Positions"),
            ("old_home_source", "old_home_accuracy_m", "new_home_source", "new_home_accuracy_m"),
        ),
    ),
    symbol="household",
)
class Household(Feature, InRegion):
    """A household that moves, without anybody's name: names live in `HouseholdIdentity`.

    `region` is the origin; `destination` is where it goes. Both counties are concerned.
    """

    SCOPE_FIELDS = ("region", "destination")

    destination = models.ForeignKey(
        "layers.Region",
        models.PROTECT,
        to_field="code",
        db_column="destination_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("destination"),
    )
    resettlement = models.CharField(_("resettlement"), max_length=10, choices=Resettlement.choices)
    site = models.ForeignKey(
        "layers.Site",
        models.PROTECT,
        to_field="code",
        db_column="site_code",
        null=True,
        blank=True,
        related_name="households",
        verbose_name=_("site"),
    )
    project = models.ForeignKey(
        "layers.Project",
        models.PROTECT,
        to_field="code",
        db_column="project_code",
        null=True,
        blank=True,
        related_name="households",
        verbose_name=_("project"),
    )
    programme = models.CharField(_("programme"), max_length=20, choices=Programme.choices)
    persons = models.PositiveSmallIntegerField(_("persons"))
    old_home = point(_("old home"), null=True, blank=True)
    new_home = point(_("new home"), null=True, blank=True)
    old_home_source = models.CharField(
        _("source of the old position"), max_length=10, blank=True, choices=PositionSource.choices
    )
    new_home_source = models.CharField(
        _("source of the new position"), max_length=10, blank=True, choices=PositionSource.choices
    )
    old_home_accuracy_m = models.FloatField(_("accuracy of the old position (m)"), null=True, blank=True)
    new_home_accuracy_m = models.FloatField(_("accuracy of the new position (m)"), null=True, blank=True)
    moved_on = models.DateField(_("moved on"), null=True, blank=True)
    moved_in_on = models.DateField(_("moved in on"), null=True, blank=True)
    living_seen_on = models.DateField(_("seen living there on"), null=True, blank=True)
    out_of_poverty_on = models.DateField(_("out of poverty on"), null=True, blank=True)
    origin_type = models.CharField(_("origin type"), max_length=16, blank=True, choices=OriginType.choices)
    labour_force = models.PositiveSmallIntegerField(_("labour force (persons)"), null=True, blank=True)
    own_funds_yuan = models.DecimalField(_("own funds (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    housing_area_m2 = models.FloatField(_("housing area (m²)"), null=True, blank=True)
    room = models.CharField(_("room"), max_length=40, blank=True)
    certificates = ArrayField(models.CharField(max_length=40), verbose_name=_("certificates"), default=list, blank=True)
    main_income = models.CharField(_("main income"), max_length=12, blank=True, choices=Income.choices)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="household_site_iff_centralised",
                condition=Q(resettlement="site", site__isnull=False) | (~Q(resettlement="site") & Q(site__isnull=True)),
                violation_error_message=_("Name the site of a household at a centralised site, and only there."),
            ),
            models.CheckConstraint(
                name="household_moved_in_after_move",
                condition=Q(moved_on__isnull=True) | Q(moved_in_on__isnull=True) | Q(moved_in_on__gte=F("moved_on")),
                violation_error_message=_("Nobody moves in before the move."),
            ),
            models.CheckConstraint(
                name="household_accuracy_positive",
                condition=(Q(old_home_accuracy_m__isnull=True) | Q(old_home_accuracy_m__gt=0))
                & (Q(new_home_accuracy_m__isnull=True) | Q(new_home_accuracy_m__gt=0)),
                violation_error_message=_("An accuracy is a positive number of metres."),
            ),
            models.CheckConstraint(
                name="household_labour_within_persons",
                condition=Q(labour_force__isnull=True) | Q(labour_force__lte=F("persons")),
                violation_error_message=_("The labour force cannot exceed the persons of the household."),
            ),
            models.CheckConstraint(
                name="household_area_positive",
                condition=Q(housing_area_m2__isnull=True) | Q(housing_area_m2__gt=0),
                violation_error_message=_("A housing area is a positive number of square metres."),
            ),
        ]
