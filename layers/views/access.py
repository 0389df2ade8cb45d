"""Which layer and which feature a page is about, and whether the reader may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.roles import Action
from layers.registry import UnknownLayerError, get_layer
from layers.selectors import deleted_features_for, features_for, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from layers.base import Feature
    from layers.spec import SpatialLayer


def layer_page(
    action: Action = Action.VIEW,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Return the decorator of a page that needs `action` on its layer somewhere; the view gets the layer itself.

    Without an account one is sent to log in, except where a public layer is viewed.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        def page(request: HttpRequest, layer: str, **arguments: Any) -> HttpResponseBase:
            declared = layer_or_404(layer)
            if not may(declared, user=request.user, action=action):
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise PermissionDenied
            return view(request, declared, **arguments)

        page.__name__, page.__doc__, page.__module__ = view.__name__, view.__doc__, view.__module__
        return page

    return decorate


def layer_or_404(key: str) -> SpatialLayer:
    """Return the layer called `key`."""
    try:
        return get_layer(key)
    except UnknownLayerError as error:
        raise Http404 from error


def feature_or_404(request: HttpRequest, layer: SpatialLayer, code: str) -> Feature:
    """Return the feature if the reader may see it: what lies outside the area reads like what does not exist."""
    feature: Feature | None = features_for(layer, user=request.user).filter(code=code).first()
    if feature is None:
        raise Http404
    return feature


def kept_or_404(request: HttpRequest, layer: SpatialLayer, code: str) -> Feature:
    """Return the feature, also a deleted one if the reader may bring it back."""
    deleted: Feature | None = deleted_features_for(layer, user=request.user).filter(code=code).first()
    return deleted or feature_or_404(request, layer, code)


def may_change(request: HttpRequest, layer: SpatialLayer, feature: Feature) -> bool:
    """Return whether the reader may change this very feature."""
    return features_for(layer, user=request.user, action=Action.CHANGE).filter(pk=feature.pk).exists()


def restorable_or_error(request: HttpRequest, layer: SpatialLayer, code: str) -> Feature:
    """Return the feature if the reader may make an earlier version of it the newest; errors as below."""
    deleted: Feature | None = deleted_features_for(layer, user=request.user).filter(code=code).first()
    return deleted or changeable_or_error(request, layer, code)


def changeable_or_error(request: HttpRequest, layer: SpatialLayer, code: str) -> Feature:
    """Return the feature if the reader may change it.

    Raises
    ------
    Http404
        The reader may not even see it.
    PermissionDenied
        The reader sees it and may not change it.
    """
    feature = feature_or_404(request, layer, code)
    if not may_change(request, layer, feature):
        raise PermissionDenied
    return feature
