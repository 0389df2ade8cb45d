"""Rows for tests: a small country of squares, and features in it.

Prefecture 4512 has two counties side by side, each half a degree wide: 451221 from 107.0 to 107.5 E and 451222 from
107.5 to 108.0 E, both from 24.5 to 25.0 N. Each has one township (…001) and one village (…001001) at its middle.
Prefecture 4510 has one county, 451027, west of them. Every row gets a fresh code.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from factory.django import DjangoModelFactory

from accounts.models import Grant, Phone, User
from accounts.roles import Role
from layers.catalogue.facilities import Facility
from layers.catalogue.households import Household
from layers.catalogue.issues import IssueReport
from layers.catalogue.plots import Plot
from layers.catalogue.projects import Project
from layers.catalogue.regions import Region
from layers.catalogue.sites import Site
from layers.registry import get_layer
from tests.generic import generic_feature

SRID = 4490
PLACES = {
    "450000000000": ("示例省", 1, None, (105.0, 21.0, 112.0, 26.5)),
    "451000000000": ("示例西市", 2, "450000000000", (106.0, 24.5, 107.0, 25.0)),
    "451027000000": ("示例西县", 3, "451000000000", (106.5, 24.5, 107.0, 25.0)),
    "451200000000": ("示例市", 2, "450000000000", (107.0, 24.5, 108.0, 25.0)),
    "451221000000": ("示例甲县", 3, "451200000000", (107.0, 24.5, 107.5, 25.0)),
    "451222000000": ("示例乙县", 3, "451200000000", (107.5, 24.5, 108.0, 25.0)),
    "451221001000": ("示例甲镇", 4, "451221000000", None),
    "451221001001": ("示例甲村", 5, "451221001000", None),
    "451222001000": ("示例乙镇", 4, "451222000000", None),
    "451222001001": ("示例乙村", 5, "451222001000", None),
}
MIDDLE = {"451027": (106.75, 24.75), "451221": (107.25, 24.75), "451222": (107.75, 24.75)}


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle in degrees."""
    polygon = Polygon.from_bbox((west, south, east, north))
    polygon.srid = SRID
    return polygon


def multi(polygon: Polygon) -> MultiPolygon:
    """Return a polygon as a multipolygon."""
    return MultiPolygon(polygon, srid=SRID)


def near(region: str, east: float = 0.0, north: float = 0.0) -> Point:
    """Return a point `east` and `north` degrees from the middle of the county of `region`."""
    x, y = MIDDLE[region[:6]]
    return Point(x + east, y + north, srid=SRID)


def square(region: str, east: float = 0.0, north: float = 0.0, side: float = 0.002) -> Polygon:
    """Return a square whose south-west corner lies off the middle of the county of `region`; sides in degrees."""
    corner = near(region, east, north)
    return box(corner.x, corner.y, corner.x + side, corner.y + side)


class RegionFactory(DjangoModelFactory[Region]):
    """A division of `PLACES`, with all that it belongs to."""

    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = "451221000000"
    name = factory.LazyAttribute(lambda own: PLACES[own.code][0])
    level = factory.LazyAttribute(lambda own: PLACES[own.code][1])
    demonstration = False

    @factory.lazy_attribute
    def parent(self) -> Region | None:
        above = PLACES[self.code][2]
        return region(above) if above else None

    @factory.lazy_attribute
    def geom(self) -> MultiPolygon | None:
        bounds = PLACES[self.code][3]
        return multi(box(*bounds)) if bounds else None

    @factory.lazy_attribute
    def outline(self) -> MultiPolygon | None:
        return self.geom

    @factory.lazy_attribute
    def seat(self) -> Point | None:
        return near(self.code) if self.code[:6] in MIDDLE else None


def region(code: str) -> Region:
    """Return a division, made with all that it belongs to where it is new; short codes are filled with zeros."""
    made: Region = RegionFactory(code=code.ljust(12, "0"))
    return made


def regions() -> dict[str, Region]:
    """Return all of `PLACES` by code."""
    return {code: region(code) for code in PLACES}


class InRegionFactory(DjangoModelFactory[Any]):
    """What every feature needs: a code and a division (`region` may be given as a code)."""

    class Meta:
        abstract = True

    class Params:
        at = "451221001001"

    region = factory.LazyAttribute(lambda own: region(own.at))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        # The database fills scope, stamp and generated columns.
        made = super()._create(model_class, *args, **kwargs)
        made.refresh_from_db()
        return made


class SiteFactory(InRegionFactory):
    """A site of about 200 m x 220 m near the middle of its county."""

    class Meta:
        model = Site

    code = factory.Sequence(lambda n: f"AZ-TEST-{n:05d}")
    name = factory.Sequence(lambda n: f"示例安置点{n}")
    programme = "poverty"
    geom = factory.LazyAttribute(lambda own: multi(square(own.at)))
    planned_households = 100
    planned_persons = 400
    actual_households = 90
    actual_persons = 360


class ProjectFactory(InRegionFactory):
    """A built reservoir; `counties` names the others that it touches."""

    class Meta:
        model = Project

    code = factory.Sequence(lambda n: f"SK-TEST-{n:05d}")
    name = factory.Sequence(lambda n: f"示例水库{n}")
    state = "built"
    dam = factory.LazyAttribute(lambda own: near(own.at, 0.1, 0.1))
    reservoir = factory.LazyAttribute(lambda own: multi(square(own.at, 0.1, 0.1, 0.02)))
    inundation = factory.LazyAttribute(lambda own: multi(square(own.at, 0.1, 0.1, 0.03)))
    dead_level_m = 330.0
    normal_level_m = 375.0
    flood_level_m = 380.0
    counties = factory.LazyFunction(list)


class HouseholdFactory(InRegionFactory):
    """A dispersed household that moved 0.1 degrees east within its county; `to` is another destination."""

    class Meta:
        model = Household

    class Params:
        to = None

    code = factory.Sequence(lambda n: f"H-TEST-{n:06d}")
    destination = factory.LazyAttribute(lambda own: region(own.to or own.at))
    resettlement = "dispersed"
    programme = "poverty"
    persons = 4
    labour_force = 2
    origin_type = "registered_poor"
    old_home = factory.LazyAttribute(lambda own: near(own.at, -0.05, 0.0))
    new_home = factory.LazyAttribute(lambda own: near(own.to or own.at, 0.05, 0.0))
    old_home_source = "gps"
    new_home_source = "gps"
    old_home_accuracy_m = 8.0
    new_home_accuracy_m = 5.0
    moved_on = dt.date(2019, 5, 1)
    moved_in_on = dt.date(2019, 6, 1)


class PlotFactory(InRegionFactory):
    """A registered plot of about 20 m x 22 m; each one stands apart from the others."""

    class Meta:
        model = Plot

    class Params:
        number = factory.Sequence(int)

    code = factory.LazyAttribute(lambda own: f"P-TEST-{own.number:06d}")
    geom = factory.LazyAttribute(
        lambda own: square(own.at, -0.1 + (own.number % 100) * 0.0005, (own.number // 100 % 100) * 0.0005, 0.0002)
    )
    declared_area_mu = "0.6600"
    registered_on = dt.date(2018, 1, 1)
    target_use = "farmland"


class FacilityFactory(InRegionFactory):
    """A primary school near the middle of its county."""

    class Meta:
        model = Facility

    code = factory.Sequence(lambda n: f"F-TEST-{n:05d}")
    name = factory.Sequence(lambda n: f"示例小学{n}")
    kind = "primary"
    geom = factory.LazyAttribute(lambda own: near(own.at, 0.02, 0.02))
    capacity = 300


class IssueFactory(InRegionFactory):
    """A report on the water supply."""

    class Meta:
        model = IssueReport

    code = factory.Sequence(lambda n: f"W-TEST-{n:05d}")
    category = "water"
    severity = "medium"
    text = "示例：水管漏水"
    geom = factory.LazyAttribute(lambda own: near(own.at, 0.03, -0.03))
    accuracy_m = 6.0
    position_source = "phone"


FACTORIES: dict[str, type[DjangoModelFactory[Any]]] = {
    "regions": RegionFactory,
    "sites": SiteFactory,
    "households": HouseholdFactory,
    "projects": ProjectFactory,
    "plots": PlotFactory,
    "facilities": FacilityFactory,
    "issues": IssueFactory,
}
"""Factory of each layer, by its key."""


def feature(layer: str, *, at: str = "451221001001", **values: Any) -> Any:
    """Return a new feature of `layer` that the division `at` owns; a layer without a factory gets what it needs."""
    if layer == "regions":
        return region(at)
    if layer in FACTORIES:
        return FACTORIES[layer](at=at, **values)
    place = {"point": near(at), "polygon": square(at), "multi": multi(square(at))}
    return generic_feature(get_layer(layer).model, region=region(at), place=place, **values)


class UserFactory(DjangoModelFactory[User]):
    """Somebody with an account and no grant."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    language = "en"

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        """Set a password only where a test gives one: hashing is slow."""
        if extracted:
            self.set_password(extracted)
            self.save(update_fields=["password"])


def confirmed_phone(user: User) -> Phone:
    """Return a phone that is asked for after the password of `user`."""
    phone = Phone.new(user)
    phone.confirmed = True
    phone.save()
    return phone


def grant(user: User, role: Role, division: str = "", *, site: str = "", layer: str = "", action: str = "") -> Grant:
    """Give `user` a role: in `division`, at `site`, or everywhere where neither is named."""
    return Grant.objects.create(
        user=user,
        role=role,
        division=division,
        site=site,
        layer=layer,
        action=action,
        everywhere=not (division or site),
    )


def user_with(role: Role, division: str = "", **more: Any) -> User:
    """Return a new user who holds `role` in `division` (everywhere where empty)."""
    made: User = UserFactory()
    grant(made, role, division, **more)
    return made
