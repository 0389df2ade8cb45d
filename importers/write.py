"""The rows into the layer, in one transaction that is taken back where there is a problem or only a rehearsal."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from django.db import DatabaseError, connections
from psycopg2 import errors, sql
from psycopg2.extensions import cursor as PgCursor

from accounts.context import acting_as
from accounts.outages import outage_of
from accounts.roles import Through
from accounts.selectors import GrantedArea
from importers.copying import Column
from importers.problems import WHOLE_FILE, ImportRefusedError, ProblemCode, RowProblem
from importers.rows import Rows
from importers.stage import Stage, StageColumn, Update
from importers.stage_checks import alike, miscounted, overlaps
from layers.constraints import sentence_for, sentence_for_rule
from layers.selectors import owned_within
from layers.spec import SpatialLayer
from layers.sqlfiles import load

if TYPE_CHECKING:
    from importers.assemble import Assembled
    from importers.services import ImportOrder

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Written:
    """Rows by what became of them, or would have; `kept` says that it was not taken back."""

    add: int = 0
    change: int = 0
    same: int = 0
    kept: bool = False

    @property
    def all(self) -> int:
        """Rows that were not rejected."""
        return self.add + self.change + self.same


class TakeBackError(Exception):
    """Ends a rehearsal, or an import with problems: the transaction is undone."""


def write(
    order: ImportOrder,
    ready: Assembled,
    rows: Rows,
    *,
    area: GrantedArea,
    batch: uuid.UUID,
    keep: Callable[[Written], None],
) -> Written:
    """Write the rows and return what became of them; `keep` records a batch that stays.

    Raises
    ------
    ImportRefusedError
        Somebody else holds the layer.
    """
    written = Written()
    reason = (order.reason or order.path.name)[:LONGEST_REASON]
    try:
        with acting_as(order.user, through=Through.IMPORT, reason=reason, using=order.using):
            with connections[order.using].cursor() as cursor:
                written = in_database(raw(cursor), order, ready, rows, area=area, batch=batch)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if order.dry_run or (rows.problems and not (order.accept_clean and written.all)):
                raise TakeBackError  # noqa: TRY301  the way out of the transaction
            keep(written)
        written = replace(written, kept=True)
    except TakeBackError:
        pass
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise ImportRefusedError(ProblemCode.BUSY) from error
        if outage_of(error) is not None:
            raise
        rows.problems.append(RowProblem(WHOLE_FILE, None, ProblemCode.CONSTRAINT, "", {"detail": sentence_for(error)}))
        written = Written()
    return written


def in_database(
    cursor: PgCursor, order: ImportOrder, ready: Assembled, rows: Rows, *, area: GrantedArea, batch: uuid.UUID
) -> Written:
    """Stage, match, check and write the rows that are not rejected; return what became of them."""
    good = ~rows.bad
    columns = [chosen(column, good) for column in ready.columns]
    count = int(good.sum())
    if not count:
        return Written()
    columns.append(StageColumn("batch", pa.array([str(batch)] * count), Update.ORIGIN))
    if ready.scopes is not None:
        columns.append(StageColumn("scope_id", scope_ids(cursor, ready.scopes[good]), Update.NEVER))
    stage = Stage(cursor, order.layer, columns, scope_sql(cursor, order.layer, area))
    numbers = rows.numbers
    twins = np.where(ready.twins >= 0, numbers[ready.twins], 0)[good]
    stage.fill(pa.array(numbers[good]), pa.array(ready.derived[good]), pa.array(twins, mask=twins == 0))
    stage.lock()
    stage.match()
    check(stage, ready, rows)
    order.look(stage)
    revived = stage.revived()
    inserted, updated = stage.write()
    left = len(rows) - int(rows.bad.sum())
    return Written(add=inserted + revived, change=updated - revived, same=left - inserted - updated)


def raw(cursor: Any) -> PgCursor:
    """Return Django's cursor as what it wraps: it hands every call on and translates errors."""
    found: PgCursor = cursor
    return found


def chosen(column: StageColumn, good: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> StageColumn:
    """Return a column of the rows that are not rejected."""
    if good.all():
        return column
    values: Column = column.values
    kept = values.filter(pa.array(good)) if isinstance(values, pa.Array) else np.asarray(values)[good]
    return StageColumn(column.name, kept, column.update)


def scope_ids(cursor: PgCursor, scopes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> pa.Array:
    """Return the number of the set of counties of each row; each distinct set is asked for once."""
    sets, index = np.unique(scopes.astype(str), return_inverse=True)
    cursor.execute(load("importers", "scope_ids"), {"sets": [str(one) for one in sets]})
    numbers = np.array([number for (number,) in cursor.fetchall()])
    return pa.array(numbers[index])


def scope_sql(cursor: PgCursor, layer: SpatialLayer, area: GrantedArea) -> sql.Composable:
    """Return the test whether the stored row `t`, deleted or not, is one that the user may change."""
    if area.everywhere:
        return sql.SQL("TRUE")
    rows = layer.model._default_manager.filter(owned_within(layer, area)).values("id")
    text = cursor.mogrify(*rows.query.sql_with_params()).decode()
    return sql.SQL("t.id IN ({})").format(sql.SQL(text))


def check(stage: Stage, ready: Assembled, rows: Rows) -> None:
    """Reject, and take out of the stage, rows that the database would refuse or that are not the user's to write."""
    places = {int(number): index for index, number in enumerate(rows.numbers)}

    def reject(problems: Iterable[RowProblem]) -> None:
        found = list(problems)
        for problem in found:
            rows.reject_one(places[problem.row], problem)
        if found:
            stage.drop(problem.row for problem in found)

    reject(
        RowProblem(row, None, ProblemCode.DUPLICATE_IN_FILE, code, {"first": first})
        for row, first, code in stage.duplicates()
    )
    reject(RowProblem(row, None, ProblemCode.CODE_NOT_AVAILABLE, code) for row, code in stage.taken())
    reject(overlaps(stage))
    reject(miscounted(stage))
    rows.warnings += alike(stage)
    if ready.required:
        new = stage.new_rows()
        reject(RowProblem(row, name, ProblemCode.MISSING) for name in ready.required for row in new)
    needed = [name for name in geometry_fields(stage.layer) if name not in stage.columns]
    if needed and not ready.required:
        reject(RowProblem(row, name, ProblemCode.GEOMETRY_MISSING) for row in stage.new_rows() for name in needed)
    reject(
        RowProblem(row, None, ProblemCode.CONSTRAINT, "", {"detail": sentence_for_rule(name)})
        for name, row in stage.broken_rules()
    )


def geometry_fields(layer: SpatialLayer) -> list[str]:
    """Return the geometry columns that a feature must have."""
    from django.contrib.gis.db.models import GeometryField

    return [
        str(field.column)
        for field in layer.model._meta.concrete_fields
        if isinstance(field, GeometryField) and not field.null
    ]
