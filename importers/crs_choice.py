"""In which coordinate reference system the numbers of a file are: what is named, what it says, what the ground says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _
from psycopg2 import sql

from geocore.arrays import FloatArray, GeometryArray, IntArray, as_geometries
from geocore.crs import CGCS2000, Crs, DatumRefusedError, UnknownCrsError, accepted_crs, parse_crs
from geocore.datum_evidence import (
    CrsEvidence,
    Suspicion,
    evidence_of_outlines,
    evidence_of_points,
    suspicion,
)
from geocore.geometry import POINTS, axes_look_swapped
from importers.divisions import CodeArray, Surveyed
from importers.problems import ImportRefusedError, ProblemCode
from importers.report import CrsCandidate
from layers.fields import field_of
from layers.sqlfiles import compose

if TYPE_CHECKING:
    from layers.spec import SpatialLayer

SAMPLE = 5_000
"""Rows looked at: what is true of all of them is true of these."""

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class CrsChoice:
    """The CRS taken, what else was considered, and the figures behind it."""

    crs: Crs
    candidates: tuple[CrsCandidate, ...]
    evidence: tuple[CrsEvidence, ...] = ()


def choose_crs(
    layer: SpatialLayer,
    shapes: GeometryArray,
    *,
    named: str | None,
    said: str | None,
    claims: CodeArray,
    using: str = DEFAULT_DB_ALIAS,
) -> CrsChoice:
    """Return the CRS of a file.

    Parameters
    ----------
    shapes
        As given; None where there is none.
    named
        By the user: it is taken, if it may be.
    said
        By the file: taken too, unless the ground says otherwise.
    claims
        Division code that each row names, None for none: for `regions` its own, else that of its region.

    Raises
    ------
    ImportRefusedError
        The CRS is not accepted or not allowed, nothing names it, or the ground speaks against it.
    """
    rows = sample(shapes)
    shapes, claims = shapes[rows], claims[rows]
    text = named or said
    crs = accepted(text) if text else guessed(shapes, using)
    if named and crs.shifted and not settings.ALLOW_GCJ02:
        raise ImportRefusedError(ProblemCode.CRS_NOT_ALLOWED, crs.key)
    if not crs.in_degrees or crs.axis_order != CGCS2000.axis_order or not len(shapes):
        return CrsChoice(crs, (candidate(crs, shapes, named=bool(named), using=using),))
    evidence = ground(layer, shapes, claims, using)
    doubt = suspicion(evidence) if evidence and evidence[0].compared else None
    if doubt is not None and not named:
        raise refusal(doubt)
    if not evidence or not evidence[0].compared:
        return CrsChoice(crs, (candidate(crs, shapes, named=bool(named), using=using),))
    return CrsChoice(crs, tuple(in_words(one) for one in evidence), tuple(evidence))


def sample(shapes: GeometryArray) -> IntArray:
    """Return indexes of rows that have a geometry, evenly over the file."""
    rows = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    return rows[:: max(1, len(rows) // SAMPLE)]


def accepted(text: str) -> Crs:
    """Return the CRS that a text means.

    Raises
    ------
    ImportRefusedError
        It is not accepted.
    """
    try:
        return parse_crs(text)
    except DatumRefusedError as error:
        raise ImportRefusedError(ProblemCode.DATUM_REFUSED, **error.params) from error
    except UnknownCrsError as error:
        raise ImportRefusedError(ProblemCode.CRS_UNKNOWN, error.params["given"]) from error


def guessed(shapes: GeometryArray, using: str) -> Crs:
    """Return CGCS2000 for numbers that are longitudes and latitudes; refuse any others.

    Raises
    ------
    ImportRefusedError
        The numbers are metres, or latitude comes first; the sentence names what fits.
    """
    places = first_positions(shapes)
    places = places[np.isfinite(places).all(axis=1)]
    if axes_look_swapped(places) and len(places):
        raise not_named(_("latitude stands before longitude"), [CGCS2000.swapped().key])
    degrees = CGCS2000.fits(places)
    if not len(places) or degrees.mean() > 0.5:
        return CGCS2000
    fitting = [(share_inside(crs, shapes, using), crs.key) for crs in projected_candidates(places)]
    best = sorted(((share, key) for share, key in fitting if share), reverse=True)
    raise not_named(_("they are metres, not degrees"), [key for _share, key in best[:MOST_CANDIDATES]])


def projected_candidates(places: FloatArray) -> list[Crs]:
    """Return the CRS in metres that all `places` may belong to."""
    return [crs for crs in accepted_crs().values() if not crs.in_degrees and crs.fits(places).all()]


def not_named(detail: str, candidates: list[str]) -> ImportRefusedError:
    """Return the refusal of a file that names no CRS."""
    return ImportRefusedError(ProblemCode.CRS_NOT_NAMED, detail=detail, candidates=", ".join(candidates) or "-")


def refusal(doubt: Suspicion) -> ImportRefusedError:
    """Return the refusal of a file that names a CRS which the ground does not confirm."""
    return ImportRefusedError(ProblemCode.CRS_SUSPECTED, doubt.params["crs"], **doubt.params)


def ground(layer: SpatialLayer, shapes: GeometryArray, claims: CodeArray, using: str) -> list[CrsEvidence]:
    """Return how well the rows fit what is known there, in each candidate CRS; nothing where nothing is comparable."""
    bounds = shapely.total_bounds(shapes)
    if np.isin(shapely.get_type_id(shapes), list(POINTS)).all():
        near = Surveyed.near(bounds, using)
        index = near.claimed_by(claims)
        if (index < 0).all():
            return []
        return evidence_of_points(shapely.get_coordinates(shapes), index, near.geoms)
    codes, references = stored_outlines(layer, bounds, using)
    if not len(references):
        return []
    if layer.key != "regions":
        return evidence_of_outlines(shapes, references)
    places = {code: place for place, code in enumerate(codes)}
    return evidence_of_outlines(shapes, references, [places.get(code, -1) for code in claims])


def stored_outlines(layer: SpatialLayer, bounds: FloatArray, using: str) -> tuple[list[str], GeometryArray]:
    """Return codes and outlines of what the layer has there already; no more than a sample."""
    if not np.isfinite(bounds).all():
        return [], np.array([], dtype=object)
    west, south, east, north = map(float, bounds)
    table = sql.Identifier(layer.model._meta.db_table)
    geom = sql.Identifier(str(field_of(layer.model, layer.imports.geometry).column))
    query = compose("importers", "stored_outlines", table=table, geom=geom)
    with connections[using].cursor() as cursor:
        cursor.execute(query, {"west": west, "south": south, "east": east, "north": north, "most": SAMPLE})
        rows = cursor.fetchall()
    outlines = shapely.from_wkb(np.array([bytes(wkb) for _code, wkb in rows], dtype=object))
    return [code for code, _wkb in rows], np.atleast_1d(outlines)


def first_positions(shapes: GeometryArray) -> FloatArray:
    """Return one vertex of each geometry that has any, shape (n, 2)."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    return coordinates[np.unique(owner, return_index=True)[1]]


def share_inside(crs: Crs, shapes: GeometryArray, using: str) -> float | None:
    """Return the share of rows that lie in a known division if they are in `crs`; None where none is known."""
    places = crs.to_cgcs2000(first_positions(shapes))
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return None
    near = Surveyed.near(np.array([*places.min(axis=0), *places.max(axis=0)]), using)
    if not near.any_stored:
        return None
    return float((near.index_of(as_geometries(shapely.points(places))) >= 0).mean())


def candidate(crs: Crs, shapes: GeometryArray, *, named: bool, using: str) -> CrsCandidate:
    """Return the entry of the report for a CRS that nothing was compared with."""
    return CrsCandidate(
        crs.key,
        _("named by the user") if named else _("from the file, or from the size of its numbers"),
        share_inside(crs, shapes, using) if len(shapes) else None,
    )


def in_words(one: CrsEvidence) -> CrsCandidate:
    """Return the entry of the report for a CRS that was compared with the ground."""
    if np.isnan(one.median_iou):
        said = _("%(share).1f %% of %(n)d positions lie in the division that their row names") % {
            "share": 100 * one.share_inside,
            "n": one.compared,
        }
    else:
        said = _("median overlap with %(n)d known outlines: %(overlap).3f") % {
            "overlap": one.median_iou,
            "n": one.compared,
        }
    return CrsCandidate(one.crs.key, said, one.share_inside)
