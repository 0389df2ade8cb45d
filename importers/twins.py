"""Rows of one file that look like the same thing under two names, in whichever portions of it they come."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely

from geocore.arrays import FloatArray, GeometryArray, IntArray
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that was seen: its number, what it is called, and where it lies (degrees)."""

    number: int
    name: str
    place: FloatArray


@dataclass(slots=True)
class Twins:
    """The rows seen so far, by the core of their names."""

    seen: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))

    def among(self, names: pa.Array, points: GeometryArray, numbers: IntArray) -> dict[int, Seen]:
        """Return for rows (by index) an earlier row with the same core name within `WITHIN_M`; the rest are remembered.

        Parameters
        ----------
        points
            Shape (n,); None: the row is not judged.
        numbers
            Shape (n,), of the rows as a person counts.
        """
        found: dict[int, Seen] = {}
        for row, name in enumerate(names.to_pylist()):
            core = core_of(name or "")
            if not core or points[row] is None:
                continue
            place = shapely.get_coordinates(points[row])
            earlier = self.seen[core]
            if earlier:
                metres = distance_m(np.concatenate([one.place for one in earlier]), place)
                if metres.min() <= WITHIN_M:
                    found[row] = earlier[int(np.argmax(metres <= WITHIN_M))]
                    continue
            earlier.append(Seen(int(numbers[row]), name, place))
        return found
