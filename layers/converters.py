"""Codes in addresses: whatever stands in a code, its address leads back to it."""

from __future__ import annotations

import re

RESERVED = ("new", "people", "features.geojson")
"""What stands at the place of a code and is none."""

_ESCAPED = re.compile(r"~([0-9A-F]{2})")


class CodeConverter:
    """A feature's code as one step of a path.

    A slash would end the step (servers decode %2F before they look at the path), a leading dot would be taken as a
    folder, and a code may read like one of our own words: these are written as `~` and two hexadecimal digits.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the code; refuse what no code can hold, so that the address is simply unknown."""
        if value in RESERVED:
            raise ValueError(value)
        code = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        if "\x00" in code:
            raise ValueError("a code holds no null characters")
        return code

    def to_url(self, value: str) -> str:
        """Return the step of the path."""
        text = str(value).replace("~", "~7E").replace("/", "~2F")
        if text in RESERVED or text.startswith("."):
            text = f"~{ord(text[0]):02X}{text[1:]}"
        return text
