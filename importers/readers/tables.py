"""Tables as text: comma, tab or semicolon between cells, a header in the first line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from geocore.arrays import IntArray
from importers.problems import ImportRefusedError, ProblemCode, RowProblem
from importers.readers.encoding import decode
from importers.readers.source import Column, Source

_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n(?=[\s\S]*\S)|\A\s*\n")


def read_table(path: Path, encoding: str | None = None) -> Source:
    """Return the rows of a table; every value is text, an empty cell is null.

    Raises
    ------
    ImportRefusedError
        It is no text, or there is no row under the header.
    """
    text, found = decode(path.read_bytes(), encoding)
    delimiter = separator(text)
    read = None if _BLANK_LINE.search(text) else read_quickly(text, delimiter)
    header, columns, numbers, problems = read or read_carefully(text, delimiter)
    filled = np.zeros(len(numbers), dtype=np.bool_)
    for values in columns:
        filled |= pc.is_valid(values).to_numpy(zero_copy_only=False)
    if not filled.all():
        keep = pa.array(filled)
        columns, numbers = [values.filter(keep) for values in columns], numbers[filled]
    named = tuple(Column(name, values) for name, values in zip(header, columns, strict=True) if name)
    return Source("csv", found, numbers, named, problems=problems)


def separator(text: str) -> str:
    """Return the character that stands most often in the first line, outside quotation marks."""
    first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(",\t;", key=first.count)


Rows = tuple[list[str], list[pa.Array], IntArray, list[RowProblem]]


def read_quickly(text: str, delimiter: str) -> Rows | None:
    """Return the table where each line has as many cells as the header; None where a careful look is needed."""
    width = len(next(csv.reader(io.StringIO(text), delimiter=delimiter), []))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()),
            arrow_csv.ReadOptions(autogenerate_column_names=True),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in text),
            arrow_csv.ConvertOptions(
                column_types={f"f{place}": pa.string() for place in range(width)},
                strings_can_be_null=True,
                null_values=[""],
            ),
        ).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    if table.num_columns != width:
        return None
    columns = [
        pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string()) for column in table.columns
    ]
    header = [(values[0].as_py() or "").strip() if len(values) else "" for values in columns]
    return header, [trimmed(values.slice(1)) for values in columns], np.arange(1, table.num_rows), []


def read_carefully(text: str, delimiter: str) -> Rows:
    """Return the table line by line: blank lines are passed over, lines of another length become problems."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="CSV", detail=error) from error
    start = next((place for place, line in enumerate(lines) if any(cell.strip() for cell in line)), len(lines))
    header = [cell.strip() for cell in lines[start]] if start < len(lines) else []
    good: list[Sequence[str]] = []
    numbers: list[int] = []
    problems: list[RowProblem] = []
    for number, line in enumerate(lines[start + 1 :], start=1):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) < len(header) or any(cell.strip() for cell in line[len(header) :]):
            params = {"found": len(line), "expected": len(header)}
            problems.append(RowProblem(number, None, ProblemCode.RAGGED_ROW, delimiter.join(line), params))
            continue
        good.append(line[: len(header)])
        numbers.append(number)
    by_column = list(zip(*good, strict=True)) if good else [()] * len(header)
    columns = [trimmed(pa.array(values, pa.string())) for values in by_column]
    return header, columns, np.array(numbers, dtype=np.int64), problems


def trimmed(values: pa.Array) -> pa.Array:
    """Return text without the space around it; nothing left is null."""
    values = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
