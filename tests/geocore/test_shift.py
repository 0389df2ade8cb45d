"""GCJ-02 and BD-09 agree with what others published, and there-and-back is the same place."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geocore import shift
from geocore.geodesy import distance_m

# googollee/eviltransform (MIT), go/transform_test.go: true, GCJ-02
SHANGHAI = (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)
SHENZHEN = (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)
BEIJING = (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)

# wandergis/coordtransform (MIT), README: the same number read as WGS 84 and as GCJ-02
TIANANMEN = 116.404, 39.915
TIANANMEN_WGS84_TO_GCJ02 = 116.41024449916938, 39.91640428150164
TIANANMEN_GCJ02_TO_BD09 = 116.41036949371029, 39.92133699351021

# Answers of Baidu's own conversion service to its documented example, as quoted in public repositories
BAIDU_TRUE = 114.21892734521, 29.575429778924
BAIDU_GCJ02 = 114.22430528428819, 29.57284912109375
BAIDU_BD09 = 114.2307519546763, 29.57908428837437

# Hundredth of a metre, the accuracy that the inverse promises
CENTIMETRE = 0.01

in_china = st.tuples(st.floats(73.0, 135.5), st.floats(3.0, 54.0))


@pytest.mark.parametrize(("true", "shifted"), [SHANGHAI, SHENZHEN, BEIJING, (TIANANMEN, TIANANMEN_WGS84_TO_GCJ02)])
def test_gcj02_equals_published_vectors(true: tuple[float, float], shifted: tuple[float, float]) -> None:
    assert shift.wgs84_to_gcj02([true])[0] == pytest.approx(shifted, abs=1e-12)
    assert distance_m(shift.gcj02_to_wgs84([shifted]), [true])[0] < CENTIMETRE


def test_bd09_equals_published_vectors() -> None:
    assert shift.gcj02_to_bd09([TIANANMEN])[0] == pytest.approx(TIANANMEN_GCJ02_TO_BD09, abs=1e-12)


def test_bd09_step_equals_what_baidu_answers() -> None:
    assert distance_m(shift.gcj02_to_bd09([BAIDU_GCJ02]), [BAIDU_BD09])[0] < CENTIMETRE
    assert distance_m(shift.bd09_to_gcj02([BAIDU_BD09]), [BAIDU_GCJ02])[0] < CENTIMETRE


def test_whole_way_to_bd09_is_within_a_metre_of_what_baidu_answers() -> None:
    assert distance_m(shift.wgs84_to_bd09([BAIDU_TRUE]), [BAIDU_BD09])[0] < 1.0
    assert distance_m(shift.bd09_to_wgs84([BAIDU_BD09]), [BAIDU_TRUE])[0] < 1.0


def test_the_shift_in_baise_is_half_a_kilometre() -> None:
    baise = [(106.618, 23.902)]
    assert 450 < distance_m(baise, shift.wgs84_to_gcj02(baise))[0] < 550


@settings(deadline=None)
@given(st.lists(in_china, min_size=1, max_size=50))
def test_undoing_gcj02_returns_to_the_same_centimetre(positions: list[tuple[float, float]]) -> None:
    there_and_back = shift.gcj02_to_wgs84(shift.wgs84_to_gcj02(positions))
    assert distance_m(there_and_back, positions).max() < CENTIMETRE


@settings(deadline=None)
@given(st.lists(in_china, min_size=1, max_size=50))
def test_undoing_bd09_returns_to_the_same_centimetre(positions: list[tuple[float, float]]) -> None:
    there_and_back = shift.bd09_to_wgs84(shift.wgs84_to_bd09(positions))
    assert distance_m(there_and_back, positions).max() < CENTIMETRE


@settings(deadline=None)
@given(in_china)
def test_redoing_an_undone_shift_gives_the_given_coordinates(position: tuple[float, float]) -> None:
    assert distance_m(shift.wgs84_to_gcj02(shift.gcj02_to_wgs84([position])), [position])[0] < CENTIMETRE
    assert distance_m(shift.wgs84_to_bd09(shift.bd09_to_wgs84([position])), [position])[0] < CENTIMETRE


@pytest.mark.parametrize(
    "change",
    [
        shift.wgs84_to_gcj02,
        shift.gcj02_to_wgs84,
        shift.gcj02_to_bd09,
        shift.bd09_to_gcj02,
        shift.wgs84_to_bd09,
        shift.bd09_to_wgs84,
    ],
)
class TestEveryDirection:
    def test_leaves_places_outside_china_alone(self, change: shift.Change) -> None:
        abroad = np.array([[2.35, 48.86], [-117.2, 22.8], [140.0, 36.0], [100.0, 0.5], [100.0, 60.0]])
        np.testing.assert_array_equal(change(abroad), abroad)

    def test_keeps_unknown_positions_unknown_beside_known_ones(self, change: shift.Change) -> None:
        mixed = change([(np.nan, np.nan), (108.0, 24.0), (np.nan, 24.0)])
        assert np.isnan(mixed).tolist() == [[True, True], [False, False], [True, False]]
        np.testing.assert_array_equal(mixed[1], change([(108.0, 24.0)])[0])

    def test_takes_no_rows(self, change: shift.Change) -> None:
        assert change([]).shape == (0, 2)

    def test_does_not_change_its_input(self, change: shift.Change) -> None:
        given_positions = np.array([[108.0, 24.0]])
        change(given_positions)
        assert given_positions.tolist() == [[108.0, 24.0]]


def test_the_meridian_where_the_formula_has_a_cusp_converges_too() -> None:
    cusp = np.column_stack((105.0 + np.array([-1e-9, 0.0, 1e-12, 1e-7]), np.full(4, 35.0)))
    assert distance_m(shift.gcj02_to_wgs84(shift.wgs84_to_gcj02(cusp)), cusp).max() < CENTIMETRE


def test_wrong_shape_is_the_callers_mistake() -> None:
    with pytest.raises(TypeError, match="shape"):
        shift.wgs84_to_gcj02([[108.0, 24.0, 150.0]])


class TestRealVectors:
    def test_gcj02_vectors_of_the_folder(self, real_files: Path) -> None:
        vectors = json.loads((real_files / "coords/gcj02_bd09_eviltransform.json").read_text())["wgs84_to_gcj02"]
        true, shifted = (np.array([vector[key] for vector in vectors]) for key in ("wgs", "gcj"))
        np.testing.assert_allclose(shift.wgs84_to_gcj02(true), shifted, rtol=0, atol=5e-7)
        assert distance_m(shift.gcj02_to_wgs84(shifted), true).max() < CENTIMETRE

    def test_bd09_vectors_of_the_folder_are_those_of_the_superseded_ripple(self, real_files: Path) -> None:
        # They were made with the phase pi where Baidu's is 3000 pi / 180, and with one step instead of an iteration.
        # So they are 10 to 40 m off Baidu's own answers; with that phase and one step they come out to the last digit.
        vectors = json.loads((real_files / "coords/gcj02_bd09_eviltransform.json").read_text())["bd09_to_wgs84"]
        shifted, true = (np.array([vector[key] for vector in vectors]) for key in ("bd", "wgs"))
        assert distance_m(shift.bd09_to_wgs84(shifted), true).max() < 50

        east_north = shifted - (0.0065, 0.006)
        radius = np.hypot(*east_north.T) - 0.00002 * np.sin(east_north[:, 1] * np.pi)
        angle = np.arctan2(east_north[:, 1], east_north[:, 0]) - 0.000003 * np.cos(east_north[:, 0] * np.pi)
        gcj02 = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
        np.testing.assert_allclose(2 * gcj02 - shift.wgs84_to_gcj02(gcj02), true, rtol=0, atol=1e-9)
