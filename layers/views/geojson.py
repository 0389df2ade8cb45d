"""Features as GeoJSON, for maps and for other programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import record_access
from accounts.models import AccessRecord
from accounts.roles import Action, Through
from layers.concerned import divisions_exported
from layers.forms.filters import ListForm
from layers.geojson import Box, BoxError, feature_collection
from layers.problems import problem, sign_in_first
from layers.registry import UnknownLayerError, get_view
from layers.selectors import may

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from accounts.selectors import Asker
    from layers.spec import SpatialLayer


@require_safe
def geojson(request: HttpRequest, view: str) -> HttpResponseBase:
    """Return all features of a view that the reader may see; `bbox` and the filters of the list narrow them."""
    try:
        layer, _view = get_view(view)
    except UnknownLayerError:
        return problem(HTTPStatus.NOT_FOUND, _("There is no layer of this name."))
    if not may(layer, user=request.user, action="view"):
        if not request.user.is_authenticated:
            return sign_in_first()
        return problem(HTTPStatus.FORBIDDEN, _("Your account has no grant to see this layer."))
    form = ListForm(layer, request.GET, user=request.user)
    if not form.is_valid():
        return problem(HTTPStatus.BAD_REQUEST, " ".join(str(text) for texts in form.errors.values() for text in texts))
    given = request.GET.get("bbox", "")
    try:
        bbox = Box.parse(given) if given else None
    except BoxError:
        sentence = _("“%(given)s” is no box: give west,south,east,north in degrees, such as 107.0,24.5,107.5,25.0.")
        return problem(HTTPStatus.BAD_REQUEST, sentence % {"given": given[:80]})
    features = feature_collection(view, user=request.user, bbox=bbox, query=form.query())
    # Nobody reads the body of HEAD: no query is begun for it.
    head = request.method == "HEAD"
    if not head and request.user.is_authenticated:
        export_recorded(layer, view, form.query().region, user=request.user)
    answer = StreamingHttpResponse(() if head else features, content_type="application/geo+json")
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Disposition"] = f'inline; filename="{view}.geojson"'
    return answer


def export_recorded(layer: SpatialLayer, view: str, region: str, *, user: Asker) -> None:
    """Write down that features leave as a file, before the first of them does."""
    record_access(
        user=user,
        kind=AccessRecord.Kind.EXPORT,
        subject=layer.key,
        purpose=f"{view}.geojson",
        through=Through.API,
        divisions=divisions_exported(layer, user=user, action=Action.VIEW, region=region),
    )
