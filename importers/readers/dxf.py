"""DXF: the closed outlines of a drawing as polygons, with the texts that stand in them.

Notes
-----
GDAL reads the entities. The text is brought to UTF-8 before, because GDAL believes a code page in the header that newer
drawings do not use, and takes Chinese for Latin-1 where none is named.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely
from django.utils.translation import gettext as _
from shapely import GeometryType

from geocore.arrays import BoolArray, GeometryArray, IntArray
from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.encoding import decode
from importers.readers.ogr import read_layer
from importers.readers.parts import POLYGON, Content, Contents, Part
from importers.readers.source import Column, Source, joined

LARGEST_BYTES = 100_000_000
FEWEST_IN_RING = 4
NO_OUTLINES = ("Circle", "Ellipse", "Arc", "Spline", "Hatch")
"""Closed things that are symbols or fillings."""

Words = npt.NDArray[np.object_]

pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})


class Outlines(NamedTuple):
    """Closed outlines, shape (n,), with the drawing's layer of each and the texts inside it."""

    shapes: GeometryArray
    layers: Words
    texts: Words


def drawing(path: Path, encoding: str | None = None) -> Contents:
    """Return the layers of a drawing that have closed outlines.

    Raises
    ------
    ImportRefusedError
        It can't be read, is too large, or has no closed outline at all.
    """
    entities = read_entities(path, encoding)
    columns = {column.name: column.values.to_numpy(zero_copy_only=False) for column in entities.columns}
    shapes = entities.geometries
    assert shapes is not None
    model = np.array([space is not True for space in columns["PaperSpace"]], dtype=np.bool_)
    closed = is_outline(shapes, columns["SubClasses"]) & model
    if not closed.any():
        raise ImportRefusedError(ProblemCode.NO_OUTLINES, detail=counted(shapes))
    corners, owner = shapely.get_coordinates(shapes[closed], return_index=True)
    outlines: GeometryArray = np.asarray(shapely.polygons(shapely.linearrings(corners, indices=owner)))
    labels = (shapely.get_type_id(shapes) == GeometryType.POINT) & np.array(
        [bool(text) for text in columns["Text"]], dtype=np.bool_
    )
    found = Outlines(
        outlines, columns["Layer"][closed], texts_inside(outlines, shapes[labels], columns["Text"][labels])
    )
    said = remarks(shapes, closed | labels)
    return Contents(
        [
            Content(
                Part(str(layer), int((found.layers == layer).sum()), POLYGON),
                partial(source_of, str(layer), found, entities.encoding, said),
            )
            for layer in dict.fromkeys(found.layers)
        ]
    )


def read_entities(path: Path, encoding: str | None) -> Source:
    """Return all entities of a drawing.

    Raises
    ------
    ImportRefusedError
        It is too large, binary, cut short or can't be read.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
    raw = path.read_bytes()
    if raw.startswith(b"AutoCAD Binary"):
        raise ImportRefusedError(
            ProblemCode.UNREADABLE_FILE, format="DXF", detail=_("it is a binary DXF, save it as text (ASCII)")
        )
    text, found = decode(raw, encoding)
    if text.rstrip().rpartition("\n")[2].strip() != "EOF":
        raise ImportRefusedError(ProblemCode.CUT_SHORT, detail=_("there is no EOF at its end"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "drawing.dxf"
        copy.write_text(text, encoding="utf-8", newline="")
        portions = list(read_layer(copy, "dxf", "UTF-8"))
    if not portions:
        raise ImportRefusedError(ProblemCode.NO_OUTLINES, detail="0")
    source = joined(portions)
    return Source("dxf", found, source.row_numbers, source.columns, source.geometries)


def is_outline(shapes: GeometryArray, classes: Words) -> BoolArray:
    """Return which entities are closed polylines."""
    ring = (shapely.get_type_id(shapes) == GeometryType.LINESTRING) & shapely.is_closed(shapes)
    long_enough = shapely.get_num_points(shapes) >= FEWEST_IN_RING
    symbol = np.array([any(word in (name or "") for word in NO_OUTLINES) for name in classes], dtype=np.bool_)
    return np.asarray(ring & long_enough & ~symbol, dtype=np.bool_)


def texts_inside(outlines: GeometryArray, places: GeometryArray, texts: Words) -> Words:
    """Return the texts that stand in each outline, in the smallest one where outlines lie in each other."""
    found: list[list[str]] = [[] for _outline in outlines]
    if len(places):
        label, outline = shapely.STRtree(outlines).query(places, predicate="within")
        order: IntArray = np.argsort(shapely.area(outlines[outline]), kind="stable")
        smallest: dict[int, int] = {}
        for place in order:
            smallest.setdefault(int(label[place]), int(outline[place]))
        for index in sorted(smallest):
            found[smallest[index]].append(str(texts[index]))
    return np.array([" ".join(one) or None for one in found] + [None], dtype=object)[:-1]


def source_of(layer: str, found: Outlines, encoding: str, said: list[str]) -> Source:
    """Return the outlines of one layer of the drawing as rows."""
    mine = found.layers == layer
    return Source(
        format="dxf",
        encoding=encoding,
        row_numbers=np.arange(1, int(mine.sum()) + 1),
        columns=(
            Column("Layer", pa.array(found.layers[mine], pa.string())),
            Column("Text", pa.array(found.texts[mine], pa.string())),
        ),
        geometries=found.shapes[mine],
        warnings=said,
        part=layer,
    )


def remarks(shapes: GeometryArray, used: BoolArray) -> list[str]:
    """Return what was left out of the drawing."""
    if used.all():
        return []
    return [_("Left out of the drawing, because only closed outlines become polygons: %s.") % counted(shapes[~used])]


def counted(shapes: GeometryArray) -> str:
    """Return how many entities of which kind there are."""
    kinds = Counter("?" if one is None else one.geom_type for one in shapes)
    return ", ".join(f"{n} × {kind}" for kind, n in kinds.most_common()) or "0"
