"""Transformation parameters that a user supplies, as a PROJ pipeline of steps that need no file and no network.

Notes
-----
Beijing 1954 and Xian 1980 lie tens of metres off CGCS2000, in each county by another amount: the surveying office of
the county knows the seven parameters. A pipeline states them in the one language that all GIS share. It is taken apart
and put together again from an allow list: a step or a parameter that is not on it could name a grid, a file or an
address, or change the rest of the text.

A typical one, from Gauss-Kruger on the Krassovsky ellipsoid to CGCS2000 degrees:

    +proj=pipeline
    +step +inv +proj=tmerc +lat_0=0 +lon_0=108 +k=1 +x_0=500000 +y_0=0 +ellps=krass
    +step +proj=cart +ellps=krass
    +step +proj=helmert +x=15.8 +y=-154.4 +z=-82.3 +rx=0.1 +ry=0.2 +rz=-0.3 +s=1.2 +convention=position_vector
    +step +inv +proj=cart +ellps=GRS80
    +step +proj=unitconvert +xy_in=rad +xy_out=deg
"""

import re
from typing import ClassVar

import numpy as np
import pyproj
from pyproj.exceptions import ProjError

from geocore.crs_values import Crs, CrsKind
from geocore.errors import GeocoreError

LONGEST = 2_000
MOST_STEPS = 20
SHOWN = 60
"""Characters of what is not allowed that a refusal repeats."""

_ELLIPSOIDS = frozenset({"krass", "iau76", "grs80", "wgs84", "cgcs2000"})
_AXES = re.compile(r"-?[1-4](,-?[1-4]){1,3}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE)

_SHAPE = frozenset({"ellps", "a", "b", "rf"})
_HELMERT = frozenset({"x", "y", "z", "rx", "ry", "rz", "s", "convention", "exact"})
_ALLOWED: dict[str, frozenset[str]] = {
    "noop": frozenset(),
    "axisswap": frozenset({"order"}),
    "unitconvert": frozenset({"xy_in", "xy_out", "z_in", "z_out"}),
    "longlat": _SHAPE,
    "latlong": _SHAPE,
    "cart": _SHAPE,
    "helmert": _HELMERT | {"theta"},
    "molobadekas": _HELMERT | {"px", "py", "pz"},
    "molodensky": _SHAPE | {"dx", "dy", "dz", "da", "df", "abridged"},
    "tmerc": _SHAPE | {"lat_0", "lon_0", "k", "k_0", "x_0", "y_0"},
    "push": frozenset({"v_1", "v_2", "v_3", "v_4"}),
    "pop": frozenset({"v_1", "v_2", "v_3", "v_4"}),
    "affine": frozenset({"xoff", "yoff", "s11", "s12", "s21", "s22"}),
}
_WORDS: dict[str, frozenset[str]] = {
    "convention": frozenset({"position_vector", "coordinate_frame"}),
    "xy_in": frozenset({"rad", "deg", "m"}),
    "xy_out": frozenset({"rad", "deg", "m"}),
    "z_in": frozenset({"m"}),
    "z_out": frozenset({"m"}),
}
_FLAGS = frozenset({"inv", "exact", "abridged", "v_1", "v_2", "v_3", "v_4"})


class PipelineError(GeocoreError):
    """“%(given)s” can't stand in a transformation."""

    code: ClassVar[str] = "pipeline"
    remedy: ClassVar[str] = (
        "Give a PROJ pipeline of these steps only, without grids and files, from the file's coordinates to CGCS2000 "
        "degrees: %(allowed)s."
    )


def pipeline_crs(text: str) -> Crs:
    """Return a CRS whose coordinates a PROJ pipeline turns into CGCS2000 degrees, x = longitude.

    Parameters
    ----------
    text
        "+proj=pipeline +step ..."; it starts from the coordinates as the file has them, east first.

    Raises
    ------
    PipelineError
        It holds a step or parameter that is not allowed, or PROJ makes nothing of it.
    """
    canonical = parse_pipeline(text)
    return Crs(
        "pipeline",
        CrsKind.PIPELINE,
        "Transformation parameters of the user",
        "用户提供的转换参数",
        pipeline=canonical,
    )


def parse_pipeline(text: str) -> str:
    """Return the pipeline written anew from what is allowed; see `pipeline_crs`."""
    if len(text) > LONGEST:
        raise _refused(text)
    words = text.replace("\n", " ").split()
    steps = _steps([word.removeprefix("+") for word in words])
    canonical = " ".join(["+proj=pipeline", *(f"+step {_step(step)}" for step in steps)])
    try:
        transformer = pyproj.Transformer.from_pipeline(canonical)
        transformer.transform(np.array([0.0]), np.array([0.0]))
    except ProjError as error:
        raise _refused(text) from error
    return canonical


def _steps(words: list[str]) -> list[list[str]]:
    if words[:1] != ["proj=pipeline"]:
        raise _refused(" ".join(words))
    steps: list[list[str]] = []
    for word in words[1:]:
        if word == "step":
            steps.append([])
        elif not steps:
            raise _refused(word)
        else:
            steps[-1].append(word)
    if not 1 <= len(steps) <= MOST_STEPS:
        raise _refused(" ".join(words))
    return steps


def _step(words: list[str]) -> str:
    pairs = (word.partition("=") for word in words)
    given = {name: value for name, _equals, value in pairs}
    if len(given) != len(words):
        raise _refused(" ".join(words))
    operation = given.pop("proj", "")
    if operation not in _ALLOWED:
        raise _refused(f"proj={operation}")
    inverse = "inv" in given
    given.pop("inv", None)
    parts = [f"+proj={operation}", *(f"+{name}{_value(operation, name, value)}" for name, value in given.items())]
    return " ".join((["+inv"] if inverse else []) + parts)


def _value(operation: str, name: str, value: str) -> str:
    """Return "=value" of an allowed parameter, empty for a flag."""
    if name not in _ALLOWED[operation]:
        raise _refused(name)
    if not value and name in _FLAGS:
        return ""
    if name == "ellps" and value.casefold() in _ELLIPSOIDS:
        return "=GRS80" if value.casefold() == "cgcs2000" else f"={value}"
    if name == "order" and _AXES.fullmatch(value):
        return f"={value}"
    if value in _WORDS.get(name, ()):
        return f"={value}"
    if name not in _WORDS and name not in {"ellps", "order"} and _NUMBER.fullmatch(value):
        return f"={value}"
    raise _refused(f"{name}={value}")


def _refused(given: str) -> PipelineError:
    shown = given if len(given) <= SHOWN else given[: SHOWN - 1] + "…"
    return PipelineError(given=shown, allowed=", ".join(sorted(_ALLOWED)))
