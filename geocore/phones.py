"""Phone numbers of the mainland, so that one number is written one way.

Notes
-----
YD/T 1244: mobile numbers have 11 digits and begin with 1; fixed lines are the area code (0 and two or three digits) and
seven or eight digits. Extensions are left out: what is kept is what is dialled.
"""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from geocore.errors import GeocoreError

_COUNTRY = re.compile(r"(?:\+|00)86")
_BETWEEN = re.compile(r"[\s\-()]")
_NUMBER = re.compile(r"1\d{10}|0[1-9]\d{8,10}", re.ASCII)


class PhoneError(GeocoreError):
    """A phone number has 11 digits and begins with 1, or is the area code and seven or eight digits."""

    # The sentence never repeats the number, as with ID numbers.
    code: ClassVar[str] = "phone"
    remedy: ClassVar[str] = "Give one number, such as 13800000000 or 0778-2100000, without an extension."


def parse_phone(given: str) -> str:
    """Return the digits of a phone number, without the code of the country and what is written for the eye.

    Raises
    ------
    PhoneError
        It is none; the sentence does not repeat it.
    """
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", given))
    text = _COUNTRY.sub("", text, count=1) if _COUNTRY.match(text) else text
    if not _NUMBER.fullmatch(text):
        raise PhoneError
    return text
