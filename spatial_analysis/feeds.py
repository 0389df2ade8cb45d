"""What kernels are fed with: rows of the layers as arrays, never more than somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg2 import sql

from layers.lookups import AnyOf
from layers.models import Household
from layers.sqlfiles import compose
from spatial_analysis.copy_arrays import POINT, coordinates_of, copy_to_array, numbers_of

if TYPE_CHECKING:
    from geocore.arrays import IntArray, LonLat
    from geocore.divisions import DivisionCode
    from spatial_analysis.reach import Reach

POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

CODE = "S12"
ENDS: dict[str, npt.DTypeLike] = {
    "id": ">i8",
    "region": CODE,
    "destination": CODE,
    "old_home": POINT,
    "new_home": POINT,
    "changed": ">i8",
}


@dataclass(frozen=True, slots=True)
class HouseholdEnds:
    """Where households come from and where they went; one row a household, in no order.

    Attributes
    ----------
    id
        Primary keys, shape (n,).
    region, destination
        12-digit division codes of origin and destination as numbers, shape (n,); 0 where unknown.
    old, new
        CGCS2000 degrees, shape (n, 2); NaN where unknown.
    changed_at
        The moment of the latest change among the rows; None where there are none.
    """

    id: IntArray
    region: IntArray
    destination: IntArray
    old: LonLat
    new: LonLat
    changed_at: datetime | None

    def __len__(self) -> int:
        return len(self.id)

    @property
    def version(self) -> str:
        """Return a mark that two readings of the same rows share only while none of them has changed.

        A change moves the latest moment, a deletion the number of rows.
        """
        return f"{len(self)}@{self.changed_at.isoformat() if self.changed_at else '-'}"


def household_ends(reach: Reach, region: DivisionCode | None = None) -> HouseholdEnds:
    """Return the ends of the households in `reach` that come from `region` (None: from anywhere)."""
    if reach.visibility.nothing:
        return ends_of(np.zeros(0, dtype=list(ENDS.items())))
    return ends_of(copy_to_array(*asked("household_ends", reach, region), ENDS))


def household_count(reach: Reach, region: DivisionCode | None = None) -> int:
    """Return how many households `household_ends` would read."""
    if reach.visibility.nothing:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(*asked("household_count", reach, region))
        count: int = cursor.fetchone()[0]
    return count


def asked(query: str, reach: Reach, region: DivisionCode | None) -> tuple[sql.Composed, dict[str, Any]]:
    """Return a query over the households in `reach` that come from `region`, and its parameters."""
    test, parameters = reach.visibility.sql("household")
    composed = compose("spatial_analysis", query, visible=sql.SQL(test))
    return composed, {**parameters, "prefix": f"{region.prefix if region else ''}%"}


def ends_of(rows: np.ndarray[tuple[int], np.dtype[np.void]]) -> HouseholdEnds:
    """Return rows in the columns of `ENDS` as arrays of the machine's own byte order."""
    return HouseholdEnds(
        id=rows["id"].astype(np.int64),
        region=numbers_of(rows["region"]),
        destination=numbers_of(rows["destination"]),
        old=coordinates_of(rows["old_home"]),
        new=coordinates_of(rows["new_home"]),
        changed_at=POSTGRES_EPOCH + timedelta(microseconds=int(rows["changed"].max())) if len(rows) else None,
    )


def household_codes(ids: IntArray) -> dict[int, str]:
    """Return the codes of households that a feed has read; a code never changes."""
    return dict(Household.objects.filter(AnyOf("id", ids.tolist())).values_list("pk", "code"))
