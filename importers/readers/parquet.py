"""GeoParquet, by Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
from django.utils.translation import gettext as _
from pyarrow import parquet
from pyproj.exceptions import CRSError

from geocore.wkb import read_wkb
from importers.problems import ImportRefusedError, ProblemCode
from importers.readers.source import Column, Source

PORTION_ROWS = 16_384

CRS84 = "OGC:CRS84"
"""What a GeoParquet without `crs` is in (version 1.1, "crs")."""


def read_parquet(path: Path, encoding: str | None = None) -> Iterator[Source]:
    """Yield the features of a GeoParquet file, a portion at a time; without the metadata of GeoParquet it is a table.

    Raises
    ------
    ImportRefusedError
        It can't be read, or its geometries are not WKB.
    """
    rows = 0
    try:
        with parquet.ParquetFile(path) as file:
            name, crs = geometry_of(file.schema_arrow.metadata)
            for batch in file.iter_batches(PORTION_ROWS):
                yield portion_of(batch, rows, name, crs)
                rows += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(str(error).partition("\n")[0][:200]) from error


def portion_of(batch: pa.RecordBatch, before: int, geometry: str | None, crs: str | None) -> Source:
    """Return a batch as rows that follow `before` others."""
    shapes = read_wkb(batch.column(geometry).to_pylist()) if geometry else None
    return Source(
        format="parquet",
        encoding="UTF-8",
        row_numbers=np.arange(before + 1, before + 1 + batch.num_rows),
        columns=tuple(
            Column(str(title), batch.column(place))
            for place, title in enumerate(batch.schema.names)
            if title != geometry
        ),
        geometries=shapes.geometries if shapes else None,
        faults=shapes.faults if shapes else [],
        crs=crs,
    )


def geometry_of(metadata: dict[bytes, bytes] | None) -> tuple[str | None, str | None]:
    """Return the geometry column and its CRS as the "geo" metadata have them; None twice for a plain table."""
    raw = (metadata or {}).get(b"geo")
    if raw is None:
        return None, None
    geo: dict[str, Any] = json.loads(raw)
    name = str(geo["primary_column"])
    column = geo["columns"][name]
    if column.get("encoding") != "WKB":
        raise unreadable(_("its geometries are not WKB"))
    if "crs" not in column:
        return name, CRS84
    return name, None if column["crs"] is None else crs_text(column["crs"])


def crs_text(crs: dict[str, Any]) -> str:
    """Return a CRS in PROJJSON as WKT: of JSON nothing is read that could name files and grids."""
    try:
        return str(pyproj.CRS.from_json_dict(crs).to_wkt())
    except CRSError:
        return str(crs.get("name", "?"))


def unreadable(detail: str) -> ImportRefusedError:
    """Return the refusal."""
    return ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="GeoParquet", detail=detail)
