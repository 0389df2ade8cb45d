"""XLSX: sheets of a workbook as tables, whatever stands above and below the rows.

Notes
-----
Read row by row (openpyxl, read-only), so that the memory is that of the values; what this mode does not tell, which
cells are merged and which formulas were saved without their result, is found in the text of the sheet.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import openpyxl
import pyarrow as pa
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.utils import range_boundaries

from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.archive import opened
from importers.readers.parts import NONE, Content, Contents, Part
from importers.readers.sheets import Header, Row, find_header, is_note, is_total
from importers.readers.source import Column, Source

LARGEST_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 400_000_000
MOST_ROWS = 200_000
"""Of six columns they take 0.2 GB of memory and 20 s."""
MOST_COLUMNS = 1_000
EXACT_DIGITS = 15
"""Of a number in a spreadsheet; the rest is zeros by then."""

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=\"([A-Z]+\d+)\"[^>]*>\s*"  # a cell
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"  # its formula
    rb"(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>"  # and nothing else
)
CHUNK = 1 << 20
LONGEST_MATCH = 20_000
BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    SyntaxError,
)
SHOWN_ROWS = 10


class Sheet(NamedTuple):
    """A sheet as read.

    Attributes
    ----------
    rows
        From the first to the last row with anything in it.
    merged
        Left, top, right, bottom of merged cells, as indexes into `rows`.
    no_result
        Names of cells with a formula and no value.
    """

    rows: list[Row]
    merged: list[tuple[int, int, int, int]]
    no_result: list[str]


def workbook(path: Path, encoding: str | None = None) -> Contents:
    """Return the sheets of a workbook that hold anything.

    Raises
    ------
    ImportRefusedError
        It can't be read, or is too large.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
    with opened(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > LARGEST_UNPACKED_BYTES:
            raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_UNPACKED_BYTES / 1e6:.0f} MB")
    sheets = read_sheets(path)
    return Contents(
        [
            Content(Part(title, len(sheet.rows), NONE), partial(source_of, title, sheet))
            for title, sheet in sheets.items()
        ]
    )


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Return all sheets by their names; of hidden ones only the name counts, as of an empty one."""
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                return {
                    sheet.title: read_sheet(sheet) if sheet.sheet_state == "visible" else Sheet([], [], [])
                    for sheet in book.worksheets
                }
            finally:
                book.close()
    except BROKEN as error:
        if isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException):
            raise ImportRefusedError(ProblemCode.UNSAFE_FILE, detail=_("XML entities")) from error
        raise ImportRefusedError(
            ProblemCode.UNREADABLE_FILE, format="XLSX", detail=str(error).partition("\n")[0][:200] or _("damaged")
        ) from error


def read_sheet(sheet: Any) -> Sheet:
    """Return the rows of one sheet as text."""
    sheet.reset_dimensions()  # programs write wrong ones
    rows: list[Row] = []
    for row in sheet.iter_rows(values_only=True):
        if len(row) > MOST_COLUMNS and any(cell is not None for cell in row[MOST_COLUMNS:]):
            raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=_("%d columns") % MOST_COLUMNS)
        cells = [as_text(cell) for cell in row[:MOST_COLUMNS]]
        rows.append(cells if any(cells) else [])  # sheets may end in a million empty rows
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > MOST_ROWS:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=_("%d rows") % MOST_ROWS)
    width = max((len(row) for row in rows), default=0)
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    with sheet._get_source() as text:  # noqa: SLF001  it knows which member of the archive the sheet is
        merged, no_result = seen_in_text(text)
    return Sheet(rows, merged, no_result)


def seen_in_text(text: IO[bytes]) -> tuple[list[tuple[int, int, int, int]], list[str]]:
    """Return the merged cells (left, top, right, bottom, as indexes) and the cells whose formula has no result."""
    merged: dict[bytes, None] = {}
    no_result: dict[bytes, None] = {}
    kept = b""
    while block := text.read(CHUNK):
        kept += block
        merged |= dict.fromkeys(MERGED.findall(kept))
        no_result |= dict.fromkeys(NO_RESULT.findall(kept))
        kept = kept[-LONGEST_MATCH:]
    return [box_of(name.decode()) for name in merged], [name.decode() for name in no_result]


def box_of(name: str) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom of "A1:C2" as indexes."""
    left, top, right, bottom = ((edge or 1) - 1 for edge in range_boundaries(name))
    return left, top, right, bottom


def as_text(value: Any) -> str | None:
    """Return the value of a cell as a table in text would have it; None for an empty one.

    Dates are ISO 8601, whole numbers have no decimals, and no number has more digits than the spreadsheet keeps.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**EXACT_DIGITS else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    text = str(value).strip()
    return text or None


def source_of(title: str, sheet: Sheet) -> Source:
    """Return the table of a sheet.

    Raises
    ------
    ImportRefusedError
        It has no header, or nothing under it.
    """
    across = [(top, left, right) for left, top, right, bottom in sheet.merged if right > left and top == bottom]
    header = find_header(sheet.rows, across)
    if header is None:
        raise ImportRefusedError(ProblemCode.NO_HEADER, detail=title)
    said: list[str] = []
    body = filled_down(sheet, header, said)
    numbers, good = [], []
    left_out: dict[str, list[int]] = {"total": [], "note": []}
    for number, row in enumerate(body, start=1):
        if not any(row):
            continue
        kind = "total" if is_total(row) else "note" if is_note(row) else ""
        if kind:
            left_out[kind].append(header.last_row + 1 + number)
            continue
        numbers.append(number)
        good.append(row)
    said += remarks(title, sheet, header, left_out)
    columns = [
        Column(name, pa.array([row[place] for row in good], pa.string()))
        for place, name in enumerate(header.names)
        if name
    ]
    said += long_numbers(columns)
    return Source("xlsx", "UTF-8", np.array(numbers, dtype=np.int64), tuple(columns), warnings=said, part=title)


def filled_down(sheet: Sheet, header: Header, said: list[str]) -> list[Row]:
    """Return the rows under the header; a cell merged over several rows counts for each of them."""
    rows = [list(row) for row in sheet.rows]
    filled = 0
    for left, top, right, bottom in sheet.merged:
        if top <= header.last_row or bottom == top or left != right or left >= len(header.names):
            continue
        for place in range(top + 1, min(bottom + 1, len(rows))):
            rows[place][left] = rows[top][left]
        filled += 1
    if filled:
        said.append(_("%d cells are merged over several rows: their value was taken for each of these.") % filled)
    return list(rows[header.last_row + 1 :])


def remarks(title: str, sheet: Sheet, header: Header, left_out: dict[str, list[int]]) -> Iterator[str]:
    """Yield what the sender should know of how the sheet was read."""
    if header.last_row:
        yield _("The header was found in line %(line)d of the sheet “%(sheet)s”; row 1 is line %(next)d.") % {
            "line": header.last_row + 1,
            "sheet": title,
            "next": header.last_row + 2,
        }
    if left_out["total"]:
        yield _("Lines with totals were left out: %s.") % listed(left_out["total"])
    if left_out["note"]:
        yield _("Lines with notes were left out: %s.") % listed(left_out["note"])
    if sheet.no_result:
        yield _("Formulas without a saved result count as empty: %s. Open the file and save it again.") % listed(
            sheet.no_result
        )


def long_numbers(columns: list[Column]) -> Iterator[str]:
    """Yield a warning for each column of numbers that had more digits than a spreadsheet keeps."""
    for column in columns:
        if any(text and re.fullmatch(r"\d\.\d{9,14}e\+1\d", text) for text in column.values.to_pylist()):
            yield _("Numbers in “%s” had more than 15 digits and lost the last ones: keep such a column as text.") % (
                column.name
            )


def listed(items: list[Any]) -> str:
    """Return the first items of a list that may be long."""
    told = ", ".join(str(item) for item in items[:SHOWN_ROWS])
    return f"{told} … (+{len(items) - SHOWN_ROWS})" if len(items) > SHOWN_ROWS else told
