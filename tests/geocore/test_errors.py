"""A refusal says what was given, how to help it, and survives the way between processes."""

import pickle
import subprocess
import sys

import pytest

from geocore.crs import DatumRefusedError, UnknownCrsError
from geocore.datum_evidence import CrsSuspectedError
from geocore.divisions import DivisionCodeError, DivisionCodeGapError, UnknownProvinceError
from geocore.errors import GeocoreError
from geocore.units import AreaTextError, NegativeAreaError

PARAMS = {
    UnknownCrsError: {"given": "EPSG:1"},
    DatumRefusedError: {"given": "EPSG:4214", "datum": "Beijing 1954"},
    CrsSuspectedError: {"crs": "gcj02", "before": "0.963", "after": "0.974"},
    DivisionCodeError: {"given": "x"},
    UnknownProvinceError: {"given": "471221", "province": "47"},
    DivisionCodeGapError: {"given": "450021", "level": "county", "missing": "prefecture"},
    AreaTextError: {"given": "x"},
    NegativeAreaError: {"given": "-1"},
}


@pytest.mark.parametrize("kind", PARAMS)
def test_every_refusal_has_a_sentence_a_remedy_and_a_code(kind: type[GeocoreError]) -> None:
    error = kind(**PARAMS[kind])
    assert str(error) == error.message
    assert "%" not in error.message + error.advice
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    assert error.template % error.params == error.message


@pytest.mark.parametrize("kind", PARAMS)
def test_a_refusal_survives_pickling(kind: type[GeocoreError]) -> None:
    error = pickle.loads(pickle.dumps(kind(**PARAMS[kind])))
    assert type(error) is kind
    assert error.params == PARAMS[kind]
    assert str(error) == str(kind(**PARAMS[kind]))


def test_every_code_is_used_once() -> None:
    codes = [kind.code for kind in PARAMS]
    assert len(set(codes)) == len(codes)


def test_the_package_needs_no_django_and_no_network() -> None:
    program = (
        "import pkgutil, importlib, sys, geocore\n"
        "for module in pkgutil.iter_modules(geocore.__path__): importlib.import_module('geocore.' + module.name)\n"
        "import pyproj.network\n"
        "assert 'django' not in sys.modules\n"
        "assert not pyproj.network.is_network_enabled()\n"
    )
    environment = {"PROJ_NETWORK": "ON", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
