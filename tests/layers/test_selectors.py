"""The one door: who sees and who may change which feature."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from accounts.roles import Action, Role
from layers.base import Scope
from layers.registry import all_layers, get_layer
from layers.selectors import deleted_features_for, features_for, may, shown_properties, visibility_for
from layers.spec import SpatialLayer
from tests.factories import (
    FACTORIES,
    HouseholdFactory,
    PlotFactory,
    ProjectFactory,
    SiteFactory,
    feature,
    region,
    regions,
    user_with,
)

pytestmark = pytest.mark.django_db
SCOPED = [layer for layer in all_layers() if hasattr(layer.model, "SCOPE_FIELDS")]
every_scoped_layer = pytest.mark.parametrize("layer", SCOPED, ids=lambda layer: layer.key)


def codes(layer: str, user: User, action: str = "view") -> set[str]:
    """Return the codes of what `user` may `action`, by the ORM, and check that the SQL says the same."""
    found = set(features_for(layer, user=user, action=action).values_list("code", flat=True))
    if action == "view":
        declared = get_layer(layer)
        test, parameters = visibility_for(declared, user=user).sql("t")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT code FROM {declared.model._meta.db_table} t WHERE deleted_at IS NULL AND {test}", parameters
            )
            assert {row[0] for row in cursor.fetchall()} == found
    return found


def test_every_factory_has_a_layer() -> None:
    assert set(FACTORIES) <= {layer.key for layer in all_layers()}


@every_scoped_layer
def test_a_county_user_sees_the_own_county_only(layer: SpatialLayer) -> None:
    mine, theirs = feature(layer.key, at="451221001001"), feature(layer.key, at="451222001001")
    assert codes(layer.key, user_with(Role.PLANNER, "451221")) == {mine.code}
    assert codes(layer.key, user_with(Role.PLANNER, "4512")) == {mine.code, theirs.code}
    assert codes(layer.key, user_with(Role.LEADER)) == {mine.code, theirs.code}


@every_scoped_layer
def test_nobody_without_a_grant_sees_anything(layer: SpatialLayer) -> None:
    feature(layer.key)
    assert not features_for(layer, user=AnonymousUser()).exists()
    assert not codes(layer.key, user_with(Role.PUBLIC, "45"))


@every_scoped_layer
def test_a_deleted_feature_is_gone(layer: SpatialLayer) -> None:
    gone = feature(layer.key)
    layer.model.objects.filter(pk=gone.pk).update(deleted_at="2020-01-01T00:00Z")  # type: ignore[attr-defined]
    assert not codes(layer.key, user_with(Role.LEADER))


@every_scoped_layer
def test_a_village_user_sees_the_village(layer: SpatialLayer) -> None:
    village, township = feature(layer.key, at="451221001001"), feature(layer.key, at="451221001000")
    assert village.code in codes(layer.key, user_with(Role.FIELD, "451221001001"))
    assert township.code not in codes(layer.key, user_with(Role.FIELD, "451221001001"))
    assert {village.code, township.code} <= codes(layer.key, user_with(Role.FIELD, "451221001"))


def test_a_household_shows_where_it_left_and_where_it_went() -> None:
    moved = HouseholdFactory(at="451221001001", to="451222001001")
    for division in ("451221", "451222", "451222001", "4512"):
        assert codes("households", user_with(Role.PLANNER, division)) == {moved.code}
    assert not codes("households", user_with(Role.PLANNER, "451027"))


def test_only_the_origin_changes_a_household() -> None:
    moved = HouseholdFactory(at="451221001001", to="451222001001")
    assert codes("households", user_with(Role.PLANNER, "451221"), "change") == {moved.code}
    assert not codes("households", user_with(Role.PLANNER, "451222"), "change")


def test_a_project_shows_in_each_county_and_is_changed_by_all() -> None:
    region("451222")
    shared = ProjectFactory(at="451221000000", counties=["451222000000"])
    for division in ("451221", "451222"):
        planner = user_with(Role.PLANNER, division)
        assert codes("projects", planner) == {shared.code}
        assert not codes("projects", planner, "change")
    assert codes("projects", user_with(Role.PLANNER, "4512"), "change") == {shared.code}


def test_two_county_grants_together_change_a_shared_project() -> None:
    region("451222")
    shared = ProjectFactory(at="451221000000", counties=["451222000000"])
    from tests.factories import grant

    planner = user_with(Role.PLANNER, "451221")
    grant(planner, Role.PLANNER, "451222")
    assert codes("projects", planner, "change") == {shared.code}


def test_a_grant_to_one_site_shows_the_site_its_households_and_their_plots() -> None:
    site, other = SiteFactory(), SiteFactory()
    here = HouseholdFactory(resettlement="site", site=site)
    elsewhere = HouseholdFactory(resettlement="site", site=other)
    plot = PlotFactory(household=here)
    for unrelated in ("facilities", "issues", "projects"):
        feature(unrelated)
    PlotFactory(household=elsewhere)
    manager = user_with(Role.PLANNER, site=site.code)
    assert codes("sites", manager) == {site.code}
    assert codes("households", manager) == {here.code}
    assert codes("plots", manager) == {plot.code}
    for unrelated in ("facilities", "issues", "projects"):
        assert not codes(unrelated, manager)
    assert codes("sites", manager, "change") == {site.code}


def test_regions_are_public() -> None:
    region("451221")
    assert features_for("regions", user=AnonymousUser()).count() == 3
    assert shown_properties(get_layer("regions"), user=AnonymousUser()) == ("code", "name", "level", "demonstration")


def test_a_steward_exports_the_own_divisions() -> None:
    regions()
    codes_out = features_for("regions", user=user_with(Role.STEWARD, "451221"), action=Action.EXPORT)
    assert {row.code[:6] for row in codes_out} == {"451221"}


def test_a_deleted_feature_is_kept_for_those_who_may_bring_it_back() -> None:
    gone = SiteFactory(deleted_at="2020-01-01T00:00Z")
    layer = get_layer("sites")
    assert deleted_features_for(layer, user=user_with(Role.PLANNER, "451221")).get() == gone
    for stranger in (user_with(Role.PLANNER, "451222"), user_with(Role.LEADER, "451221"), AnonymousUser()):
        assert not deleted_features_for(layer, user=stranger).exists()


def test_scope_follows_the_divisions() -> None:
    moved = HouseholdFactory(at="451221001001", to="451222001001")
    assert moved.scope.counties == ["451221", "451222"]
    assert moved.scope.divisions == ["45", "4512", "451221", "451222"]
    moved.destination = region("451027")
    moved.save()
    moved.refresh_from_db()
    assert Scope.objects.get(pk=moved.scope_id).divisions == ["45", "4510", "451027", "4512", "451221"]


def test_a_prefecture_s_own_feature_is_not_its_counties() -> None:
    own = SiteFactory(at="451200000000", geom=SiteFactory.build(at="451221000000").geom)
    assert own.scope.divisions == ["45", "4512"]
    assert not codes("sites", user_with(Role.PLANNER, "451221"))
    assert codes("sites", user_with(Role.PLANNER, "4512")) == {own.code}


def test_may_says_whether_there_is_anything_to_do() -> None:
    assert may("plots", user=user_with(Role.LAND_OFFICIAL, "451221"), action=Action.ADVANCE)
    assert not may("plots", user=user_with(Role.PLANNER, "451221"), action=Action.ADVANCE)
    assert may("regions", user=AnonymousUser(), action=Action.VIEW)
