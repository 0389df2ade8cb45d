"""The ground of old houses, from demolition to verified reclamation."""

import pgtrigger
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, InRegion, area_of, valid
from layers.registry import spatial_layer
from layers.spec import CGCS2000, EXPORTS, Access, ImportMap, TileRule


class Stage(models.TextChoices):
    """How far a plot has come; `layers.plot_stages` alone moves it."""

    REGISTERED = "registered", _("registered")
    VACATED = "vacated", _("vacated")
    DEMOLISHED = "demolished", _("demolished")
    RECLAIMED = "reclaimed", _("reclaimed")
    VERIFIED = "verified", _("verified")
    EXEMPT = "exempt", _("exempt")


class TargetUse(models.TextChoices):
    """What the ground becomes."""

    FARMLAND = "farmland", _("farmland")
    FOREST = "forest", _("forest")
    GRASS = "grass", _("grassland")
    OTHER = "other", _("other")


STAGE_FIELDS = (
    "stage",
    "vacated_on",
    "demolished_on",
    "reclaimed_on",
    "verified_on",
    "verified_area_mu",
    "exempt_reason",
)

# The table's owner alone may touch the stage: the transition function runs as the owner, the application does not.
STAGE_GUARD = """
    IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        IF TG_OP = 'INSERT' THEN
            IF NEW.stage <> 'registered' OR NEW.exempt_reason <> '' OR NEW.verified_area_mu IS NOT NULL
               OR COALESCE(NEW.vacated_on, NEW.demolished_on, NEW.reclaimed_on, NEW.verified_on) IS NOT NULL THEN
                RAISE EXCEPTION 'a new plot starts as registered' USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'plot_stage_by_service';
            END IF;
        ELSIF (NEW.stage, NEW.vacated_on, NEW.demolished_on, NEW.reclaimed_on, NEW.verified_on,
               NEW.verified_area_mu, NEW.exempt_reason)
              IS DISTINCT FROM (OLD.stage, OLD.vacated_on, OLD.demolished_on, OLD.reclaimed_on, OLD.verified_on,
               OLD.verified_area_mu, OLD.exempt_reason) THEN
            RAISE EXCEPTION 'the stage of a plot is moved by its transition service only'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'plot_stage_by_service';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.stage = 'verified' AND NEW.stage = 'verified'
       AND NOT ST_OrderingEquals(NEW.geom, OLD.geom) THEN
        RAISE EXCEPTION 'the boundary of a verified plot is frozen'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plot_verified_frozen';
    END IF;
    RETURN NEW;
"""

# A lock on the county serialises verifications there, so that two transactions cannot both pass the test.
NO_OVERLAP = """
    PERFORM pg_advisory_xact_lock(hashtextextended('plots:' || left(NEW.region_code, 6), 0));
    IF EXISTS (
        SELECT 1 FROM layers_plot AS other
        WHERE other.geom && NEW.geom AND other.stage = 'verified' AND other.deleted_at IS NULL
          AND other.id <> NEW.id AND ST_Relate(other.geom, NEW.geom, '2********')
          AND ST_Area(ST_Intersection(other.geom, NEW.geom)::geography) > 0.01
    ) THEN
        RAISE EXCEPTION 'verified plots overlap' USING ERRCODE = 'exclusion_violation',
            CONSTRAINT = 'plot_verified_no_overlap';
    END IF;
    RETURN NULL;
"""


@spatial_layer(
    key="plots",
    title=_("Old-housing plots"),
    title_one=_("old-housing plot"),
    tiles=TileRule(minzoom=10, point_below=14),
    internal=(
        "code",
        "region",
        "household",
        "stage",
        "declared_area_mu",
        "area_m2",
        "verified_area_mu",
        "registered_on",
        "vacated_on",
        "demolished_on",
        "reclaimed_on",
        "verified_on",
        "due_on",
        "target_use",
        "declared_stage",
    ),
    access=Access(
        change=frozenset({Role.LAND_OFFICIAL, Role.PLANNER, Role.STEWARD}), advance=frozenset({Role.LAND_OFFICIAL})
    ),
    imports=ImportMap(
        columns={
            "code": ("地块编号", "地块代码", "宗地编号", "DKBH", "plot no"),
            "region": ("行政区划代码", "区划代码", "权属单位代码", "XZQDM", "division code"),
            "household": ("户编号", "户代码", "HBH"),
            "declared_area_mu": ("面积亩", "申报面积", "地块面积亩", "MJ_MU", "area_mu"),
            "declared_stage": ("阶段", "申报阶段", "状态", "进度", "JD"),
            "registered_on": ("登记日期", "登记时间", "DJRQ"),
            "due_on": ("期限", "应完成日期", "完成时限", "WCSX"),
            "target_use": ("目标地类", "复垦方向", "FKFX"),
        },
        words={
            "declared_stage": {
                Stage.REGISTERED: ("登记", "未拆", "未拆除", "待拆除"),
                Stage.VACATED: ("腾空", "已腾退", "腾退"),
                Stage.DEMOLISHED: ("拆除", "已拆", "已拆旧"),
                Stage.RECLAIMED: ("复垦", "复绿", "已复绿", "已复垦复绿"),
                Stage.VERIFIED: ("验收", "验收合格", "已通过验收"),
                Stage.EXEMPT: ("免拆除", "不拆除", "保留"),
            },
            "target_use": {
                TargetUse.FARMLAND: ("旱地", "水田", "复垦为耕地"),
                TargetUse.FOREST: ("园地", "复绿", "造林"),
                TargetUse.GRASS: ("种草",),
            },
        },
        code_prefix="P",
        exclusive="geom",
    ),
    site_lookup="household__site_id",
    inside_area=("geom",),
    exports=(*EXPORTS, "txt"),
    protected=STAGE_FIELDS,
    columns=("code", "region", "household", "stage", "declared_area_mu", "area_m2", "due_on"),
    filters=("stage", "target_use"),
    search=("code",),
    groups=(
        (_("Plot"), ("region", "household", "declared_area_mu", "target_use", "registered_on", "due_on")),
        (_("Stage"), ("declared_stage", *STAGE_FIELDS)),
    ),
    symbol="plot",
)
@pgtrigger.register(
    pgtrigger.Trigger(
        name="stage_guard", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=STAGE_GUARD
    ),
    pgtrigger.Trigger(
        name="verified_no_overlap",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("stage", "geom", "deleted_at"),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Q(new__stage="verified", new__deleted_at__isnull=True),
        timing=pgtrigger.Immediate,
        func=NO_OVERLAP,
    ),
)
class Plot(Feature, InRegion):
    """The ground of one old house."""

    household = models.ForeignKey(
        "layers.Household",
        models.PROTECT,
        to_field="code",
        db_column="household_code",
        null=True,
        blank=True,
        related_name="plots",
        verbose_name=_("household"),
    )
    geom = models.PolygonField(_("surveyed boundary"), srid=CGCS2000)
    area_m2 = area_of("geom", _("surveyed area (m²)"))
    declared_area_mu = models.DecimalField(
        _("declared area (mu)"), max_digits=9, decimal_places=4, null=True, blank=True
    )
    verified_area_mu = models.DecimalField(
        _("verified area (mu)"), max_digits=9, decimal_places=4, null=True, blank=True
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.REGISTERED)
    declared_stage = models.CharField(_("declared stage"), max_length=10, choices=Stage.choices, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    vacated_on = models.DateField(_("vacated on"), null=True, blank=True)
    demolished_on = models.DateField(_("demolished on"), null=True, blank=True)
    reclaimed_on = models.DateField(_("reclaimed on"), null=True, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    target_use = models.CharField(_("target use"), max_length=10, choices=TargetUse.choices, blank=True)
    exempt_reason = models.CharField(_("reason for exemption"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("old-housing plot")
        verbose_name_plural = _("old-housing plots")
        ordering = ["code"]
        constraints = [
            valid("geom", "plot_geom_valid"),
            models.CheckConstraint(
                name="plot_areas_positive",
                condition=(Q(declared_area_mu__isnull=True) | Q(declared_area_mu__gt=0))
                & (Q(verified_area_mu__isnull=True) | Q(verified_area_mu__gt=0)),
                violation_error_message=_("An area is a positive number of mu."),
            ),
            models.CheckConstraint(
                name="plot_dates_in_order",
                condition=(
                    (Q(vacated_on__isnull=True) | Q(demolished_on__isnull=True) | Q(vacated_on__lte=F("demolished_on")))
                    & (
                        Q(demolished_on__isnull=True)
                        | Q(reclaimed_on__isnull=True)
                        | Q(demolished_on__lte=F("reclaimed_on"))
                    )
                    & (
                        Q(reclaimed_on__isnull=True)
                        | Q(verified_on__isnull=True)
                        | Q(reclaimed_on__lte=F("verified_on"))
                    )
                ),
                violation_error_message=_("The dates of the stages must follow each other."),
            ),
            models.CheckConstraint(
                name="plot_stage_has_its_dates",
                condition=(
                    Q(stage__in=["registered", "exempt"])
                    | Q(stage="vacated", vacated_on__isnull=False)
                    | Q(stage="demolished", demolished_on__isnull=False)
                    | Q(stage="reclaimed", demolished_on__isnull=False, reclaimed_on__isnull=False)
                    | Q(
                        stage="verified",
                        demolished_on__isnull=False,
                        reclaimed_on__isnull=False,
                        verified_on__isnull=False,
                        verified_area_mu__isnull=False,
                    )
                ),
                violation_error_message=_("The stage lacks its date or its area."),
            ),
            models.CheckConstraint(
                name="plot_exempt_has_reason",
                condition=Q(stage="exempt") & ~Q(exempt_reason="") | ~Q(stage="exempt") & Q(exempt_reason=""),
                violation_error_message=_("An exempt plot has a reason, and only an exempt one."),
            ),
        ]
