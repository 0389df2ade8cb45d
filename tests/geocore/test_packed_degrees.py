"""Degrees packed as DD.MMSSss are read exactly, and told from decimal ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geocore.crs import CGCS2000, UnknownCrsError, parse_crs
from geocore.crs_doctor import plausible, reads_as_packed
from geocore.packed_degrees import may_be_packed, pack, unpack


def test_fields_of_minutes_and_seconds_by_hand() -> None:
    assert unpack([107.1530, 107.15, -24.453012, 25.0]) == pytest.approx(
        [107 + 15 / 60 + 30 / 3600, 107.25, -(24 + 45 / 60 + 30.12 / 3600), 25.0], abs=1e-11
    )
    assert np.isnan(unpack([107.60, 107.1560, np.nan])).all()
    assert may_be_packed([107.5959, 107.6, np.nan]).tolist() == [True, False, False]


@given(st.floats(-180, 180))
def test_there_and_back_is_the_same_place(degrees: float) -> None:
    assert unpack(pack([degrees]))[0] == pytest.approx(degrees, abs=1e-10)


def test_a_crs_may_be_packed_and_swapped() -> None:
    crs = parse_crs("EPSG:4490:yx:dms")
    assert crs.key == "EPSG:4490:yx:dms"
    assert crs.to_cgcs2000([(24.45, 107.15)])[0] == pytest.approx((107.25, 24.75))
    assert np.isnan(crs.to_cgcs2000([(24.75, 107.15)])).all()
    for text in ("gcj02:dms", "EPSG:4545:dms"):
        with pytest.raises(UnknownCrsError):
            parse_crs(text)


def test_digits_tell_packed_degrees_from_decimal_ones() -> None:
    decimal = np.random.default_rng(7).uniform((107.0, 24.5), (107.5, 25.0), (40, 2))
    packed = CGCS2000.as_packed()
    assert reads_as_packed(pack(decimal))
    assert packed in plausible(pack(decimal))
    assert not reads_as_packed(decimal)
    assert packed not in plausible(decimal)
    assert not reads_as_packed(np.repeat(pack(decimal[:5]), 20, axis=0))  # five places say little, however often
    assert not reads_as_packed(np.round(decimal, 1))
