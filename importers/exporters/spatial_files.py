"""GeoPackage, FlatGeobuf and shapefile, written by GDAL from a stream of Arrow batches."""

from __future__ import annotations

import csv
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyogrio
from django.utils.translation import gettext as _

from importers.exporters.columns import ExportColumn, Kind
from importers.exporters.errors import ExportRefusedError
from importers.exporters.shipment import wkt_of
from importers.exporters.short_names import short_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geocore.crs import Crs
    from importers.exporters.shipment import Shipment

    Change = Callable[[ExportColumn, pa.Array], pa.Array]

SHAPEFILE_BYTES = 2**31 - 1
"""What a part of a shapefile may have: its offsets are numbers of 32 bits."""
DBF_TEXT_BYTES = 254
NAMES_FILE = "readme.txt"
"""What imports pass over in an archive."""
GEOPACKAGE_VERSION = "1.2"
"""What programs of the last ten years open; GDAL writes 1.4 by itself."""


def write_geopackage(shipment: Shipment, path: Path) -> None:
    """Write a GeoPackage: further geometries are columns of WKB, lists are JSON, titles stand beside the names."""
    write_by_gdal(
        shipment,
        path,
        "GPKG",
        fields=[packaged(column) for column in shipment.columns],
        dataset_options={"VERSION": GEOPACKAGE_VERSION},
    )


def packaged(column: ExportColumn) -> pa.Field:
    """Return a column as GDAL is to declare it in a GeoPackage."""
    told = {"GDAL:OGR:alternative_name": column.title}
    if column.kind in {Kind.LIST, Kind.JSON}:
        told["GDAL:OGR:subtype"] = "JSON"
    if column.kind is Kind.PLACE:
        told["GDAL:OGR:comment"] = f"{column.shape} (WKB)"
    return pa.field(column.name, column.arrow, metadata=told)


def write_flatgeobuf(shipment: Shipment, path: Path) -> None:
    """Write a FlatGeobuf, with an index where every row has a place: GDAL indexes no others."""
    index = "NO" if shipment.geometry.field.null else "YES"
    write_by_gdal(
        shipment,
        path,
        "FlatGeobuf",
        fields=[as_text_place(column, shipment) for column in shipment.columns],
        change=places_as_wkt(shipment),
        layer_options={"SPATIAL_INDEX": index},
    )


def as_text_place(column: ExportColumn, shipment: Shipment) -> pa.Field:
    """Return a column where only the layer's own geometry is one; the further ones are text."""
    further = column.kind is Kind.PLACE and column is not shipment.geometry
    return pa.field(column.name, pa.string() if further else column.arrow)


def places_as_wkt(shipment: Shipment) -> Change:
    """Return what makes text of the further geometries of a shipment."""
    further = shipment.places

    def change(column: ExportColumn, values: pa.Array) -> pa.Array:
        return wkt_of(values) if column in further else values

    return change


def write_shapefile(shipment: Shipment, path: Path) -> None:
    """Write a zip of a shapefile with its .cpg, and a table of what its short names mean.

    Raises
    ------
    ExportRefusedError
        It would be larger than a shapefile can be.
    """
    stem = shipment.layer.key
    with TemporaryDirectory(dir=path.parent) as folder:
        drawn = Path(folder) / f"{stem}.shp"
        short = short_names(shipment.columns)
        write_by_gdal(
            shipment,
            drawn,
            "ESRI Shapefile",
            fields=[as_text_place(column, shipment).with_name(short[column.name]) for column in shipment.columns],
            change=for_dbf(shipment),
            encoding=shipment.encoding.upper(),
            layer_options={"RESIZE": "YES"},
        )
        check_sizes(drawn)
        write_names(shipment, short, Path(folder) / NAMES_FILE)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def for_dbf(shipment: Shipment) -> Change:
    """Return what makes of a column what a DBF cell holds."""
    to_text = places_as_wkt(shipment)

    def change(column: ExportColumn, values: pa.Array) -> pa.Array:
        values = to_text(column, values)
        return cut(values, shipment.encoding) if pa.types.is_string(values.type) else values

    return change


def cut(values: pa.Array, encoding: str) -> pa.Array:
    """Return texts of at most `DBF_TEXT_BYTES` bytes in `encoding`, never cut inside a character."""
    longest = max((len(text) for text in values.to_pylist() if text), default=0)
    if longest * 4 <= DBF_TEXT_BYTES:
        return values
    return pa.array([None if text is None else shortened(text, encoding) for text in values.to_pylist()], pa.string())


def shortened(text: str, encoding: str) -> str:
    """Return the beginning of a text that fits into a DBF cell."""
    written = text.encode(encoding)
    return text if len(written) <= DBF_TEXT_BYTES else written[:DBF_TEXT_BYTES].decode(encoding, errors="ignore")


def check_sizes(drawn: Path, most: int = SHAPEFILE_BYTES) -> None:
    """Refuse a shapefile of which a part is too large for other programs."""
    largest = max(part.stat().st_size for part in drawn.parent.iterdir())
    if largest > most:
        raise ExportRefusedError(
            _("A shapefile holds 2 GB a part, and these rows take more: narrow the list, or take a GeoPackage.")
        )


def write_names(shipment: Shipment, short: dict[str, str], path: Path) -> None:
    """Write what the short names of a shapefile mean."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "column", "title"))
        writer.writerows(
            (short[column.name], column.name, column.title)
            for column in shipment.columns
            if column is not shipment.geometry
        )


def write_by_gdal(
    shipment: Shipment,
    path: Path,
    driver: str,
    *,
    fields: list[pa.Field],
    change: Change | None = None,
    encoding: str | None = None,
    **options: Any,
) -> None:
    """Write the rows of a shipment as the one layer of a file.

    Parameters
    ----------
    fields
        The columns as the file shall declare them.
    change
        Makes of the values of a column what its field holds.
    """
    schema = pa.schema(fields)
    stopped: list[BaseException] = []

    def changed() -> Iterator[pa.RecordBatch]:
        try:
            for batch in shipment.batches():
                arrays = [
                    change(column, batch.column(place)) if change else batch.column(place)
                    for place, column in enumerate(shipment.columns)
                ]
                yield pa.record_batch(arrays, schema=schema)
        except BaseException as error:
            stopped.append(error)
            raise

    with warnings.catch_warnings():
        # What GDAL warns of is what the format loses, and that is declared.
        warnings.simplefilter("ignore")
        try:
            pyogrio.write_arrow(
                pa.RecordBatchReader.from_batches(schema, changed()),
                path,
                layer=shipment.layer.key,
                driver=driver,
                geometry_name=fields[-1].name,
                geometry_type=shipment.geometry.shape,
                crs=definition(shipment.crs),
                encoding=encoding,
                **options,
            )
        except RuntimeError as error:
            # GDAL knows only that the rows ended early, and not why.
            raise stopped[0] if stopped else OSError(str(error)) from None


def definition(crs: Crs) -> str:
    """Return how a file tells its reference system.

    GCJ-02 and BD-09 are none that a program could know: their name stands where a datum would, so that none takes
    them for WGS 84.
    """
    if crs.epsg is not None:
        return f"EPSG:{crs.epsg}"
    return SHIFTED.format(name=crs.name)


SHIFTED = (
    'GEOGCS["{name}",DATUM["{name}",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]]'
)
