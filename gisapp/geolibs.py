"""The GDAL and GEOS libraries that GeoDjango shares with rasterio."""

from __future__ import annotations

from pathlib import Path

# loads the libraries below in the order that works
import rasterio._base


def bundled_library(name: str) -> str | None:
    """Return the path of a library that rasterio brings along, None where rasterio uses the system's.

    Notes
    -----
    One process should hold one GDAL: GeoDjango on the system's libgdal together with rasterio's own gives
    check gis.W001, and together with osgeo it deadlocks in threads whenever GDAL warns.
    """
    folder = Path(rasterio.__file__).parent.parent / "rasterio.libs"
    return next((str(path) for path in sorted(folder.glob(f"{name}-*.so*"))), None)
