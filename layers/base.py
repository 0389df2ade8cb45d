"""What every feature has, whatever its layer."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import IsValid
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from accounts.roles import Through
from layers.spec import CGCS2000


class EllipsoidArea(Func):
    """Area in square metres on the ellipsoid: the legal figure.

    Django's own `Area()` gives square degrees on SRID 4490.
    """

    template = "ST_Area((%(expressions)s)::geography)"
    output_field = models.FloatField()


class PointOnSurface(Func):
    """A point that certainly lies inside the polygon."""

    function = "ST_PointOnSurface"


class FeatureQuerySet(models.QuerySet[Any]):
    """Rows of a layer."""

    def alive(self) -> Self:
        """Return the rows that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def deleted(self) -> Self:
        """Return the rows that are deleted and could come back."""
        return self.filter(deleted_at__isnull=False)


class Scope(models.Model):
    """A set of counties that some features concern, kept once.

    Features point here by `scope_id`, so that "what may this user see" is a test of one integer.
    `divisions` holds the counties and their ancestors as prefixes without closing zeros: a grant shows a
    feature when it is among them.
    """

    id = models.AutoField(primary_key=True)
    counties = ArrayField(models.TextField(), unique=True)
    divisions = ArrayField(models.TextField())

    class Meta:
        app_label = "layers"

    def __str__(self) -> str:
        return ", ".join(self.counties)


class Feature(models.Model):
    """A thing on the map with a natural key, a version and a history."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)
    batch = models.UUIDField(_("import batch"), null=True, blank=True, editable=False, db_index=True)
    source = models.CharField(_("source"), max_length=60, blank=True, help_text=_("Whose list this comes from."))
    source_id = models.CharField(_("number in the source"), max_length=60, blank=True)
    given = models.JSONField(
        _("as given"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Raw coordinates, their CRS, file and row as they came in."),
    )
    # the trail of what happened is read newest first
    changed_at = models.DateTimeField(_("changed at"), editable=False, auto_now=True, db_index=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_through = models.CharField(
        _("changed through"), max_length=10, choices=Through.choices, default=Through.SQL, editable=False
    )
    change_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", editable=False)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        name = getattr(self, "name", "")
        return f"{name} {self.code}" if name else self.code


class InRegion(models.Model):
    """A feature that a division owns and that concerns one or more counties."""

    SCOPE_FIELDS: ClassVar[tuple[str, ...]] = ("region",)

    region = models.ForeignKey(
        "layers.Region",
        models.PROTECT,
        to_field="code",
        db_column="region_code",
        related_name="+",
        verbose_name=_("division"),
        help_text=_("The smallest division known that it belongs to."),
    )
    scope = models.ForeignKey(
        Scope, models.PROTECT, null=False, editable=False, related_name="+", verbose_name=_("counties concerned")
    )

    class Meta:
        abstract = True


def point(title: Any, **options: Any) -> models.PointField[Any, Any]:
    """Return a point field in the storage CRS."""
    return models.PointField(title, srid=CGCS2000, **options)


def multipolygon(title: Any, **options: Any) -> models.MultiPolygonField[Any, Any]:
    """Return a multipolygon field in the storage CRS."""
    return models.MultiPolygonField(title, srid=CGCS2000, **options)


def area_of(field: str, title: Any) -> models.GeneratedField:
    """Return a column that the database computes: the area of `field` in square metres on the ellipsoid."""
    return models.GeneratedField(
        expression=EllipsoidArea(field), output_field=models.FloatField(null=True), db_persist=True, verbose_name=title
    )


def valid(field: str, name: str) -> models.CheckConstraint:
    """Return the constraint that `field` holds a valid geometry."""
    return models.CheckConstraint(
        name=name,
        condition=IsValid(field),
        violation_error_message=_("The boundary crosses itself or is otherwise invalid."),
    )
