"""Which divisions a list of codes concerns: what an audit record is shown by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accounts.audit import EVERYWHERE
from accounts.roles import Action
from accounts.selectors import granted_area
from geocore.divisions import DivisionCode, DivisionCodeError
from layers.registry import UnknownLayerError, get_layer
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker

PERSONAL_SUBJECTS = frozenset({"layers.Person", "layers.HouseholdIdentity"})


def divisions_concerned(subject: str, codes: Sequence[str]) -> set[str]:
    """Return the prefixes of the divisions that features concern; deleted features count, unknown codes do not.

    Parameters
    ----------
    subject
        Key of a layer, or the label of a personal table, whose rows go by the codes of households.
    """
    try:
        layer = get_layer("households" if subject in PERSONAL_SUBJECTS else subject)
    except UnknownLayerError:
        return set()
    return counties_of(layer, codes) if hasattr(layer.model, "SCOPE_FIELDS") else prefixes(codes)


def counties_of(layer: SpatialLayer, codes: Sequence[str]) -> set[str]:
    """Return the counties of features by their codes."""
    found = layer.model._default_manager.filter(code__in=list(codes)).values_list("scope__counties", flat=True)
    return {county for counties in found.distinct() for county in counties}


def prefixes(codes: Sequence[str]) -> set[str]:
    """Return division codes without closing zeros; what is no division code is left out."""
    found = set()
    for code in codes:
        try:
            found.add(DivisionCode.parse(code).prefix)
        except DivisionCodeError:
            continue
    return found


def divisions_exported(layer: SpatialLayer, *, user: Asker, action: Action, region: str = "") -> set[str]:
    """Return the divisions that leave with an export: what `user` was granted, as far as it lies in `region`.

    Parameters
    ----------
    region
        Division code; empty is everywhere.
    """
    area = granted_area(user=user, layer=layer.key, action=action, roles=layer.access.roles(action))
    asked = DivisionCode.parse(region).prefix if region else ""
    if area.everywhere or (layer.access.public and action == Action.VIEW):
        return {asked or EVERYWHERE}
    of_sites = divisions_concerned("sites", area.sites) if area.sites else set()
    pairs = [(granted, asked) for granted in {*area.divisions, *of_sites}]
    return {max(pair, key=len) for pair in pairs if pair[0].startswith(asked) or asked.startswith(pair[0])}
