"""Tables as CSV and as workbooks that open safely in a spreadsheet program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

# Chinese spreadsheet programs take the full-width signs too (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHEET_ROWS = 1_048_575
"""Rows of a sheet below its heading: the format's own limit."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings.

    Attributes
    ----------
    title
        Name of the sheet, in the reader's language.
    keys, titles
        Heading of each column: its stable name (for programs) and its words (for people).
    rows
        Values; None is an empty cell. May be an iterator: it is read once.
    """

    title: str
    keys: Sequence[str]
    titles: Sequence[str]
    rows: Iterable[Sequence[Any]]


def inert(value: Any) -> Any:
    """Return a cell that no spreadsheet program takes for a formula: text that begins like one gets an apostrophe.

    Numbers stay numbers, negative ones too.
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(table: Table, path: Path) -> None:
    """Write a table as CSV: UTF-8 with the mark that makes spreadsheet programs read Chinese, headings for programs."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.keys)
        writer.writerows([inert(value) for value in row] for row in table.rows)


def write_xlsx(tables: Iterable[Table], path: Path) -> None:
    """Write tables as the sheets of a workbook; one that is too long for a sheet goes on in a further one."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for table in tables:
        rows = iter(table.rows)
        part = 1
        while write_sheet(book, table, rows, part):
            part += 1
    book.save(path)


def write_sheet(book: Workbook, table: Table, rows: Iterable[Sequence[Any]], part: int) -> bool:
    """Write the next sheet of a table; return whether rows may be left over."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(table.title if part == 1 else f"{table.title} {part}")
    sheet.freeze_panes = "A2"
    heading = []
    for place, title in enumerate(table.titles, start=1):
        cell = WriteOnlyCell(sheet, value=inert(title))
        cell.font = Font(bold=True)
        heading.append(cell)
        # A Chinese character is about two letters wide
        wide = sum(2 if ord(letter) > 0xFF else 1 for letter in title)
        sheet.column_dimensions[get_column_letter(place)].width = max(10, min(60, wide + 2))
    sheet.append(heading)
    for count, row in enumerate(rows, start=1):
        sheet.append([inert(value) for value in row])
        if count == SHEET_ROWS:
            return True
    return False
