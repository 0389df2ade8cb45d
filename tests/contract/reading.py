"""What an answer says, whatever its form: pages, JSON, tiles, spreadsheets, GeoPackages."""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from typing import Any

import mapbox_vector_tile
from django.http.response import HttpResponseBase
from pyarrow import parquet

# What differs between two equal answers: tokens of forms, nonces of scripts, run numbers, clock times, element ids.
FLEETING = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=)"[^"]*"'), r'\1""'),
    (re.compile(r'nonce="[^"]*"'), 'nonce=""'),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"[0-9a-f]{32}"), "<id>"),
    (re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r'("seconds":\s*)[\d.]+'), r"\1<seconds>"),
    (re.compile(r"\b\d+\.\d+ s\b"), "<seconds>"),
)
TOLD = ("Content-Type", "Location", "ETag", "Content-Disposition", "Last-Modified")
"""Headers that may tell something of the rows behind an answer."""


def body(answer: Any) -> bytes:
    """Return the whole body, unpacked."""
    found: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return gzip.decompress(found) if answer.get("Content-Encoding") == "gzip" else found


def text(answer: HttpResponseBase) -> str:
    """Return everything that a reader of the answer can learn from its body."""
    return as_text(body(answer), answer.get("Content-Type", ""))


def as_text(content: bytes, kind: str) -> str:
    """Return content of a media type as text."""
    if not content:
        return ""
    for mark, reader in READERS:
        if mark in kind:
            return reader(content)
    return content.decode("utf-8", errors="replace")


def tile_text(content: bytes) -> str:
    """Return the decoded layers of a vector tile."""
    return json.dumps(mapbox_vector_tile.decode(content), ensure_ascii=False, sort_keys=True)


def json_text(content: bytes) -> str:
    """Return a JSON document without escapes."""
    return json.dumps(json.loads(content), ensure_ascii=False)


def zip_text(content: bytes) -> str:
    """Return the members of a zip (an .xlsx is one), without the properties of the document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(name for name in archive.namelist() if not name.startswith("docProps/"))
        return "\n".join(f"{name}: {archive.read(name).decode('utf-8', errors='replace')}" for name in names)


def sqlite_text(content: bytes) -> str:
    """Return all rows of a GeoPackage, which is an SQLite database."""
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        database = sqlite3.connect(file.name)
        try:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {
                name: [str(row) for row in database.execute(f'SELECT * FROM "{name}"')]
                for name in sorted(tables)
                if not name.startswith(("rtree_", "sqlite_"))
            }
        finally:
            database.close()
    return json.dumps(rows, ensure_ascii=False)


def parquet_text(content: bytes) -> str:
    """Return all rows of a Parquet file."""
    return str(parquet.read_table(io.BytesIO(content)).to_pylist())


READERS: tuple[tuple[str, Any], ...] = (
    ("vnd.mapbox-vector-tile", tile_text),
    ("json", json_text),
    ("spreadsheetml", zip_text),
    ("geopackage", sqlite_text),
    ("parquet", parquet_text),
    ("zip", zip_text),
)


def steady(answer: HttpResponseBase) -> str:
    """Return status, telling headers and text of an answer without what differs between two equal ones."""
    headers = "\n".join(f"{name}: {answer[name]}" for name in TOLD if name in answer)
    told = f"{answer.status_code}\n{headers}\n{text(answer)}"
    for pattern, instead in FLEETING:
        told = pattern.sub(instead, told)
    return told
