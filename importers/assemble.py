"""A file and a layer put together: every column of the layer's table that the import fills, for every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.utils.translation import gettext as _

from accounts.selectors import GrantedArea
from geocore.arrays import BoolArray, GeometryArray, IntArray
from geocore.crs import Crs
from importers.cells import REGIONS, Cells, missing_columns, read_cells
from importers.codes import derived_codes
from importers.columns import ColumnMap
from importers.crs_choice import AUTO, choose_crs
from importers.crs_clues import Clues
from importers.divisions import CodeArray, Ground, KnownCodes, divisions_named
from importers.places import Owner, owners
from importers.problems import ProblemCode
from importers.readers import Source
from importers.region_rows import region_columns
from importers.rows import Rows, as_mask
from importers.shapes import Given, given_geometries, kept_as_given, stored_shapes
from importers.stage import StageColumn, Update
from importers.twins import Twins
from layers.converters import RESERVED
from layers.fields import field_of
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from importers.report import Detected
    from importers.services import ImportOrder


@dataclass(frozen=True, slots=True)
class Assembled:
    """What of a portion goes to the database.

    Attributes
    ----------
    columns
        Of the layer's table, without scope and batch; the same ones in each portion of a file.
    derived
        Shape (n,): the row brings no code of its own.
    twins
        Shape (n,): number of an earlier row that looks the same, 0 for none.
    scopes
        Shape (n,): the codes of the divisions concerned, joined by commas; None for a layer without scopes.
    required
        Fields that a new feature needs and the file has no column for.
    """

    columns: list[StageColumn]
    derived: BoolArray
    twins: IntArray
    scopes: CodeArray | None
    required: list[str]


class Assembler:
    """Puts the portions of a file and the layer together; what holds for the whole file is found out once.

    Parameters
    ----------
    detected
        Is told the coordinate reference system, and which ones were considered.
    """

    def __init__(self, order: ImportOrder, *, area: GrantedArea, detected: Detected) -> None:
        self.order = order
        self.layer = order.layer
        self.area = area
        self.detected = detected
        self.known = KnownCodes.stored(order.using)
        self.ground = Ground(order.using)
        self.seen = Twins()
        self.crs: Crs | None = None

    def assembled(self, source: Source, columns: ColumnMap, rows: Rows) -> Assembled:
        """Return all that can be said of rows without comparing them with what is stored; bad rows are rejected.

        Raises
        ------
        ImportRefusedError
            The coordinate reference system is unknown, suspected or not accepted.
        WrongUseError
            A default is none.
        """
        layer, order = self.layer, self.order
        cells = read_cells(layer, columns, order.defaults, rows=rows, known=self.known, user=order.user)
        given = given_geometries(layer, source, columns, rows)
        crs = self.crs or self.crs_of(source, given, cells, rows)
        shapes = {name: stored_shapes(layer, name, one, crs, rows) for name, one in given.items()} if crs else {}
        owning = owners(layer, cells, shapes, rows, area=self.area, ground=self.ground)
        codes, derived = codes_of(layer, cells, shapes, rows)
        staged = [StageColumn("code", as_text_column(codes))]
        staged += cell_columns(layer, cells, owning)
        staged += [StageColumn(column_name(layer, name), one, Update.KEEP_IF_EMPTY) for name, one in shapes.items()]
        staged += [StageColumn(column_name(layer, o.field), as_text_column(o.codes), update_of(o)) for o in owning]
        if layer.key == REGIONS:
            staged += region_columns(codes, shapes.get("geom"), self.known, rows)
        staged.append(StageColumn("given", kept_as_given(given, crs, order.path.name, rows), Update.ORIGIN))
        alike = flag_twins(layer, cells, shapes, rows, self.seen)
        if "possible_duplicate_of" in {f.name for f in layer.model._meta.concrete_fields} - set(cells.values):
            staged.append(StageColumn("possible_duplicate_of", pa.array([""] * len(rows)), Update.NEVER))
        present = {*cells.all(), *shapes, *(owner.field for owner in owning), *missing_but_derived(layer)}
        return Assembled(staged, derived, alike, scopes_of(layer, owning), missing_columns(layer, present))

    def crs_of(self, source: Source, given: dict[str, Given], cells: Cells, rows: Rows) -> Crs | None:
        """Return the CRS of all geometries, and say in `detected` what was considered; None without any geometry.

        The first portion that draws anything decides for all that follow.

        Raises
        ------
        ImportRefusedError
            It is unknown, suspected or not accepted.
        """
        clues = clues_of(self.order, source, given, cells)
        if clues is None:
            return None
        choice = choose_crs(clues, named=self.order.crs, pipeline=self.order.pipeline)
        self.detected.crs_candidates, self.detected.outlines = choice.candidates, choice.evidence
        if choice.refusal is not None:
            raise choice.refusal
        self.detected.crs = choice.crs.key
        rows.warnings += choice.warnings
        if not shapely.is_missing(clues.shapes).all():
            self.crs = choice.crs
        return choice.crs


def clues_of(order: ImportOrder, source: Source, given: dict[str, Given], cells: Cells) -> Clues | None:
    """Return what the rows, or a first part of them, say of their CRS; None without any geometry."""
    drawn = [one.shapes for one in given.values()]
    if not drawn or all(shapely.is_missing(one).all() for one in drawn):
        # nothing to choose for; a named CRS is still checked
        if not drawn and order.crs in {None, AUTO}:
            return None
        drawn = drawn or [np.full(len(source), None, dtype=object)]
    first: GeometryArray = drawn[0]
    for other in drawn[1:]:
        first = np.where(shapely.is_missing(first), other, first)
    values = cells.all()
    names = values.get("name")
    return Clues(
        layer=order.layer,
        shapes=first,
        claims=claims_of(order, source, cells),
        said=source.crs,
        words=tuple(one.label for one in given.values() if one.label),
        first_axis=next((one.first_axis for one in given.values() if one.first_axis), 0),
        codes=cells.codes("code", len(first)) if "code" in values else None,
        names=None if names is None else cells.codes("name", len(first)),
        user=order.user,
        using=order.using,
    )


def claims_of(order: ImportOrder, source: Source, cells: Cells) -> CodeArray:
    """Return the division that each row names: by code, or else by a column of names of counties or townships."""
    claims = cells.codes("code" if order.layer.key == REGIONS else "region", len(source))
    if order.layer.key == REGIONS or any(code is not None for code in claims):
        return claims
    texts = [column.values for column in source.columns if pa.types.is_string(column.values.type)]
    named = divisions_named(texts, order.using)
    return claims if named is None else named


def codes_of(
    layer: SpatialLayer, cells: Cells, shapes: dict[str, GeometryArray], rows: Rows
) -> tuple[CodeArray, BoolArray]:
    """Return the code of each row and whether it was derived; rows that can have none are rejected."""
    codes = cells.codes("code", len(rows))
    reserved = as_mask(pc.is_in(as_text_column(codes), value_set=pa.array(RESERVED)))
    rows.reject(reserved, cells.labels.get("code"), ProblemCode.CODE_NOT_AVAILABLE, codes)
    without = np.array([code is None for code in codes], dtype=np.bool_)
    derived = without & ~rows.bad
    if layer.imports.code_prefix is not None and derived.any():
        found = derived_codes(layer, cells.all(), shapes, derived)
        codes = np.where(derived, found, codes)
    nameless = np.array([code is None for code in codes], dtype=np.bool_) & ~rows.bad
    rows.reject(nameless, cells.labels.get("code", "code"), ProblemCode.MISSING)
    return codes, derived & ~rows.bad


def cell_columns(layer: SpatialLayer, cells: Cells, owning: list[Owner]) -> list[StageColumn]:
    """Return the columns that the file or a default fills, but code and divisions, which have their own rules."""
    apart = {"code", *(owner.field for owner in owning)}
    staged = [
        StageColumn(column_name(layer, name), values) for name, values in cells.values.items() if name not in apart
    ]
    staged += [
        StageColumn(column_name(layer, name), values, Update.NEVER)
        for name, values in cells.defaults.items()
        if name not in apart
    ]
    return staged


def update_of(owner: Owner) -> Update:
    """Return what the division of a row does to a stored feature."""
    return Update.DERIVED_REGION if owner.derived else Update.REPLACE


def column_name(layer: SpatialLayer, field: str) -> str:
    """Return the database column of a field."""
    return str(field_of(layer.model, field).column)


def as_text_column(codes: CodeArray) -> pa.Array:
    """Return codes as Arrow text."""
    return pa.array(codes, pa.string())


def scopes_of(layer: SpatialLayer, owning: list[Owner]) -> CodeArray | None:
    """Return the divisions that each row concerns; None where the layer has no scopes."""
    if not hasattr(layer.model, "SCOPE_FIELDS") or not owning:
        return None
    first, *others = [owner.codes for owner in owning]
    joined = np.array([*(code or "" for code in first), ""], dtype=object)[:-1]
    for codes in others:
        more = np.array([*(f",{code}" if code else "" for code in codes), ""], dtype=object)[:-1]
        joined = joined + more
    return joined


def flag_twins(
    layer: SpatialLayer, cells: Cells, shapes: dict[str, GeometryArray], rows: Rows, seen: Twins
) -> IntArray:
    """Return for each row the number of an earlier row that looks the same, and warn; 0 for none."""
    alike = np.zeros(len(rows), dtype=np.int64)
    places = shapes.get(layer.imports.geometry)
    names = cells.values.get("name")
    fields = {field.name for field in layer.model._meta.concrete_fields}
    if "possible_duplicate_of" not in fields or names is None or places is None:
        return alike
    judged = places.copy()
    judged[rows.bad] = None
    for row, twin in seen.among(names, judged, rows.numbers).items():
        alike[row] = twin.number
        rows.warnings.append(
            _("Row %(row)d (%(name)s) may be the same as row %(first)d (%(other)s): imported and marked.")
            % {"row": rows.numbers[row], "name": names[row], "first": twin.number, "other": twin.name}
        )
    return alike


def missing_but_derived(layer: SpatialLayer) -> set[str]:
    """Return the fields that are filled without a column: codes, and what follows from them."""
    return {"code", "level", "parent"} if layer.key == REGIONS else {"code"}
