"""Rows of PostgreSQL as numpy arrays, by COPY in its binary format: no Python object a row.

Notes
-----
The format is that of the PostgreSQL manual, "COPY, Binary Format": a header of 19 bytes and its extension, then for
each row the number of fields and for each field its length and bytes in network order, then -1 as a 16-bit number.
Where no field is NULL or of varying width, all rows have one length and the whole answer is one structured array.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from psycopg2 import sql

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER_BYTES = 19
TRAILER = b"\xff\xff"


class UnevenRowsError(ValueError):
    """A query for `copy_to_array` gave a NULL, or a column of another width than declared."""


def copy_to_array(
    query: str | sql.Composable, parameters: Mapping[str, Any], columns: Mapping[str, str]
) -> npt.NDArray[np.void]:
    """Return the rows of `query` as a structured array.

    Parameters
    ----------
    query
        A SELECT with `%(name)s` placeholders whose columns are never NULL.
    parameters
        Values of the placeholders.
    columns
        Name to numpy type of each column in order: `>i8` for int8 and timestamptz (microseconds since 2000-01-01
        UTC), `>i4` for int4, `>f8` for float8.

    Raises
    ------
    UnevenRowsError
        If the columns do not fit the answer: a mistake in the query, never in the data.
    """
    buffer = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({cursor.mogrify(query, parameters).decode()}) TO STDOUT (FORMAT binary)", buffer)
    return rows_of(buffer.getbuffer(), columns)


def rows_of(answer: memoryview, columns: Mapping[str, str]) -> npt.NDArray[np.void]:
    """Return the rows of one binary COPY as a structured array; parameters and errors as in `copy_to_array`."""
    if bytes(answer[: len(SIGNATURE)]) != SIGNATURE or bytes(answer[-2:]) != TRAILER:
        raise UnevenRowsError("this is not a complete binary COPY")
    layout = [("fields", ">i2")]
    for name, kind in columns.items():
        layout += [(f"{name} length", ">i4"), (name, kind)]
    dtype = np.dtype(layout)
    body = answer[HEADER_BYTES + int.from_bytes(answer[15:19], "big") : -2]
    if len(body) % dtype.itemsize:
        raise UnevenRowsError(f"{len(body)} bytes are no whole number of rows of {dtype.itemsize} bytes")
    rows = np.frombuffer(body, dtype=dtype)
    widths = [(rows["fields"], len(columns))]
    widths += [(rows[f"{name} length"], np.dtype(kind).itemsize) for name, kind in columns.items()]
    if not all(np.all(told == wanted) for told, wanted in widths):
        raise UnevenRowsError("a row has a NULL, or a column of another width than declared")
    return rows
