"""The divisions that a question can be about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.roles import Action
from geocore.divisions import DivisionCode, DivisionCodeError, Level
from layers.models import Region
from spatial_analysis.reach import Reach

if TYPE_CHECKING:
    from accounts.selectors import Asker

COUNTY_RANK = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of the select: the code without closing zeros, the name, and how deep it stands."""

    code: str
    name: str
    depth: int
    chosen: bool

    @property
    def indent(self) -> range:
        """Return something to loop over, once a level."""
        return range(self.depth)


def home_division(*, user: Asker, layer: str) -> str:
    """Return the division that was granted to `user` if it is a single one, else an empty text: all there is."""
    area = Reach.of(user, layer=layer, action=Action.VIEW).area
    return area.divisions[0] if len(area.divisions) == 1 and not area.sites else ""


def division_choices(*, user: Asker, layer: str, chosen: str) -> list[Choice]:
    """Return the divisions in the reader's area down to the county, and the chosen one even if it is smaller."""
    area = Reach.of(user, layer=layer, action=Action.VIEW).area
    wanted = Q(level__lte=COUNTY_RANK)
    if not area.everywhere:
        inside = Q(pk__in=[])
        for prefix in area.divisions:
            inside |= Q(code__startswith=prefix, level__lte=COUNTY_RANK) | Q(code=DivisionCode.parse(prefix).code)
        wanted = inside
    full = chosen_code(chosen)
    rows = Region.objects.alive().filter(wanted | Q(code=full)).order_by("code").values_list("code", "name", "level")
    found = list(rows)
    top = min((level for _code, _name, level in found), default=1)
    return [Choice(DivisionCode(code).prefix, name, level - top, chosen=code == full) for code, name, level in found]


def chosen_code(chosen: str) -> str:
    """Return the 12 digits of what was chosen, empty where it is no division."""
    try:
        return DivisionCode.parse(chosen).code if chosen.strip() else ""
    except DivisionCodeError:
        return ""


def division_path(region: str) -> list[Choice]:
    """Return the divisions from the province down to `region`, for the breadcrumb."""
    full = chosen_code(region)
    if not full:
        return []
    code = DivisionCode(full)
    line = [*reversed(list(code.ancestors())), code]
    names = dict(Region.objects.alive().filter(code__in=[one.code for one in line]).values_list("code", "name"))
    return [
        Choice(one.prefix, names[one.code], 0, chosen=one.code == full)
        for one in line
        if one.code in names and one.level >= Level.PROVINCE
    ]
