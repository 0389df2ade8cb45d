"""Geometries as given into geometries as stored: type, CRS, validity, and what is kept of the original."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.contrib.gis.db.models import GeometryField
from shapely import GeometryType

from geocore.arrays import BoolArray, GeometryArray
from geocore.coordinate_text import read_coordinates
from geocore.crs import AxisOrder, Crs
from geocore.geometry import LINES, POINTS, POLYGONS, FaultCode, GeometryFault, as_multipolygons, find_faults
from importers.columns import ColumnMap
from importers.problems import ProblemCode, from_fault
from importers.readers import Column, Source
from importers.readers.parts import shapes_of
from importers.rows import Rows, as_mask
from importers.values import as_text
from layers.fields import field_of
from layers.spec import SpatialLayer

DECIMALS = 9
"""Of a transformed coordinate: 0.1 mm, far below any survey and above the noise of the arithmetic."""

ACCEPT = {
    "POINT": POINTS,
    "LINESTRING": LINES,
    "POLYGON": POLYGONS,
    "MULTIPOLYGON": POLYGONS,
}


@dataclass(slots=True)
class Given:
    """A geometry field as the file fills it.

    Attributes
    ----------
    shapes
        Shape (n,), in the CRS of the file; None where there is none.
    texts
        What stood in the file: "x, y" of a table; None where the geometry itself says it.
    label
        What the file calls it, for problems.
    faults
        Found while reading.
    first_axis
        1 where letters of the hemispheres say that the first column is a longitude, -1 a latitude, 0 nothing.
    """

    shapes: GeometryArray
    label: str | None
    texts: pa.Array | None = None
    faults: tuple[GeometryFault, ...] = ()
    first_axis: int = 0


def given_geometries(layer: SpatialLayer, source: Source, columns: ColumnMap, rows: Rows) -> dict[str, Given]:
    """Return what the file gives for each geometry field of the layer."""
    found: dict[str, Given] = {}
    if source.geometries is not None:
        found[layer.imports.geometry] = Given(source.geometries, None, faults=tuple(source.faults))
    for name, (x, y) in columns.points.items():
        found[name] = points_of((x, y), rows)
    return found


def wanted_shapes(layer: SpatialLayer) -> set[str]:
    """Return what a file should draw for the layer, in the words of `readers.parts`."""
    field = field_of(layer.model, layer.imports.geometry)
    return {shapes_of(field.geom_type)} if isinstance(field, GeometryField) else set()


def points_of(columns: tuple[Column, Column], rows: Rows) -> Given:
    """Return points of two columns; half a position is rejected, none is None."""
    x, y = (as_text(column.values) for column in columns)
    east, north = (read_coordinates(cells) for cells in (x, y))
    label = ", ".join(column.name for column in columns)
    for column, cells, one in zip(columns, (x, y), (east, north), strict=True):
        endless = as_mask(pc.is_valid(cells)) & ~one.bad & ~np.isfinite(one.values)
        rows.reject(endless, column.name, ProblemCode.NOT_FINITE, cells)
        rows.reject(one.bad, column.name, ProblemCode.NOT_A_COORDINATE, cells)
    rows.reject(as_mask(pc.xor(pc.is_valid(x), pc.is_valid(y))), label, ProblemCode.MISSING)
    texts = pc.binary_join_element_wise(x, y, ", ", null_handling="replace", null_replacement="")
    first_axis = int(np.sign(np.sign(east.axis - north.axis).sum()))
    crossed = np.sign(east.axis - north.axis) == -first_axis if first_axis else np.zeros(len(texts), dtype=np.bool_)
    rows.reject(crossed | ((east.axis != 0) & (east.axis == north.axis)), label, ProblemCode.NOT_A_COORDINATE, texts)
    both = np.isfinite(east.values) & np.isfinite(north.values) & ~crossed
    shapes = np.full(len(both), None, dtype=object)
    shapes[both] = shapely.points(east.values[both], north.values[both])
    return Given(shapes, label, texts=texts, first_axis=first_axis)


def stored_shapes(layer: SpatialLayer, name: str, given: Given, crs: Crs, rows: Rows) -> GeometryArray:
    """Return geometries in CGCS2000 degrees as the field holds them, None where there is none or it is rejected."""
    field = field_of(layer.model, name)
    assert isinstance(field, GeometryField)
    done = np.zeros(len(given.shapes), dtype=np.bool_)
    for fault in given.faults:
        reject_fault(rows, fault, given)
        done[fault.row] = True
    moved = crs.geometries_to_cgcs2000(given.shapes)
    strange = ~done & ~crs.geometries_fit(given.shapes)
    reject_strangers(strange, given, crs, rows)
    done |= strange | rows_with_bad_cells(given, rows)
    if not crs.stored_as_given:
        moved = shapely.transform(moved, lambda xy: np.round(xy, DECIMALS))
    for fault in find_faults(moved, ACCEPT[field.geom_type], missing_ok=field.null):
        if not done[fault.row]:
            reject_fault(rows, fault, given)
            done[fault.row] = True
    moved[done] = None
    return as_stored(field.geom_type, moved, given, rows)


def rows_with_bad_cells(given: Given, rows: Rows) -> BoolArray:
    """Return the rows of a table whose coordinates were rejected as cells: they are no missing geometries."""
    if given.texts is None:
        return np.zeros(len(given.shapes), dtype=np.bool_)
    return np.asarray(rows.bad & shapely.is_missing(given.shapes), dtype=np.bool_)


def as_stored(kind: str, shapes: GeometryArray, given: Given, rows: Rows) -> GeometryArray:
    """Return polygons in the one form that the field holds."""
    if kind == "MULTIPOLYGON":
        return as_multipolygons(shapes)
    if kind == "POLYGON":
        multiple = shapely.get_type_id(shapes) == GeometryType.MULTIPOLYGON
        for row in np.flatnonzero(multiple & (shapely.get_num_geometries(shapes) > 1)):
            reject_fault(rows, GeometryFault(int(row), FaultCode.WRONG_TYPE, detail="MultiPolygon"), given)
            shapes[row] = None
        shapes = np.where(multiple, shapely.get_geometry(shapes, 0), shapes)
    return shapes


def reject_strangers(strange: BoolArray, given: Given, crs: Crs, rows: Rows) -> None:
    """Reject rows whose numbers can't belong to the CRS, with the most telling reason."""
    found = np.flatnonzero(strange)
    if not len(found):
        return
    shapes = given.shapes[found]
    told: dict[int, GeometryFault] = {}
    if crs.in_degrees and crs.axis_order is AxisOrder.XY:
        told = {fault.row: fault for fault in find_faults(shapes, set(GeometryType))}
    for place, row in enumerate(found):
        fault = told.get(place)
        if fault is None and not np.isfinite(shapely.get_coordinates(shapes[place])).all():
            fault = GeometryFault(place, FaultCode.NOT_FINITE)
        if fault is not None:
            reject_fault(rows, GeometryFault(int(row), fault.code, fault.lon, fault.lat, fault.detail), given)
            continue
        mask = np.zeros(len(given.shapes), dtype=np.bool_)
        mask[row] = True
        rows.reject(mask, given.label, ProblemCode.OUTSIDE_CRS, [shown(given, int(row))] * len(mask), crs=crs.key)


def reject_fault(rows: Rows, fault: GeometryFault, given: Given) -> None:
    """Reject one row for its geometry."""
    problem = from_fault(fault, int(rows.numbers[fault.row]), given.label, shown(given, fault.row))
    rows.reject_one(fault.row, problem)


def shown(given: Given, row: int) -> str:
    """Return what a report shows of a geometry."""
    if given.texts is not None:
        return str(given.texts[row].as_py() or "")
    shape = given.shapes[row]
    return "" if shape is None else str(shape.geom_type)


def kept_as_given(given: Mapping[str, Given], crs: Crs | None, file_name: str, rows: Rows) -> pa.Array:
    """Return what each row keeps of its origin, as JSON text: crs, file, row, and the geometry as it came in."""
    said = {"crs": crs.key if crs else None, "file": file_name}
    if crs is not None and crs.pipeline:
        said["pipeline"] = crs.pipeline
    head = json.dumps(said, ensure_ascii=False)[:-1]
    parts: list[Any] = [pa.scalar(f'{head}, "row": '), pa.array(rows.numbers).cast(pa.string())]
    if len(given) == 1:
        parts += [pa.scalar(', "geometry": '), quoted(raw_texts(next(iter(given.values()))))]
    elif given:
        for place, (name, one) in enumerate(given.items()):
            opening = f', "geometry": {{"{name}": ' if place == 0 else f', "{name}": '
            parts += [pa.scalar(opening), quoted(raw_texts(one))]
        parts.append(pa.scalar("}"))
    parts.append(pa.scalar("}"))
    return pc.binary_join_element_wise(*parts, "")


def raw_texts(given: Given) -> pa.Array:
    """Return the geometry as text: the cells of a table, WKT of anything else."""
    if given.texts is not None:
        return given.texts
    wkt = np.full(len(given.shapes), None, dtype=object)
    present = ~shapely.is_missing(given.shapes)
    wkt[present] = shapely.to_wkt(given.shapes[present], rounding_precision=-1)
    return pa.array(wkt, pa.string())


def quoted(texts: pa.Array) -> pa.Array:
    """Return text as JSON has it, null where there is none."""
    plain = pc.replace_substring_regex(texts, r"[\x00-\x1f]", " ")
    plain = pc.replace_substring(pc.replace_substring(plain, "\\", "\\\\"), '"', '\\"')
    joined = pc.binary_join_element_wise(pa.scalar('"'), plain, pa.scalar('"'), "")
    return pc.fill_null(joined, "null")
