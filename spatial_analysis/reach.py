"""Whose eyes an analysis has: the rows it may read, and the area that its figures are complete in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from accounts.roles import Action
from accounts.selectors import EVERYWHERE, GrantedArea, granted_area
from layers.registry import get_layer
from layers.selectors import Visibility, visibility_for

if TYPE_CHECKING:
    from accounts.selectors import Asker


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a layer somebody's analysis reads.

    Attributes
    ----------
    visibility
        The test on the rows: the same one that every page, tile and export uses.
    area
        Where it was granted. A household also shows where it arrives, so the figures of a division outside
        `area` cover only the households that have to do with `area`.
    """

    visibility: Visibility
    area: GrantedArea

    @classmethod
    def of(cls, user: Asker | None, *, layer: str, action: Action = Action.VIEW) -> Self:
        """Return the reach of `user`; None is the system itself, which reads everything."""
        declared = get_layer(layer)
        if user is None:
            return cls(Visibility(declared, everything=True), EVERYWHERE)
        return cls(
            visibility_for(declared, user=user, action=action),
            granted_area(user=user, layer=layer, action=action, roles=declared.access.roles(action)),
        )

    def holds(self, code: str) -> bool:
        """Return whether the whole division of `code` (12 digits) lies in the area."""
        return self.area.everywhere or any(code.startswith(prefix) for prefix in self.area.divisions)


def as_json(area: GrantedArea) -> dict[str, Any]:
    """Return an area as it is stored with a run."""
    return {"everywhere": area.everywhere, "divisions": list(area.divisions), "sites": list(area.sites)}


def covers(area: GrantedArea, stored: dict[str, Any]) -> bool:
    """Return whether `area` holds all of an area that `as_json` wrote."""
    if area.everywhere:
        return True
    if stored["everywhere"]:
        return False
    divisions = all(any(inner.startswith(outer) for outer in area.divisions) for inner in stored["divisions"])
    return divisions and set(stored["sites"]) <= set(area.sites)
