"""The coordinate reference systems that are accepted, each a frozen value that can transform to CGCS2000.

Notes
-----
An allow list, not whatever PROJ knows: in China a wrong datum is 50 to 150 m and a guess of PROJ's is no better.
Transformation between an accepted CRS and CGCS2000 needs no grid and no network; PROJ's network is switched off here.

WGS 84 and CGCS2000 are taken as equal (identity). Their ellipsoids differ by 0.1 mm in the polar axis; the frames by
the motion of the plate since epoch 2000.0, about 3 cm a year, so under a metre by now: less than the error of a phone
or a web map. Surveys that are better than that are made in CGCS2000 and say so.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.enums import TransformDirection
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]  # public, but pyproj lists no exports

from geocore import packed_degrees, shift
from geocore.arrays import XY, BoolArray, Geometries, GeometryArray, LonLat, as_geometries, as_pairs

set_network_enabled(False)

CGCS2000_EPSG = 4490
WGS84_EPSG = 4326
WEB_MERCATOR_EPSG = 3857


class CrsKind(StrEnum):
    """What the coordinates of a CRS are."""

    GEOGRAPHIC = "geographic"
    GAUSS_KRUGER_3 = "gauss_kruger_3"
    GAUSS_KRUGER_6 = "gauss_kruger_6"
    UTM = "utm"
    WEB_MERCATOR = "web_mercator"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    PIPELINE = "pipeline"
    """Whatever the parameters of a user lead from: see `geocore.pipelines`."""


class AxisOrder(StrEnum):
    """Which of the two columns runs east."""

    XY = "xy"
    """Longitude or easting first, as GDAL reads files whatever the authority says."""
    YX = "yx"
    """Latitude or northing first, as survey tables and land-office TXT have it."""


_DEGREES = frozenset({CrsKind.GEOGRAPHIC, CrsKind.GCJ02, CrsKind.BD09})

# What fits into a CRS at all, east then north: west, south, east, north. A row outside does not belong to the CRS:
# transforming it would give a position, but not a true one (an easting with zone prefix read without, say).
_Envelope: TypeAlias = tuple[float, float, float, float]
_ENVELOPE: dict[CrsKind, _Envelope] = {
    CrsKind.GEOGRAPHIC: (-180.0, -90.0, 180.0, 90.0),
    CrsKind.GCJ02: (-180.0, -90.0, 180.0, 90.0),
    CrsKind.BD09: (-180.0, -90.0, 180.0, 90.0),
    # China reaches 53.6 N, 5.94 million m; a province kept in one zone reaches 0.8 million m from its central meridian
    CrsKind.GAUSS_KRUGER_3: (-0.5e6, 0.0, 1.5e6, 6.2e6),
    CrsKind.GAUSS_KRUGER_6: (-0.5e6, 0.0, 1.5e6, 6.2e6),
    CrsKind.UTM: (-0.5e6, 0.0, 1.5e6, 1e7),
    CrsKind.WEB_MERCATOR: (-20037508.35, -20048966.11, 20037508.35, 20048966.11),
    CrsKind.PIPELINE: (-1e9, -1e9, 1e9, 1e9),
}


@dataclass(frozen=True, slots=True)
class Crs:
    """An accepted coordinate reference system.

    Attributes
    ----------
    name
        "EPSG:4490", "gcj02", "bd09"; with `axis_order` it makes `key`, which `parse_crs` reads again.
    epsg
        Code, None for GCJ-02 and BD-09.
    zone, central_meridian_deg
        Of Gauss-Kruger and UTM, else None.
    zone_prefix
        Whether eastings begin with the zone number (36,500,000 rather than 500,000).
    packed
        Whether degrees, minutes and seconds are packed into one number, DD.MMSSss.
    pipeline
        The steps of a PROJ pipeline to CGCS2000 degrees; empty but for `CrsKind.PIPELINE`.
    """

    name: str
    kind: CrsKind
    title_en: str
    title_zh: str
    epsg: int | None = None
    zone: int | None = None
    central_meridian_deg: float | None = None
    zone_prefix: bool = False
    axis_order: AxisOrder = AxisOrder.XY
    packed: bool = False
    pipeline: str = ""

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Return the text to store and to give to `parse_crs`: "EPSG:4546:yx", "EPSG:4490:dms", "gcj02"."""
        axes = "" if self.axis_order is AxisOrder.XY else f":{self.axis_order}"
        return f"{self.name}{axes}{':dms' if self.packed else ''}"

    @property
    def in_degrees(self) -> bool:
        """Return whether coordinates are degrees rather than metres."""
        return self.kind in _DEGREES

    @property
    def shifted(self) -> bool:
        """Return whether this is an obfuscated CRS of a web map: GCJ-02 or BD-09."""
        return self.kind in (CrsKind.GCJ02, CrsKind.BD09)

    @property
    def stored_as_given(self) -> bool:
        """Return whether positions keep their digits: they are degrees of what is taken for CGCS2000."""
        return self.kind is CrsKind.GEOGRAPHIC and not self.packed

    def as_packed(self) -> "Crs":
        """Return the same geographic CRS with degrees, minutes and seconds packed into one number."""
        return replace(self, packed=True)

    def swapped(self) -> "Crs":
        """Return the same CRS with the two columns the other way round."""
        other = AxisOrder.XY if self.axis_order is AxisOrder.YX else AxisOrder.YX
        return replace(self, axis_order=other)

    def fits(self, coordinates: npt.ArrayLike) -> BoolArray:
        """Return which rows can be coordinates of this CRS.

        Parameters
        ----------
        coordinates
            Shape (n, 2), in this CRS's units and axis order; NaN and infinite rows give False.
        """
        west, south, east, north = self._envelope
        x, y = self._east_north(as_pairs(coordinates)).T
        inside: BoolArray = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        if not self.in_degrees:  # within 180 m of an origin at sea: degrees that were taken for metres
            inside &= (np.abs(x) > 180) | (np.abs(y) > 90)
        if self.kind is CrsKind.PIPELINE:  # only its result shows whether the numbers belong to it
            lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
            lon[inside], lat[inside] = self._forward()(np.column_stack((x[inside], y[inside]))).T
            inside &= (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        if self.packed:
            inside &= packed_degrees.may_be_packed(np.column_stack((x, y))).all(axis=1)
        return inside

    def to_cgcs2000(self, coordinates: npt.ArrayLike) -> LonLat:
        """Return CGCS2000 degrees, x = longitude, of coordinates in this CRS.

        Parameters
        ----------
        coordinates
            Shape (n, 2), in this CRS's units and axis order.

        Returns
        -------
        LonLat
            Shape (n, 2). NaN where the row is NaN, infinite or does not fit the CRS (see `fits`): never a wild guess.
        """
        given = as_pairs(coordinates)
        fits = self.fits(given)
        result = np.full(given.shape, np.nan)
        result[fits] = self._forward()(self._east_north(given[fits]))
        return result

    def from_cgcs2000(self, lonlat: npt.ArrayLike) -> XY:
        """Return coordinates in this CRS and its axis order of CGCS2000 degrees.

        Parameters
        ----------
        lonlat
            Degrees, x = longitude, shape (n, 2).

        Returns
        -------
        XY
            Shape (n, 2). NaN where the row is NaN or has no coordinates that fit the CRS (the other side of the earth).
        """
        positions = as_pairs(lonlat)
        known = np.isfinite(positions).all(axis=1)
        result = np.full(positions.shape, np.nan)
        result[known] = self._east_north(self._backward()(positions[known]))
        result[~self.fits(result)] = np.nan
        return result

    def geometries_fit(self, geometries: Geometries) -> BoolArray:
        """Return which geometries have only coordinates that fit this CRS (see `fits`); True for missing and empty."""
        shapes = as_geometries(geometries)
        coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
        good = np.ones(len(shapes), dtype=np.bool_)
        good[owner[~self.fits(coordinates)]] = False
        return good

    def geometries_to_cgcs2000(self, geometries: Geometries) -> GeometryArray:
        """Return geometries in CGCS2000 degrees of geometries in this CRS.

        Parameters
        ----------
        geometries
            Shape (n,), in this CRS's units and axis order. Z and M are dropped.

        Returns
        -------
        GeometryArray
            Shape (n,). None where the geometry is missing or a coordinate does not fit: ask `geometries_fit` which.
        """
        return _transformed(geometries, self.to_cgcs2000)

    def geometries_from_cgcs2000(self, geometries: Geometries) -> GeometryArray:
        """Return geometries in this CRS of geometries in CGCS2000 degrees; Z and M, and None, as the other way."""
        return _transformed(geometries, self.from_cgcs2000)

    @property
    def _envelope(self) -> _Envelope:
        west, south, east, north = _ENVELOPE[self.kind]
        if self.zone_prefix and self.zone is not None:
            west, east = self.zone * 1e6, (self.zone + 1) * 1e6  # another prefix would be another zone
        return west, south, east, north

    def _east_north(self, coordinates: XY) -> XY:
        return coordinates if self.axis_order is AxisOrder.XY else coordinates[:, ::-1]

    def _forward(self) -> Callable[[XY], LonLat]:
        if self.kind is CrsKind.GCJ02:
            return shift.gcj02_to_wgs84
        if self.kind is CrsKind.BD09:
            return shift.bd09_to_wgs84
        if self.packed:
            return packed_degrees.unpack
        return self._proj(TransformDirection.FORWARD)

    def _backward(self) -> Callable[[LonLat], XY]:
        if self.kind is CrsKind.GCJ02:
            return shift.wgs84_to_gcj02
        if self.kind is CrsKind.BD09:
            return shift.wgs84_to_bd09
        if self.packed:
            return packed_degrees.pack
        return self._proj(TransformDirection.INVERSE)

    def _proj(self, direction: TransformDirection) -> Callable[[XY], XY]:
        if self.kind is CrsKind.GEOGRAPHIC:
            return np.copy
        if self.kind is CrsKind.PIPELINE:
            return _projector(_TRANSFORMERS.along(self.pipeline), direction)
        assert self.epsg is not None
        # Only the projection is undone, on its own ellipsoid; the datum step is the identity stated above.
        base = CGCS2000_EPSG if self.kind in (CrsKind.GAUSS_KRUGER_3, CrsKind.GAUSS_KRUGER_6) else WGS84_EPSG
        return _projector(_TRANSFORMERS.get(self.epsg, base), direction)


class _Transformers(threading.local):
    """PROJ transformers by CRS: costly to make, and not to be shared between threads (pyproj, advanced examples)."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int] | str, pyproj.Transformer] = {}

    def get(self, source: int, target: int) -> pyproj.Transformer:
        key = (source, target)
        if key not in self._made:
            self._made[key] = pyproj.Transformer.from_crs(source, target, always_xy=True)
        return self._made[key]

    def along(self, pipeline: str) -> pyproj.Transformer:
        if pipeline not in self._made:
            self._made[pipeline] = pyproj.Transformer.from_pipeline(pipeline)
        return self._made[pipeline]


_TRANSFORMERS = _Transformers()


def _projector(transformer: pyproj.Transformer, direction: TransformDirection) -> Callable[[XY], XY]:
    def project(coordinates: XY) -> XY:
        x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1], direction=direction)
        return np.column_stack((x, y))

    return project


def _transformed(geometries: Geometries, change: Callable[[XY], XY]) -> GeometryArray:
    shapes: GeometryArray = np.array(shapely.force_2d(as_geometries(geometries)))
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = change(coordinates)
    lost = ~np.isfinite(moved).all(axis=1)
    if lost.any():
        rows = np.unique(owner[lost])
        shapes[rows] = None  # a ring of NaN is no ring to GEOS, so these can't be carried along
        moved = moved[~np.isin(owner, rows)]
    return np.asarray(shapely.set_coordinates(shapes, moved), dtype=np.object_)


CGCS2000 = Crs(
    "EPSG:4490", CrsKind.GEOGRAPHIC, "CGCS2000 longitude, latitude", "国家大地坐标系2000 经纬度", CGCS2000_EPSG
)
WGS84 = Crs("EPSG:4326", CrsKind.GEOGRAPHIC, "WGS 84 longitude, latitude", "WGS 84 经纬度", WGS84_EPSG)
WEB_MERCATOR = Crs("EPSG:3857", CrsKind.WEB_MERCATOR, "Web Mercator", "网络墨卡托", WEB_MERCATOR_EPSG)
GCJ02 = Crs("gcj02", CrsKind.GCJ02, "GCJ-02 (Amap, Tencent)", "GCJ-02 火星坐标(高德、腾讯)")
BD09 = Crs("bd09", CrsKind.BD09, "BD-09 (Baidu)", "BD-09 百度坐标")


def gauss_kruger(width_deg: int, zone: int, *, zone_prefix: bool) -> Crs:
    """Return the CGCS2000 Gauss-Kruger CRS of a zone.

    Parameters
    ----------
    width_deg
        3 (zones 25 to 45, centred on 3 x zone) or 6 (zones 13 to 23, centred on 6 x zone - 3).
    zone
        Zone number.
    zone_prefix
        Whether eastings begin with the zone number.

    Raises
    ------
    KeyError
        If there is no such zone in China.

    Notes
    -----
    EPSG:4491-4501 and 4502-4512 are the 6-degree zones with and without prefix, 4513-4533 and 4534-4554 the 3-degree.
    """
    first, last, base = {6: (13, 23, 4491), 3: (25, 45, 4513)}[width_deg]
    if not first <= zone <= last:
        raise KeyError(f"no {width_deg}-degree zone {zone} in China")
    epsg = base + zone - first + (0 if zone_prefix else last - first + 1)
    meridian = 3 * zone if width_deg == 3 else 6 * zone - 3
    centre = f"zone {zone}" if zone_prefix else f"CM {meridian}E"
    centre_zh = f"{zone}带(含带号)" if zone_prefix else f"中央经线{meridian}°(无带号)"
    return Crs(
        f"EPSG:{epsg}",
        CrsKind.GAUSS_KRUGER_3 if width_deg == 3 else CrsKind.GAUSS_KRUGER_6,
        f"CGCS2000 / {width_deg}-degree Gauss-Kruger {centre}",
        f"国家2000 {width_deg}度带高斯-克吕格 {centre_zh}",
        epsg,
        zone,
        float(meridian),
        zone_prefix,
    )


def utm(zone: int, *, south: bool = False) -> Crs:
    """Return the WGS 84 UTM CRS of a zone, 1 to 60; China lies in 43N to 53N, Guangxi in 48N and 49N."""
    if not 1 <= zone <= 60:
        raise KeyError(f"no UTM zone {zone}")
    epsg = (32700 if south else 32600) + zone
    half, half_zh = ("S", "南") if south else ("N", "北")
    return Crs(
        f"EPSG:{epsg}",
        CrsKind.UTM,
        f"WGS 84 / UTM zone {zone}{half}",
        f"WGS 84 UTM {zone}带{half_zh}半球",
        epsg,
        zone,
        6.0 * zone - 183.0,
    )


@lru_cache(maxsize=1)
def accepted_crs() -> dict[str, Crs]:
    """Return every accepted CRS by name, in the order a list should show them."""
    listed = [CGCS2000, WGS84, GCJ02, BD09, WEB_MERCATOR]
    for prefix in (False, True):
        listed += [gauss_kruger(3, zone, zone_prefix=prefix) for zone in range(25, 46)]
        listed += [gauss_kruger(6, zone, zone_prefix=prefix) for zone in range(13, 24)]
    listed += [utm(zone) for zone in range(1, 61)]
    listed += [utm(zone, south=True) for zone in range(1, 61)]
    return {crs.name: crs for crs in listed}
