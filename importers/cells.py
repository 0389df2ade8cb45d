"""The columns of a file as values of fields: converted, completed by defaults, checked against what exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Field, ForeignKey
from django.utils.translation import gettext as _

from accounts.roles import Action
from importers.columns import ColumnMap
from importers.divisions import CodeArray, KnownCodes, division_codes
from importers.fields import importable, is_required, target_of
from importers.measured import in_own_unit
from importers.problems import ProblemCode, WrongUseError
from importers.readers import Column
from importers.rows import Rows, as_mask
from importers.values import as_text, convert
from layers.selectors import features_for
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker

REGIONS = "regions"


@dataclass(slots=True)
class Cells:
    """Values by field name, shape (n,) each.

    Attributes
    ----------
    values
        Of the columns that the file has.
    defaults
        For fields that the file does not have; they count for new features only.
    labels
        What the file calls each field.
    """

    values: dict[str, pa.Array]
    defaults: dict[str, pa.Array]
    labels: dict[str, str]

    def all(self) -> dict[str, pa.Array]:
        """Return values and defaults together."""
        return {**self.defaults, **self.values}

    def codes(self, name: str, count: int) -> CodeArray:
        """Return a column of codes, None where there is none."""
        values = self.all().get(name)
        if values is None:
            return np.full(count, None, dtype=object)
        return np.array([*values.to_pylist(), None], dtype=object)[:-1]


def read_cells(
    layer: SpatialLayer,
    columns: ColumnMap,
    named_defaults: Mapping[str, str],
    *,
    rows: Rows,
    known: KnownCodes,
    user: Asker | None,
) -> Cells:
    """Return the values of all mapped columns; cells that can't be are rejected.

    Parameters
    ----------
    named_defaults
        Field to value as the user types it: for empty cells, and for fields without a column.

    Raises
    ------
    WrongUseError
        A default names no field, or its value is none of that field.
    """
    fields = importable(layer)
    defaults = read_defaults(layer, fields, named_defaults, known, user)
    cells = Cells({}, {}, {name: column.name for name, column in columns.fields.items()})
    for name, given in columns.fields.items():
        column = in_own_unit(fields[name], given, columns.units.get(name))
        values = read_one(layer, fields[name], column, rows, known=known, user=user)
        cells.values[name] = completed(fields[name], values, defaults.get(name), column.name, rows)
    for name, value in defaults.items():
        if name not in cells.values:
            cells.defaults[name] = pa.array([value] * len(rows))
    return cells


def read_one(
    layer: SpatialLayer, field: Field[Any, Any], column: Column, rows: Rows, *, known: KnownCodes, user: Asker | None
) -> pa.Array:
    """Return the values of one column."""
    target = target_of(field)
    if field.name == "code" and layer.key == REGIONS:
        return read_division(column, rows, known, must_exist=False)
    if target is None:
        return convert(field, column, rows)
    if target.key == REGIONS:
        return read_division(column, rows, known, must_exist=True)
    codes = convert(field, column, rows)
    rows.reject(unknown(codes, target, user), column.name, ProblemCode.UNKNOWN_CODE, codes, what=target.title_one)
    return codes


def read_division(column: Column, rows: Rows, known: KnownCodes, *, must_exist: bool) -> pa.Array:
    """Return 12-digit division codes."""
    given = as_text(column.values)
    codes, bad = division_codes(given, known)
    rows.reject(bad, column.name, ProblemCode.NOT_A_DIVISION_CODE, given)
    if must_exist:
        stranger = np.array([code is not None and code not in known.codes for code in codes], dtype=np.bool_)
        rows.reject(stranger, column.name, ProblemCode.UNKNOWN_CODE, given, what=_("division"))
    return pa.array(codes, pa.string())


def unknown(codes: pa.Array, target: SpatialLayer, user: Asker | None) -> Any:
    """Return the rows whose code is that of no feature which the user may see."""
    distinct = [code for code in pc.unique(codes).to_pylist() if code is not None]
    manager: Any = target.model._default_manager
    rows = manager.alive() if user is None else features_for(target, user=user, action=Action.VIEW)
    seen = set(rows.filter(code__in=distinct).values_list("code", flat=True)) if distinct else set()
    missing = pa.array([code for code in distinct if code not in seen], pa.string())
    return as_mask(pc.is_in(codes, value_set=missing)) & as_mask(pc.is_valid(codes))


def completed(field: Field[Any, Any], values: pa.Array, default: Any, label: str, rows: Rows) -> pa.Array:
    """Return a column with its empty cells filled, as far as anything may fill them; the others are rejected."""
    if default is not None:
        return pc.fill_null(values, pa.scalar(default, values.type))
    if field.null or field.name in {"code", "region"}:
        return values  # codes and divisions can be derived later
    if is_required(field):
        rows.reject(as_mask(pc.is_null(values)) & ~rows.bad, label, ProblemCode.MISSING)
        return values
    return pc.fill_null(values, pa.scalar(field.get_default(), values.type))


def read_defaults(
    layer: SpatialLayer,
    fields: Mapping[str, Field[Any, Any]],
    named: Mapping[str, str],
    known: KnownCodes,
    user: Asker | None,
) -> dict[str, Any]:
    """Return the value of each default; what the user names wins over the layer's own."""
    found: dict[str, Any] = {}
    for name, text in {**layer.imports.defaults, **named}.items():
        if name not in fields:
            raise WrongUseError(
                _("%(layer)s has no field “%(field)s”; there are: %(fields)s.")
                % {"layer": layer.key, "field": name, "fields": ", ".join(fields)}
            )
        trial = Rows.of(np.zeros(1, dtype=np.int64))
        value = read_one(layer, fields[name], Column(name, pa.array([str(text)])), trial, known=known, user=user)[
            0
        ].as_py()
        if trial.problems or value is None:
            reason = " ".join(trial.problems[0].words) if trial.problems else _("There is no value.")
            raise WrongUseError(f"{name}: {reason}")
        found[name] = value
    return found


def missing_columns(layer: SpatialLayer, present: set[str]) -> list[str]:
    """Return the fields that a new feature needs and nothing fills."""
    return [
        field.name
        for field in layer.model._meta.concrete_fields
        if field.name not in present
        and field.name in importable(layer)
        and (is_required(field) or (isinstance(field, ForeignKey) and not field.null))
    ]
