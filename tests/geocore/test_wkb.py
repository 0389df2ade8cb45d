"""One unreadable geometry is a fault of its row and hides no other."""

import struct

import pytest
import shapely

from geocore.geometry import FaultCode
from geocore.wkb import is_curved_type_name, read_wkb

SQUARE = shapely.box(107.0, 24.0, 108.0, 25.0)
ARC_POINTS = struct.pack("<6d", 107, 24, 107.5, 24.5, 108, 24)


def polygon(*corners: tuple[float, float], order: str = "<") -> bytes:
    flat = [number for corner in corners for number in corner]
    return struct.pack(f"{order}BIII{len(flat)}d", order == "<", 3, 1, len(corners), *flat)


def typed(kind: int, body: bytes = struct.pack("<I", 3) + ARC_POINTS) -> bytes:
    return struct.pack("<BI", 1, kind) + body


def test_sound_bytes_are_read_and_missing_ones_are_no_fault() -> None:
    read = read_wkb([SQUARE.wkb, None, shapely.Point(107, 24).wkb])
    assert read.faults == []
    assert [shape and shape.geom_type for shape in read.geometries] == ["Polygon", None, "Point"]
    assert read_wkb([]).geometries.shape == (0,)


@pytest.mark.parametrize("order", ["<", ">"])
def test_open_ring_is_named_with_its_first_corner(order: str) -> None:
    read = read_wkb([SQUARE.wkb, polygon((107, 24), (108, 24), (108, 25), (107, 25), order=order)])
    (fault,) = read.faults
    assert (fault.row, fault.code, fault.lon, fault.lat) == (1, FaultCode.RING_NOT_CLOSED, 107.0, 24.0)
    assert read.geometries[0].equals(SQUARE)
    assert read.geometries[1] is None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (8, "CircularString"),
        (1008, "CircularString"),
        (3008, "CircularString"),
        (8 | 0x80000000, "CircularString"),
        (9, "CompoundCurve"),
        (10, "CurvePolygon"),
        (11, "MultiCurve"),
        (12, "MultiSurface"),
    ],
)
def test_curves_are_named_and_the_other_rows_still_read(kind: int, name: str) -> None:
    read = read_wkb([SQUARE.wkb, typed(kind), SQUARE.wkb, polygon((107, 24), (108, 24), (108, 25), (107, 25))])
    assert [(fault.row, fault.code) for fault in read.faults] == [(1, FaultCode.CURVE), (3, FaultCode.RING_NOT_CLOSED)]
    assert read.faults[0].detail == name
    assert [shape is None for shape in read.geometries] == [False, True, False, True]


@pytest.mark.parametrize("others", [[], [typed(8)]])
def test_curve_inside_a_collection_is_found(others: list[bytes]) -> None:
    curved = struct.pack("<BII", 1, 7, 1) + typed(8)
    straight = shapely.GeometryCollection([SQUARE]).wkb
    read = read_wkb([curved, straight, *others])
    assert [fault.code for fault in read.faults] == [FaultCode.CURVE] * (1 + len(others))
    assert read.geometries[0] is None
    assert read.geometries[1].geom_type == "GeometryCollection"


@pytest.mark.parametrize(("kind", "name"), [(15, "PolyhedralSurface"), (1016, "TIN"), (17, "Triangle")])
def test_surfaces_are_a_wrong_type(kind: int, name: str) -> None:
    (fault,) = read_wkb([typed(kind)]).faults
    assert (fault.code, fault.detail) == (FaultCode.WRONG_TYPE, name)


@pytest.mark.parametrize("wkb", [b"", b"\x01", b"\x01\x03\x00", SQUARE.wkb[:-9], b"not wkb at all", typed(99)])
def test_broken_bytes_are_unreadable(wkb: bytes) -> None:
    read = read_wkb([wkb, SQUARE.wkb])
    assert [(fault.row, fault.code) for fault in read.faults] == [(0, FaultCode.UNREADABLE)]
    assert read.faults[0].detail
    assert read.geometries[1].equals(SQUARE)


def test_line_of_one_point_has_too_few() -> None:
    (fault,) = read_wkb([struct.pack("<BII2d", 1, 2, 1, 107, 24)]).faults
    assert fault.code is FaultCode.TOO_FEW_POINTS


def test_nan_coordinates_are_read_for_the_checks_to_name() -> None:
    read = read_wkb([struct.pack("<BI2d", 1, 1, 107, float("nan"))])
    assert read.faults == []
    assert not read.geometries[0].is_empty


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("MultiSurface", True),
        ("Curve Polygon Z", True),
        ("CompoundCurve", True),
        ("MultiCurve M", True),
        ("CircularString", True),
        ("Polygon", False),
        ("MultiPolygon Z", False),
        ("Unknown", False),
    ],
)
def test_curved_layers_are_told_by_gdals_name(name: str, answer: bool) -> None:
    assert is_curved_type_name(name) is answer
