"""A household with everything, one with nothing, one elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import feature, regions


@pytest.fixture
def households() -> dict[str, Any]:
    """Return households of the own county, of the neighbour, and a deleted one."""
    regions()
    full = feature(
        "households",
        code="H-FULL",
        housing_area_m2=0.1 + 0.2,
        own_funds_yuan=Decimal("1234567890.12"),
        certificates=["甲,证", 'b"2'],
        room="",
        main_income="farming",
        living_seen_on=dt.date(1899, 12, 31),
    )
    bare = feature(
        "households",
        code="H-BARE",
        old_home=None,
        new_home=None,
        labour_force=None,
        moved_on=None,
        moved_in_on=None,
        origin_type="",
        old_home_accuracy_m=None,
        new_home_accuracy_m=None,
    )
    other = feature("households", code="H-OTHER", at="451222001001")
    gone = feature("households", code="H-GONE")
    type(gone).objects.filter(pk=gone.pk).update(deleted_at="2020-01-01T00:00Z")
    return {"full": full, "bare": bare, "other": other, "gone": gone}
