"""Rows of one file that look like the same thing under two names."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import numpy as np
import pyarrow as pa
import shapely

from geocore.arrays import GeometryArray, IntArray
from geocore.geodesy import distance_m

WITHIN_M = 30_000.0
"""Lists of dams disagree about a place by kilometres: the town's name and the wall's stand 20 km apart."""

GENERAL_WORDS = re.compile(
    r"\b(dam|hydro|hydropower|hydroelectric|power|plant|station|reservoir|small|project|county|"
    r"guangxi|guizhou|yunnan|zhuang|autonomous|region|province)\b|"
    r"广西|贵州|云南|壮族自治区|省|水利枢纽|水电站|水库|电站|大坝|工程"
)


def core_of(name: str) -> str:
    """Return what is left of a name without the words that half of the names have; empty where nothing is."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", GENERAL_WORDS.sub(" ", plain))


def twins(names: pa.Array, points: GeometryArray) -> IntArray:
    """Return for each row the index of the first row with the same core name within `WITHIN_M`; -1 for none."""
    found = np.full(len(names), -1, dtype=np.int64)
    same: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names.to_pylist()):
        core = core_of(name or "")
        if not core or points[row] is None:
            continue
        place = shapely.get_coordinates(points[row])
        earlier = same[core]
        if earlier:
            metres = distance_m(shapely.get_coordinates(points[np.array(earlier)]), place)
            if metres.min() <= WITHIN_M:
                found[row] = earlier[int(np.argmax(metres <= WITHIN_M))]
                continue
        earlier.append(row)
    return found
