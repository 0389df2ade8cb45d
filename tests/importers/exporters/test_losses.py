"""Any table of valid rows comes back exactly from GeoPackage and GeoParquet, and with the declared losses elsewhere."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geocore.crs import gauss_kruger
from geocore.geodesy import area_m2
from importers.exporters.columns import ExportColumn
from importers.exporters.formats import Format, all_formats
from importers.exporters.losses import Loss
from importers.exporters.short_names import short_names
from importers.exporters.writers import WRITERS
from tests.importers.exporters.everything import BY_AREA, BY_POINT, Row, lost, shipment, understood
from tests.importers.exporters.reading_back import READERS, Columns

FORMATS = [form for form in all_formats() if form.key != "txt"]
every_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.key)
SHAPES_OF_TABLE = (BY_POINT, BY_AREA)

CELL = shapely.MultiPolygon([shapely.box(107, 24, 107.1, 24.1, ccw=False)])
HOLED = shapely.MultiPolygon(
    [
        shapely.Polygon(
            [(107, 24), (107.123456789012, 24), (107.1, 24.1), (107, 24.1)],
            [[(107.01, 24.01), (107.01, 24.02), (107.02, 24.02)]],
        ),
        shapely.box(108, 24, 108.1, 24.1),
    ]
)
FULL: Row = {
    "code": "F-1",
    "a_rather_long_name": "安置点",
    "kind": "a",
    "level": 2,
    "persons": 32_767,
    "planned": 2_147_483_647,
    "size_m2": 0.1 + 0.2,
    "money": Decimal("123456789012.34"),
    "moved_on": dt.date(2019, 5, 1),
    "seen_at": dt.datetime(2020, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC),
    "flag": True,
    "words": ["甲,证", 'b"2', ""],
    "items": {"甲": [1, None, "x"]},
    "second": shapely.Point(107.123456789012, 24.1),
    "rim": CELL,
    "geom": shapely.Point(107.123456789012, 24.5),
    "area": HOLED,
}
NOTHING: Row = {**dict.fromkeys(FULL), "code": "N-1", "area": CELL}
HOSTILE: list[Row] = [
    FULL,
    NOTHING,
    {**FULL, "code": "H-1", "a_rather_long_name": "", "words": [], "moved_on": dt.date(1850, 1, 1), "flag": False},
    {**FULL, "code": "H-2", "a_rather_long_name": "=1+1", "money": Decimal("-0.01"), "kind": "b"},
    {**FULL, "code": "H-3", "a_rather_long_name": "a\x01b\x1fc", "rim": HOLED, "area": CELL},
    {**FULL, "code": "H-4", "a_rather_long_name": "ends in blanks  "},
    {**FULL, "code": "H-5", "a_rather_long_name": "长" * 33_000},
    {**FULL, "code": "H-6", "area": shapely.MultiPolygon([shapely.box(105, 22, 105.1, 22.1)])},
    {**FULL, "code": "H-7", "area": shapely.MultiPolygon([shapely.box(111, 26, 111.1, 26.1)])},
]


def back(form: Format, rows: list[Row], columns: tuple[ExportColumn, ...]) -> Columns:
    """Write rows and return what others read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"everything{form.ending}"
        WRITERS[form.key](shipment(rows, columns), path)
        return READERS[form.key](path)


def differences(
    rows: list[Row], read: Columns, columns: tuple[ExportColumn, ...], losses: frozenset[Loss]
) -> list[tuple[str, str, Any, Any]]:
    """Return what does not come back: code, column, what should and what does, after `losses`."""
    found = []
    order = read["code"]
    if Loss.ORDER not in losses and order != [row["code"] for row in rows]:
        found.append(("", "order", None, order))
    by_code = {row["code"]: row for row in rows}
    for column in columns:
        last = column is columns[-1]
        values = column_read(read, column, losses, last=last)
        for code, value in zip(order, values, strict=True):
            expected = lost(column, by_code[code][column.name], losses)
            got = understood(column, value, losses)
            if not same(column, expected, lost(column, got, losses & TWICE)):
                found.append((code, column.name, expected, got))
    return found


TWICE = frozenset({Loss.RINGS_TURNED, Loss.ONE_PART, Loss.FIFTEEN_DECIMALS})
"""Where both sides must be brought to one form before they can be compared."""


def column_read(read: Columns, column: ExportColumn, losses: frozenset[Loss], *, last: bool) -> list[Any]:
    """Return the values of a column, put together where it is two."""
    count = len(read["code"])
    if column.shape == "Point" and {Loss.PLACES_AS_NUMBERS, Loss.NO_OUTLINES} & losses:
        pairs = [(f"{column.name}.x", f"{column.name}.y"), (f"{column.title} x", f"{column.title} y")]
        x, y = next(pair for pair in pairs if pair[0] in read)
        return [
            None if east in {None, ""} else shapely.to_wkb(shapely.Point(float(east), float(north)))
            for east, north in zip(read[x], read[y], strict=True)
        ]
    if last and "geometry" in read:
        return read["geometry"]
    return read.get(column.name, read.get(column.title, [None] * count))


def same(column: ExportColumn, expected: Any, got: Any) -> bool:
    """Return whether two values are equal, in type too; places to the last bit."""
    if isinstance(expected, shapely.Geometry) and isinstance(got, shapely.Geometry):
        return bool(shapely.equals_exact(expected, got, tolerance=0)) and expected.geom_type == got.geom_type
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, dt.date) and isinstance(got, dt.date) and type(expected) is not type(got):
        return False
    return bool(expected == got)


NO_CONTROLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300),
    st.sampled_from(["", " ", "=1+1", "-3", "＝甲", "\t", "a\r\nb", "安置点 ", "'x", '"', "NULL", "0012", "1e5"]),
)
EAST, NORTH = st.floats(73.5, 135.0), st.floats(18.0, 53.5)
POINTS = st.builds(shapely.Point, EAST, NORTH)
BOXES = st.builds(
    lambda x, y, width, height: shapely.MultiPolygon([shapely.box(x, y, x + width, y + height)]),
    EAST, NORTH, st.floats(1e-5, 0.5), st.floats(1e-5, 0.5),
)  # fmt: skip
OUTLINES = st.one_of(BOXES, st.just(HOLED))
MOMENTS = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a_rather_long_name": TEXTS,
    "kind": st.sampled_from(["a", "b"]),
    "level": st.sampled_from([1, 2]),
    "persons": st.integers(0, 32_767),
    "planned": st.integers(0, 2_147_483_647),
    "size_m2": st.floats(-1e15, 1e15),
    "money": st.decimals(-999_999_999_999, 999_999_999_999, places=2),
    "moved_on": st.dates(),
    "seen_at": MOMENTS.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
    "flag": st.booleans(),
    "words": st.lists(NO_CONTROLS, max_size=4),
    "items": st.dictionaries(NO_CONTROLS, st.one_of(st.none(), st.integers(-9, 9), NO_CONTROLS), max_size=3),
    "second": POINTS,
    "rim": OUTLINES,
    "geom": POINTS,
}
ROW = st.fixed_dictionaries({**{name: st.none() | one for name, one in VALUES.items()}, "area": OUTLINES})
TABLES = st.lists(ROW, max_size=5).map(lambda rows: [{**row, "code": f"R-{place}"} for place, row in enumerate(rows)])


@every_format
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=TABLES)
def test_any_table_comes_back_with_the_declared_losses_and_no_others(form: Format, rows: list[Row]) -> None:
    for columns in SHAPES_OF_TABLE:
        read = back(form, rows, columns)
        if rows:
            assert differences(rows, read, columns, frozenset(form.losses)) == []


@every_format
def test_every_declared_loss_is_one(form: Format) -> None:
    declared = frozenset(form.losses)
    tables = [(columns, back(form, HOSTILE, columns)) for columns in SHAPES_OF_TABLE]
    for columns, read in tables:
        assert differences(HOSTILE, read, columns, declared) == []
    for loss in declared - {Loss.SHORT_NAMES}:
        assert any(differences(HOSTILE, read, columns, declared - {loss}) for columns, read in tables), loss


def test_short_names_are_short_and_their_own() -> None:
    short = short_names(BY_POINT)
    assert short["a_rather_long_name"] == "a_rather_l"
    assert max(map(len, short.values())) == 10
    assert len(set(short.values())) == len(short)


def test_parcels_keep_code_name_use_and_boundary() -> None:
    """A box of about 10.1 km by 11.1 km near 24 N and a part with a hole, in the zone of 108 E."""
    rows = [{**FULL, "code": "甲,1\n@", "area": HOLED}]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.txt"
        zone = gauss_kruger(3, 36, zone_prefix=True)
        WRITERS["txt"](replace(shipment(rows, BY_AREA), crs=zone, encoding="gb18030"), path)
        read = READERS["txt"](path)
        head = path.read_bytes().decode("gb18030").split("[地块坐标]")[0]
    assert (read["code"], read["name"]) == (["甲 1"], [""])
    assert {"坐标系=2000国家大地坐标系", "几度分带=3", "带号=36"} <= set(head.split("\r\n"))
    rings = read["rings"][0]
    assert sorted(rings) == [1, 2, 3]
    assert all(ring[0] == ring[-1] for ring in rings.values())
    shapes = [shapely.Polygon(rings[1], [rings[2]]), shapely.Polygon(rings[3])]
    given_back = shapely.MultiPolygon(zone.geometries_to_cgcs2000(shapes).tolist())
    # rounded to 0.1 mm, which is about 1e-9 degrees
    assert shapely.hausdorff_distance(given_back, HOLED) < 2e-9
    assert read["hectares"][0] == pytest.approx(area_m2(HOLED)[0] / 10_000, abs=1e-4)
