"""What a writer is handed: columns, batches in the coordinates that were asked for, and whom to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely
from django.utils.translation import gettext as _

from geocore.crs import CGCS2000, Crs, CrsKind
from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.errors import ExportRefusedError

if TYPE_CHECKING:
    from geocore.arrays import GeometryArray
    from importers.exporters.feed import Selection
    from layers.spec import SpatialLayer

Batches = Callable[[], Iterator[pa.RecordBatch]]


def untold(_rows: int) -> None:
    """Tell nobody how many rows are written."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """Rows on their way into a file.

    Attributes
    ----------
    columns
        The code first, the layer's own geometry last.
    source
        Gives the rows once, places as WKB in CGCS2000 degrees.
    crs
        In which the file shall have them.
    encoding
        Of text, where the format leaves a choice.
    selection
        The same rows as a query, for formats that the database itself can write; None where there is no database.
    step
        Is told how many rows are written, and may end the work by raising.
    """

    layer: SpatialLayer
    columns: tuple[ExportColumn, ...]
    source: Batches
    crs: Crs = CGCS2000
    encoding: str = "utf-8"
    selection: Selection | None = None
    step: Callable[[int], None] = untold

    @property
    def geometry(self) -> ExportColumn:
        """Return the column of the layer's own geometry."""
        return self.columns[-1]

    @property
    def places(self) -> tuple[ExportColumn, ...]:
        """Return the columns of further geometries."""
        return tuple(column for column in self.columns[:-1] if column.kind is Kind.PLACE)

    @property
    def properties(self) -> tuple[ExportColumn, ...]:
        """Return the columns that are no geometries."""
        return tuple(column for column in self.columns if column.kind is not Kind.PLACE)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows with their places in `crs`, as WKB.

        Raises
        ------
        ExportRefusedError
            A place has no coordinates in that reference system.
        """
        done = 0
        for batch in self.source():
            yield batch if unchanged(self.crs) else self.projected(batch)
            done += batch.num_rows
            self.step(done)

    def projected(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch with its places in `crs`."""
        arrays = [
            self.moved(batch, place) if column.kind is Kind.PLACE else batch.column(place)
            for place, column in enumerate(self.columns)
        ]
        return pa.record_batch(arrays, names=batch.schema.names)

    def moved(self, batch: pa.RecordBatch, place: int) -> pa.Array:
        """Return one column of places in `crs`."""
        shapes = shapes_of(batch.column(place))
        moved = self.crs.geometries_from_cgcs2000(shapes)
        lost = np.flatnonzero(shapely.is_missing(moved) & ~shapely.is_missing(shapes))
        if len(lost):
            raise ExportRefusedError(
                _("“%(code)s” has no coordinates in %(crs)s: it lies too far from there. Take another one.")
                % {"code": batch.column(0)[int(lost[0])].as_py(), "crs": self.crs.key}
            )
        return wkb_of(moved)


def unchanged(crs: Crs) -> bool:
    """Return whether coordinates in `crs` are those that are stored."""
    return crs.kind is CrsKind.GEOGRAPHIC


def shapes_of(column: pa.Array) -> GeometryArray:
    """Return a column of WKB as geometries; None stays None."""
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=np.object_)


def wkb_of(shapes: GeometryArray) -> pa.Array:
    """Return geometries as a column of WKB."""
    return pa.array(shapely.to_wkb(shapes, byte_order=1), pa.binary())


def wkt_of(column: pa.Array) -> pa.Array:
    """Return a column of WKB as text that reads back to the last bit."""
    shapes = shapes_of(column)
    texts = np.full(len(shapes), None, dtype=np.object_)
    there = ~shapely.is_missing(shapes)
    texts[there] = shapely.to_wkt(shapes[there], rounding_precision=-1)
    return pa.array(texts, pa.string())
