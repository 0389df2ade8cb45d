"""Finding people for a stated purpose."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.context import PERSONAL_LAYER, personal_area
from layers.finding import MOST_HOUSEHOLDS, MOST_SEARCHES, TooManySearchesError, TooWideError, people_find
from layers.forms.people import PeopleForm
from layers.views.access import layer_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@never_cache
@sensitive_variables()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@layer_page()
def people(request: HttpRequest, layer: SpatialLayer) -> HttpResponse:
    """Ask whom, then show who fits with masks; what was looked for stands in no address and no record."""
    if layer.key != PERSONAL_LAYER:
        raise Http404
    area = personal_area(request.user)
    if area.nowhere:
        raise PermissionDenied
    home = area.divisions[0] if area.divisions else ""
    form = PeopleForm(request.POST if request.method == "POST" else None, division=home)
    context: dict[str, Any] = {"layer": layer, "form": form}
    status, wait = HTTPStatus.OK, 0
    if form.is_valid():
        try:
            context["answer"] = people_find(user=request.user, **form.search())
        except TooWideError:
            sentence = _("More than %(most)d households live there: name a smaller division.")
            form.add_error("division", sentence % {"most": MOST_HOUSEHOLDS})
        except TooManySearchesError as error:
            status, wait = HTTPStatus.TOO_MANY_REQUESTS, ceil((error.until - timezone.now()).total_seconds())
            context.update(until=error.until, most=MOST_SEARCHES)
    if form.errors:
        status = HTTPStatus.BAD_REQUEST
    answer = render(request, "layers/people.html", context, status=status)
    if wait:
        answer["Retry-After"] = str(max(wait, 1))
    return answer
