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

    from geocore.arrays import IntArray, LonLat

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER_BYTES = 19
TRAILER = b"\xff\xff"

POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point of two dimensions with its SRID, as PostGIS sends it: extended well-known binary, little-endian."""
POINT_KIND = 0x20000001
ZERO = ord("0")


class UnevenRowsError(ValueError):
    """A query for `copy_to_array` gave a NULL, or a column of another width than declared."""


def copy_to_array(
    query: str | sql.Composable, parameters: Mapping[str, Any], columns: Mapping[str, npt.DTypeLike]
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
        UTC), `>i4` for int4, `>f8` for float8, `S12` for text of 12 bytes, `POINT` for a point with an SRID.

    Raises
    ------
    UnevenRowsError
        If the columns do not fit the answer: a mistake in the query, never in the data.
    """
    buffer = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({cursor.mogrify(query, parameters).decode()}) TO STDOUT (FORMAT binary)", buffer)
    return rows_of(buffer.getbuffer(), columns)


def rows_of(answer: memoryview, columns: Mapping[str, npt.DTypeLike]) -> npt.NDArray[np.void]:
    """Return the rows of one binary COPY as a structured array; parameters and errors as in `copy_to_array`."""
    if bytes(answer[: len(SIGNATURE)]) != SIGNATURE or bytes(answer[-2:]) != TRAILER:
        raise UnevenRowsError("this is not a complete binary COPY")
    layout: list[tuple[str, npt.DTypeLike]] = [("fields", ">i2")]
    for name, kind in columns.items():
        layout += [(f"{name} length", ">i4"), (name, kind)]
    dtype: np.dtype[np.void] = np.dtype(layout)
    body = answer[HEADER_BYTES + int.from_bytes(answer[15:19], "big") : -2]
    if len(body) % dtype.itemsize:
        raise UnevenRowsError(f"{len(body)} bytes are no whole number of rows of {dtype.itemsize} bytes")
    rows = np.frombuffer(body, dtype=dtype)
    widths = [(rows["fields"], len(columns))]
    widths += [(rows[f"{name} length"], np.dtype(kind).itemsize) for name, kind in columns.items()]
    if not all(np.all(told == wanted) for told, wanted in widths):
        raise UnevenRowsError("a row has a NULL, or a column of another width than declared")
    return rows


def coordinates_of(points: npt.NDArray[np.void]) -> LonLat:
    """Return the coordinates of a column of type `POINT`, shape (n, 2); NaN of an empty point stays NaN.

    Raises
    ------
    UnevenRowsError
        If they are no points of two dimensions.
    """
    if not (np.all(points["order"] == 1) and np.all(points["kind"] == POINT_KIND)):
        raise UnevenRowsError("a column of points holds something else")
    return np.column_stack((points["x"], points["y"])).astype(np.float64, copy=False)


def numbers_of(digits: npt.NDArray[np.bytes_]) -> IntArray:
    """Return texts of decimal digits, all of one width, as numbers."""
    width = digits.dtype.itemsize
    places = np.ascontiguousarray(digits).view(np.uint8).reshape(len(digits), width)
    numbers = np.zeros(len(digits), dtype=np.int64)
    for place in range(width):
        numbers = numbers * 10 + (places[:, place] - ZERO)
    return numbers
