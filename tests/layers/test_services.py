"""Changing features: versions, area, author, history."""

import pytest
import shapely
from django.contrib.gis.geos import Polygon
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from geocore.geodesy import area_m2
from layers.errors import OutsideAreaError, ProtectedFieldError, StaleVersionError
from layers.registry import get_layer
from layers.services import feature_create, feature_delete, feature_restore, feature_update
from tests.factories import (
    PlotFactory,
    SiteFactory,
    box,
    multi,
    near,
    region,
    square,
    user_with,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> User:
    """A planner of county 451221."""
    return user_with(Role.PLANNER, "451221")


def site_values(code: str = "AZ-NEW", at: str = "451221001001", **more: object) -> dict[str, object]:
    """Return what a new site needs."""
    return {
        "code": code,
        "name": "示例",
        "region": region(at),
        "programme": "poverty",
        "geom": multi(square(at)),
        **more,
    }


def test_create_stores_and_signs(planner: User) -> None:
    site = feature_create(layer=get_layer("sites"), values=site_values(), user=planner, reason="built")
    assert (site.version, site.changed_by_id, site.changed_through) == (1, planner.pk, "page")
    assert site.versions.count() == 0


def test_create_is_refused_in_the_neighbouring_county(planner: User) -> None:
    with pytest.raises(OutsideAreaError):
        feature_create(layer=get_layer("sites"), values=site_values(at="451222001001"), user=planner)
    assert not get_layer("sites").model.objects.exists()  # type: ignore[attr-defined]


def test_a_boundary_may_not_reach_over_the_county_line(planner: User) -> None:
    region("451222")
    # 451221 ends at 107.5 E; 0.01 degrees at 24.75 N are about 1,011 m
    over = multi(box(107.49, 24.75, 107.51, 24.76))
    with pytest.raises(OutsideAreaError) as refused:
        feature_create(layer=get_layer("sites"), values=site_values(at="451221000000", geom=over), user=planner)
    assert refused.value.metres == pytest.approx(1011, abs=2)


def test_the_line_itself_has_a_tolerance(planner: User) -> None:
    just = multi(box(107.49, 24.75, 107.5003, 24.76))  # about 30 m over
    feature_create(layer=get_layer("sites"), values=site_values(geom=just), user=planner)


def test_update_makes_a_version_and_keeps_the_old_image(planner: User) -> None:
    site = SiteFactory(name="before")
    changed = feature_update(feature=site, base_version=1, values={"name": "after"}, user=planner, reason="typo")
    assert (changed.version, changed.name) == (2, "after")
    image = changed.versions.get()
    assert (image.version, image.name, image.changed_by_id) == (1, "before", None)


def test_an_update_that_changes_nothing_writes_nothing(planner: User) -> None:
    site = SiteFactory()
    same = feature_update(feature=site, base_version=1, values={"name": site.name, "geom": site.geom}, user=planner)
    assert (same.version, same.versions.count()) == (1, 0)


def test_a_stale_save_is_refused_and_shows_what_is_stored(planner: User) -> None:
    site = SiteFactory()
    feature_update(feature=site, base_version=1, values={"name": "theirs"}, user=planner)
    with pytest.raises(StaleVersionError) as refused:
        feature_update(feature=site, base_version=1, values={"name": "mine"}, user=planner)
    assert refused.value.current.name == "theirs"


def test_a_neighbour_cannot_change_or_delete() -> None:
    site = SiteFactory()
    neighbour = user_with(Role.PLANNER, "451222")
    with pytest.raises(OutsideAreaError):
        feature_update(feature=site, base_version=1, values={"name": "x"}, user=neighbour)
    with pytest.raises(OutsideAreaError):
        feature_delete(feature=site, base_version=1, user=neighbour)


def test_a_feature_cannot_be_given_away(planner: User) -> None:
    site = SiteFactory()
    with pytest.raises(OutsideAreaError):
        feature_update(feature=site, base_version=1, values={"region": region("451222")}, user=planner)
    site.refresh_from_db()
    assert site.region_id == "451221001001"


def test_a_code_never_changes(planner: User) -> None:
    with pytest.raises(ValidationError):
        feature_update(feature=SiteFactory(), base_version=1, values={"code": "OTHER"}, user=planner)


def test_an_invalid_boundary_is_refused(planner: User) -> None:
    bow_tie = multi(Polygon(((107.2, 24.7), (107.21, 24.71), (107.21, 24.7), (107.2, 24.71), (107.2, 24.7))))
    with pytest.raises(ValidationError):
        feature_create(layer=get_layer("sites"), values=site_values(geom=bow_tie), user=planner)


def test_items_outside_the_schema_are_refused(planner: User) -> None:
    with pytest.raises(ValidationError) as refused:
        feature_create(layer=get_layer("sites"), values=site_values(items={"schools": {"seats": -1}}), user=planner)
    assert "schools > seats" in str(refused.value)


def test_delete_is_soft_and_restore_brings_back(planner: User) -> None:
    site = SiteFactory(name="first")
    site = feature_update(feature=site, base_version=1, values={"name": "second"}, user=planner)
    gone = feature_delete(feature=site, base_version=2, user=planner, reason="double")
    assert gone.deleted_at is not None
    back = feature_restore(feature=gone, version=1, user=planner, reason="was right")
    assert (back.deleted_at, back.name, back.version) == (None, "first", 4)
    assert [image.version for image in back.versions.order_by("version")] == [1, 2, 3]


def test_restore_of_an_unknown_version(planner: User) -> None:
    with pytest.raises(LookupError):
        feature_restore(feature=SiteFactory(), version=9, user=planner)


def test_protected_fields_are_refused_and_not_restored(planner: User) -> None:
    plot = PlotFactory()
    with pytest.raises(ProtectedFieldError):
        feature_update(feature=plot, base_version=1, values={"stage": "verified"}, user=planner)


def test_untouched_geometry_stays_bit_equal(planner: User) -> None:
    odd = near("451221", 0.1234567890123, 0.0987654321987)
    site = SiteFactory(geom=multi(box(odd.x, odd.y, odd.x + 0.001, odd.y + 0.001)))
    before = bytes(site.geom.wkb)
    feature_update(feature=site, base_version=1, values={"name": "x", "geom": site.geom}, user=planner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_AsBinary(geom) FROM layers_site WHERE id = %s", [site.pk])
        assert bytes(cursor.fetchone()[0]) == before


def test_area_is_the_ellipsoid_s() -> None:
    site = SiteFactory()
    expected = area_m2([shapely.from_wkb(bytes(site.geom.wkb))])[0]
    assert site.area_m2 == pytest.approx(expected, rel=1e-6)
    # 0.002 degrees at 24.75 N: about 202.3 m by 221.6 m
    assert site.area_m2 == pytest.approx(202.3 * 221.6, rel=2e-3)
