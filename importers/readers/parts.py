"""Files with several layers or sheets: which of them is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.source import Source

POINT, LINE, POLYGON, MIXED, NONE = "point", "line", "polygon", "mixed", "none"
"""What a part draws; "none" is a table, "mixed" may be anything."""

MOST_NAMED = 40


class Part(NamedTuple):
    """A layer of a geodatabase, a sheet of a workbook, a folder of a KML: what can be imported by itself.

    Attributes
    ----------
    name
        As the file calls it; empty where it holds but one thing, without a name.
    rows
        How many; None where it would take reading all of it to know.
    shapes
        What it draws, one of the words above.
    """

    name: str
    rows: int | None
    shapes: str


class Content(NamedTuple):
    """A part and how its rows are read: all at once, or a portion at a time."""

    part: Part
    read: Callable[[], Source | Iterator[Source]]

    def portions(self) -> Iterator[Source]:
        """Yield the rows."""
        found = self.read()
        if isinstance(found, Source):
            yield found
        else:
            yield from found


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a file holds.

    Attributes
    ----------
    whole
        All parts as one table, where they are of one kind and only folders keep them apart.
    """

    parts: list[Content] = field(default_factory=list)
    whole: Content | None = None


def one(read: Callable[[], Source | Iterator[Source]]) -> Contents:
    """Return the contents of a file that holds one thing."""
    return Contents([Content(Part("", None, MIXED), read)])


def shapes_of(kind: str | None) -> str:
    """Return what a layer draws by its geometry type as GDAL or shapely call it; None is a table."""
    if kind is None:
        return NONE
    plain = kind.casefold()
    for word, shapes in (("point", POINT), ("line", LINE), ("polygon", POLYGON), ("surface", POLYGON)):
        if word in plain:
            return shapes
    return MIXED


def pick(contents: Contents, named: str | None, wanted: Collection[str]) -> Content:
    """Return the part to be read.

    Parameters
    ----------
    named
        By the user; None: the only one with rows, or the only one of these that draws what is wanted.
    wanted
        What the layer holds, such as {"point"}; empty: anything.

    Raises
    ------
    ImportRefusedError
        There is no part of that name, none has rows, or several may be meant; the sentence lists them.
    """
    if named is not None:
        for content in contents.parts:
            if same(content.part.name, named):
                return content
        raise ImportRefusedError(ProblemCode.NO_SUCH_PART, named, detail=listed(contents.parts))
    if contents.whole is not None:
        return contents.whole
    holding = [content for content in contents.parts if content.part.rows != 0]
    if not holding:
        raise ImportRefusedError(ProblemCode.NO_ROWS)
    fitting = [content for content in holding if content.part.shapes in wanted]
    for candidates in (holding, fitting):
        if len(candidates) == 1:
            return candidates[0]
    possible = [content for content in holding if not wanted or content.part.shapes in {*wanted, MIXED, NONE}]
    raise ImportRefusedError(ProblemCode.SEVERAL_LAYERS, detail=listed(possible or holding))


def same(name: str, named: str) -> bool:
    """Return whether a user means this name, whatever its width and case."""
    return plain(name) == plain(named)


def plain(name: str) -> str:
    """Return a name without case, full-width forms and space around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def listed(contents: Sequence[Content]) -> str:
    """Return the names with their number of rows, as a sentence lists them."""
    told = [
        f"{part.name} ({part.rows})" if part.rows is not None else part.name for part, _read in contents[:MOST_NAMED]
    ]
    return ", ".join(told) + (" …" if len(contents) > MOST_NAMED else "")
