"""Grants: who was given what, where."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Grant, User
from accounts.roles import Action, Role
from accounts.selectors import EVERYWHERE, NOWHERE, granted_area, has_role, widest
from tests.factories import UserFactory, grant, user_with

pytestmark = pytest.mark.django_db
ROLES = frozenset({Role.PLANNER, Role.STEWARD})


def area(user: User, *, layer: str = "sites", action: Action = Action.CHANGE) -> object:
    """Return where `user` may change sites."""
    return granted_area(user=user, layer=layer, action=action, roles=ROLES)


def test_a_user_without_grants_may_nothing() -> None:
    assert area(UserFactory()) == NOWHERE


def test_anonymous_may_nothing() -> None:
    assert granted_area(user=AnonymousUser(), layer="sites", action=Action.VIEW, roles=ROLES) == NOWHERE


def test_an_inactive_user_keeps_nothing() -> None:
    user = user_with(Role.PLANNER, "4512")
    user.is_active = False
    assert area(user) == NOWHERE


def test_superuser_may_everything() -> None:
    assert area(UserFactory(is_superuser=True)) == EVERYWHERE


def test_only_roles_that_the_layer_names_count() -> None:
    assert area(user_with(Role.LEADER, "45")) == NOWHERE
    assert area(user_with(Role.PLANNER, "4512")).divisions == ("4512",)  # type: ignore[attr-defined]


def test_a_grant_may_be_narrowed_to_a_layer_and_an_action() -> None:
    user = user_with(Role.PLANNER, "4512", layer="plots", action="view")
    assert area(user) == NOWHERE
    assert area(user, layer="plots") == NOWHERE
    assert area(user, layer="plots", action=Action.VIEW).divisions == ("4512",)  # type: ignore[attr-defined]


def test_wider_divisions_swallow_narrower_ones() -> None:
    assert widest({"4512", "451221", "451027", "45122"}) == ["451027", "4512"]


def test_a_grant_everywhere_wins() -> None:
    user = user_with(Role.PLANNER, "4512")
    grant(user, Role.STEWARD)
    assert area(user) == EVERYWHERE


def test_has_role_anywhere() -> None:
    user = user_with(Role.AUDITOR, "45")
    assert has_role(user=user, roles={Role.AUDITOR})
    assert not has_role(user=user, roles={Role.STEWARD})


@pytest.mark.parametrize("division", ["4", "451", "45122", "4512210000001", "ab", "451200"])
def test_a_division_is_a_prefix_without_closing_zeros(division: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Grant(user=UserFactory(), role=Role.PLANNER, division=division).full_clean()
    assert "division" in refused.value.message_dict


@pytest.mark.parametrize(
    "where", [{}, {"everywhere": True, "division": "45"}, {"division": "45", "site": "AZ-1"}], ids=str
)
def test_a_grant_says_exactly_one_where(where: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=UserFactory(), role=Role.PLANNER, **where)


def test_grants_keep_their_history() -> None:
    given = grant(UserFactory(), Role.PLANNER, "4512")
    given.division = "4510"
    given.save()
    given.delete()
    events = Grant.pgh_event_model.objects.filter(pgh_obj_id=given.pk or None)  # type: ignore[attr-defined]
    labels = list(
        Grant.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "division")  # type: ignore[attr-defined]
    )
    assert labels == [("insert", "4512"), ("update", "4510"), ("delete", "4510")]
    assert events is not None


@pytest.mark.parametrize(("field", "value"), [("layer", "site"), ("site", "AZ-NOWHERE")])
def test_a_grant_names_only_what_exists(field: str, value: str) -> None:
    where = {} if field == "site" else {"division": "4512"}
    with pytest.raises(ValidationError) as refused:
        Grant(user=UserFactory(), role=Role.PLANNER, **where, **{field: value}).full_clean()
    assert value in refused.value.message_dict[field][0]
