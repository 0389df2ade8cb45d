"""The rows into the layer, in one transaction that is taken back where there is a problem or only a rehearsal."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

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
from importers.rows import Collected, Rows
from importers.stage import Filled, Stage, StageColumn, Update
from importers.stage_checks import alike, miscounted, overlaps
from layers.among import among
from layers.constraints import sentence_for, sentence_for_rule
from layers.selectors import owned_within
from layers.spec import SpatialLayer
from layers.sqlfiles import load

if TYPE_CHECKING:
    from importers.assemble import Assembled
    from importers.divisions import CodeArray
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
    portions: Iterable[Portion],
    collected: Collected,
    *,
    area: GrantedArea,
    batch: uuid.UUID,
    keep: Callable[[Written], None],
) -> Written:
    """Write the rows and return what became of them; `keep` records a batch that stays.

    Parameters
    ----------
    portions
        Of the file, read and assembled while they are asked for; what they find has gone into `collected` by then.

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
                written = in_database(raw(cursor), order, portions, collected, area=area, batch=batch)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if order.dry_run or (collected.problems and not (order.accept_clean and written.all)):
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
        collected.add([RowProblem(WHOLE_FILE, None, ProblemCode.CONSTRAINT, "", {"detail": sentence_for(error)})])
        written = Written()
    return written


def in_database(
    cursor: PgCursor,
    order: ImportOrder,
    portions: Iterable[Portion],
    collected: Collected,
    *,
    area: GrantedArea,
    batch: uuid.UUID,
) -> Written:
    """Stage, match, check and write the rows that are not rejected; return what became of them."""
    filling = Filling(cursor, order.layer, scope_sql(order.layer, area, order.using), batch)
    for portion in portions:
        filling.add(portion)
    stage = filling.stage
    if stage is None:
        return Written()
    stage.complete()
    stage.lock()
    stage.match()
    left = filling.rows - check(stage, filling.required, collected)
    order.look(stage)
    revived = stage.revived()
    inserted, updated = stage.write()
    return Written(add=inserted + revived, change=updated - revived, same=left - inserted - updated)


class Portion(NamedTuple):
    """Rows of a file, and what goes of them to the database."""

    rows: Rows
    ready: Assembled


class Filling:
    """A stage that is being filled, made when the first good row comes."""

    def __init__(self, cursor: PgCursor, layer: SpatialLayer, scope: sql.Composable, batch: uuid.UUID) -> None:
        self.cursor = cursor
        self.layer = layer
        self.scope = scope
        self.batch = str(batch)
        self.stage: Stage | None = None
        self.required: list[str] = []
        self.rows = 0
        self.scope_ids: dict[str, int] = {}

    def add(self, portion: Portion) -> None:
        """Copy the rows that are not rejected."""
        rows, ready = portion
        good = ~rows.bad
        count = int(good.sum())
        if not count:
            return
        columns = [chosen(column, good) for column in ready.columns]
        columns.append(StageColumn("batch", pa.array([self.batch] * count), Update.ORIGIN))
        if ready.scopes is not None:
            columns.append(StageColumn("scope_id", self.numbered(ready.scopes[good]), Update.NEVER))
        if self.stage is None:
            filled = [Filled(column.name, column.update) for column in columns]
            self.stage = Stage(self.cursor, self.layer, filled, self.scope)
            self.stage.create()
            self.required = ready.required
        twins = ready.twins[good]
        self.stage.add(
            pa.array(rows.numbers[good]), pa.array(ready.derived[good]), pa.array(twins, mask=twins == 0), columns
        )
        self.rows += count

    def numbered(self, scopes: CodeArray) -> pa.Array:
        """Return the number of the set of counties of each row; each distinct set is asked for once a file."""
        coded = pa.array(scopes, pa.string()).dictionary_encode()
        sets: list[str] = coded.dictionary.to_pylist()
        new = [one for one in sets if one not in self.scope_ids]
        if new:
            self.cursor.execute(load("importers", "scope_ids"), {"sets": new})
            self.scope_ids |= dict(zip(new, (number for (number,) in self.cursor.fetchall()), strict=True))
        return pa.array([self.scope_ids[one] for one in sets], pa.int64()).take(coded.indices)


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


def scope_sql(layer: SpatialLayer, area: GrantedArea, using: str) -> sql.Composable:
    """Return the test whether the stored row `t`, deleted or not, is one that the user may change."""
    if area.everywhere:
        return sql.SQL("TRUE")
    return sql.SQL(among(layer.model._default_manager.filter(owned_within(layer, area)), "t", using))


def check(stage: Stage, required: list[str], collected: Collected) -> int:
    """Take out of the stage the rows that the database would refuse or that are not the user's; return how many.

    Parameters
    ----------
    required
        Fields that a new feature needs and the file has no column for.
    """
    out = 0

    def reject(problems: Iterable[RowProblem]) -> None:
        nonlocal out
        found = list(problems)
        collected.add(found)
        if found:
            out += stage.drop(problem.row for problem in found)

    reject(
        RowProblem(row, None, ProblemCode.DUPLICATE_IN_FILE, code, {"first": first})
        for row, first, code in stage.duplicates()
    )
    reject(RowProblem(row, None, ProblemCode.CODE_NOT_AVAILABLE, code) for row, code in stage.taken())
    reject(overlaps(stage))
    reject(miscounted(stage))
    collected.warn(alike(stage))
    if required:
        new = stage.new_rows()
        reject(RowProblem(row, name, ProblemCode.MISSING) for name in required for row in new)
    needed = [name for name in geometry_fields(stage.layer) if name not in stage.columns]
    if needed and not required:
        reject(RowProblem(row, name, ProblemCode.GEOMETRY_MISSING) for row in stage.new_rows() for name in needed)
    reject(
        RowProblem(row, None, ProblemCode.CONSTRAINT, "", {"detail": sentence_for_rule(name)})
        for name, row in stage.broken_rules()
    )
    return out


def geometry_fields(layer: SpatialLayer) -> list[str]:
    """Return the geometry columns that a feature must have."""
    from django.contrib.gis.db.models import GeometryField

    return [
        str(field.column)
        for field in layer.model._meta.concrete_fields
        if isinstance(field, GeometryField) and not field.null
    ]
