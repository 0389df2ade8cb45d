"""Which division owns each row, and whether the row may lie there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _

from accounts.selectors import GrantedArea
from geocore.arrays import GeometryArray
from geocore.geodesy import distance_m
from importers.cells import Cells
from importers.columns import shown
from importers.divisions import CodeArray, Ground, Surveyed
from importers.problems import ProblemCode, RowProblem
from importers.rows import Rows
from layers.fields import field_of, is_array
from layers.services import AREA_TOLERANCE_M
from layers.spec import SpatialLayer

NEAREST_WITHIN_M = 2_000.0
"""How far outside all known divisions a position may lie and still be given to the nearest one, with a warning."""

FROM_NEW_HOME = {"destination": "new_home"}
"""Divisions that follow from another geometry than the one that owns the feature."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A division field with a value for each row.

    `derived` says that the file has no such column: the positions decided.
    """

    field: str
    codes: CodeArray
    derived: bool


def owners(
    layer: SpatialLayer,
    cells: Cells,
    shapes: dict[str, GeometryArray],
    rows: Rows,
    *,
    area: GrantedArea,
    ground: Ground,
) -> list[Owner]:
    """Return the divisions of each row, as the file names them or as the positions show.

    Rows that no division owns, that lie elsewhere than they say, or outside `area`, are rejected.
    """
    if not hasattr(layer.model, "SCOPE_FIELDS"):
        outside_area(cells.codes("code", len(rows)), rows, area)
        return []
    near = ground.near(bounds_of(shapes))
    found = []
    for name in layer.model.SCOPE_FIELDS:
        if is_array(field_of(layer.model, name)):
            continue
        geometry = FROM_NEW_HOME.get(name) or (layer.inside_area[0] if layer.inside_area else layer.imports.geometry)
        owner = owner_of(layer, name, cells, shapes.get(geometry), rows=rows, near=near)
        if owner is not None:
            found.append(owner)
    for owner in found[:1]:
        if layer.inside_area and (layer.inside_area[0] in shapes):
            check_inside(owner, cells, shapes[layer.inside_area[0]], rows, near=near, area=area)
        outside_area(owner.codes, rows, area)
    return found


def bounds_of(shapes: dict[str, GeometryArray]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the box around all geometries; NaN where there is none."""
    drawn = [shapely.total_bounds(one) for one in shapes.values()]
    if not drawn:
        return np.full(4, np.nan)
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(drawn), np.fmax.reduce(drawn)
    return np.concatenate((low[:2], high[2:]))


def owner_of(
    layer: SpatialLayer, name: str, cells: Cells, shapes: GeometryArray | None, *, rows: Rows, near: Surveyed
) -> Owner | None:
    """Return the division field `name`; None where neither a column nor a geometry fills it."""
    count = len(rows)
    named = cells.codes(name, count)
    if shapes is None:
        if name not in cells.all():
            return None
        return owned(layer, Owner(name, named, derived=False), None, cells, rows)
    positions = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.point_on_surface(shapes))
    open_ = np.array([code is None for code in named], dtype=np.bool_)
    codes = named.copy()
    if open_.any():
        codes[open_] = near.codes_at(positions)[open_]
        adopt(codes, positions, rows, near)
    return owned(layer, Owner(name, codes, derived=name not in cells.all()), positions, cells, rows)


def adopt(codes: CodeArray, positions: GeometryArray, rows: Rows, near: Surveyed) -> None:
    """Give positions just outside all known divisions to the nearest one, and warn.

    Coasts and province lines are drawn generally, and lists of places are rounded.
    """
    nobodys = np.array([code is None for code in codes], dtype=np.bool_)
    left = np.flatnonzero(nobodys & ~rows.bad & ~shapely.is_missing(positions))
    if not len(left):
        return
    found, metres = near.nearest(positions[left], NEAREST_WITHIN_M)
    codes[left] = found
    told = [
        _("row %(row)d: %(metres)d m from %(code)s") % {"row": rows.numbers[row], "metres": far, "code": code}
        for row, far, code in zip(left, metres, found, strict=True)
        if code is not None
    ]
    if told:
        rows.warnings.append(
            _("%(n)d positions lie in no known division and were given to the nearest: %(rows)s.")
            % {"n": len(told), "rows": shown(told)}
        )


def owned(layer: SpatialLayer, owner: Owner, positions: GeometryArray | None, cells: Cells, rows: Rows) -> Owner:
    """Return `owner` after rows without it were rejected, where it has to be known."""
    if not field_of(layer.model, owner.field).null:
        reject_unowned(owner, positions, cells.labels.get(owner.field), rows)
    return owner


def reject_unowned(owner: Owner, positions: GeometryArray | None, label: str | None, rows: Rows) -> None:
    """Reject rows without the division that must own them."""
    unowned = np.array([code is None for code in owner.codes], dtype=np.bool_) & ~rows.bad
    nowhere = np.zeros(len(rows), dtype=np.bool_)
    if positions is not None:
        nowhere = unowned & ~shapely.is_missing(positions)
        texts = [f"{p.x:.6f}, {p.y:.6f}" if bad else "" for p, bad in zip(positions, nowhere, strict=True)]
        rows.reject(nowhere, label, ProblemCode.NO_REGION_HERE, texts)
    rows.reject(unowned & ~nowhere, label or owner.field, ProblemCode.MISSING)


def check_inside(
    owner: Owner, cells: Cells, shapes: GeometryArray, rows: Rows, *, near: Surveyed, area: GrantedArea
) -> None:
    """Reject rows whose geometry reaches out of the division that they name, by more than boundaries err."""
    if owner.derived and area.everywhere:
        return
    claims = near.claimed_by(owner.codes)
    asked = np.flatnonzero((claims >= 0) & ~rows.bad & ~shapely.is_missing(shapes))
    order = asked[np.argsort(claims[asked], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(claims[order])) + 1):
        if not len(group):
            continue
        division = near.geoms[claims[group[0]]]
        shapely.prepare(division)
        for row in group[~shapely.covers(division, shapes[group])]:
            metres = metres_beyond(shapes[row], division)
            if metres > AREA_TOLERANCE_M:
                code = ProblemCode.OUTSIDE_AREA if owner.derived else ProblemCode.OUTSIDE_REGION
                params = {"metres": f"{metres:,.0f}"}
                label = cells.labels.get(owner.field)
                rows.reject_one(row, RowProblem(int(rows.numbers[row]), label, code, str(owner.codes[row]), params))


def metres_beyond(shape: shapely.Geometry, division: shapely.Geometry) -> float:
    """Return how far, in geodesic metres, the farthest vertex outside `division` lies from it."""
    outside = shapely.points(shapely.get_coordinates(shapely.difference(shape, division)))
    nearest = shapely.get_point(shapely.shortest_line(outside, division), -1)
    metres = distance_m(shapely.get_coordinates(outside), shapely.get_coordinates(nearest))
    return float(metres.max(initial=0.0))


def outside_area(codes: CodeArray, rows: Rows, area: GrantedArea) -> None:
    """Reject rows of divisions in which the user may not import."""
    if area.everywhere:
        return
    outside = {code for code in set(codes) - {None} if not str(code).startswith(area.divisions or ("none",))}
    rows.reject(
        np.array([code in outside for code in codes], dtype=np.bool_) & ~rows.bad, None, ProblemCode.OUTSIDE_AREA, codes
    )
