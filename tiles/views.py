"""Vector tiles of every view of every layer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import OperationalError
from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from psycopg2.errors import QueryCanceled

from accounts import passes
from layers.problems import problem, sign_in_first
from layers.registry import UnknownLayerError, get_view
from layers.selectors import viewing_area
from tiles import selectors
from tiles.answers import CACHING, tile_answer
from tiles.front import TOO_SLOW
from tiles.grid import NoSuchTileError, read_address
from tiles.map_layers import tile_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from accounts.selectors import GrantedArea
    from layers.spec import SpatialLayer
    from tiles.grid import TileAddress


@require_safe
def vector(request: HttpRequest, view: str, z: str, x: str, y: str) -> HttpResponseBase:
    """Return one vector tile: 204 where nothing is to be seen, by the data, the zoom or the grants."""
    try:
        layer, found = get_view(view)
    except UnknownLayerError:
        return no_such_layer()
    area = area_by_pass(request, layer) if passes.carried(request) is not None else area_of_user(request, layer)
    if isinstance(area, JsonResponse):
        return area
    try:
        address = read_address(z, x, y)
    except NoSuchTileError as error:
        return no_such_tile(error)
    if address.z > found.tiles.maxzoom:
        return problem(
            HTTPStatus.NOT_FOUND,
            _("Tiles of this layer end at zoom %(last)s; enlarge those instead.") % {"last": found.tiles.maxzoom},
        )
    return drawn(request, view, address, area)


def drawn(request: HttpRequest, view: str, address: TileAddress, area: GrantedArea) -> HttpResponseBase:
    """Return the tile as far as it lies within `area`, or the sentence on one that takes too long."""
    too_slow = request.META.get(TOO_SLOW, False)
    tile = b""
    try:
        if not too_slow:
            tile = selectors.vector_tile(view, address, area=area)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        too_slow = True
    if too_slow:
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("Drawing this tile took too long and was stopped. Zoom in, or try again in a minute."),
        )
    answer = tile_answer(
        tile,
        accept_encoding=request.headers.get("Accept-Encoding", ""),
        if_none_match=request.headers.get("If-None-Match", ""),
    )
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def tilejson(request: HttpRequest, view: str) -> HttpResponseBase:
    """Return the description of a view's tiles as TileJSON 3.0."""
    try:
        layer, _view = get_view(view)
    except UnknownLayerError:
        return no_such_layer()
    # Before the area: rights that change in between make the pass void, never wider.
    epoch = passes.rights_epoch()
    # Passes are given to people alone: one that could be had for another would never end.
    area = area_of_user(request, layer)
    if isinstance(area, JsonResponse):
        return area
    description = selectors.described(view, area=area)
    # build_absolute_uri() would escape the braces of the template
    address = request.build_absolute_uri("/").rstrip("/") + tile_address(layer, view, area, epoch)
    response = JsonResponse(
        selectors.tilejson(view, description, address=address),
        json_dumps_params={"ensure_ascii": False},
        headers=CACHING,
    )
    patch_vary_headers(response, ["Cookie"])
    return response


def area_by_pass(request: HttpRequest, layer: SpatialLayer) -> GrantedArea | JsonResponse:
    """Return where the pass in the address lets `layer` be seen, or the answer to one that does not hold."""
    try:
        return passes.opened(passes.carried(request) or "", layer=layer.key)
    except passes.PassError:
        sentence = _("This address of the map no longer holds: reload the page, or read tilejson.json again.")
        return problem(HTTPStatus.FORBIDDEN, sentence)


def area_of_user(request: HttpRequest, layer: SpatialLayer) -> GrantedArea | JsonResponse:
    """Return where whoever asks may see `layer`, or the answer to somebody who has to sign in first."""
    if not (request.user.is_authenticated or layer.access.public):
        return sign_in_first()
    return viewing_area(layer, user=request.user)


def no_such_layer() -> JsonResponse:
    """Return the sentence on a layer that is not declared."""
    return problem(HTTPStatus.NOT_FOUND, _("There is no layer of this name."))


def no_such_tile(error: NoSuchTileError) -> JsonResponse:
    """Return the sentence on an address that names no tile."""
    if error.reason == "not_a_number":
        sentence = _("Zoom, column and row of a tile are whole numbers from 0; “%(value)s” is none.")
        return problem(HTTPStatus.BAD_REQUEST, sentence % error.numbers)
    if error.reason == "zoom":
        sentence = _("There is no zoom %(value)s: the last one is %(last)s.")
    else:
        sentence = _("At zoom %(z)s columns and rows end at %(last)s.")
    return problem(HTTPStatus.NOT_FOUND, sentence % error.numbers)
