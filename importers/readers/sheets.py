"""Where the table lies in a sheet: under which titles its header is, which rows are totals and notes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

Row = Sequence[str | None]
"""Texts of the cells of one row, None where one is empty."""

SEARCHED_ROWS = 40
"""A header further down is none: titles, notes and a date take a few lines."""

FULL_SHARE = 0.6
"""A header names at least this share of the columns that rows fill."""

TOTAL = re.compile(
    r"(?:合计|总计|小计|共计|累计|总和|本页小计|本页合计|(?:.{1,12})?[（(]?(?:合计|小计|总计)[）)]?|(?:grand|sub)?\s*totals?|sum)[:：]?",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?:备注|附注|注|说明|填表人|填报人|填报单位|填表单位|填表日期|填报日期|制表人?|制表单位|审核人?|复核人?"
    r"|负责人|单位负责人|联系人|联系电话|日期|数据来源|资料来源|source|notes?)\s*\d*\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
NUMERIC = re.compile(r"[+-]?[\d.,]+%?")


class Header(NamedTuple):
    """A header: index of its last row, and the name of each column, empty where there is none."""

    last_row: int
    names: list[str]


def find_header(rows: Sequence[Row], across: Sequence[tuple[int, int, int]] = ()) -> Header | None:
    """Return the header among the first rows of a sheet; None where no row can be one.

    Parameters
    ----------
    rows
        The first rows of the sheet, all of one length.
    across
        Cells merged over several columns: row, first and last column, as indexes.

    Notes
    -----
    The header is the first row whose cells are words, no numbers, and name most of the columns that rows fill. A
    title is one cell, merged over all columns. Where cells of the header are merged over several columns, the row
    below names these: both together are the header.
    """
    widest = max((sum(cell is not None for cell in row) for row in rows), default=0)
    for place, row in enumerate(rows[:SEARCHED_ROWS]):
        groups = {first: last for line, first, last in across if line == place}
        covered = sum(cell is not None for cell in row) + sum(last - first for first, last in groups.items())
        if covered < max(1, FULL_SHARE * widest) or not words(row) or (len(groups) == 1 and named(row) == 1):
            continue
        if named(row) < 2 <= widest:
            continue
        if groups and place + 1 < len(rows) and fills(rows[place + 1], groups):
            return Header(place + 1, two_lines(row, rows[place + 1], groups))
        return Header(place, [(cell or "").strip() for cell in row])
    return None


def named(row: Row) -> int:
    """Return how many cells of a row have something in them."""
    return sum(cell is not None for cell in row)


def words(row: Row) -> bool:
    """Return whether the cells of a row may be names: none is a number."""
    filled = [cell for cell in row if cell is not None]
    return bool(filled) and not any(NUMERIC.fullmatch(cell.strip()) for cell in filled)


def fills(row: Row, groups: dict[int, int]) -> bool:
    """Return whether a row names the columns under the merged cells above it."""
    below = [row[place] for first, last in groups.items() for place in range(first, min(last + 1, len(row)))]
    return all(cell is not None for cell in below) and words(below)


def two_lines(upper: Row, lower: Row, groups: dict[int, int]) -> list[str]:
    """Return the names of a header in two lines: the lower word, with the upper before it where it stands twice."""
    above = [cell or "" for cell in upper]
    for first, last in groups.items():
        for place in range(first, min(last + 1, len(above))):
            above[place] = upper[first] or ""
    count = Counter(cell for cell in lower if cell)
    return [
        (f"{above[place]} {cell}" if count[cell] > 1 else cell).strip() if cell else above[place].strip()
        for place, cell in enumerate(lower)
    ]


def is_total(row: Row) -> bool:
    """Return whether a row sums up others: one of its first words says so."""
    filled = [cell for cell in row if cell is not None][:2]
    return any(TOTAL.fullmatch(squeezed(cell)) for cell in filled)


def is_note(row: Row) -> bool:
    """Return whether a row is a note below the table: who filled it in, when, remarks."""
    filled = [cell for cell in row if cell is not None]
    return bool(filled) and NOTE.fullmatch(unicodedata.normalize("NFKC", filled[0]).strip()) is not None


def squeezed(text: str) -> str:
    """Return a text without spaces and full-width forms."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
