"""A zip of JPEGs: where, when and in which direction each photo was taken, by what the camera wrote (EXIF)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, UnidentifiedImageError
from shapely import Geometry, Point

from geocore.geometry import FaultCode
from importers.readers.archive import PHOTOS, members_of, opened
from importers.readers.positions import ShapeError
from importers.readers.records import Record, record, source_of
from importers.readers.source import Source

WGS84 = "EPSG:4326"
"""What receivers give (EXIF 2.32, GPSMapDatum, is not otherwise)."""

GPS, BASE = ExifTags.GPS, ExifTags.Base
DEGREE_PARTS = (1, 60, 3600)


def read_photos(path: Path, encoding: str | None = None) -> Source:
    """Return a row a photo; one without a position has no geometry."""
    with opened(path) as archive:
        records = [
            photo(archive, member.info, str(member.name))
            for member in members_of(archive)
            if member.name.suffix.lower() in PHOTOS
        ]
    return source_of("photos", "UTF-8", records, crs=WGS84)


def photo(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Record:
    """Return one photo; no pixel of it is looked at."""
    try:
        with archive.open(member) as file, Image.open(file, formats=("JPEG",)) as image:
            exif = image.getexif()
            gps = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
            camera = dict(exif.get_ifd(ExifTags.IFD.Exif))
            model = exif.get(BASE.Model)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError) as error:
        detail = _("it is no JPEG") if isinstance(error, UnidentifiedImageError) else str(error)[:100]
        return Record({"file": name}, None, FaultCode.UNREADABLE, detail)
    properties = {
        "file": name,
        "taken_at": moment(camera.get(BASE.DateTimeOriginal)),
        "bearing_deg": number(gps.get(GPS.GPSImgDirection)),
        "altitude_m": altitude(gps),
        "accuracy_m": number(gps.get(GPS.GPSHPositioningError)),
        "camera": words(model),
        "datum": words(gps.get(GPS.GPSMapDatum)),
    }
    return record(properties, partial(where, gps))


def where(gps: Mapping[int, Any]) -> Geometry | None:
    """Return the position; None where the camera had none.

    Raises
    ------
    ShapeError
        It is there, and can't be read.
    """
    if GPS.GPSLatitude not in gps or GPS.GPSLongitude not in gps:
        return None
    lat = degrees(gps[GPS.GPSLatitude], gps.get(GPS.GPSLatitudeRef), "S")
    lon = degrees(gps[GPS.GPSLongitude], gps.get(GPS.GPSLongitudeRef), "W")
    return Point(lon, lat)


def degrees(parts: Any, hemisphere: Any, negative: str) -> float:
    """Return degrees of degrees, minutes and seconds.

    Raises
    ------
    ShapeError
        They are no three numbers.
    """
    try:
        value = sum(float(part) / share for part, share in zip(parts, DEGREE_PARTS, strict=True))
    except (TypeError, ValueError, ZeroDivisionError):
        raise ShapeError(FaultCode.UNREADABLE, _("the position in the photo is damaged")) from None
    return -value if (words(hemisphere) or "").upper().startswith(negative) else value


def altitude(gps: Mapping[int, Any]) -> str | None:
    """Return metres above the sea as text; below it they are negative."""
    metres = number(gps.get(GPS.GPSAltitude))
    return f"-{metres}" if metres and gps.get(GPS.GPSAltitudeRef) in {b"\x01", 1} else metres


def number(value: Any) -> str | None:
    """Return a rational as text; None where it is none."""
    try:
        return None if value is None else f"{float(value):.10g}"
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def words(value: Any) -> str | None:
    """Return a text of a camera without what fills it up."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
    return text.strip(" \x00") or None


def moment(value: Any) -> str | None:
    """Return "2019:03:01 10:20:30" as ISO 8601; None where it is no time. Cameras write local time."""
    try:
        return datetime.strptime(words(value) or "", "%Y:%m:%d %H:%M:%S").isoformat(" ")  # noqa: DTZ007  local
    except ValueError:
        return None
