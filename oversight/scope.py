"""Where somebody looks on the one map, within the area that was granted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.roles import Action
from accounts.selectors import GrantedArea, granted_area
from geocore.divisions import DivisionCode, DivisionCodeError
from layers.catalogue.regions import Level, Region
from layers.registry import get_layer

if TYPE_CHECKING:
    from accounts.selectors import Asker

COUNTY_DIGITS = 6
DIGITS = {Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6}


class OutsideAreaError(LookupError):
    """The division does not exist, or nothing of it was granted."""


@dataclass(frozen=True, slots=True)
class Place:
    """A province, prefecture or county."""

    code: str
    name: str
    level: int
    parent_code: str | None

    @property
    def prefix(self) -> str:
        """Return the code without its closing zeros."""
        return self.code[: DIGITS[Level(self.level)]]


def places() -> dict[str, Place]:
    """Return every province, prefecture and county by its code without closing zeros, in order of the codes."""
    rows = Region.objects.alive().filter(level__lte=Level.COUNTY).order_by("code")
    found = (Place(*row) for row in rows.values_list("code", "name", "level", "parent_id"))
    return {place.prefix: place for place in found}


@dataclass(frozen=True, slots=True)
class Areas:
    """What was granted of the layers that the figures are counted from."""

    households: GrantedArea
    plots: GrantedArea
    sites: GrantedArea

    @property
    def nowhere(self) -> bool:
        """True where no figure can be shown at all."""
        return self.households.nowhere and self.plots.nowhere and self.sites.nowhere

    @property
    def whole_counties(self) -> bool:
        """True where households and plots are granted by whole counties: the tally may be read."""
        return all(
            area.everywhere or (not area.sites and all(len(prefix) <= COUNTY_DIGITS for prefix in area.divisions))
            for area in (self.households, self.plots)
        )


def areas_of(user: Asker) -> Areas:
    """Return what `user` was granted to view of households, plots and sites."""

    def area(key: str) -> GrantedArea:
        layer = get_layer(key)
        return granted_area(user=user, layer=key, action=Action.VIEW, roles=layer.access.roles(Action.VIEW))

    return Areas(area("households"), area("plots"), area("sites"))


def within(area: GrantedArea, prefix: str) -> tuple[str, ...]:
    """Return the part of `area` below the division `prefix`, as prefixes; an area of sites counts as all of it."""
    if area.everywhere or any(prefix.startswith(granted) for granted in area.divisions):
        return (prefix,)
    inside = tuple(granted for granted in area.divisions if granted.startswith(prefix))
    return inside or ((prefix,) if area.sites else ())


@dataclass(frozen=True, slots=True)
class Looking:
    """The division looked at, with the way to it.

    Attributes
    ----------
    place
        The division itself.
    path
        From the widest division that the user may look at down to `place`.
    choices
        For each step of `path`, and one step further down, what else could be chosen there.
    known
        Every division that the user may look at below the root of `path`.
    areas
        What was granted.
    """

    place: Place
    path: tuple[Place, ...]
    choices: tuple[tuple[Place, ...], ...]
    known: tuple[Place, ...]
    areas: Areas

    @property
    def root(self) -> Place:
        """Return the widest division that the user may look at."""
        return self.path[0]

    @property
    def children(self) -> tuple[Place, ...]:
        """Return the divisions directly below, as far as something of them was granted."""
        return self.choices[len(self.path)]

    def prefixes(self, layer: str) -> tuple[str, ...]:
        """Return the granted part of the division looked at, for `households`, `plots` or `sites`."""
        area: GrantedArea = getattr(self.areas, layer)
        return within(area, self.place.prefix)


def look_at(code: str, *, areas: Areas) -> Looking | None:
    """Return where to look: the division `code`, or without one the widest that holds everything granted.

    None where there are no divisions at all, or nothing was granted.

    Raises
    ------
    OutsideAreaError
        There is no such division, or nothing of it was granted.
    """
    known = {prefix: place for prefix, place in places().items() if any_within(areas, prefix)}
    roots = root_prefixes(known, areas)
    if not roots:
        return None
    chosen = chosen_prefix(code) if code else roots[0]
    root = next((prefix for prefix in roots if chosen.startswith(prefix)), None)
    if root is None or chosen not in known:
        raise OutsideAreaError(code)
    path = tuple(known[chosen[:digits]] for digits in DIGITS.values() if len(root) <= digits <= len(chosen))
    choices = [tuple(known[prefix] for prefix in roots)]
    choices += [tuple(place for place in known.values() if place.parent_code == step.code) for step in path]
    below = tuple(place for prefix, place in known.items() if prefix.startswith(root))
    return Looking(known[chosen], path, tuple(choices), below, areas)


def chosen_prefix(code: str) -> str:
    """Return a division code, with or without its closing zeros, as a prefix.

    Raises
    ------
    OutsideAreaError
        It is no division code.
    """
    try:
        return DivisionCode.parse(code).prefix
    except DivisionCodeError as error:
        raise OutsideAreaError(code) from error


def any_within(areas: Areas, prefix: str) -> bool:
    """Return whether anything below the division was granted, or whether it lies on the way to a grant."""
    return any(within(area, prefix) for area in (areas.households, areas.plots, areas.sites))


def root_prefixes(known: dict[str, Place], areas: Areas) -> list[str]:
    """Return the widest divisions to look at: every province, or the smallest that holds all that was granted."""
    if areas.nowhere or not known:
        return []
    granted = (areas.households, areas.plots, areas.sites)
    provinces = [prefix for prefix in known if len(prefix) == DIGITS[Level.PROVINCE]]
    if any(area.everywhere or area.sites for area in granted):
        return provinces
    divisions = [division for area in granted for division in area.divisions]
    holding = [prefix for prefix in known if all(division.startswith(prefix) for division in divisions)]
    return [max(holding, key=len)] if holding else provinces
