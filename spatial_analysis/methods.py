"""The register of analyses: one declaration a method; page, command, interface and exports follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from geocore.divisions import DivisionCode, DivisionCodeError
from layers.models import Region
from spatial_analysis.errors import DivisionError, ParameterError, UnknownMethodError, UnknownParameterError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.utils.functional import Promise

    from spatial_analysis.effort import Effort
    from spatial_analysis.reach import Reach

    Text = str | Promise


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that may be chosen.

    Attributes
    ----------
    key
        Name in addresses, commands and the interface.
    default
        As a person would write it.
    parse
        From what a person wrote to the value, plain JSON; raises `ParameterError`.
    """

    key: str
    title: Text
    help: Text
    default: str
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a method: whose eyes, which division, and its parameters by key, parsed."""

    reach: Reach
    region: DivisionCode | None
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method found.

    Attributes
    ----------
    answer
        Plain JSON, the same in every way of asking: it is stored, shown, sent and written.
    result
        The full result with its rows; writers of files take it.
    rows, missing
        Rows read, and those among them that could not be measured.
    changed_at, version
        Moment of the latest change among the rows, and a mark that changes with them.
    """

    answer: dict[str, Any]
    result: Any
    rows: int
    missing: int
    changed_at: datetime | None
    version: str


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a file is written: with one row a feature where it may be left out, or of the rows alone."""

    rows: bool = True
    only_rows: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """An analysis.

    Attributes
    ----------
    key
        Name in addresses and commands.
    layer
        Whose rows it reads: who may view them may run it, who may export them may export its answer.
    run
        From question to outcome.
    effort
        How long that takes, and writing its files.
    writers
        File ending to the function that writes an outcome into a file.
    template, panel
        The parts of the page that show an answer: in the middle, and beside it.
    shown
        From an answer to what those templates need of it.
    """

    key: str
    title: Text
    summary: Text
    source: Text
    layer: str
    parameters: tuple[Parameter, ...]
    run: Callable[[Question], Outcome]
    effort: Effort
    writers: Mapping[str, Callable[[Outcome, Path, WriteOptions], None]]
    template: str
    panel: str
    shown: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda answer: {})

    def parse(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return every parameter with its value, defaults where nothing is given.

        Raises
        ------
        UnknownParameterError, ParameterError
        """
        known = {parameter.key: parameter for parameter in self.parameters}
        for key in given:
            if key not in known:
                raise UnknownParameterError(key, known)
        return {key: one.parse(given.get(key) or one.default) for key, one in known.items()}


_methods: dict[str, Method] = {}


def declare(method: Method) -> Method:
    """Put a method on the register; return it.

    Raises
    ------
    ValueError
        If another one has its key.
    """
    if _methods.setdefault(method.key, method) is not method:
        raise ValueError(f"analysis already declared: {method.key}")
    return method


def all_methods() -> tuple[Method, ...]:
    """Return every method in the order of declaration."""
    return tuple(_methods.values())


def get_method(key: str) -> Method:
    """Return the method called `key`.

    Raises
    ------
    UnknownMethodError
    """
    try:
        return _methods[key]
    except KeyError:
        raise UnknownMethodError(key, _methods) from None


def parse_region(given: str) -> DivisionCode | None:
    """Return the division that somebody named; None for an empty text.

    Divisions are public: that one exists says nothing about the rows in it.

    Raises
    ------
    DivisionError
        If it is no code, or no division that is loaded has it.
    """
    if not given.strip():
        return None
    try:
        code = DivisionCode.parse(given)
    except DivisionCodeError as error:
        raise DivisionError(
            _("“%(given)s” is not a division code: give 2, 4, 6, 9 or 12 digits, such as 4512 or 451221.")
            % {"given": given}
        ) from error
    if not Region.objects.alive().filter(code=code.code).exists():
        raise DivisionError(_("No division with the code %(code)s is known here.") % {"code": code.prefix})
    return code


def parse_edges(given: str) -> list[float]:
    """Return band edges in kilometres from a text such as "5,20,50".

    Raises
    ------
    ParameterError
        With what is wrong and an example.
    """
    parts = [part.strip() for part in given.replace("，", ",").split(",")]
    try:
        edges = [float(part) for part in parts]
    except ValueError:
        raise ParameterError(
            _("“%(given)s” is not a list of distances: write numbers of kilometres with commas, such as 5,20,50.")
            % {"given": given}
        ) from None
    if len(edges) > MAX_EDGES:
        raise ParameterError(_("At most %(most)d band edges can be told apart.") % {"most": MAX_EDGES})
    # Written so that NaN fails too
    if not all(0 < edge <= MAX_EDGE_KM for edge in edges):
        raise ParameterError(
            _("A band edge lies above 0 and at most at %(most)s km: “%(given)s” does not.")
            % {"most": f"{MAX_EDGE_KM:,.0f}", "given": given}
        )
    if any(lower >= upper for lower, upper in pairwise(edges)):
        raise ParameterError(_("Band edges go up, each one once: “%(given)s” does not.") % {"given": given})
    return edges


MAX_EDGES = 8
MAX_EDGE_KM = 20_004.0
"""Nobody on Earth is farther: half a meridian."""
