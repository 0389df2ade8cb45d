"""The rows of a rehearsal as tables: what is wrong with them, and what would become of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.utils.text import capfirst

from geocore.units import m2_to_mu
from importers.findings import MOST_FEATURES, Findings, FoundProblem, load_rehearsal
from importers.problems import RowProblem
from importers.uploads import folder_of

if TYPE_CHECKING:
    from importers.models import Upload
    from layers.spec import SpatialLayer

A_PAGE = 50
LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem in words."""

    row: int
    column: str
    label: str
    value: str
    reason: str
    remedy: str
    code: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The problems of one kind: how many, and what to do about them."""

    code: str
    count: int
    reason: str
    remedy: str


class ProblemTable:
    """The problems of a rehearsal: by row, or grouped by reason."""

    def __init__(self, findings: Findings | None, question: Mapping[str, str]) -> None:
        self.findings = findings
        self.grouped = question.get("by") == "reason"
        codes = {} if findings is None else findings.by_code
        self.code = question.get("code", "") if question.get("code", "") in codes else ""
        self.number = question.get("page", "1")

    @property
    def all(self) -> Sequence[FoundProblem]:
        """Return the problems of rows that are kept one by one."""
        found = () if self.findings is None else self.findings.problems
        return [one for one in found if one.problem.row and self.code in {"", str(one.problem.code)}]

    @property
    def page(self) -> Page[Any]:
        """Return a page of the problems by row."""
        return Paginator(self.all, A_PAGE).get_page(self.number)

    @property
    def rows(self) -> Iterator[ShownProblem]:
        """Yield the problems of the page in words."""
        return (in_words(one) for one in self.page.object_list)

    @property
    def total(self) -> int:
        """Return how many problems there are, of the code asked for."""
        if self.findings is None:
            return 0
        return sum(count for code, count in self.findings.by_code.items() if self.code in {"", code})

    @property
    def groups(self) -> list[ProblemGroup]:
        """Return the kinds of problems, the most frequent first."""
        if self.findings is None:
            return []
        first = {str(one.problem.code): one.problem for one in reversed(self.findings.problems)}
        ranked = sorted(self.findings.by_code.items(), key=lambda one: -one[1])
        return [ProblemGroup(code, count, *words_for_all(first[code])) for code, count in ranked if code in first]

    @property
    def cut(self) -> bool:
        """Return whether more problems were counted than are kept."""
        return self.findings is not None and sum(self.findings.by_code.values()) > len(self.findings.problems)


def in_words(found: FoundProblem) -> ShownProblem:
    """Return a problem in the language of the reader."""
    problem = found.problem
    value = problem.value if len(problem.value) <= LONGEST_VALUE else problem.value[: LONGEST_VALUE - 1] + "…"
    reason, remedy = problem.words
    return ShownProblem(problem.row, problem.column or "", found.label, value, reason, remedy, str(problem.code))


def words_for_all(problem: RowProblem) -> tuple[str, str]:
    """Return reason and remedy of a kind of problem, told with its first example."""
    return problem.words


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A field that would change."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedFeature:
    """What would become of one row."""

    row: int
    code: str
    values: Sequence[ChangedValue]
    moved_m: float | None
    old_mu: float | None
    new_mu: float | None


class ChangeTable:
    """The rows of a rehearsal of one kind: added, changed or the same."""

    most = MOST_FEATURES

    def __init__(self, upload: Upload, layer: SpatialLayer | None, question: Mapping[str, str]) -> None:
        self.layer = layer
        self.features = load_rehearsal(folder_of(upload.pk)).features
        self.number = question.get("page", "1")
        self.question = question

    def page_of(self, kind: str) -> Page[Any]:
        """Return a page of the rows of one kind."""
        return Paginator([one for one in self.features if one["kind"] == kind], A_PAGE).get_page(self.number)

    @property
    def page(self) -> Page[Any]:
        """Return a page of the rows that the address asks for."""
        asked = self.question.get("part", "")
        kinds = {one["kind"] for one in self.features}
        kind = asked if asked in {"add", "change", "same"} else "change" if "change" in kinds else "add"
        return self.page_of(kind)

    @property
    def rows(self) -> Iterator[ChangedFeature]:
        """Yield the rows of the page."""
        return (self.shown(one) for one in self.page.object_list)

    def shown(self, feature: dict[str, Any]) -> ChangedFeature:
        """Return a row as the table shows it."""
        old, new = feature["old_area_m2"], feature["new_area_m2"]
        return ChangedFeature(
            row=feature["row"],
            code=feature["code"],
            values=[self.value(name, before, feature["after"][name]) for name, before in feature["before"].items()],
            moved_m=feature["moved_m"] or None,
            old_mu=None if old is None or old == new else float(m2_to_mu(old)),
            new_mu=None if new is None or old == new else float(m2_to_mu(new)),
        )

    def value(self, column: str, before: Any, after: Any) -> ChangedValue:
        """Return a change of a column in words."""
        assert self.layer is not None
        field: Any = next(one for one in self.layer.model._meta.concrete_fields if one.column == column)
        words = {value: str(label) for value, label in getattr(field, "flatchoices", None) or ()}
        return ChangedValue(capfirst(str(field.verbose_name)), told(before, words), told(after, words))


def told(value: Any, words: Mapping[Any, str]) -> str:
    """Return a stored value in words; a dash where there is none."""
    if value is None or value == "":
        return "—"
    text = str(words.get(value, value))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
