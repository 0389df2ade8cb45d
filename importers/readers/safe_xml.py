"""XML from strangers, element by element: no entities, nothing fetched, any encoding that China writes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.encoding import decode

LARGEST_BYTES = 50_000_000
"""Half a gigabyte of memory is needed for as many placemarks."""
ENDED = {3, 5, 8}
"""Errors of expat that mean that the text stops: no element found, unclosed token, mismatched tag at the end."""

_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"^[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']")


def xml_text(path: Path, encoding: str | None) -> tuple[str, str]:
    """Return the text of an XML file without its declaration, and its encoding: named, declared, or detected.

    Raises
    ------
    ImportRefusedError
        It is too large, or in no such encoding.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
    return decoded(path.read_bytes(), encoding)


def decoded(raw: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of XML without its declaration, and its encoding."""
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    named = encoding or (declared[1].decode() if declared and b"\x00" not in raw[:4] else None)
    try:
        text, found = decode(raw, named)
    except ImportRefusedError:
        if encoding or named is None:
            raise
        text, found = decode(raw)  # what it declares is wrong
    return _DECLARATION.sub("", text, count=1), found


def elements(text: str, title: str) -> Iterator[tuple[str, Element]]:
    """Yield ("start" or "end", element) as the text goes on.

    Parameters
    ----------
    title
        Of the format, for the sentence of a refusal.

    Raises
    ------
    ImportRefusedError
        It is no XML, cut short, or has a document type: entities are how such files explode or reach for others.
    """
    try:
        yield from ElementTree.iterparse(io.BytesIO(text.encode()), events=("start", "end"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise ImportRefusedError(ProblemCode.UNSAFE_FILE, detail=_("XML entities or a document type")) from error
    except ParseError as error:
        line, column = error.position
        if error.code in ENDED and line >= text.rstrip().count("\n") + 1:
            raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=_("line %d") % line) from error
        detail = f"{str(error).partition(':')[0]}, {_('line %d') % line}, {_('column %d') % column}"
        raise ImportRefusedError(ProblemCode.UNREADABLE_FILE, format=title, detail=detail) from error


def local(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def child(element: Element, name: str) -> Element | None:
    """Return the first child of that name in whatever namespace; files mix them."""
    return next((one for one in element if local(one.tag) == name), None)


def text_in(element: Element | None) -> str | None:
    """Return the text of an element without the space around it; None where there is none."""
    return (element.text or "").strip() or None if element is not None else None
