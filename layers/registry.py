"""The one register of layers. Everything that shows, takes in or gives out features starts here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from layers.history import keep_history
from layers.spec import LayerView, SpatialLayer, TileRule

if TYPE_CHECKING:
    from layers.base import Feature

    ModelT = TypeVar("ModelT", bound=type[Feature])

_layers: dict[str, SpatialLayer] = {}
_views: dict[str, tuple[SpatialLayer, LayerView]] = {}


class UnknownLayerError(LookupError):
    """There is no layer of this name."""


def spatial_layer(
    *,
    key: str,
    title: Any,
    geom: str = "geom",
    tiles: TileRule | None = None,
    more_views: tuple[LayerView, ...] = (),
    **declared: Any,
) -> Callable[[ModelT], ModelT]:
    """Declare a model as a layer of the map; a class decorator.

    Parameters
    ----------
    key
        Stable name in URLs, tiles and commands.
    geom
        The geometry field that the layer itself is drawn at.
    more_views
        Further ways of drawing the same rows.
    **declared
        The other attributes of `layers.spec.SpatialLayer`.

    Raises
    ------
    ValueError
        If the key, or the key of a view, is taken.
    """
    taken = [name for name in (key, *(view.key for view in more_views)) if name in _views]
    if taken:
        raise ValueError(f"layer or view key already declared: {', '.join(taken)}")
    first = LayerView(key=key, title=title, geom=geom, tiles=tiles or TileRule())

    def declare(model: ModelT) -> ModelT:
        layer = SpatialLayer(key=key, title=title, model=model, views=(first, *more_views), **declared)
        _layers[key] = layer
        for view in layer.views:
            _views[view.key] = (layer, view)
        return keep_history(model)

    return declare


def all_layers() -> tuple[SpatialLayer, ...]:
    """Return every layer, in the order of declaration."""
    return tuple(_layers.values())


def all_views() -> tuple[tuple[SpatialLayer, LayerView], ...]:
    """Return every view with its layer, in the order of declaration."""
    return tuple(_views.values())


def get_layer(key: str) -> SpatialLayer:
    """Return the layer called `key`.

    Raises
    ------
    UnknownLayerError
    """
    try:
        return _layers[key]
    except KeyError:
        raise UnknownLayerError(key) from None


def get_view(key: str) -> tuple[SpatialLayer, LayerView]:
    """Return the view called `key` and the layer it draws.

    Raises
    ------
    UnknownLayerError
    """
    try:
        return _views[key]
    except KeyError:
        raise UnknownLayerError(key) from None


def layer_of(model: type) -> SpatialLayer | None:
    """Return the layer that `model` was declared as, or None."""
    return next((layer for layer in _layers.values() if layer.model is model), None)
