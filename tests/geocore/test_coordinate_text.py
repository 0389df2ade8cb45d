"""Coordinates are read however people write them, and never guessed."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from geocore.coordinate_text import read_coordinates

SPELLINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "csv" / "qgis_testdms.csv"

DEGREES = 107 + 15 / 60 + 30 / 3600


def one(text: str) -> float:
    column = read_coordinates(pa.array([text]))
    assert bool(column.bad[0]) == np.isnan(column.values[0])
    return float(column.values[0])


@pytest.mark.parametrize(
    "text",
    [
        "107°15′30″",
        "107º15’30”E",
        "E107°15'30\"",
        "107°15'30''",
        "东经107度15分30秒",
        "107d15m30s",
        "107 15 30",
        "107:15:30",
        "１０７°１５′３０″",
        "+107 15 30.000",
        "107°15.5′E",
        " 107°  15′  30″ ",
    ],
)
def test_degrees_minutes_and_seconds(text: str) -> None:
    assert one(text) == pytest.approx(DEGREES, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("107.25°", 107.25),
        ("E107.25", 107.25),
        ("107.25W", -107.25),
        ("北纬24.75", 24.75),
        ("S 24 45", -24.75),
        ("24 45 0-", -24.75),
        ("１０７．２５", 107.25),
        ("424,160.64", 424160.64),
        ("-1.5e2", -150.0),
    ],
)
def test_decimals_letters_signs_and_thousands(text: str, degrees: float) -> None:
    assert one(text) == pytest.approx(degrees)


@pytest.mark.parametrize(
    "text",
    ["107°60′0″", "107°15′60″", "35 51 200", "35 51 020", "1x", "many", "N24.75N", "-24 45 S", "12,5", "1 2 3 4"],
)
def test_what_is_no_coordinate_is_bad(text: str) -> None:
    assert np.isnan(one(text))


def test_letters_say_which_axis_a_column_is() -> None:
    column = read_coordinates(pa.array(["24°45′N", "S24.75", "107.25E", "24.75", None]))
    assert column.axis.tolist() == [-1, -1, 1, 0, 0]


def test_a_bare_decimal_among_minutes_is_not_guessed_at() -> None:
    column = read_coordinates(pa.array(["107 15 30", "107 15 31", "107.1532", "108", None]))
    assert column.bad.tolist() == [False, False, True, False, False]
    mostly_plain = read_coordinates(pa.array(["107 15 30", "107.25", "107.26", "107.27"]))
    assert not mostly_plain.bad.any()


@pytest.mark.skipif(not SPELLINGS.is_file(), reason="the folder ../shared/data with real files is not here")
@pytest.mark.parametrize("name", ["lon", "lat"])
def test_spellings_of_qgis(name: str) -> None:
    lines = [line for line in csv.DictReader(SPELLINGS.read_text(encoding="utf-8").splitlines()) if line["id"]]
    column = read_coordinates(pa.array([line[name] for line in lines]))
    bad = {int(line["id"]) for line, bad in zip(lines, column.bad, strict=True) if bad}
    assert bad == {"lon": {20, 24}, "lat": {21, 22, 23}}[name]  # QGIS calls 20 to 24 invalid as pairs
    degrees = {"lon": 1 + 5 / 60 + 30.6 / 3600, "lat": 35 + 51 / 60 + 20 / 3600}[name]
    assert np.abs(column.values[3:18]) == pytest.approx(np.full(15, degrees))
