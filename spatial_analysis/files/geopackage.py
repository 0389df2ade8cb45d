"""Layers as a GeoPackage that QGIS and ArcGIS of the last ten years open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.spec import CGCS2000

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas


def write_geopackage(layers: Mapping[str, geopandas.GeoDataFrame], path: Path) -> None:
    """Write each frame (CGCS2000 degrees, x = longitude) as the layer of its name; an existing file is replaced.

    Notes
    -----
    Version 1.2 of the format: GDAL writes 1.4 by itself, which older programs refuse.
    """
    path.unlink(missing_ok=True)
    for name, frame in layers.items():
        frame.set_crs(epsg=CGCS2000, allow_override=True).to_file(
            path, layer=name, driver="GPKG", engine="pyogrio", VERSION="1.2"
        )
