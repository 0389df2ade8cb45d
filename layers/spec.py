"""The words in which a layer is declared: plain frozen values, read by every surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from accounts.roles import STAFF, Action, Role

if TYPE_CHECKING:
    from django.db import models
    from django.utils.functional import Promise

    Text = str | Promise

CGCS2000 = 4490
"""SRID of every stored geometry: CGCS2000 geographic, x = longitude, y = latitude, degrees."""

EXPORTS = ("gpkg", "geojson", "shp", "csv", "xlsx", "kml", "fgb", "parquet")
"""Formats in which every layer can leave; `txt`, of the land office, is for parcels."""

NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """Which roles may do what to a layer, always within the area of their grants.

    Attributes
    ----------
    view, change, import_, export, advance
        Roles. A role that may change may also view.
    public
        Anybody may view the public properties of every feature, without an account.
    """

    view: frozenset[Role] = STAFF
    change: frozenset[Role] = NOBODY
    import_: frozenset[Role] = frozenset({Role.STEWARD})
    export: frozenset[Role] = STAFF - {Role.FIELD}
    advance: frozenset[Role] = NOBODY
    public: bool = False

    def roles(self, action: Action | str) -> frozenset[Role]:
        """Return the roles that may do `action`."""
        return {
            Action.VIEW: self.view | self.change | self.import_ | self.advance,
            Action.CHANGE: self.change,
            Action.IMPORT: self.import_,
            Action.EXPORT: self.export,
            Action.ADVANCE: self.advance,
            Action.PERSONAL: NOBODY,
        }[Action(action)]


@dataclass(frozen=True, slots=True)
class TileRule:
    """How features become vector tiles.

    Attributes
    ----------
    minzoom, maxzoom
        Zooms at which the layer is drawn; below `minzoom` a tile is empty, above `maxzoom` it is overzoomed.
    point_below
        Polygons are drawn as a point on their surface below this zoom, where they are smaller than a symbol.
    overview, overview_below
        A second geometry column, already generalised so that neighbours still touch, and the zoom below which
        it is drawn.
    buffer_px
        Half of the widest symbol, of 256 px a tile: a symbol at the edge is drawn in both tiles.
    max_features
        More than this in one tile are left out, in order of `id`; the tile says how many (`omitted`).
    """

    minzoom: int = 5
    maxzoom: int = 16
    point_below: int | None = None
    overview: str | None = None
    overview_below: int = 0
    buffer_px: int = 12
    max_features: int = 20_000


@dataclass(frozen=True, slots=True)
class MatchKey:
    """How a row of a file finds the feature that it is about.

    Attributes
    ----------
    fields
        Model fields that must all be equal and not empty.
    within_m
        The geometry must also lie within this many metres (geodesic); None asks nothing of the place.
    """

    fields: tuple[str, ...]
    within_m: float | None = None


@dataclass(frozen=True, slots=True)
class ImportMap:
    """How columns of a file become fields.

    Attributes
    ----------
    columns
        Field name to the column names that mean it (Chinese, pinyin initials, English); compared without case,
        spaces and full-width forms. The field's own name and its column always count.
    words
        Field with a list of values: value to further words for it, besides the value itself and its titles.
    geometry
        The geometry field that a spatial file fills.
    points
        Point field to the pair of column aliases (x, y) that fill it from a table.
    match
        Keys in order of preference; the first whose fields are present decides.
    code_prefix
        What a derived code starts with; None: a row without a code is refused.
    defaults
        Values for fields that the file does not give.
    exclusive
        Polygon field whose ground one feature alone may claim: rows that overlap another one are rejected.
    overlap_m2
        How much two of them may overlap all the same: neighbours are drawn apart by hand.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    geometry: str = "geom"
    points: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    match: tuple[MatchKey, ...] = (MatchKey(("code",)), MatchKey(("source", "source_id")))
    code_prefix: str | None = None
    defaults: Mapping[str, object] = field(default_factory=dict)
    exclusive: str | None = None
    overlap_m2: float = 1.0


@dataclass(frozen=True, slots=True)
class LayerView:
    """One way of drawing a layer: the same rows at one of their geometry columns.

    `key` is unique among all views of all layers; the first view of a layer carries the layer's own key.
    """

    key: str
    title: Text
    geom: str
    tiles: TileRule = field(default_factory=TileRule)


Owner = Literal["region", "every_county"]


@dataclass(frozen=True, slots=True)
class SpatialLayer:
    """All that is declared of a layer.

    Attributes
    ----------
    public, internal
        Model fields that maps, tiles and exports carry: to anybody (on public layers), and to people with a grant.
        The dossier, the form and exports show what is in `groups` besides, to people with a grant alone. A field named
        nowhere is on no surface. Names, ID numbers and phones have no place in a layer's table at all.
    personal
        What is in `groups` and says how single people live: an export carries it only where a reason is stated.
    exports
        Keys of the formats (`importers.exporters.formats`) in which the layer leaves.
    views
        At least one; the first is the layer itself.
    owner
        Whose grant a change needs: the division that owns the feature, or every county it touches.
    site_lookup
        Path from the feature to the code of the site that it belongs to, for grants to one site; None where
        such grants show nothing.
    inside_area
        Geometry fields that must lie inside the division that owns the feature.
    protected
        Fields that only a service may write; shown read-only on every form, never taken from a file.
    columns, filters, search, ordering
        The list page: columns shown, fields filtered by, fields searched, order.
    groups
        Field groups of the dossier and the form: title to fields.
    symbol
        Name of the drawing rule in the shared cartography module of the pages.
    """

    key: str
    title: Text
    title_one: Text
    model: type[models.Model]
    views: tuple[LayerView, ...]
    internal: tuple[str, ...]
    public: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    imports: ImportMap = field(default_factory=ImportMap)
    exports: tuple[str, ...] = EXPORTS
    owner: Owner = "region"
    site_lookup: str | None = None
    inside_area: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ("code",)
    ordering: tuple[str, ...] = ("code",)
    groups: tuple[tuple[Text, tuple[str, ...]], ...] = ()
    symbol: str = "circle"

    @property
    def geom(self) -> str:
        """Name of the geometry field of the first view."""
        return self.views[0].geom

    @property
    def geometries(self) -> tuple[str, ...]:
        """Names of all drawn geometry fields, in order of the views."""
        return tuple(dict.fromkeys(view.geom for view in self.views))

    def properties(self, *, staff: bool) -> tuple[str, ...]:
        """Return the fields that a reader sees: `public` only, or `public` and `internal`."""
        return tuple(dict.fromkeys((*self.public, *self.internal))) if staff else self.public

    def exported(self, *, personal: bool) -> tuple[str, ...]:
        """Return the fields that an export carries: all that the dossier shows, the personal ones only on demand."""
        shown = (*self.properties(staff=True), *(name for _title, names in self.groups for name in names))
        return tuple(name for name in dict.fromkeys(shown) if personal or name not in self.personal)
