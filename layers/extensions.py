"""Where higher apps add to the pages of layers, which know nothing of them; register in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.base import Feature
    from layers.spec import SpatialLayer, Text

EVERY_LAYER = "*"


@dataclass(frozen=True, slots=True)
class DossierPanel:
    """A box on the dossier of a layer's features.

    Attributes
    ----------
    layer_key
        The layer, or `EVERY_LAYER`.
    title
        Heading of the box.
    template
        What is drawn inside it; sees what `context` returned, `feature`, `layer` and the page's own context.
    context
        From the feature and the reader; None leaves the box out.
    order
        Smaller is higher; then by title.
    """

    layer_key: str
    title: Text
    template: str
    context: Callable[[Feature, Asker], Mapping[str, Any] | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class ListAction:
    """A button above the list of a layer.

    Attributes
    ----------
    layer_key
        The layer, or `EVERY_LAYER`.
    title, icon
        Words on the button and the name of its icon.
    url
        From the layer and the reader; None leaves the button out.
    with_filters
        The address takes the filters that the list has at the moment.
    """

    layer_key: str
    title: Text
    icon: str
    url: Callable[[SpatialLayer, Asker], str | None]
    order: int = 100
    with_filters: bool = False


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel with what it shows of one feature."""

    title: Text
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownAction:
    """An action with the address it leads to."""

    title: Text
    icon: str
    url: str
    with_filters: bool


_panels: list[DossierPanel] = []
_actions: list[ListAction] = []


def register_dossier_panel(panel: DossierPanel) -> None:
    """Add a box to dossiers; the same one twice counts once."""
    if panel not in _panels:
        _panels.append(panel)


def register_list_action(action: ListAction) -> None:
    """Add a button to list pages; the same one twice counts once."""
    if action not in _actions:
        _actions.append(action)


def dossier_panels(layer: SpatialLayer, feature: Feature, *, user: Asker) -> list[ShownPanel]:
    """Return the panels of higher apps that have something to show of `feature`, in order."""
    shown = []
    for panel in sorted(_panels, key=lambda panel: (panel.order, str(panel.title))):
        if panel.layer_key in (layer.key, EVERY_LAYER):
            context = panel.context(feature, user)
            if context is not None:
                shown.append(ShownPanel(panel.title, panel.template, context))
    return shown


def list_actions(layer: SpatialLayer, *, user: Asker) -> list[ShownAction]:
    """Return the buttons of higher apps that lead somewhere for `user`, in order."""
    shown = []
    for action in sorted(_actions, key=lambda action: (action.order, str(action.title))):
        if action.layer_key in (layer.key, EVERY_LAYER):
            url = action.url(layer, user)
            if url:
                shown.append(ShownAction(action.title, action.icon, url, action.with_filters))
    return shown
