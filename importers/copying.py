"""Arrays into tables by COPY."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from psycopg2 import sql
from pyarrow import csv

from layers.spec import CGCS2000

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper
    from psycopg2.extensions import cursor as Cursor

Column: TypeAlias = npt.NDArray[Any] | Sequence[Any] | Any
"""Values of a column; an Arrow array is passed on as it is."""


def copy_columns(cursor: Cursor | CursorWrapper, table: str, columns: Mapping[str, Column]) -> int:
    """Append rows to `table` by COPY and return their number.

    Parameters
    ----------
    columns
        Column name to values, all of one length. None, NaN and NaT become NULL; an empty text stays an empty text.
        Geometries are shapely objects (see `as_ewkb`).

    Notes
    -----
    COPY is refused on a table under row-level security: copy into a temporary one first, then INSERT ... SELECT.
    """
    frame = pa.table({name: as_arrow(values) for name, values in columns.items()})
    text = io.BytesIO()
    # Arrow puts quotes around every text and leaves NULL empty, which is what COPY takes for NULL and ''.
    csv.write_csv(frame, text, csv.WriteOptions(include_header=False))
    text.seek(0)
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    cursor.copy_expert(statement, text)
    return int(frame.num_rows)


def as_arrow(values: Column) -> pa.Array:
    """Return a column as Arrow sees it; geometries as text."""
    if isinstance(values, pa.Array):
        return values
    array: npt.NDArray[Any] = np.asarray(values)
    if array.dtype == object and is_geometric(array):
        array = as_ewkb(array)
    if array.dtype.kind == "U":
        array = array.astype(object)
    return pa.array(array, from_pandas=True)


def is_geometric(array: npt.NDArray[np.object_]) -> bool:
    """Return whether the first value that is not None is a geometry."""
    first = next((value for value in array if value is not None), None)
    return isinstance(first, shapely.Geometry)


def as_ewkb(geoms: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return geometries in CGCS2000 degrees as hexadecimal EWKB with their SRID; None stays None."""
    return np.asarray(shapely.to_wkb(shapely.set_srid(geoms, CGCS2000), hex=True, include_srid=True), dtype=object)


def array_literal(values: Sequence[str]) -> str:
    """Return the text that PostgreSQL reads as an array of plain words: codes, not free text."""
    return "{" + ",".join(values) + "}"
