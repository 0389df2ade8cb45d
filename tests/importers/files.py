"""Small files that tests write, and the ways to import them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest

from importers.problems import ImportRefusedError
from importers.readers import Source, read_file
from importers.report import Report
from importers.services import ImportOrder, import_file
from layers.registry import get_layer


def run(layer: str, path: Path, **options: Any) -> Report:
    """Import a file as the system, or as `user`."""
    report = import_file(ImportOrder(layer=get_layer(layer), path=path, **options))
    counts = report.counts
    assert counts.read == counts.add + counts.change + counts.same + counts.rejected
    json.dumps(report.as_json())
    return report


def table(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """Write lines as a text file and return its path."""
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def codes(report: Report) -> list[str]:
    """Return the codes of all problems, in order of rows."""
    return [str(problem.code) for problem in report.problems]


def values_in(source: Source, name: str) -> list[Any]:
    """Return the values of the column called `name`."""
    return next(cells.to_pylist() for title, cells in source.columns if title == name)


def refusal_of(path: Path, **options: Any) -> str:
    """Return the code with which a file is not read at all."""
    with pytest.raises(ImportRefusedError) as refusal:
        read_file(path, **options)
    assert refusal.value.problem.remedy
    return str(refusal.value.problem.code)


def features(*items: tuple[dict[str, Any], Any]) -> str:
    """Return a GeoJSON collection of (properties, geometry)."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in items
            ],
        },
        ensure_ascii=False,
    )


def ring(west: float, south: float, side: float = 0.002) -> list[list[float]]:
    """Return the corners of a square."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(west: float, south: float, side: float = 0.002) -> dict[str, Any]:
    """Return a square as GeoJSON."""
    return {"type": "Polygon", "coordinates": [ring(west, south, side)]}


def vector_file(path: Path, data: dict[str, list[Any]], geometry: list[Any], crs: str | None, **options: Any) -> Path:
    """Write a vector file by its ending and return its path."""
    frame = geopandas.GeoDataFrame(data, geometry=geometry, crs=crs)
    if path.suffix == ".gpkg":
        options.setdefault("VERSION", "1.2")
    frame.to_file(path, engine="pyogrio", **options)
    return path
