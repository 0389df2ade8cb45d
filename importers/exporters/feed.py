"""Rows of a layer as Arrow batches, from one COPY: no Python object a row, and never more than a batch in memory.

Notes
-----
COPY goes into a temporary file as CSV, which tells an empty text from none, and Arrow reads that in blocks. So the
rows are those of one moment, the query ends as fast as the database can write, and whoever takes the file slowly
keeps no transaction open. Floats are written in the shortest form that reads back the same.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from django.contrib.gis.db.models import Extent
from django.db import connection
from psycopg2 import sql
from pyarrow import csv

from importers.exporters.columns import Kind
from layers.among import among
from layers.listing import tests_of
from layers.sqlfiles import compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from importers.exporters.columns import ExportColumn
    from layers.base import FeatureQuerySet
    from layers.listing import ListQuery
    from layers.selectors import Visibility

BLOCK_BYTES = 16 << 20
"""Of CSV read at once; a row must fit, and no county comes near."""
BATCH_ROWS = 20_000

ALIAS = "feature"
NOWHERE_DEG = 108.0
"""Of no rows: the zone of the middle of Guangxi."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows leave: those of `visible` that `query` asks for."""

    visible: Visibility
    query: ListQuery

    def parts(self) -> tuple[dict[str, sql.Composable], dict[str, Any]]:
        """Return the parts of a query over these rows, and its parameters."""
        model = self.visible.layer.model
        scope, parameters = self.visible.sql(ALIAS)
        wanted = "TRUE"
        if self.query.narrows:
            asked = model._default_manager.filter(*tests_of(self.visible.layer, self.query))
            wanted = among(asked, ALIAS).replace("%", "%%")
        parts = {"table": sql.Identifier(model._meta.db_table), "scope": sql.SQL(scope), "wanted": sql.SQL(wanted)}
        return parts, parameters

    def rows(self) -> FeatureQuerySet:
        """Return the rows as Django knows them."""
        layer = self.visible.layer
        rows: FeatureQuerySet = layer.model._default_manager.alive()  # type: ignore[attr-defined]
        if self.visible.nothing:
            return rows.none()
        return rows.filter(self.visible.q(), *tests_of(layer, self.query))

    def longitude(self) -> float:
        """Return the middle longitude of the rows in degrees; NOWHERE_DEG where there are none."""
        box = self.rows().aggregate(box=Extent(self.visible.layer.geom))["box"]
        return NOWHERE_DEG if box is None else float(box[0] + box[2]) / 2


class Feed:
    """The rows of a selection, kept in a temporary file until it is closed; a context manager.

    Attributes
    ----------
    columns
        What each row has.
    count
        How many rows there are.
    """

    def __init__(self, file: IO[bytes], columns: Sequence[ExportColumn], count: int) -> None:
        self.file = file
        self.columns = tuple(columns)
        self.count = count

    @classmethod
    def of(cls, selection: Selection, columns: Sequence[ExportColumn]) -> Self:
        """Return the rows of `selection` as of now."""
        file = TemporaryFile()  # noqa: SIM115  closed with the feed
        parts, parameters = selection.parts()
        parts["columns"] = sql.SQL(", ").join(expression(column) for column in columns)
        return cls(file, columns, copy_out(compose("importers", "export_rows", **parts), parameters, file))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.file.close()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, `BATCH_ROWS` at most at a time; places are WKB."""
        if not self.count:
            return
        self.file.seek(0)
        reader = csv.open_csv(
            self.file,
            csv.ReadOptions(column_names=[column.name for column in self.columns], block_size=BLOCK_BYTES),
            csv.ParseOptions(newlines_in_values=True),
            csv.ConvertOptions(
                column_types={column.name: read_type(column) for column in self.columns},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        for block in reader:
            for start in range(0, block.num_rows, BATCH_ROWS):
                yield self.ready(block.slice(start, BATCH_ROWS))

    def ready(self, block: pa.RecordBatch) -> pa.RecordBatch:
        """Return a block with each column in its own type."""
        arrays = [finished(column, block.column(place)) for place, column in enumerate(self.columns)]
        return pa.record_batch(arrays, names=[column.name for column in self.columns])


def copy_out(query: sql.Composable, parameters: Mapping[str, Any], file: IO[bytes], options: str = "") -> int:
    """Write the rows of `query` to `file` as CSV by COPY, and return their number."""
    with connection.cursor() as cursor:
        text: str = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT csv{options})", file)
        return int(cursor.rowcount)


def expression(column: ExportColumn) -> sql.Composable:
    """Return what the query selects for a column."""
    name = sql.Identifier(ALIAS, column.name)
    match column.kind:
        case Kind.PLACE:
            return sql.SQL("encode(ST_AsBinary({}), 'hex')").format(name)
        case Kind.LIST:
            return sql.SQL("to_json({})").format(name)
        case Kind.MOMENT:
            return sql.SQL("(extract(epoch FROM {}) * 1000000)::bigint").format(name)
    return name


def read_type(column: ExportColumn) -> pa.DataType:
    """Return the type in which a column comes out of the CSV."""
    return {Kind.PLACE: pa.string(), Kind.MOMENT: pa.int64()}.get(column.kind, column.arrow)


def finished(column: ExportColumn, values: pa.Array) -> pa.Array:
    """Return the values of a column in its own type."""
    if column.kind is Kind.PLACE:
        return unhexed(values)
    return values.cast(column.arrow) if column.kind is Kind.MOMENT else values


def unhexed(texts: pa.Array) -> pa.Array:
    """Return bytes that are written as hexadecimal digits, all at once."""
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.binary())
    texts = pa.concat_arrays([texts, texts.slice(0, 0)])  # a slice of its own, from zero
    validity, offsets, digits = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[: len(texts) + 1]
    raw = binascii.unhexlify(memoryview(digits)[places[0] : places[-1]])
    halved = np.ascontiguousarray((places - places[0]) // 2, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), len(texts), [validity, pa.py_buffer(halved), pa.py_buffer(raw)])
