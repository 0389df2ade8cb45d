"""A small province in which people moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from accounts.roles import Role
from tests.factories import HouseholdFactory, near, regions, user_with


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> Iterator[None]:
    """Let pages and commands speak the language that the tests read."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def moves(db: None) -> dict[str, Any]:
    """Households of two counties: within 451221, from there to 451222, within 451222, and with unknown ends."""
    regions()
    return {
        "within": HouseholdFactory(),
        "out": HouseholdFactory(to="451222001001"),
        "in": HouseholdFactory(at="451222001001", to="451221001001"),
        "neighbour": HouseholdFactory(at="451222001001"),
        "no_old": HouseholdFactory(old_home=None),
        "no_new": HouseholdFactory(new_home=None),
        "same": HouseholdFactory(old_home=near("451221"), new_home=near("451221")),
    }


@pytest.fixture
def planner(db: None) -> Any:
    """A planner of county 451221."""
    return user_with(Role.PLANNER, "451221")


@pytest.fixture
def leader(db: None) -> Any:
    """A leader of the whole province."""
    return user_with(Role.LEADER, "45")
