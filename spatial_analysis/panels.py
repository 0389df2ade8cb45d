"""What analyses add to the dossiers of features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from layers.extensions import DossierPanel
from layers.models import Household
from spatial_analysis.kernels.distance import moved_m
from spatial_analysis.relocation_answer import km, yes_no
from spatial_analysis.relocation_distance import SAME_PLACE_M, crossings

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature


def household_move(feature: Feature, user: Asker) -> dict[str, Any]:
    """Return how far one household moved, from the same kernel as the analysis."""
    assert isinstance(feature, Household)
    distance = moved_m([position(feature.old_home)], [position(feature.new_home)])[0]
    origin, destination = (np.array([int(code or 0)]) for code in (feature.region_id, feature.destination_id))
    cross_township, cross_county = crossings(origin, destination)
    known = not np.isnan(distance)
    return {
        "km": km(float(distance)) if known else "",
        "missing_old": feature.old_home is None,
        "missing_new": feature.new_home is None,
        "same_place": known and bool(distance < SAME_PLACE_M),
        "cross_township": yes_no(cross_township[0]),
        "cross_county": yes_no(cross_county[0]),
    }


def position(point: Any) -> tuple[float, float]:
    """Return a stored point as degrees, NaN where it is unknown."""
    return (np.nan, np.nan) if point is None else (point.x, point.y)


HOUSEHOLD_MOVE = DossierPanel(
    layer_key="households",
    title=_("Distance moved"),
    template="spatial_analysis/household_move.html",
    context=household_move,
    order=20,
)
