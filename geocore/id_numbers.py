"""The 18-digit citizen identification number.

Notes
-----
GB 11643-1999: six digits of the division where the number was first given (GB/T 2260), eight of the day of birth, three
of sequence (odd for men, even for women) and a check character by ISO 7064 MOD 11-2, where X stands for 10. Numbers of
15 digits, given before 1999, have no check character and are no longer valid.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from geocore.divisions import PROVINCES
from geocore.errors import GeocoreError

LENGTH = 18
SYNTHETIC_AREA = "000000"
"""The division of demonstration numbers. There is none of this code, so such a number can never be anybody's."""
RESIDENTS = frozenset({"83", "91"})
"""First digits of residence permits for people from Taiwan, and of permanent residence cards for foreigners."""

_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_WEIGHTS = np.array([pow(2, LENGTH - 1 - place, 11) for place in range(LENGTH - 1)])
_CHARACTERS = np.array(list("10X98765432"))
"""By the weighted sum modulo 11."""
_FIRST_YEAR = 1900


class IdNumberError(GeocoreError):
    """Not an ID number."""

    # The sentences never repeat the number: they end up in logs, reports and on other people's screens.
    code: ClassVar[str] = "id_number"


class IdNumberShapeError(IdNumberError):
    """An ID number has 18 characters, 17 digits and a check character (a digit or X); this has %(length)d."""

    code: ClassVar[str] = "id_number_shape"
    remedy: ClassVar[str] = (
        "Copy it from the card; in a spreadsheet keep the column as text, or the last digits become zeros."
    )


class IdNumberOldError(IdNumberError):
    """ID numbers of 15 digits, as given before 1999, are no longer valid."""

    code: ClassVar[str] = "id_number_old"
    remedy: ClassVar[str] = "Give the number of 18 characters on the present card."


class IdNumberAreaError(IdNumberError):
    """An ID number begins with a division; no province begins with “%(province)s”."""

    code: ClassVar[str] = "id_number_area"
    remedy: ClassVar[str] = "Compare the first six digits with the card."


class IdNumberBirthError(IdNumberError):
    """The day of birth in this ID number (7th to 14th digit) is not a day of the past."""

    code: ClassVar[str] = "id_number_birth"
    remedy: ClassVar[str] = "Compare the 7th to 14th digit with the day of birth on the card."


class IdNumberCheckError(IdNumberError):
    """The last character of this ID number does not fit the others: one of them is mistyped."""

    code: ClassVar[str] = "id_number_check"
    remedy: ClassVar[str] = "Compare each digit with the card."


class IdNumberSyntheticError(IdNumberError):
    """ID numbers that begin with 000000 are made up for demonstrations."""

    code: ClassVar[str] = "id_number_synthetic"
    remedy: ClassVar[str] = "Give the number on the card."


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that keeps every rule.

    Attributes
    ----------
    text
        18 characters, the last one a digit or X.
    born_on
        As the number says.
    """

    text: str
    born_on: dt.date

    @property
    def synthetic(self) -> bool:
        """Return whether it was made up for a demonstration."""
        return self.text.startswith(SYNTHETIC_AREA)


def tidy_id_number(given: str) -> str:
    """Return what was typed without spaces, in plain digits and with a capital X."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", given)).upper()


def parse_id_number(given: str, *, today: dt.date | None = None) -> IdNumber:
    """Return the number in `given`.

    Raises
    ------
    IdNumberError
        Which rule it breaks; the sentence does not repeat the number.
    """
    text = tidy_id_number(given)
    if re.fullmatch(r"\d{15}", text, re.ASCII):
        raise IdNumberOldError
    if not _SHAPE.fullmatch(text):
        raise IdNumberShapeError(length=len(text))
    if text[:2] not in PROVINCES | RESIDENTS and not text.startswith(SYNTHETIC_AREA):
        raise IdNumberAreaError(province=text[:2])
    if text[-1] != check_characters(np.array([text[:-1]]))[0]:
        raise IdNumberCheckError
    return IdNumber(text, born_on(text[6:14], today or dt.datetime.now(tz=dt.UTC).date()))


def born_on(digits: str, today: dt.date) -> dt.date:
    """Return the day that eight digits name.

    Raises
    ------
    IdNumberBirthError
        There is no such day, or not yet, or not among the living.
    """
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise IdNumberBirthError from error
    if day.year < _FIRST_YEAR or day > today + dt.timedelta(days=1):  # it is tomorrow in the east
        raise IdNumberBirthError
    return day


def check_characters(numbers: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Return the check character of each number of 17 digits (ISO 7064 MOD 11-2).

    Parameters
    ----------
    numbers
        Shape (n,), text of exactly 17 digits each.
    """
    digits = numbers.astype(f"U{LENGTH - 1}").view(np.uint32).reshape(-1, LENGTH - 1).astype(np.int64) - ord("0")
    checks: npt.NDArray[np.str_] = _CHARACTERS[(digits @ _WEIGHTS) % 11]
    return checks
