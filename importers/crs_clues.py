"""What speaks for each coordinate reference system that the numbers of a file may be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.roles import Action
from geocore.arrays import FloatArray, GeometryArray, IntArray, LonLat, as_geometries
from geocore.crs import CGCS2000, AxisOrder, Crs
from geocore.datum_evidence import (
    CrsEvidence,
    evidence_of_neighbours,
    evidence_of_outlines,
    evidence_of_points,
)
from geocore.geometry import POINTS
from importers.divisions import CodeArray, Surveyed
from importers.report import CrsCandidate
from layers.selectors import features_for

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

SAMPLE = 5_000
"""Rows looked at: what is true of all of them is true of these."""

ON_MAP = 500
"""Positions of a candidate that a page draws."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What a file gives to find its CRS by; a sample of its rows is enough.

    Attributes
    ----------
    shapes
        Shape (n,), as given; None where there is none.
    claims
        12-digit code of the division that each row names, None for none: of `regions` its own, else that of its region.
    said
        CRS that the file states: a .prj, a member of the format.
    words
        Headers of the columns of coordinates, titles above a table, notes: whatever may speak of a CRS.
    first_axis
        1 where letters of the hemispheres say that the first coordinate is a longitude, -1 a latitude, 0 nothing.
    codes, names
        Of the features, to find what is stored of the same; None where the file has none.
    user
        Whose features may serve as evidence; None: all.
    """

    layer: SpatialLayer
    shapes: GeometryArray
    claims: CodeArray
    said: str | None = None
    words: tuple[str, ...] = ()
    first_axis: int = 0
    codes: CodeArray | None = None
    names: CodeArray | None = None
    user: Asker | None = None
    using: str = field(default=DEFAULT_DB_ALIAS)

    def sampled(self) -> Clues:
        """Return the same of `SAMPLE` rows that have a geometry, evenly over the file."""
        rows = np.flatnonzero(~shapely.is_missing(self.shapes) & ~shapely.is_empty(self.shapes))
        rows = rows[:: max(1, len(rows) // SAMPLE)]
        return replace(
            self,
            shapes=self.shapes[rows],
            claims=self.claims[rows],
            codes=None if self.codes is None else self.codes[rows],
            names=None if self.names is None else self.names[rows],
        )

    @property
    def positions(self) -> FloatArray:
        """Return one position of each geometry that has any, shape (n, 2)."""
        return one_position_each(self.shapes)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CRS that the numbers may be in, and what speaks for it.

    Attributes
    ----------
    evidence
        Figures; None where nothing could be compared.
    share_inside
        Of the rows compared: those in the division that they name, or in any known division; None: nothing compared.
    places
        One position of each row of the sample, as given.
    """

    crs: Crs
    words: str
    share_inside: float | None
    places: FloatArray
    evidence: CrsEvidence | None = None

    @property
    def title(self) -> str:
        """Return the name of the CRS in the present language, with its axis order."""
        title = self.crs.title_zh if (get_language() or "").startswith("zh") else self.crs.title_en
        if self.crs.packed:
            title = _("%(crs)s, degrees packed as DD.MMSSss") % {"crs": title}
        if self.crs.axis_order is AxisOrder.YX:
            title = _("%(crs)s, north before east") % {"crs": title}
        return title

    def on_map(self, most: int = ON_MAP) -> LonLat:
        """Return up to `most` positions in CGCS2000 degrees if the file is in this CRS, shape (n, 2), for a map.

        Rows that can't be in this CRS are left out.
        """
        places = self.crs.to_cgcs2000(self.places[:: max(1, -(-len(self.places) // most))])
        return places[np.isfinite(places).all(axis=1)]

    def as_report(self) -> CrsCandidate:
        """Return the entry of the report."""
        return CrsCandidate(self.crs.key, self.words, self.share_inside)


def one_position_each(shapes: GeometryArray) -> FloatArray:
    """Return a position of each geometry that has any, shape (n, 2): inside a valid polygon, else its first vertex.

    A vertex of a boundary lies in two divisions at once, and a hair decides in which.
    """
    inner = np.array(shapes)
    with np.errstate(invalid="ignore"):
        areas = (shapely.get_dimensions(shapes) == 2) & shapely.is_valid(shapes)
    inner[areas] = shapely.point_on_surface(shapes[areas])
    coordinates, owner = shapely.get_coordinates(inner, return_index=True)
    return coordinates[np.unique(owner, return_index=True)[1]]


def evidence_for(clues: Clues, candidates: Sequence[Crs]) -> list[CrsEvidence]:
    """Return the figures of each candidate, the first as given; nothing where nothing can be compared.

    The strongest kind counts: outlines against outlines, then points beside what is stored of the same things, then
    points in the divisions that they name.
    """
    points = bool(np.isin(shapely.get_type_id(clues.shapes), list(POINTS)).all())
    shifts = [crs for crs in candidates if crs.stored_as_given or crs.shifted]
    if not points and shifts and shifts[0] == candidates[0]:
        found = outlines(clues, shifts)
        if found and found[0].compared:
            return found
    if points and len(shifts) > 1 and shifts[0] == candidates[0]:
        found = neighbours(clues, shifts)
        if found and found[0].compared:
            return found
    return in_claims(clues, candidates)


def in_claims(clues: Clues, candidates: Sequence[Crs]) -> list[CrsEvidence]:
    """Return how many rows lie in the division that they name, in each candidate; nothing where none names any."""
    named = np.array([code is not None for code in clues.claims], dtype=np.bool_)
    if not named.any():
        return []
    divisions = Surveyed.claimed(clues.claims[named], clues.using)
    index = divisions.claimed_by(clues.claims)
    if (index < 0).all():
        return []
    return evidence_of_points(clues.positions, index, divisions.geoms, candidates)


def outlines(clues: Clues, candidates: Sequence[Crs]) -> list[CrsEvidence]:
    """Return how well polygons overlap what the layer has there already; nothing where it has nothing."""
    codes, references = stored(clues, shapely.total_bounds(clues.shapes))
    if not len(references):
        return []
    if clues.layer.key != "regions":
        return evidence_of_outlines(clues.shapes, references, candidates=candidates)
    places = {code: place for place, code in enumerate(codes)}
    index = np.array([places.get(code, -1) for code in clues.claims], dtype=np.int64)
    return evidence_of_outlines(clues.shapes, references, index, candidates)


def neighbours(clues: Clues, candidates: Sequence[Crs]) -> list[CrsEvidence]:
    """Return how near points come to what is stored under their code or name; nothing where nothing is."""
    known = np.full((len(clues.shapes), 2), np.nan)
    for field_name, words in (("name", clues.names), ("code", clues.codes)):
        if words is not None:
            index, places = stored_places(clues, field_name, words)
            known[index >= 0] = places[index[index >= 0]]
    if np.isnan(known).all():
        return []
    return evidence_of_neighbours(clues.positions, known, candidates)


def stored_places(clues: Clues, name: str, words: CodeArray) -> tuple[IntArray, FloatArray]:
    """Return for each row the place in the positions of the stored feature of that code or name, -1 for none."""
    rows, geom = seen(clues), clues.layer.imports.geometry
    fields = {one.name for one in clues.layer.model._meta.concrete_fields}
    distinct = sorted({str(word) for word in words if word is not None})
    if name not in fields or not distinct:
        return np.full(len(words), -1, dtype=np.int64), np.empty((0, 2))
    found: dict[str, tuple[float, float]] = {}
    often: set[str] = set()
    listed = rows.filter(**{f"{name}__in": distinct, f"{geom}__isnull": False}).values_list(name, geom)[:SAMPLE]
    for word, shape in listed:
        often |= {word} & found.keys()
        found[word] = shape.point_on_surface.coords if shape.geom_type != "Point" else shape.coords
    order = {word: place for place, word in enumerate(word for word in found if word not in often)}
    places = np.array([found[word][:2] for word in order], dtype=np.float64).reshape(-1, 2)
    return np.array([order.get(word, -1) for word in words], dtype=np.int64), places


def stored(clues: Clues, bounds: FloatArray) -> tuple[list[str], GeometryArray]:
    """Return codes and outlines of what the layer has in a box already and the user may see; no more than a sample."""
    if not np.isfinite(bounds).all():
        return [], np.array([], dtype=object)
    from django.contrib.gis.geos import Polygon

    geom = clues.layer.imports.geometry
    west, south, east, north = map(float, bounds)
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = CGCS2000.epsg
    found = list(seen(clues).filter(**{f"{geom}__bboverlaps": box}).values_list("code", geom)[:SAMPLE])
    shapes = shapely.from_wkb(np.array([bytes(shape.wkb) for _code, shape in found], dtype=object))
    return [code for code, _shape in found], np.atleast_1d(shapes)


def seen(clues: Clues) -> Any:
    """Return the features of the layer that may serve as evidence: others must not be learnt of in this way."""
    if clues.user is not None:
        return features_for(clues.layer, user=clues.user, action=Action.VIEW)
    manager: Any = clues.layer.model._default_manager
    return manager.using(clues.using).alive()


def share_known(crs: Crs, places: FloatArray, using: str) -> float | None:
    """Return the share of positions that lie in any known division if they are in `crs`; None where none is known."""
    places = crs.to_cgcs2000(places)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return None
    near = Surveyed.near(np.array([*places.min(axis=0), *places.max(axis=0)]), using)
    if not near.any_stored:
        return None
    return float((near.index_of(as_geometries(shapely.points(places))) >= 0).mean())


def in_words(one: CrsEvidence) -> str:
    """Return what was compared, as a sentence."""
    if not np.isnan(one.median_m):
        return _("median distance from %(n)d known features of the same code or name: %(metres).0f m") % {
            "metres": one.median_m,
            "n": one.compared,
        }
    if not np.isnan(one.median_iou):
        return _("median overlap with %(n)d known outlines: %(overlap).3f") % {
            "overlap": one.median_iou,
            "n": one.compared,
        }
    return _("%(share).1f %% of %(n)d positions lie in the division that their row names") % {
        "share": 100 * one.share_inside,
        "n": one.compared,
    }
