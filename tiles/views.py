"""Vector tiles of every view of every layer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import OperationalError
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from psycopg2.errors import QueryCanceled

from layers.problems import problem, sign_in_first
from layers.registry import UnknownLayerError, get_view
from tiles import selectors
from tiles.answers import tile_answer, with_headers
from tiles.grid import NoSuchTileError, read_address
from tiles.map_layers import tile_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from layers.spec import LayerView


@require_safe
def vector(request: HttpRequest, view: str, z: str, x: str, y: str) -> HttpResponseBase:
    """Return one vector tile: 204 where nothing is to be seen, by the data, the zoom or the grants."""
    found = view_or_problem(request, view)
    if isinstance(found, JsonResponse):
        return found
    try:
        address = read_address(z, x, y)
    except NoSuchTileError as error:
        return no_such_tile(error)
    if address.z > found.tiles.maxzoom:
        return problem(
            HTTPStatus.NOT_FOUND,
            _("Tiles of this layer end at zoom %(last)s; enlarge those instead.") % {"last": found.tiles.maxzoom},
        )
    try:
        tile = selectors.vector_tile(view, address, user=request.user)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("Drawing this tile took too long and was stopped. Zoom in, or try again in a minute."),
        )
    return tile_answer(request, tile)


@require_safe
def tilejson(request: HttpRequest, view: str) -> HttpResponseBase:
    """Return the description of a view's tiles as TileJSON 3.0."""
    found = view_or_problem(request, view)
    if isinstance(found, JsonResponse):
        return found
    description = selectors.described(view, user=request.user)
    # build_absolute_uri() would escape the braces of the template
    address = request.build_absolute_uri("/").rstrip("/") + tile_address(view)
    return with_headers(
        JsonResponse(selectors.tilejson(view, description, address=address), json_dumps_params={"ensure_ascii": False})
    )


def view_or_problem(request: HttpRequest, key: str) -> LayerView | JsonResponse:
    """Return the view called `key`, or the answer to somebody who may not know more about it."""
    try:
        layer, view = get_view(key)
    except UnknownLayerError:
        return problem(HTTPStatus.NOT_FOUND, _("There is no layer of this name."))
    if not (request.user.is_authenticated or layer.access.public):
        return sign_in_first()
    return view


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
