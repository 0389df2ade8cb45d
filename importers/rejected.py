"""The rejected rows of a file, given back in the format they came in, with a column that says why."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from django.utils.translation import gettext as _

from geocore.arrays import GeometryArray, IntArray
from importers.exporters.sheets import Table, inert, write_xlsx
from importers.problems import ProblemCode, RowProblem
from importers.readers import Source

NUMBER = re.compile(r"[+-]?[\d.]+")
SHORT_REASON, SHORT_ROW = "reason", "source_row"
"""Names that fit into the table of a shapefile."""

ENDINGS = {"csv": ".csv", "xlsx": ".xlsx", "geojson": ".geojson", "gpkg": ".gpkg", "shapefile": ".zip"}
DRIVERS = {"geojson": "GeoJSON", "gpkg": "GPKG", "shapefile": "ESRI Shapefile"}
OPTIONS = {"gpkg": {"VERSION": "1.2"}}


def reasons_of(problems: Iterable[RowProblem]) -> dict[int, str]:
    """Return for each rejected row all that is wrong with it, with what to do, in the present language."""
    found: dict[int, list[str]] = {}
    for problem in problems:
        if problem.row:
            where = f"{problem.column}: " if problem.column else ""
            line = f" ({problem.value})" if problem.code is ProblemCode.RAGGED_ROW else ""
            found.setdefault(problem.row, []).append(where + " ".join(problem.words) + line)
    return {row: " ".join(dict.fromkeys(said)) for row, said in sorted(found.items())}


def format_back(source_format: str, *, drawn: bool) -> str:
    """Return the format in which rejected rows go back: their own, else GeoPackage, or CSV for tables."""
    if source_format in ENDINGS:
        return source_format
    return "gpkg" if drawn else "csv"


def write_rejected(source: Source, problems: Iterable[RowProblem], folder: Path, stem: str) -> Path:
    """Write the rows that have problems into a folder, and return the file.

    Parameters
    ----------
    source
        The whole file, as it was read for the import.
    stem
        Name of the file without its ending, which the format decides.
    """
    reasons = reasons_of(problems)
    drawn = source.geometries is not None
    chosen = np.flatnonzero(np.isin(source.row_numbers, list(reasons)))
    kind = format_back(source.format, drawn=drawn)
    if kind == "shapefile" and dimensions(source, chosen) > 1:
        kind = "gpkg"
    path = folder / f"{stem}{ENDINGS[kind]}"
    if kind in DRIVERS:
        write_features(source, chosen, reasons, path, kind)
    else:
        write_table(source, chosen, reasons, path, kind)
    return path


def dimensions(source: Source, chosen: IntArray) -> int:
    """Return how many kinds of geometry, by dimension, the rows have: a shapefile holds one."""
    if source.geometries is None:
        return 0
    return len(set(shapely.get_dimensions(source.geometries[chosen]).tolist()) - {-1})


def write_table(source: Source, chosen: IntArray, reasons: Mapping[int, str], path: Path, kind: str) -> None:
    """Write rows as CSV in the encoding that they came in, or as a workbook; lines that were no rows come last."""
    names = [column.name for column in source.columns]
    heads = [*names, _("row in the file"), _("why it was rejected")]
    numbers = [int(source.row_numbers[row]) for row in chosen]
    cells = [[column.values[int(row)].as_py() for column in source.columns] for row in chosen]
    rows = [[*row, number, reasons[number]] for row, number in zip(cells, numbers, strict=True)]
    rows += [[*([None] * len(names)), row, said] for row, said in reasons.items() if row not in set(numbers)]
    if kind == "xlsx":
        write_xlsx([Table(_("rejected"), heads, heads, [[safe(cell) for cell in row] for row in rows])], path)
        return
    encoding = "utf-8-sig" if source.encoding.casefold().startswith("utf-8") else source.encoding
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe(head) for head in heads])
        writer.writerows([safe(cell) for cell in row] for row in rows)


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet program runs; a number written as text stays as it is."""
    return cell if isinstance(cell, str) and NUMBER.fullmatch(cell) else inert(cell)


def write_features(source: Source, chosen: IntArray, reasons: Mapping[int, str], path: Path, kind: str) -> None:
    """Write features with their own attributes, as they were read, and a zip around a shapefile."""
    assert source.geometries is not None
    numbers = source.row_numbers[chosen]
    shapes = source.geometries[chosen]
    columns = {column.name: column.values.take(pa.array(chosen)) for column in source.columns}
    columns[SHORT_ROW] = pa.array(numbers)
    columns[SHORT_REASON] = pa.array([reasons[int(number)] for number in numbers], pa.string())
    columns["geometry"] = pa.array(shapely.to_wkb(shapes), pa.binary())
    table = pa.table(columns)
    written = {
        "driver": DRIVERS[kind],
        "geometry_name": "geometry",
        "geometry_type": common_type(shapes, several=kind != "shapefile"),
        "crs": source.crs,
        "dataset_options": OPTIONS.get(kind),
    }
    if kind != "shapefile":
        write_quietly(table, path, written)
        return
    with TemporaryDirectory() as folder:
        drawn = Path(folder) / f"{path.stem}.shp"
        write_quietly(table, drawn, {**written, "encoding": source.encoding})
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def write_quietly(table: pa.Table, path: Path, options: Mapping[str, Any]) -> None:
    """Write a layer; that a file which came without a CRS goes back without one is no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pyogrio.write_arrow(table, path, **options)


def common_type(shapes: GeometryArray, *, several: bool) -> str:
    """Return the geometry type that holds all; `several`: the format lets types stand side by side."""
    kinds = {str(shape.geom_type) for shape in shapes if shape is not None}
    if len(kinds) == 1:
        return kinds.pop()
    if several or not kinds:
        return "Unknown"
    single = {kind.removeprefix("Multi") for kind in kinds}
    return single.pop() if len(single) == 1 else "Unknown"
