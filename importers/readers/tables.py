"""Tables as text: comma, tab or semicolon between cells, a header in the first line. Read a portion at a time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from pyarrow import csv as arrow_csv

from geocore.arrays import IntArray
from importers.problems import ImportRefusedError, ProblemCode, RowProblem
from importers.readers.encoding import encoding_of, shown
from importers.readers.source import Column, Source

PORTION_BYTES = 2 << 20
"""About 20,000 rows of 100 characters; a cell must fit in."""

HEAD_BYTES = 1 << 20
"""The header is looked for in the first of them."""


def read_table(path: Path, encoding: str | None = None) -> Iterator[Source]:
    """Yield the rows of a table; every value is text, an empty cell is null. Blank lines are no rows, but counted.

    Raises
    ------
    ImportRefusedError
        It is no text, or there is no row under the header.
    """
    found = encoding_of(path, encoding)
    head = Head.of(path, found)
    for numbers, columns, problems in portions(path, found, head):
        named = tuple(Column(name, values) for name, values in zip(head.names, columns, strict=True) if name)
        yield Source("csv", shown(found), numbers, named, problems=problems)


@dataclass(frozen=True, slots=True)
class Head:
    """The first line that is not blank.

    Attributes
    ----------
    end
        Bytes from the start of the file to the line after it.
    """

    names: list[str]
    delimiter: str
    end: int

    @classmethod
    def of(cls, path: Path, encoding: str) -> Head:
        """Return the head of a table.

        Raises
        ------
        ImportRefusedError
            No line has anything in it, or the quotation marks of the first never end.
        """
        with path.open(encoding=encoding, newline="") as file:
            text = file.read(HEAD_BYTES)
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        text = text.removeprefix(mark)
        delimiter = separator(text)
        lines = io.StringIO(text, newline="")
        try:
            for record in csv.reader(iter(lines.readline, ""), delimiter=delimiter):
                if any(cell.strip() for cell in record):
                    end = len((mark + text[: lines.tell()]).encode(encoding))
                    return cls([cell.strip() for cell in record], delimiter, end)
        except csv.Error as error:
            raise unreadable(str(error)) from error
        raise ImportRefusedError(ProblemCode.NO_ROWS)


def separator(text: str) -> str:
    """Return the character that stands most often in the first line, outside quotation marks."""
    first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(",\t;", key=first.count)


Portion = tuple[IntArray, list[pa.Array], list[RowProblem]]


def portions(path: Path, encoding: str, head: Head) -> Iterator[Portion]:
    """Yield numbers and columns of the rows below the head, with the lines among them that are no rows.

    Raises
    ------
    ImportRefusedError
        A cell is longer than a portion, or its quotation marks never end.
    """
    lines = OddLines(head.delimiter, len(head.names))
    names = [f"f{place}" for place in range(len(head.names))]
    try:
        with path.open("rb") as file:
            file.seek(head.end)
            reader = arrow_csv.open_csv(
                file,
                # in one thread, or the numbers of odd lines are not told
                arrow_csv.ReadOptions(
                    use_threads=False, block_size=PORTION_BYTES, column_names=names, encoding=encoding
                ),
                arrow_csv.ParseOptions(
                    delimiter=head.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=lines.take,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
                ),
            )
            for batch in reader:
                yield filled(*lines.among(batch))
        if lines.rows or lines.problems:
            yield filled(*lines.rest())
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        if "straddling" in str(error):
            raise unreadable(_("a cell does not end; is a quotation mark missing?")) from error
        raise unreadable(str(error)) from error


@dataclass(slots=True)
class OddLines:
    """The lines that do not have as many cells as the head, and the numbers of all the others.

    A line whose additional cells are empty is a row: spreadsheets write such commas. The others become problems.
    """

    delimiter: str
    width: int
    numbers: list[int] = field(default_factory=list)
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    following: int = 1

    def take(self, line: arrow_csv.InvalidRow) -> str:
        """Keep an odd line; Arrow leaves it out."""
        self.numbers.append(line.number)
        cells = next(csv.reader([line.text], delimiter=self.delimiter), [])
        if not any(cell.strip() for cell in cells):
            pass
        elif len(cells) < self.width or any(cell.strip() for cell in cells[self.width :]):
            params = {"found": len(cells), "expected": self.width}
            self.problems.append(RowProblem(line.number, None, ProblemCode.RAGGED_ROW, line.text, params))
        else:
            self.rows.append((line.number, cells[: self.width]))
        return "skip"

    def among(self, batch: pa.RecordBatch) -> Portion:
        """Return the rows of a batch, and the odd ones that were found before it came."""
        odd = np.array(self.numbers, dtype=np.int64)
        numbers = np.arange(self.following, self.following + batch.num_rows + len(odd))
        numbers = numbers[~np.isin(numbers, odd)][: batch.num_rows]
        if len(numbers):
            self.following = int(numbers[-1]) + 1
            self.numbers = [number for number in self.numbers if number >= self.following]
        more_numbers, more, problems = self.rest()
        columns = [pa.concat_arrays([one, other]) for one, other in zip(batch.columns, more, strict=True)]
        return np.concatenate([numbers, more_numbers]), columns, problems

    def rest(self) -> Portion:
        """Return the odd lines that are rows, and the problems; they are forgotten here."""
        numbers = np.array([number for number, _cells in self.rows], dtype=np.int64)
        by_column = zip(*(cells for _number, cells in self.rows), strict=True) if self.rows else [()] * self.width
        found = numbers, [pa.array(values, pa.string()) for values in by_column], self.problems
        self.rows, self.problems = [], []
        return found


def filled(numbers: IntArray, columns: list[pa.Array], problems: list[RowProblem]) -> Portion:
    """Return the rows with anything in them, without the space around their cells."""
    columns = [trimmed(values) for values in columns]
    some = np.zeros(len(numbers), dtype=np.bool_)
    for values in columns:
        some |= pc.is_valid(values).to_numpy(zero_copy_only=False)
    if some.all():
        return numbers, columns, problems
    return numbers[some], [values.filter(pa.array(some)) for values in columns], problems


def trimmed(values: pa.Array) -> pa.Array:
    """Return text without the space around it; nothing left is null."""
    values = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def unreadable(detail: str) -> ImportRefusedError:
    """Return the refusal of a table that cannot be taken apart."""
    return ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="CSV", detail=detail.partition("\n")[0][:200])
