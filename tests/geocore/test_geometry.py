"""Every fault of a geometry is named with its place, and what is repaired is only what may be."""

import csv
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geocore.geometry import (
    FAULTS,
    LINES,
    POINTS,
    POLYGONS,
    FaultCode,
    as_multipolygons,
    axes_look_swapped,
    close_ring,
    find_faults,
    flatten,
    oriented,
    proposed_repair,
)

SQUARE = shapely.box(107.0, 24.0, 108.0, 25.0)
BOW_TIE = shapely.Polygon([(107, 24), (108, 25), (108, 24), (107, 25)])


def faulty(wkt: str) -> shapely.Geometry:
    with np.errstate(invalid="ignore"):
        return shapely.from_wkt(wkt)


def test_sound_geometries_have_no_fault() -> None:
    assert find_faults([SQUARE, shapely.MultiPolygon([SQUARE])], POLYGONS) == []
    assert find_faults([shapely.Point(107, 24)], POINTS) == []
    assert find_faults([shapely.LineString([(107, 24), (108, 25)])], LINES) == []
    assert find_faults([], POLYGONS) == []


@pytest.mark.parametrize(
    ("wkt", "code", "place"),
    [
        ("POLYGON EMPTY", FaultCode.EMPTY, (None, None)),
        ("MULTIPOLYGON EMPTY", FaultCode.EMPTY, (None, None)),
        ("POINT (107 24)", FaultCode.WRONG_TYPE, (None, None)),
        ("GEOMETRYCOLLECTION (POINT (107 24))", FaultCode.WRONG_TYPE, (None, None)),
        ("POLYGON ((107 24, 108 24, 108 NaN, 107 24))", FaultCode.NOT_FINITE, (108.0, None)),
        ("POLYGON ((107 24, 108 24, Inf 25, 107 24))", FaultCode.NOT_FINITE, (None, 25.0)),
        ("POLYGON ((24 107, 24 108, 25 108, 24 107))", FaultCode.AXES_SWAPPED, (24.0, 107.0)),
        (
            "POLYGON ((416000 2766000, 416100 2766000, 416100 2766100, 416000 2766000))",
            FaultCode.OUT_OF_RANGE,
            (416000.0, 2766000.0),
        ),
        ("POLYGON ((107 24, 108 24, 0 0, 107 24))", FaultCode.ZERO_ZERO, (0.0, 0.0)),
        ("POLYGON ((107 24, 108 25, 108 24, 107 25, 107 24))", FaultCode.SELF_INTERSECTION, (107.5, 24.5)),
        (
            "POLYGON ((107 24, 108 24, 108 25, 107.5 24, 107 25, 107 24))",
            FaultCode.RING_SELF_INTERSECTION,
            (107.5, 24.0),
        ),
        (
            "POLYGON ((107 24, 108 24, 108 25, 107 25, 107 24), (109 24, 109.5 24, 109.5 24.5, 109 24))",
            FaultCode.HOLE_OUTSIDE_SHELL,
            (109.0, 24.0),
        ),
        (
            (
                "POLYGON ((107 24, 108 24, 108 25, 107 25, 107 24), (107.1 24.1, 107.9 24.1, 107.5 24.9, 107.1 24.1), "
                "(107.4 24.4, 107.6 24.4, 107.5 24.6, 107.4 24.4))"
            ),
            FaultCode.NESTED_HOLES,
            (107.4, 24.4),
        ),
        (
            "MULTIPOLYGON (((107 24, 108 24, 107.5 25, 107 24)), ((107.4 24.4, 107.6 24.4, 107.5 24.6, 107.4 24.4)))",
            FaultCode.NESTED_SHELLS,
            (107.4, 24.4),
        ),
        (
            "POLYGON ((107 24, 108 24, 108 25, 107 25, 107 24), (107 24.5, 107.5 24, 108 24.5, 107.5 25, 107 24.5))",
            FaultCode.DISCONNECTED_INTERIOR,
            (107.5, 24.0),
        ),
        ("POLYGON ((107 24, 108 24, 107 24, 107 24))", FaultCode.TOO_FEW_POINTS, (107.0, 24.0)),
    ],
)
def test_fault_is_named_with_its_place(wkt: str, code: FaultCode, place: tuple[float | None, float | None]) -> None:
    (fault,) = find_faults([faulty(wkt)], POLYGONS)
    assert (fault.row, fault.code) == (0, code)
    assert (fault.lon, fault.lat) == tuple(pytest.approx(degrees, abs=1e-9) for degrees in place)


def test_each_row_has_its_own_fault_in_order() -> None:
    rows = [SQUARE, None, BOW_TIE, shapely.Point(107, 24), SQUARE, shapely.Polygon()]
    found = [(fault.row, fault.code) for fault in find_faults(rows, POLYGONS)]
    assert found == [
        (1, FaultCode.MISSING),
        (2, FaultCode.SELF_INTERSECTION),
        (3, FaultCode.WRONG_TYPE),
        (5, FaultCode.EMPTY),
    ]


def test_missing_geometry_may_be_allowed() -> None:
    assert find_faults([None, shapely.Point(107, 24)], POINTS, missing_ok=True) == []
    assert [fault.row for fault in find_faults([None, BOW_TIE], POLYGONS, missing_ok=True)] == [1]


def test_points_of_no_position_are_found() -> None:
    rows = [
        shapely.Point(0, 0),
        shapely.Point(24, 107),
        faulty("POINT (NaN NaN)"),
        shapely.Point(0, 24),
        shapely.Point(200, 24),
    ]
    found = [(fault.row, fault.code) for fault in find_faults(rows, POINTS)]
    assert found == [
        (0, FaultCode.ZERO_ZERO),
        (1, FaultCode.AXES_SWAPPED),
        (2, FaultCode.NOT_FINITE),
        (4, FaultCode.OUT_OF_RANGE),
    ]


def test_wrong_type_is_named() -> None:
    (fault,) = find_faults([shapely.Point(107, 24)], POLYGONS)
    assert fault.message == "The geometry is a Point."
    assert fault.remedy == "Send the kind of geometry that the layer holds."


def test_every_fault_has_a_sentence_and_a_remedy() -> None:
    assert set(FAULTS) == set(FaultCode)
    for sentence, remedy in FAULTS.values():
        assert sentence.endswith(".")
        assert remedy.endswith(".")
        assert "%" not in sentence % {"detail": "Point"}


def test_height_and_measure_are_dropped_and_said() -> None:
    rows = [
        faulty("POINT Z (107 24 400)"),
        faulty("POINT M (107 24 7)"),
        faulty("POINT ZM (107 24 400 7)"),
        shapely.Point(107, 24),
        None,
    ]
    flat = flatten(rows)
    assert flat.had_z.tolist() == [True, False, True, False, False]
    assert flat.had_m.tolist() == [False, True, True, False, False]
    assert [shape and shape.wkt for shape in flat.geometries] == ["POINT (107 24)"] * 4 + [None]


@pytest.mark.parametrize(
    ("lonlat", "answer"),
    [
        ([(24.0, 107.0), (24.1, 107.1)], True),
        ([(107.0, 24.0), (107.1, 24.1)], False),
        ([(40.0, 80.0)], True),  # western Xinjiang: latitude 80 alone would be possible
        ([(24.0, 107.0), (107.0, 24.0)], False),
        ([(24.0, 107.0), (np.nan, np.nan), (np.nan, np.nan)], True),
        ([(2.35, 48.86)], False),
        ([(416000.0, 2766000.0)], False),
        ([], False),
    ],
)
def test_swapped_axes_are_suspected_only_where_swapping_helps(lonlat: list[tuple[float, float]], answer: bool) -> None:
    assert axes_look_swapped(lonlat) is answer


@given(st.floats(73, 136), st.floats(3, 54))
def test_a_position_in_china_is_never_suspected_and_its_exchange_always(lon: float, lat: float) -> None:
    assert not axes_look_swapped([(lon, lat)])
    assert axes_look_swapped([(lat, lon)])


def test_polygons_become_multipolygons_and_nothing_else_does() -> None:
    two = shapely.MultiPolygon([SQUARE, shapely.box(109, 24, 110, 25)])
    multi = as_multipolygons([SQUARE, two, None])
    assert [shape and shape.geom_type for shape in multi] == ["MultiPolygon", "MultiPolygon", None]
    assert multi[0].equals(SQUARE)
    assert multi[1] is two
    assert as_multipolygons([]).shape == (0,)
    with pytest.raises(TypeError, match="polygons"):
        as_multipolygons([shapely.Point(107, 24)])


def test_shells_run_counter_clockwise_and_holes_clockwise() -> None:
    ringed = SQUARE.difference(shapely.box(107.4, 24.4, 107.6, 24.6))
    for drawn in (ringed, shapely.reverse(ringed)):
        (turned,) = oriented(drawn)
        assert shapely.is_ccw(turned.exterior)
        assert not shapely.is_ccw(turned.interiors[0])
        assert turned.equals(ringed)


def test_repair_is_proposed_as_valid_multipolygon() -> None:
    repaired = proposed_repair([BOW_TIE, SQUARE, None, faulty("POLYGON ((107 24, 108 24, 107 24, 107 24))")])
    assert [shape and shape.geom_type for shape in repaired] == ["MultiPolygon", "MultiPolygon", None, None]
    assert find_faults(repaired[:2], POLYGONS) == []
    assert len(repaired[0].geoms) == 2
    assert repaired[0].area == pytest.approx(0.5)


def test_open_ring_is_closed_on_its_first_corner() -> None:
    ring = [(107.0, 24.0), (108.0, 24.0), (108.0, 25.0)]
    assert close_ring(ring).tolist() == [[107, 24], [108, 24], [108, 25], [107, 24]]
    assert close_ring(close_ring(ring)).tolist() == close_ring(ring).tolist()
    nearly = [*ring, (107.0, 24.0 + 1e-9)]
    assert close_ring(nearly, tolerance=1e-8)[-1].tolist() == [107, 24]
    assert len(close_ring(nearly, tolerance=1e-8)) == 4
    assert len(close_ring(nearly)) == 5
    assert close_ring([]).shape == (0, 2)


def test_validity_cases_of_the_folder(real_files: Path) -> None:
    with (real_files / "validity/geos_TestValid.csv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    shapes = [faulty(case["wkt"]) for case in cases]
    everything = set(shapely.GeometryType)
    # their coordinates are a drawing board's, so only what GEOS says of validity is compared
    elsewhere = {FaultCode.EMPTY, FaultCode.OUT_OF_RANGE, FaultCode.ZERO_ZERO, FaultCode.AXES_SWAPPED}
    for shape, case in zip(shapes, cases, strict=True):
        codes = {fault.code for fault in find_faults([shape], everything)}
        if case["expected_valid"] == "true":
            assert codes <= elsewhere, case["case"]
        else:
            assert codes, case["case"]
            assert FaultCode.INVALID not in codes, case["case"]
