"""The list of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import Action
from layers.extensions import list_actions
from layers.forms.filters import ListForm
from layers.listing import PAGE_ROWS, ListQuery, drill_down, listed_columns, listed_features, sortable
from layers.presentation import Names, Shown, is_number, label_of, names_for, shown
from layers.selectors import may
from layers.views.access import layer_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

    from layers.spec import SpatialLayer


@dataclass(frozen=True, slots=True)
class Column:
    """A column head: its words, and where a click on it leads."""

    name: str
    label: str
    numeric: bool
    sort: str = ""
    """The order that a click asks for; empty where the column has none."""
    now: str = ""
    """`ascending` or `descending` where the list stands in its order."""


@dataclass(frozen=True, slots=True)
class Row:
    """A feature as the list shows it."""

    code: str
    cells: list[Shown]


@require_safe
@layer_page()
def layer_list(request: HttpRequest, layer: SpatialLayer) -> HttpResponse:
    """Return the list: filtered, searched, sorted and paged; a question that makes no sense is refused in words."""
    form = ListForm(layer, request.GET, user=request.user)
    query = form.query() if form.is_valid() else None
    page = page_of(request, layer, query, form) if query else None
    problems = form.problems()
    form.offer(drill_down(layer, user=request.user, region=query.region if query else ""))
    columns = listed_columns(layer, user=request.user)
    context = {
        "layer": layer,
        "form": form,
        "problems": problems,
        "narrowed": form.narrowed() if query else [],
        "filtered": bool(query and query.narrows),
        "columns": heads(layer, columns, query.sort if query else ""),
        "page_obj": page,
        "page_range": page.paginator.get_elided_page_range(page.number, on_each_side=2) if page else (),
        "rows": rows_of(layer, page, columns, request) if page else [],
        "may_create": may(layer, user=request.user, action=Action.CHANGE),
        "actions": list_actions(layer, user=request.user),
    }
    status = HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK
    return render(request, "layers/list.html", context, status=status)


def page_of(request: HttpRequest, layer: SpatialLayer, query: ListQuery, form: ListForm) -> Page[Any] | None:
    """Return the asked page; None, with the reason in the form, where there is no such page."""
    rows = listed_features(layer, user=request.user, query=query).defer(*heavy_fields(layer))
    paginator = Paginator(rows, PAGE_ROWS)
    try:
        return paginator.page(request.GET.get("page") or 1)
    except PageNotAnInteger:
        form.add_error(None, _("The page must be a number."))
    except EmptyPage:
        form.add_error(None, _("There is no such page; the last one is %(last)s.") % {"last": paginator.num_pages})
    return None


def heavy_fields(layer: SpatialLayer) -> list[str]:
    """Return the fields that no list shows and that may be large."""
    shown_there = {"code", *layer.columns}
    return [
        found.name
        for found in layer.model._meta.concrete_fields
        if found.name not in shown_there and found.get_internal_type() not in ("BigAutoField", "ForeignKey")
    ]


def rows_of(layer: SpatialLayer, page: Page[Any], columns: Iterable[str], request: HttpRequest) -> list[Row]:
    """Return the rows of a page in words; names behind codes take one query a layer."""
    columns = list(columns)
    features = list(page.object_list)
    names = names_for(layer, features, columns, user=request.user)
    return [Row(feature.code, cells_of(layer, feature, columns, names)) for feature in features]


def cells_of(layer: SpatialLayer, feature: Any, columns: list[str], names: Names) -> list[Shown]:
    """Return the cells of a row without its code, which stands first in every list."""
    return [shown(layer, feature, name, names) for name in columns if name != "code"]


def heads(layer: SpatialLayer, columns: Iterable[str], sort: str) -> list[Column]:
    """Return the column heads, the code first."""
    able = sortable(layer)
    found = []
    for name in dict.fromkeys(("code", *columns)):
        model_field: Any = layer.model._meta.get_field(name)
        now = {name: "ascending", f"-{name}": "descending"}.get(sort or layer.ordering[0], "")
        next_sort = (f"-{name}" if now == "ascending" else name) if name in able else ""
        found.append(Column(name, label_of(model_field), is_number(model_field), next_sort, now))
    return found
