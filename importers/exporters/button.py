"""The button on every list that leads to the export of what the list shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action
from layers.extensions import EVERY_LAYER, ListAction
from layers.selectors import may

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer


def export_url(layer: SpatialLayer, user: Asker) -> str | None:
    """Return where a layer is exported; None for those who may not."""
    if not may(layer, user=user, action=Action.EXPORT):
        return None
    return reverse("exports:layer", kwargs={"layer": layer.key})


EXPORT = ListAction(EVERY_LAYER, _("Export"), "download", export_url, order=50, with_filters=True)
