"""The text in which land offices exchange parcels (国土坐标 TXT): a header, then for each parcel its corners.

Notes
-----
As the reporting systems of land offices write and read it: a line for the parcel (corners, area in hectares, number,
name, 面, map sheet, use, class of land, @), then one for each corner (name, ring, X to the north, Y to the east). The
area is geodesic; a ring ends with its first corner.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import shapely
from django.utils.timezone import localdate

from geocore.crs import CrsKind
from geocore.geodesy import area_m2
from geocore.units import m2_to_ha
from importers.exporters.geojson import METRE_DECIMALS
from importers.exporters.shipment import shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from geocore.crs import Crs
    from importers.exporters.shipment import Shipment

SEPARATORS = re.compile(r"[,，@\s]+")
MAKER = "搬迁安置一张图"


def write_parcels(shipment: Shipment, path: Path) -> None:
    """Write the parcels of a layer of polygons; lines end as on Windows."""
    with path.open("w", encoding=shipment.encoding, newline="\r\n") as file:
        file.writelines(f"{line}\n" for line in header(shipment.crs))
        for batch in shipment.batches():
            file.writelines(f"{line}\n" for line in parcels(shipment, batch))


def header(crs: Crs) -> Iterator[str]:
    """Yield what the file says of itself."""
    yield "[属性描述]"
    yield "格式版本号=1.01版本"
    yield f"数据产生单位={MAKER}"
    yield f"数据产生日期={localdate():%Y-%m-%d}"
    yield "坐标系=2000国家大地坐标系"
    yield f"几度分带={3 if crs.kind is CrsKind.GAUSS_KRUGER_3 else 6}"
    yield "投影类型=高斯克吕格"
    yield "计量单位=米"
    yield f"带号={crs.zone}"
    yield f"精度={10.0**-METRE_DECIMALS:.{METRE_DECIMALS}f}"
    yield "转换参数=0,0,0,0,0,0,0"
    yield "[地块坐标]"


def parcels(shipment: Shipment, batch: pa.RecordBatch) -> Iterator[str]:
    """Yield the lines of the parcels of a batch."""
    shapes = shapes_of(batch.column(batch.num_columns - 1))
    hectares = m2_to_ha(area_m2(shipment.crs.geometries_to_cgcs2000(shapes)))
    codes, names = named(shipment, batch, "code"), named(shipment, batch, "name")
    uses = [words_of_use(shipment).get(value, "") for value in named(shipment, batch, "target_use")]
    for row, shape in enumerate(shapes):
        rings = rings_of(shape)
        count = sum(len(ring) for ring in rings)
        yield f"{count},{hectares[row]:.4f},{one_word(codes[row])},{one_word(names[row])},面,,{uses[row]},,@"
        for number, ring in enumerate(rings, start=1):
            for corner, (east, north) in enumerate(ring, start=1):
                name = 1 if corner == len(ring) else corner
                yield f"J{name:02d},{number},{north:.{METRE_DECIMALS}f},{east:.{METRE_DECIMALS}f}"


def named(shipment: Shipment, batch: pa.RecordBatch, name: str) -> list[str]:
    """Return the texts of a column; empty ones where the layer has no such column or the row no value."""
    if name not in batch.schema.names:
        return [""] * batch.num_rows
    return [text or "" for text in batch.column(name).to_pylist()]


def words_of_use(shipment: Shipment) -> dict[str, str]:
    """Return the words for what the ground becomes."""
    return next((column.words for column in shipment.columns if column.name == "target_use"), {})


def one_word(text: str) -> str:
    """Return text without what separates cells and lines here."""
    return SEPARATORS.sub(" ", text).strip()


def rings_of(shape: shapely.Geometry) -> list[list[tuple[float, float]]]:
    """Return the rings of all parts, each shell before its holes."""
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return [[(x, y) for x, y in shapely.get_coordinates(ring).tolist()] for ring in rings]
