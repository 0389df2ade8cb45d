"""In which encoding text is: what it says itself, UTF-8, then GB18030, and Latin-1 for bytes of a DBF alone."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path

from importers.problems import ImportRefusedError, ProblemCode

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MARKS_KEPT = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BLOCK = 1 << 20
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "gb18030": "GB18030",
    "iso8859-1": "ISO-8859-1",
}


def decode(raw: bytes, named: str | None = None) -> tuple[str, str]:
    """Return the text of a whole file and the name of its encoding.

    Parameters
    ----------
    named
        What the user says it is; None: detect it.

    Raises
    ------
    ImportRefusedError
        It is no text, not in `named`, or in none of the encodings that are detected.
    """
    marked = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), None)
    if marked is None and b"\x00" in raw:
        raise ImportRefusedError(ProblemCode.NOT_TEXT)
    if named:
        return decode_as_named(raw, named)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding), shown(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportRefusedError(ProblemCode.ENCODING_UNKNOWN)


def encoding_of(path: Path, named: str | None = None) -> str:
    """Return Python's name of the encoding in which a whole file reads, a block at a time; a mark at its start counts.

    The name is one that leaves the mark in the text, so that any part of the file reads alike.

    Parameters
    ----------
    named
        What the user says it is; None: detect it.

    Raises
    ------
    ImportRefusedError
        It is no text, not in `named`, or in none of the encodings that are detected.
    """
    with path.open("rb") as file:
        head = file.read(BLOCK)
    marked = next((encoding for mark, encoding in MARKS_KEPT if head.startswith(mark)), None)
    if marked is None and b"\x00" in head:
        raise ImportRefusedError(ProblemCode.NOT_TEXT)
    if named:
        encoding = known_encoding(named)
        if encoding in {"utf-8-sig", "utf-16", "utf-32"}:
            encoding = marked or encoding.removesuffix("-sig")
        if not file_reads(path, encoding):
            raise ImportRefusedError(ProblemCode.ENCODING_WRONG, named)
        return encoding
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        if file_reads(path, encoding):
            return encoding
    raise ImportRefusedError(ProblemCode.ENCODING_UNKNOWN)


def file_reads(path: Path, encoding: str) -> bool:
    """Return whether all of a file is text in `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def decode_as_named(raw: bytes, named: str) -> tuple[str, str]:
    """Return the text in the encoding that the user names; a mark at its start is not part of it."""
    encoding = known_encoding(named)
    try:
        return raw.decode(encoding).removeprefix("\ufeff"), shown(encoding)
    except UnicodeDecodeError:
        raise ImportRefusedError(ProblemCode.ENCODING_WRONG, named) from None


def known_encoding(named: str) -> str:
    """Return Python's name of an encoding; GBK and GB2312 are read as GB18030, which holds them."""
    try:
        encoding = codecs.lookup(named.strip()).name
        "".encode(encoding)
    except (LookupError, ValueError):
        raise ImportRefusedError(ProblemCode.ENCODING_WRONG, named) from None
    return "gb18030" if encoding in {"gbk", "gb2312", "cp936"} else encoding


def shown(encoding: str) -> str:
    """Return the name of an encoding as people write it."""
    return NAMES.get(codecs.lookup(encoding).name, encoding.upper())


def detect_in_cells(cells: Iterable[bytes]) -> str:
    """Return the encoding in which the text of separate cells reads: UTF-8, then GB18030, else Latin-1.

    Notes
    -----
    Programs cut DBF cells at a number of bytes, in the middle of a character if need be: the last bytes of a full
    cell may be incomplete.
    """
    distinct = {cell for cell in cells if not cell.isascii()}
    for encoding in ("utf-8", "gb18030"):
        if all(reads(cell, encoding) for cell in distinct):
            return encoding
    return "iso8859-1"


def reads(cell: bytes, encoding: str) -> bool:
    """Return whether `cell` is text in `encoding`, possibly cut inside its last character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(cell, final=False)
    except UnicodeDecodeError:
        return False
    return True
