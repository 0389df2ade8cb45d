"""The divisions that are known: their codes, and which one a position lies in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from django.db import DEFAULT_DB_ALIAS, connections

from geocore.arrays import BoolArray, FloatArray, GeometryArray, IntArray
from geocore.divisions import DivisionCode, DivisionCodeError, normalise_codes
from geocore.geodesy import distance_m
from layers.sqlfiles import load

MARGIN_DEG = 0.05
"""Round the data: a position this far off still finds the division that it lies beside."""

CodeArray = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The smallest divisions with a surveyed boundary near the data.

    Attributes
    ----------
    codes
        12 digits, shape (m,).
    geoms
        CGCS2000 degrees, shape (m,).
    any_stored
        Whether any division at all has a boundary.
    """

    codes: CodeArray
    geoms: GeometryArray
    any_stored: bool

    @classmethod
    def near(cls, bounds: FloatArray, using: str = DEFAULT_DB_ALIAS) -> Surveyed:
        """Return those within `MARGIN_DEG` of the box west, south, east, north; NaN: none."""
        west, south, east, north = (float(value) for value in bounds)
        with connections[using].cursor() as cursor:
            cursor.execute(
                load("importers", "surveyed_divisions"),
                {
                    "west": west - MARGIN_DEG,
                    "south": south - MARGIN_DEG,
                    "east": east + MARGIN_DEG,
                    "north": north + MARGIN_DEG,
                }
                if np.isfinite(bounds).all()
                else dict.fromkeys(("west", "south", "east", "north"), 0.0),
            )
            found = cursor.fetchall()
            cursor.execute(load("importers", "any_surveyed"))
            (stored,) = cursor.fetchone()
        return cls.of_rows(found, any_stored=bool(stored))

    @classmethod
    def claimed(cls, codes: CodeArray, using: str = DEFAULT_DB_ALIAS) -> Surveyed:
        """Return the divisions that rows name by `codes`, and all above them, wherever they are."""
        chains = [(one, *one.ancestors()) for one in (DivisionCode(str(code)) for code in set(codes) - {None})]
        wanted = sorted({step.code for chain in chains for step in chain})
        with connections[using].cursor() as cursor:
            cursor.execute(load("importers", "divisions_by_code"), {"codes": wanted})
            return cls.of_rows(cursor.fetchall(), any_stored=True)

    @classmethod
    def of_rows(cls, rows: Sequence[tuple[str, bytes]], *, any_stored: bool) -> Surveyed:
        """Return divisions of rows of code and WKB."""
        codes = np.array([code for code, _wkb in rows], dtype=object)
        geoms = shapely.from_wkb(np.array([bytes(wkb) for _code, wkb in rows], dtype=object))
        return cls(codes, np.atleast_1d(geoms), any_stored)

    def index_of(self, points: GeometryArray) -> IntArray:
        """Return the index of the division that each point lies in (boundaries count); -1 for none and for None."""
        index = np.full(len(points), -1, dtype=np.int64)
        if len(self.geoms):
            # the tree holds the points, so that each polygon is prepared once and not searched once a point
            division, point = shapely.STRtree(points).query(self.geoms, predicate="intersects")
            index[point[::-1]] = division[::-1]
        return index

    def codes_at(self, points: GeometryArray) -> CodeArray:
        """Return the code of the division that each point lies in, None for none."""
        index = self.index_of(points)
        found = np.full(len(points), None, dtype=object)
        found[index >= 0] = self.codes[index[index >= 0]]
        return found

    def nearest(self, points: GeometryArray, within_m: float) -> tuple[CodeArray, FloatArray]:
        """Return the code of the nearest division and its distance, None and NaN where none is within `within_m`."""
        codes, metres = np.full(len(points), None, dtype=object), np.full(len(points), np.nan)
        if not len(self.geoms):
            return codes, metres
        tree = shapely.STRtree(self.geoms)
        for row in np.flatnonzero(~shapely.is_missing(points)):
            place = tree.nearest(points[row])
            ends = shapely.get_coordinates(shapely.shortest_line(points[row], self.geoms[place]))
            distance = float(distance_m(ends[:1], ends[1:])[0])
            if distance <= within_m:
                codes[row], metres[row] = self.codes[place], distance
        return codes, metres

    def claimed_by(self, codes: CodeArray) -> IntArray:
        """Return the index of the division that each code is, or lies in; -1 where it has no boundary of its own."""
        places = {code: place for place, code in enumerate(self.codes)}
        known: dict[object, int] = {None: -1}
        for code in set(codes) - {None}:
            one = DivisionCode(str(code))
            chain = (one.code, *(above.code for above in one.ancestors()))
            known[code] = next((places[step] for step in chain if step in places), -1)
        return np.array([known[code] for code in codes], dtype=np.int64)


@dataclass(slots=True)
class Ground:
    """The surveyed divisions around all portions of a file so far; read again only where one reaches further."""

    using: str = DEFAULT_DB_ALIAS
    bounds: FloatArray = field(default_factory=lambda: np.full(4, np.nan))
    divisions: Surveyed | None = None

    def near(self, bounds: FloatArray) -> Surveyed:
        """Return the divisions near the box west, south, east, north (and perhaps others); NaN: nothing is there."""
        low, high = np.fmin(self.bounds, bounds), np.fmax(self.bounds, bounds)
        around = np.concatenate((low[:2], high[2:]))
        if self.divisions is None or not np.array_equal(around, self.bounds, equal_nan=True):
            self.bounds, self.divisions = around, Surveyed.near(around, self.using)
        return self.divisions


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """Codes of the divisions that are stored, and earlier codes of the same."""

    codes: frozenset[str]
    renumbered: dict[str, str]

    @classmethod
    def stored(cls, using: str = DEFAULT_DB_ALIAS) -> KnownCodes:
        """Return all that are stored."""
        with connections[using].cursor() as cursor:
            cursor.execute(load("importers", "division_codes"))
            rows = cursor.fetchall()
        renumbered = {old: code for code, aliases in rows for old in aliases}
        codes = frozenset(code for code, _aliases in rows)
        return cls(codes, {old: code for old, code in renumbered.items() if old not in codes})


def division_codes(given: pa.Array, known: KnownCodes) -> tuple[CodeArray, BoolArray]:
    """Return 12-digit codes of a column of text, None for none, and which cells are no codes.

    "156451221" (country and county) is read as the `gb` attribute of national data; an earlier code becomes the
    present one.
    """
    coded = given.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    plain = [from_gb(text) for text in texts]
    codes, valid = normalise_codes(plain)
    present = np.array(
        [known.renumbered.get(code, code) if good else None for code, good in zip(codes, valid, strict=True)] + [None],
        dtype=object,
    )
    indices = coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    found = present[indices]
    filled = given.is_valid().to_numpy(zero_copy_only=False)
    return found, np.asarray(filled & (found == None), dtype=np.bool_)  # noqa: E711  element by element


def from_gb(text: str) -> str:
    """Return the six digits of a `gb` value, any other text as it is."""
    try:
        return DivisionCode.from_gb(text).code
    except DivisionCodeError:
        return text


LEAST_NAMED = 0.8
"""Share of the different words of a column that must be names of divisions before it counts as one that names them."""

MOST_WORDS = 2_000
"""Different words looked at: a column of addresses has as many as rows."""


def divisions_named(columns: Iterable[pa.Array], using: str = DEFAULT_DB_ALIAS) -> CodeArray | None:
    """Return the codes of the divisions that a column of names means; None where no column holds such names.

    Parameters
    ----------
    columns
        Text, shape (n,) each. The one that names the lowest divisions counts.
    """
    best: tuple[int, CodeArray] | None = None
    for values in columns:
        coded = values.dictionary_encode()
        words = coded.dictionary.to_pylist()
        if not 0 < len(words) <= MOST_WORDS:
            continue
        with connections[using].cursor() as cursor:
            cursor.execute(load("importers", "divisions_by_name"), {"names": words})
            known = dict(cursor.fetchall())
        if len(known) < LEAST_NAMED * len(words):
            continue
        depth = max(DivisionCode(code).level for code in known.values())
        if best is None or depth > best[0]:
            codes = np.array([*(known.get(word) for word in words), None], dtype=object)
            best = depth, codes[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    return None if best is None else best[1]
