"""Every surface of the site, taken from the URL resolver and the register of layers, each with its class.

A new URL must be put into `CLASSES`, a new model in the admin into `ADMIN_MODELS`, and an argument that no other URL
has into `values`: the tests fail with a sentence until it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import asinh, floor, pi, radians, tan
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from importers.models import ImportBatch
from layers.registry import all_layers, all_views, get_view, layer_of
from spatial_analysis.methods import all_methods

if TYPE_CHECKING:
    from tests.contract.world import County


class Class(Enum):
    """Who may ask a URL, and whether rows of layers can stand in its answer."""

    PUBLIC = "answers anybody, from no row of a layer"
    LOGIN = "asks for an account, and answers from no row of a layer"
    FEATURES = "asks for an account unless the layer is public, and answers from rows of layers"
    ADMIN = "asks for a staff account, and answers from no row of a layer"
    ADMIN_FEATURES = "asks for a staff account, and answers from rows of layers"


BEARING = frozenset({Class.FEATURES, Class.ADMIN_FEATURES})

CLASSES: dict[str, Class] = {
    "healthz": Class.PUBLIC,
    "readyz": Class.PUBLIC,
    "status": Class.FEATURES,
    "set_language": Class.PUBLIC,
    "login": Class.PUBLIC,
    "logout": Class.PUBLIC,
    "login_code": Class.PUBLIC,
    "account": Class.LOGIN,
    "end_sessions": Class.LOGIN,
    "two_step": Class.LOGIN,
    "two_step_change": Class.LOGIN,
    "two_step_confirm": Class.LOGIN,
    "password_change": Class.LOGIN,
    "password_change_done": Class.LOGIN,
    "layers:list": Class.FEATURES,
    "layers:geojson": Class.FEATURES,
    "layers:create": Class.FEATURES,
    "layers:dossier": Class.FEATURES,
    "layers:edit": Class.FEATURES,
    "layers:delete": Class.FEATURES,
    "layers:members": Class.FEATURES,
    "layers:edit_members": Class.FEATURES,
    "layers:people": Class.FEATURES,
    "layers:history": Class.FEATURES,
    "layers:restore": Class.FEATURES,
    "tiles:tilejson": Class.FEATURES,
    "tiles:vector": Class.FEATURES,
    "exports:layer": Class.FEATURES,
    "exports:file": Class.FEATURES,
    "importers:index": Class.FEATURES,
    "importers:hand_in": Class.LOGIN,
    "importers:upload": Class.FEATURES,
    "importers:choose": Class.FEATURES,
    "importers:commit": Class.FEATURES,
    "importers:discard": Class.FEATURES,
    "importers:cancel": Class.FEATURES,
    "importers:map": Class.FEATURES,
    "importers:rejected": Class.FEATURES,
    "importers:batch": Class.FEATURES,
    "importers:undo": Class.FEATURES,
    "jobs:index": Class.FEATURES,
    "jobs:job": Class.FEATURES,
    "jobs:cancel": Class.FEATURES,
    "jobs:retry": Class.FEATURES,
    "analysis:index": Class.FEATURES,
    "analysis:relocation_distance": Class.FEATURES,
    "analysis:method": Class.FEATURES,
    "analysis:runs": Class.FEATURES,
    "analysis:run": Class.FEATURES,
    "analysis:export": Class.FEATURES,
    "analysis:start": Class.FEATURES,
    "analysis:file": Class.FEATURES,
    "oversight:one_map": Class.FEATURES,
    "oversight:counties": Class.FEATURES,
    "oversight:divisions": Class.FEATURES,
    "oversight:trail": Class.FEATURES,
    "oversight:trail_csv": Class.FEATURES,
    "admin:login": Class.PUBLIC,
    "admin:logout": Class.PUBLIC,
    "admin:index": Class.ADMIN,
    "admin:password_change": Class.ADMIN,
    "admin:password_change_done": Class.ADMIN,
    "admin:jsi18n": Class.ADMIN,
    "admin:app_list": Class.ADMIN,
    "admin:autocomplete": Class.ADMIN_FEATURES,
    "admin:(?P<url>.*)$": Class.ADMIN,
}
"""Every URL but those of models in the admin, by its name (by its pattern where it has none)."""

ADMIN_MODELS: dict[str, Class] = {
    "auth.group": Class.ADMIN,
    "accounts.user": Class.ADMIN,
    "accounts.grant": Class.ADMIN,
    "django_tasks_database.dbtaskresult": Class.ADMIN,
    "oversight.plantarget": Class.ADMIN,
    "accounts.grantevent": Class.ADMIN,
    "fieldwork.helperassignment": Class.ADMIN_FEATURES,
    "importers.importbatch": Class.ADMIN_FEATURES,
    "layers.householdidentity": Class.ADMIN_FEATURES,
    "layers.person": Class.ADMIN_FEATURES,
}
"""Models in the admin that are no layers; layers are `ADMIN_FEATURES` by themselves."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL pattern: its name (its pattern where it has none), its arguments, and the model that it administers."""

    name: str
    route: str
    arguments: tuple[str, ...]
    model: type[Model] | None = None

    @property
    def group(self) -> str:
        """Return what the URLs of one model in the admin have in common; else the name."""
        return f"admin:{self.model._meta.label_lower}" if self.model else self.name

    @property
    def classed(self) -> Class | None:
        """Return its class, or None where nobody classified it."""
        if self.model is None:
            return CLASSES.get(self.name)
        if layer_of(self.model):
            return Class.ADMIN_FEATURES
        return ADMIN_MODELS.get(self.model._meta.label_lower)


def all_urls() -> list[Url]:
    """Return every URL pattern that the root resolver knows."""
    return list(walk(get_resolver()))


def walk(
    resolver: URLResolver, namespace: str = "", route: str = "", model: type[Model] | None = None
) -> Iterator[Url]:
    """Yield every URL pattern below `resolver`."""
    for entry in resolver.url_patterns:
        pattern = str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry, inner, route + pattern, administered(namespace, pattern) or model)
        elif isinstance(entry, URLPattern):
            arguments = tuple(entry.pattern.regex.groupindex)
            yield Url(f"{namespace}{entry.name or pattern}", route + pattern, arguments, model)


def administered(namespace: str, pattern: str) -> type[Model] | None:
    """Return the model whose pages in the admin lie below `pattern`."""
    if namespace != "admin:":
        return None
    return next(
        (one for one in admin.site._registry if pattern == f"{one._meta.app_label}/{one._meta.model_name}/"), None
    )


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int, int]:
    """Return zoom, column and row of the tile in which a position lies, by the formula of the web grid."""
    across = 2**zoom
    x = floor((longitude + 180) / 360 * across)
    y = floor((1 - asinh(tan(radians(latitude))) / pi) / 2 * across)
    return zoom, x, y


def zooms(view_key: str) -> list[int]:
    """Return the zooms at which a view is asked: its ends and one that people read codes at."""
    rule = get_view(view_key)[1].tiles
    return sorted({rule.minzoom, max(rule.minzoom, min(14, rule.maxzoom)), rule.maxzoom})


class UnknownArgumentError(AssertionError):
    """A URL has an argument that `fillings` cannot fill."""


Filled = dict[str, Any]


def fillings(url: Url, county: County) -> list[Filled]:
    """Return every way to fill the arguments of `url` so that it is about something of `county`.

    Raises
    ------
    UnknownArgumentError
        With the name of the argument.
    """
    found: list[Filled] = [{}]
    for argument in url.arguments:
        found = [filled | more for filled in found for more in values(url, argument, filled, county)]
    return found


def values(url: Url, argument: str, filled: Filled, county: County) -> list[Filled]:
    """Return the values of one argument, given those before it."""
    if argument == "view":
        return [{"view": view.key} for _layer, view in all_views()]
    if argument == "z":
        return tiles_of(filled["view"], county)
    if argument in {"object_id", "id"}:
        return [{argument: one} for one in objects(url, filled, county)]
    simple = {
        "x": [None],
        "y": [None],
        "layer": [layer.key for layer in all_layers()],
        "code": [county.features[filled["layer"]].code] if "layer" in filled else [],
        "method": [method.key for method in all_methods()],
        "ending": [] if "method" not in filled else endings(filled["method"]),
        "run_id": [county.run_id],
        "job_id": [county.job_id],
        "upload_id": [county.upload_id],
        "batch_id": [str(one.pk) for one in county.others if isinstance(one, ImportBatch)],
        "app_label": sorted({model._meta.app_label for model in admin.site._registry}),
        "content_type_id": content_types(),
        "url": ["nowhere/"],
        "uidb64": ["MQ"],
        "token": ["set-password"],
    }
    if argument not in simple:
        raise UnknownArgumentError(
            f"{url.name} has the argument “{argument}”, which tests/contract/surfaces.py cannot fill: "
            "add values to `values` that are about a feature."
        )
    return [{} if value is None else {argument: value} for value in simple[argument]]


def tiles_of(view_key: str, county: County) -> list[Filled]:
    """Return the tiles in which the feature of a view lies."""
    layer, view = get_view(view_key)
    place = getattr(county.features[layer.key], view.geom).centroid
    return [dict(zip("zxy", tile_at(place.x, place.y, zoom), strict=True)) for zoom in zooms(view_key)]


def objects(url: Url, filled: Filled, county: County) -> list[str]:
    """Return primary keys in the admin: of what `county` has of the model, else a number that may exist."""
    model = url.model
    if "content_type_id" in filled:
        kind = ContentType.objects.filter(pk=filled["content_type_id"]).first()
        model = kind.model_class() if kind else None
    return [str(county.records[model].pk) if model in county.records else "1"]


def content_types() -> list[str]:
    """Return the numbers under which Django knows the models of the layers, and one that it does not know."""
    return [*(str(ContentType.objects.get_for_model(layer.model).pk) for layer in all_layers()), "999999"]


def endings(method_key: str) -> list[str]:
    """Return the kinds of files that an analysis writes."""
    return next(list(method.writers) for method in all_methods() if method.key == method_key)


def address(url: Url, filled: Filled) -> str:
    """Return the address of `url`; patterns without a name are put together from their route."""
    if not url.name.endswith("$") and "<" not in url.name:
        return reverse(url.name, kwargs=filled)
    route = url.route.replace("(?P<url>.*)$", "<url>").replace("<path:", "<")
    for argument, value in filled.items():
        route = route.replace(f"<{argument}>", str(value))
    return f"/{route}"
