"""The layers of a map as its scripts read them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from accounts import passes
from layers.registry import all_views
from layers.selectors import viewing_areas

if TYPE_CHECKING:
    from accounts.selectors import Asker, GrantedArea
    from layers.spec import SpatialLayer

PLACE = "/0/0/0.mvt"


def map_layers(*, user: Asker, shown: Collection[str]) -> list[dict[str, Any]]:
    """Return every view of every layer that `user` may see, as `MapLayer` of `gisapp/map/cartography.js`.

    Parameters
    ----------
    shown
        Keys of the views that are switched on at first.
    """
    # The epoch first: rights that change after it was read make the passes void, never wider.
    epoch = passes.rights_epoch()
    areas = viewing_areas(user=user)
    found = []
    for layer, view in all_views():
        if areas[layer.key].nowhere and not layer.access.public:
            continue
        found.append(
            {
                "key": view.key,
                "layer": layer.key,
                "title": str(view.title),
                "symbol": layer.symbol,
                "tiles": tile_address(layer, view.key, areas[layer.key], epoch),
                "minzoom": view.tiles.minzoom,
                "maxzoom": view.tiles.maxzoom,
                "shown": view.key in shown,
                "labels": labels(layer),
                "facts": facts(layer),
            }
        )
    return found


def tile_address(layer: SpatialLayer, view: str, area: GrantedArea, epoch: int) -> str:
    """Return the address of the tiles of a view, with {z}, {x} and {y} for the script to fill in.

    It carries a pass for `area`: whoever asks there need not say who asks.

    Parameters
    ----------
    epoch
        `rights_epoch()` as it was before `area` was read.
    """
    given = passes.Pass(layer.key, area, passes.this_window(), epoch).text()
    address = reverse("tiles:vector", kwargs={"view": view, "z": 0, "x": 0, "y": 0})
    return f"{address.replace(PLACE, '/{z}/{x}/{y}.mvt')}?{passes.PARAMETER}={given}"


def facts(layer: SpatialLayer) -> list[list[str]]:
    """Return column and heading of the properties that a popup shows: the columns of the list, without references."""
    fields: list[Any] = [layer.model._meta.get_field(name) for name in layer.columns if name not in {"code", "name"}]
    return [[field.column, str(field.verbose_name)] for field in fields if not field.is_relation]


def labels(layer: SpatialLayer) -> dict[str, str]:
    """Return the words for the coded values of a layer, by value."""
    words: dict[str, str] = {}
    for name in layer.properties(staff=True):
        choices = getattr(layer.model._meta.get_field(name), "flatchoices", None) or ()
        words.update({str(value): str(label) for value, label in choices})
    return words
