"""The dossier of a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.dossier import areas_of, groups_of, holds_grant, is_items, related_features, shown_fields
from layers.extensions import dossier_panels
from layers.item_words import item_groups, reported
from layers.presentation import Shown, in_words, moment, names_for
from layers.surroundings import map_data, referring
from layers.versions import people_named
from layers.views.access import feature_or_404, layer_page, may_change

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@require_safe
@layer_page()
def dossier(request: HttpRequest, layer: SpatialLayer, code: str) -> HttpResponse:
    """Return all that is known of a feature, on one page."""
    feature: Any = feature_or_404(request, layer, code)
    fields = shown_fields(layer, user=request.user)
    names = names_for(layer, [feature], (*fields, *own_division(feature)), user=request.user)
    staff = holds_grant(layer, user=request.user)
    items = next((getattr(feature, name) for name in fields if is_items(layer, name)), None)
    context = {
        "layer": layer,
        "feature": feature,
        "name": getattr(feature, "name", "") or feature.code,
        "badges": badges(layer, feature, fields),
        "place": names.of("regions", getattr(feature, "region_id", "")) or "",
        "groups": groups_of(layer, feature, fields, names),
        "areas": areas_of(layer, feature, names) if staff else [],
        "items": item_groups(items) if items is not None else None,
        "items_reported": reported(items),
        "related": related_features(layer, feature, user=request.user),
        "panels": dossier_panels(layer, feature, user=request.user),
        "map_data": {
            **map_data(layer, feature, region=getattr(feature, "region_id", feature.code), user=request.user),
            "related": referring(layer, feature, user=request.user),
        },
        "missing_views": [view.title for view in layer.views if getattr(feature, view.geom) is None],
        "staff": staff,
        "changed_by": people_named({feature.changed_by_id}).get(feature.changed_by_id, ""),
        "changed_at": moment(feature.changed_at),
        "may_change": may_change(request, layer, feature),
    }
    return render(request, "layers/dossier.html", context)


def own_division(feature: Any) -> tuple[str, ...]:
    """Return the field of the division that owns a feature, if it has one."""
    return ("region",) if hasattr(feature, "region_id") else ()


def badges(layer: SpatialLayer, feature: Any, fields: tuple[str, ...]) -> list[Shown]:
    """Return the choices that the list is filtered by: what a feature is, in a word each."""
    found = []
    for name in layer.filters:
        field: Any = layer.model._meta.get_field(name)
        value = getattr(feature, name)
        if name in fields and value not in (None, ""):
            found.append(Shown(name, str(field.verbose_name), in_words(field, value)))
    return found
