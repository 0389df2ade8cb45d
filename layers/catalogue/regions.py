"""Divisions of the state, from province to village."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from layers.base import Feature, multipolygon, point, valid
from layers.registry import spatial_layer
from layers.spec import Access, ImportMap, MatchKey, TileRule


class Level(models.IntegerChoices):
    """Level of a division; the digits of its code that are not closing zeros follow from it."""

    PROVINCE = 1, _("province")
    PREFECTURE = 2, _("prefecture")
    COUNTY = 3, _("county")
    TOWNSHIP = 4, _("township")
    VILLAGE = 5, _("village")


@spatial_layer(
    key="regions",
    title=_("Divisions"),
    title_one=_("division"),
    tiles=TileRule(minzoom=3, maxzoom=14, overview="outline", overview_below=9, buffer_px=4),
    public=("code", "name", "level", "demonstration"),
    internal=("parent", "aliases"),
    access=Access(change=frozenset({Role.STEWARD}), public=True),
    imports=ImportMap(
        columns={
            "code": ("行政区划代码", "区划代码", "代码", "XZQDM", "gb", "adcode"),
            "name": ("名称", "行政区名称", "XZQMC", "地名"),
        },
        match=(MatchKey(("code",)),),
    ),
    inside_area=("geom",),
    columns=("code", "name", "level", "parent"),
    filters=("level",),
    search=("code", "name"),
    groups=((_("Division"), ("name", "level", "parent", "aliases", "demonstration")),),
    symbol="region",
)
class Region(Feature):
    """A division: province, prefecture, county, township or village, known by its 12-digit code."""

    code = models.CharField(
        _("division code"), max_length=12, unique=True, validators=[RegexValidator(r"^\d{12}$", _("Give 12 digits."))]
    )
    name = models.CharField(_("name"), max_length=60)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        to_field="code",
        db_column="parent_code",
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    aliases = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("earlier codes"),
        default=list,
        blank=True,
        help_text=_("Codes are renumbered now and then: 450127 became 450181."),
    )
    demonstration = models.BooleanField(
        _("demonstration geometry"), default=False, help_text=_("Drawn for the demonstration, not surveyed.")
    )
    geom = multipolygon(_("boundary"), null=True, blank=True)
    outline = multipolygon(_("generalised boundary"), null=True, blank=True, editable=False, spatial_index=True)
    seat = point(_("seat"), null=True, blank=True)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code"]
        constraints = [
            valid("geom", "region_geom_valid"),
            models.CheckConstraint(
                name="region_level_fits_code",
                condition=(
                    Q(level=1, code__regex=r"^\d\d0{10}$")
                    | (Q(level=2, code__regex=r"^\d{4}0{8}$") & ~Q(code__regex=r"^\d\d0{10}$"))
                    | (Q(level=3, code__regex=r"^\d{6}0{6}$") & ~Q(code__regex=r"^\d{4}0{8}$"))
                    | (Q(level=4, code__regex=r"^\d{9}000$") & ~Q(code__regex=r"^\d{6}0{6}$"))
                    | (Q(level=5, code__regex=r"^\d{12}$") & ~Q(code__regex=r"^\d{9}000$"))
                ),
                violation_error_message=_("The level does not fit the code."),
            ),
            models.CheckConstraint(
                name="region_parent_fits_level",
                condition=Q(level=1, parent__isnull=True) | (Q(level__gt=1) & Q(parent__isnull=False)),
                violation_error_message=_("Every division but a province belongs to another one."),
            ),
        ]
