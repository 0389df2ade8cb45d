"""The coordinate text in which Chinese land offices deliver parcels.

Notes
-----
"[属性描述]" heads key=value lines that name the reference system. After "[地块坐标]" each parcel begins with a line
that ends in "@": number of points, area (ha), number, name, 面 (area), 线 (line) or 点 (points), map sheet, use, land
class. Its points follow, a line each: name, ring, x, y, where x is the NORTHING and y the easting, often with the
number of the zone before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _
from shapely import Geometry, MultiPoint, Point

from geocore.crs import gauss_kruger
from importers.problems import ImportRefusedError, ProblemCode, RowProblem
from importers.readers.encoding import decode
from importers.readers.positions import Position, ShapeError, areas, collected, line, position
from importers.readers.records import record, source_of
from importers.readers.source import Source

LARGEST_BYTES = 50_000_000
WITH_ZONE = 10_000_000
"""Eastings from here on begin with the number of their zone."""

COLUMNS = ("地块面积(公顷)", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
SERIAL = "地块号"
"""What 地块编号 is called where it only counts the parcels of the file: no code of anything."""


@dataclass(slots=True)
class Parcel:
    """A parcel as it stands in the file; rings by their number, each position easting first."""

    cells: list[str]
    rings: dict[str, list[Position]] = field(default_factory=dict)
    points: int = 0
    fault: ShapeError | None = None


def read_land_text(path: Path, encoding: str | None = None) -> Source:
    """Return the parcels of a land-office coordinate text.

    Raises
    ------
    ImportRefusedError
        It is too large, no text, or has no parcels.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefusedError(ProblemCode.TOO_LARGE, detail=f"{LARGEST_BYTES / 1e6:.0f} MB")
    text, found = decode(path.read_bytes(), encoding)
    head, parcels = parsed(text)
    whole = [number for number, parcel in enumerate(parcels, start=1) if announced(parcel) in counts_of(parcel)]
    problems = [
        RowProblem(
            number,
            None,
            ProblemCode.POINT_COUNT,
            ",".join(parcel.cells),
            {"expected": parcel.cells[0], "found": parcel.points},
        )
        for number, parcel in enumerate(parcels, start=1)
        if number not in set(whole)
    ]
    kept = [parcels[number - 1] for number in whole]
    serial = all(re.fullmatch(r"\d{0,4}", cell(parcel, 2)) for parcel in kept)
    records = [record(properties_of(parcel, serial=serial), partial(drawn, parcel)) for parcel in kept]
    source = source_of("guotu-txt", found, records, crs=crs_of(head, kept), warnings=remarks(head))
    return replace(source, row_numbers=np.array(whole, dtype=np.int64), problems=problems)


def parsed(text: str) -> tuple[dict[str, str], list[Parcel]]:
    """Return the description and the parcels.

    Raises
    ------
    ImportRefusedError
        A line stands where none of its kind may stand.
    """
    head: dict[str, str] = {}
    parcels: list[Parcel] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        said = raw.strip().replace("，", ",")
        if not said or said.startswith("["):
            continue
        key, equals, value = said.partition("=")
        if said.endswith("@"):
            parcels.append(Parcel([one.strip() for one in said.rstrip("@").split(",")]))
        elif parcels:
            add_point(parcels[-1], said, number)
        elif equals:
            head[key.strip()] = value.strip()
        else:
            detail = _("line %d belongs to no parcel") % number
            raise ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="TXT", detail=detail)
    return head, parcels


def add_point(parcel: Parcel, said: str, number: int) -> None:
    """Add the position of a line to a parcel; the first one that can't be read becomes its fault."""
    cells = [one.strip() for one in said.split(",")]
    _name, ring, northing, easting = cells[:4] if len(cells) >= 4 else ("", "", "", said[:60])
    parcel.points += 1
    try:
        parcel.rings.setdefault(ring or "1", []).append(position(easting, northing))
    except ShapeError as error:
        error.detail = f"{_('line %d') % number}, {error.detail}"
        parcel.fault = parcel.fault or error


def announced(parcel: Parcel) -> int | None:
    """Return how many points a parcel says it has; None where it says nothing."""
    return int(parcel.cells[0]) if parcel.cells[0].isdecimal() else None


def counts_of(parcel: Parcel) -> set[int | None]:
    """Return the numbers of points that a parcel may announce: with and without the points that close its rings."""
    closing = sum(len(ring) > 1 and ring[0] == ring[-1] for ring in parcel.rings.values())
    return {None, parcel.points, parcel.points - closing}


def cell(parcel: Parcel, place: int) -> str:
    """Return a cell of the line that begins a parcel."""
    return parcel.cells[place] if place < len(parcel.cells) else ""


def properties_of(parcel: Parcel, *, serial: bool) -> dict[str, str | None]:
    """Return what the line that begins a parcel says."""
    found = {name: cell(parcel, place) or None for place, name in enumerate(COLUMNS, start=1)}
    if serial:
        found[SERIAL] = found.pop("地块编号")
    return found


def drawn(parcel: Parcel) -> Geometry | None:
    """Return what the points of a parcel draw.

    Raises
    ------
    ShapeError
        A line of it can't be read, or a ring has too few points.
    """
    if parcel.fault is not None:
        raise parcel.fault
    rings: Sequence[list[Position]] = list(parcel.rings.values())
    if not rings:
        return None
    if cell(parcel, 4) == "点":
        points = [Point(one) for ring in rings for one in ring]
        return points[0] if len(points) == 1 else MultiPoint(points)
    if cell(parcel, 4) == "线":
        return collected([line(ring) for ring in rings])
    return areas(rings)


def crs_of(head: Mapping[str, str], parcels: list[Parcel]) -> str | None:
    """Return the reference system that the description and the eastings name; None where they leave it open."""
    system = head.get("坐标系", "")
    for year, datum in (("80", "西安80"), ("54", "北京54")):
        if year in system:
            return datum
    if system and "2000" not in system:
        return system
    if "度" in head.get("计量单位", ""):
        return "EPSG:4490"
    east = next((ring[0][0] for parcel in parcels for ring in parcel.rings.values() if ring), 0.0)
    prefix = int(east // 1_000_000) if east >= WITH_ZONE else None
    zone = number_in(head.get("带号", "")) or prefix
    width = number_in(head.get("几度分带", "")) or (None if zone is None else 3 if zone >= 25 else 6)
    if zone is None or width not in {3, 6}:
        return None
    try:
        return gauss_kruger(width, zone, zone_prefix=prefix is not None).key
    except KeyError:
        return f"{system} {width}° {zone}"


def number_in(text: str) -> int | None:
    """Return the first number in a text."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found else None


def remarks(head: Mapping[str, str]) -> list[str]:
    """Return what was not done with the file."""
    shifts = re.findall(r"[\d.]+", head.get("转换参数", ""))
    if any(float(shift) for shift in shifts if shift.strip(".")):
        return [_("The conversion parameters in the file were not applied: its coordinates count as they stand.")]
    return []
