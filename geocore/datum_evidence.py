"""Whether positions that claim to be WGS 84 or CGCS2000 are those of a Chinese web map, shown on known boundaries.

Notes
-----
GCJ-02 and BD-09 files usually say WGS 84, or nothing. The shift (about 500 m in Guangxi) leaves nearly every point in
its county, so membership tells only with thousands of points; outlines tell with few. Measured on the 12 counties of
Baise as Amap draws them: median intersection over union with another survey's counties 0.963 as given, 0.974 after
undoing GCJ-02, 0.936 after BD-09, and all 12 improve. Undoing a shift that is not there costs 0.03.

Overlaps are measured in square degrees: the factor cos(latitude) cancels in a ratio of areas at one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import shapely

from geocore.arrays import BoolArray, FloatArray, Geometries, GeometryArray, IntArray, as_geometries, as_pairs
from geocore.crs_values import BD09, CGCS2000, GCJ02, Crs
from geocore.errors import GeocoreError
from geocore.geodesy import distance_m

CANDIDATES = (CGCS2000, GCJ02, BD09)

# Below half, an outline is not a drawing of the reference but something that lies in or across it.
LEAST_IOU = 0.5

# The gain that outlines must show: the least of a county of Baise alone is 0.004, its true outline would lose 0.03.
LEAST_IOU_GAIN = 0.002
LEAST_SHARE_BETTER = 0.75

# Points beside what is known of the same things: half the distance must go, and this much of it
LEAST_PAIRS = 3
LEAST_GAIN_M = 100.0

NEAR_M = 5_000.0
"""Farther apart, two things of one name are two things."""

# Points: a sign test of the rows that change sides; 3.29 standard deviations are odds of 1 to 1,000 (two-sided).
LEAST_SIGMAS = 3.29


@dataclass(frozen=True, slots=True)
class CrsEvidence:
    """How well the rows fit known regions if they were in `crs`."""

    crs: Crs
    compared: int
    """Rows that could be compared."""
    share_inside: float
    """Points: share of those compared that lie in the region they claim. Outlines: share of their area that does.
    NaN if nothing was compared."""
    median_iou: float
    """Median intersection over union with the reference outline; NaN for points or if nothing was compared."""
    better: int
    """Rows that fit better than as given: a point that comes to lie inside, an outline that overlaps more."""
    worse: int
    """Rows that fit worse than as given."""
    median_m: float = float("nan")
    """Median distance from what is known of the same things, metres; NaN if nothing was compared so."""


class CrsSuspectedError(GeocoreError):
    """The positions fit the known boundaries better after undoing %(crs)s (%(before)s before, %(after)s after)."""

    code: ClassVar[str] = "crs_suspected"
    remedy: ClassVar[str] = (
        "Name the coordinate reference system: %(crs)s if the data come from a web map of that kind, "
        "EPSG:4490 if you are certain that they do not."
    )


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A reason not to take a file's CRS for granted: refuse the file unless its CRS is named."""

    as_given: CrsEvidence
    suspected: CrsEvidence

    @property
    def code(self) -> str:
        """Return "points_come_nearer", "outlines_fit_better" or "points_fit_better"."""
        if not np.isnan(self.suspected.median_m):
            return "points_come_nearer"
        return "points_fit_better" if np.isnan(self.suspected.median_iou) else "outlines_fit_better"

    @property
    def params(self) -> dict[str, str]:
        """Return what a sentence about it needs: crs, before, after (ratios, or metres), better, compared."""
        if self.code == "points_come_nearer":
            before, after = (f"{one.median_m:.0f} m" for one in (self.as_given, self.suspected))
        else:
            before, after = (f"{_fit(one):.3f}" for one in (self.as_given, self.suspected))
        return {
            "crs": self.suspected.crs.key,
            "before": before,
            "after": after,
            "better": str(self.suspected.better),
            "compared": str(self.suspected.compared),
        }

    def as_error(self) -> CrsSuspectedError:
        """Return the refusal to raise."""
        return CrsSuspectedError(**self.params)


def evidence_of_points(
    lonlat: npt.ArrayLike,
    claims: npt.ArrayLike,
    regions: Geometries,
    candidates: Sequence[Crs] = CANDIDATES,
) -> list[CrsEvidence]:
    """Return, for each candidate, how many points lie in the region that their own row claims.

    Parameters
    ----------
    lonlat
        Coordinates as given, degrees, shape (n, 2); NaN rows are not compared.
    claims
        Index into `regions` of the region each row names by code or name, shape (n,); -1 where it names none.
    regions
        Polygons, shape (m,), CGCS2000 degrees; None is an unknown outline.
    candidates
        CRS to try; the first is "as given", with which the others are compared.
    """
    given, claimed, known = as_pairs(lonlat), np.asarray(claims, dtype=np.int64), as_geometries(regions)
    comparable = np.isfinite(given).all(axis=1) & (claimed >= 0)
    comparable[comparable] = ~shapely.is_missing(known[claimed[comparable]])
    given, claimed = given[comparable], claimed[comparable]
    inside = [_inside(crs.to_cgcs2000(given), claimed, known) for crs in candidates]
    return [
        CrsEvidence(
            crs=crs,
            compared=len(given),
            share_inside=float(hits.mean()) if len(hits) else float("nan"),
            median_iou=float("nan"),
            better=int((hits & ~inside[0]).sum()),
            worse=int((inside[0] & ~hits).sum()),
        )
        for crs, hits in zip(candidates, inside, strict=True)
    ]


def evidence_of_outlines(
    outlines: Geometries,
    references: Geometries,
    claims: npt.ArrayLike | None = None,
    candidates: Sequence[Crs] = CANDIDATES,
) -> list[CrsEvidence]:
    """Return, for each candidate, how well outlines overlap the reference outlines of the same things.

    Parameters
    ----------
    outlines
        Polygons as given, degrees, shape (n,); missing ones and those that are not polygons are not compared.
    references
        Polygons in CGCS2000 degrees, shape (m,): known regions, or features of the layer that are already stored.
    claims
        Index into `references` of what each outline shows, shape (n,), -1 for none. None: each outline is matched
        with the reference that it overlaps most.
    candidates
        CRS to try; the first is "as given", with which the others are compared.

    Notes
    -----
    An outline whose overlap is below `LEAST_IOU` in every candidate is left out: it does not show the reference.
    """
    drawn, known = _polygons(outlines), _polygons(references)
    match = _best_matches(drawn, known) if claims is None else np.asarray(claims, dtype=np.int64).copy()
    rows = np.flatnonzero((match >= 0) & ~shapely.is_missing(drawn))
    rows = rows[~shapely.is_missing(known[match[rows]])]
    targets = known[match[rows]]
    overlaps = [_Overlap.of(_polygons(crs.geometries_to_cgcs2000(drawn[rows])), targets) for crs in candidates]
    counted = np.max([overlap.iou for overlap in overlaps], axis=0, initial=0.0) >= LEAST_IOU
    base = overlaps[0].iou[counted]
    return [overlap.evidence(crs, counted, base) for crs, overlap in zip(candidates, overlaps, strict=True)]


def evidence_of_neighbours(
    lonlat: npt.ArrayLike, known: npt.ArrayLike, candidates: Sequence[Crs] = CANDIDATES
) -> list[CrsEvidence]:
    """Return, for each candidate, how near points come to what is known of the same things.

    Parameters
    ----------
    lonlat
        Coordinates as given, shape (n, 2).
    known
        CGCS2000 degrees of the same school, dam or household as each row, shape (n, 2); NaN where nothing is known.
    candidates
        CRS to try; the first is "as given", with which the others are compared.

    Notes
    -----
    A pair that no candidate brings within `NEAR_M` shows two things of one name, and is left out.
    """
    given, places = as_pairs(lonlat), as_pairs(known)
    comparable = np.isfinite(given).all(axis=1) & np.isfinite(places).all(axis=1)
    given, places = given[comparable], places[comparable]
    metres = [np.nan_to_num(distance_m(crs.to_cgcs2000(given), places), nan=np.inf) for crs in candidates]
    near = np.min(metres, axis=0, initial=np.inf) <= NEAR_M
    metres = [one[near] for one in metres]
    return [
        CrsEvidence(
            crs=crs,
            compared=int(near.sum()),
            share_inside=float("nan"),
            median_iou=float("nan"),
            better=int((one < metres[0]).sum()),
            worse=int((one > metres[0]).sum()),
            median_m=float(np.median(one)) if len(one) else float("nan"),
        )
        for crs, one in zip(candidates, metres, strict=True)
    ]


def suspicion(evidence: Sequence[CrsEvidence]) -> Suspicion | None:
    """Return a suspicion if another candidate fits clearly better than the first, else None.

    Parameters
    ----------
    evidence
        From one of the functions above; the first is "as given".

    Notes
    -----
    Outlines: the median overlap rises by `LEAST_IOU_GAIN` and `LEAST_SHARE_BETTER` of them improve. Points: more come
    to lie inside than leave, by `LEAST_SIGMAS` of a sign test; or they come nearer to what is known of the same things,
    by half the distance and `LEAST_GAIN_M`. A wrong suspicion costs the user one option; a missed
    one moves every feature by half a kilometre.
    """
    as_given, *others = evidence
    suspected = [one for one in others if _fits_clearly_better(one, as_given)]
    if not suspected:
        return None
    return Suspicion(as_given, max(suspected, key=_fit))


def _fit(evidence: CrsEvidence) -> float:
    if not np.isnan(evidence.median_m):
        return -evidence.median_m
    return evidence.share_inside if np.isnan(evidence.median_iou) else evidence.median_iou


def _fits_clearly_better(one: CrsEvidence, as_given: CrsEvidence) -> bool:
    if one.compared == 0:
        return False
    if not np.isnan(one.median_m):
        nearer_m = as_given.median_m - one.median_m
        often = one.better >= LEAST_SHARE_BETTER * one.compared and one.compared >= LEAST_PAIRS
        return often and nearer_m >= LEAST_GAIN_M and one.median_m <= as_given.median_m / 2
    if np.isnan(one.median_iou):
        changed = one.better + one.worse
        return changed > 0 and (one.better - one.worse) / changed**0.5 >= LEAST_SIGMAS
    gain = one.median_iou - as_given.median_iou
    return gain >= LEAST_IOU_GAIN and one.better >= LEAST_SHARE_BETTER * one.compared


@dataclass(frozen=True, slots=True)
class _Overlap:
    """Areas of outlines, and of what they share with their references; shape (n,), square degrees."""

    shared: FloatArray
    drawn: FloatArray
    either: FloatArray

    @classmethod
    def of(cls, drawn: GeometryArray, targets: GeometryArray) -> "_Overlap":
        shared = np.nan_to_num(shapely.area(shapely.intersection(drawn, targets)))
        own = np.nan_to_num(shapely.area(drawn))
        return cls(shared, own, own + shapely.area(targets) - shared)

    @property
    def iou(self) -> FloatArray:
        return np.divide(self.shared, self.either, out=np.zeros_like(self.shared), where=self.either > 0)

    def evidence(self, crs: Crs, counted: BoolArray, base: FloatArray) -> CrsEvidence:
        iou = self.iou[counted]
        area = float(self.drawn[counted].sum())
        return CrsEvidence(
            crs=crs,
            compared=len(iou),
            share_inside=float(self.shared[counted].sum()) / area if area else float("nan"),
            median_iou=float(np.median(iou)) if len(iou) else float("nan"),
            better=int((iou > base).sum()),
            worse=int((iou < base).sum()),
        )


def _inside(positions: FloatArray, claimed: IntArray, regions: GeometryArray) -> BoolArray:
    hits = np.zeros(len(positions), dtype=np.bool_)
    order = np.argsort(claimed, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(claimed[order])) + 1):
        if len(rows):
            region = regions[claimed[rows[0]]]
            shapely.prepare(region)
            hits[rows] = shapely.contains_xy(region, positions[rows, 0], positions[rows, 1])
    return hits


def _polygons(geometries: Geometries) -> GeometryArray:
    """Return valid two-dimensional polygons; None where there is no polygon."""
    shapes = np.array(shapely.force_2d(as_geometries(geometries)), dtype=np.object_)
    polygonal = np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    shapes[~polygonal] = None
    with np.errstate(invalid="ignore"):
        broken = ~shapely.is_valid(shapes) & polygonal
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes


def _best_matches(drawn: GeometryArray, known: GeometryArray) -> IntArray:
    """Return the reference that each outline overlaps most, by intersection over union; -1 for none."""
    best = np.full(len(drawn), -1, dtype=np.int64)
    outline, reference = shapely.STRtree(known).query(drawn)
    sizes = shapely.area(drawn)[outline], shapely.area(known)[reference]
    # intersection over union is at most the ratio of the areas: this spares 160,000 plots their counties
    alike = np.minimum(*sizes) >= LEAST_IOU * np.maximum(*sizes)
    outline, reference = outline[alike], reference[alike]
    iou = _Overlap.of(drawn[outline], known[reference]).iou
    for pair in np.argsort(iou, kind="stable"):
        best[outline[pair]] = reference[pair]
    return best
