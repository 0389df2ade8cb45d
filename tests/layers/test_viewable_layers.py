"""One look at the grants says the same as asking layer by layer."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import Role
from layers.registry import all_layers
from layers.selectors import may, viewable_layers
from tests.factories import UserFactory, grant, user_with

pytestmark = pytest.mark.django_db


def one_by_one(user: User | AnonymousUser) -> set[str]:
    return {layer.key for layer in all_layers() if may(layer, user=user, action="view")}


@pytest.mark.parametrize("role", list(Role))
def test_of_every_role(role: Role):
    user = user_with(role, "451221")
    assert viewable_layers(user=user) == one_by_one(user)


@pytest.mark.parametrize("limits", [{"layer": "sites"}, {"action": "export"}, {"layer": "plots", "action": "view"}])
def test_of_a_grant_to_one_layer_or_one_action(limits: dict[str, str]):
    user = UserFactory()
    grant(user, Role.PLANNER, "451221", **limits)
    assert viewable_layers(user=user) == one_by_one(user)


def test_of_a_stranger_and_of_somebody_who_sets_the_system_up():
    for user in (AnonymousUser(), UserFactory(), UserFactory(is_active=False), UserFactory(is_superuser=True)):
        assert viewable_layers(user=user) == one_by_one(user)
