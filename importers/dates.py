"""Days as people and spreadsheets write them, and how exact they are."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

DAY = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?(?:[ T].*)?"
    r"|(?P<year8>\d{4})(?P<month8>\d{2})(?P<day8>\d{2})"
)
MONTH = re.compile(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?|(?P<year6>(?:19|20)\d{2})(?P<month6>\d{2})")
SERIAL = re.compile(r"(?P<days>\d{5})(?:\.\d+)?")
DOT_ONE = re.compile(r"\d{4}\.1")
DOT_TEN = re.compile(r"\d{4}\.10")

SPREADSHEET_DAY_0 = dt.date(1899, 12, 30)
"""Day 60 is a 29 February 1900 that never was: from March 1900 on, this is the day before day 1."""

FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050
"""1950-01-01 and 2099-12-31: other numbers of five digits are no dates of a register."""


class Exactness(StrEnum):
    """How a day was written."""

    DAY = "day"
    MONTH = "month"
    """Without a day: the first of the month is stored."""
    SERIAL = "serial"
    """The number by which a spreadsheet counts days."""
    EITHER = "either"
    """2019.1 is January, or an October whose last digit a spreadsheet dropped."""
    NONE = "none"


class ReadDay(NamedTuple):
    """A day, None where the text names none or may name two."""

    value: dt.date | None
    exactness: Exactness


NO_DAY = ReadDay(None, Exactness.NONE)


def read_days(texts: Sequence[str]) -> list[ReadDay]:
    """Return the day that each different text of one column names.

    Notes
    -----
    "2019.1" is January where the column has a "2019.10" too, or else undecided: a spreadsheet that holds 2019.10 as a
    number writes 2019.1.
    """
    plain = [unicodedata.normalize("NFKC", text).strip() for text in texts]
    tens = any(DOT_TEN.fullmatch(text) for text in plain)
    return [
        ReadDay(None, Exactness.EITHER) if DOT_ONE.fullmatch(text) and not tens else read_day(text) for text in plain
    ]


def read_day(text: str) -> ReadDay:
    """Return the day that one plain text names."""
    found = DAY.fullmatch(text)
    if found is not None:
        return made(found["year"] or found["year8"], found["month"] or found["month8"], found["day"] or found["day8"])
    found = SERIAL.fullmatch(text)
    if found is not None and FIRST_SERIAL <= int(found["days"]) <= LAST_SERIAL:
        return ReadDay(SPREADSHEET_DAY_0 + dt.timedelta(days=int(found["days"])), Exactness.SERIAL)
    found = MONTH.fullmatch(text)
    if found is not None:
        first = made(found["year"] or found["year6"], found["month"] or found["month6"], "1")
        return NO_DAY if first.value is None else ReadDay(first.value, Exactness.MONTH)
    return NO_DAY


def made(year: str, month: str, day: str) -> ReadDay:
    """Return the day of three numbers; there may be none."""
    try:
        return ReadDay(dt.date(int(year), int(month), int(day)), Exactness.DAY)
    except ValueError:
        return NO_DAY
