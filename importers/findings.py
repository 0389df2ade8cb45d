"""What was found of an upload, kept beside its files: for the page, in the language of whoever reads it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importers.problems import ProblemCode, RowProblem
from importers.report import Report, Status
from importers.understood import Understood

REPORT_FILE = "report.json"
MAP_FILE = "rehearsal.json"
MOST_FEATURES = 2_000
"""Features of a rehearsal that a map and a page can show; the others are counted."""
MOST_PROBLEMS = 5_000
"""Problems that are kept one by one; the others are counted, and stand in the file of rejected rows."""


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A problem with the code or name that its row has in the file."""

    problem: RowProblem
    label: str = ""


@dataclass(slots=True)
class Findings:
    """How an upload was understood and how its rehearsal ended.

    Attributes
    ----------
    counts
        As in the report: read, add, change, same, rejected.
    by_code
        Problems by code, all of them; `problems` are the first.
    rejected_rows
        Row numbers, all of them.
    """

    status: Status
    format: str = ""
    encoding: str = ""
    crs: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    problems: Sequence[FoundProblem] = ()
    by_code: Mapping[str, int] = field(default_factory=dict)
    rejected_rows: Sequence[int] = ()
    understood: Understood = field(default_factory=Understood)

    @property
    def refusal(self) -> RowProblem | None:
        """Return why the file as a whole was refused; None where it was not."""
        whole = [one.problem for one in self.problems if not one.problem.row]
        return whole[0] if whole else None


@dataclass(slots=True)
class Rehearsal:
    """What the map of a rehearsal shows; `rejected` are row number, longitude and latitude."""

    features: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[tuple[int, float, float]] = field(default_factory=list)


def findings_of(report: Report, understood: Understood, labels: Mapping[int, str]) -> Findings:
    """Return a report as it is kept; `labels` are the codes or names of rows by their number."""
    found = report.detected
    return Findings(
        status=report.status,
        format=found.format or "",
        encoding=found.encoding or "",
        crs=found.crs or "",
        counts=report.counts.as_json(),
        warnings=[str(warning) for warning in report.warnings[:MOST_PROBLEMS]],
        problems=[FoundProblem(one, labels.get(one.row, "")) for one in report.problems[:MOST_PROBLEMS]],
        by_code=dict(Counter(str(one.code) for one in report.problems)),
        rejected_rows=sorted({one.row for one in report.problems} - {0}),
        understood=understood,
    )


def save(folder: Path, findings: Findings, rehearsal: Rehearsal) -> None:
    """Write what was found into the folder of an upload."""
    report = {
        "status": str(findings.status),
        "format": findings.format,
        "encoding": findings.encoding,
        "crs": findings.crs,
        "counts": findings.counts,
        "warnings": findings.warnings,
        "problems": [problem_as_json(one) for one in findings.problems],
        "by_code": findings.by_code,
        "rejected_rows": findings.rejected_rows,
        "understood": findings.understood.as_json(),
    }
    write_json(folder / REPORT_FILE, report)
    write_json(folder / MAP_FILE, {"features": rehearsal.features, "rejected": rehearsal.rejected})


def load(folder: Path) -> Findings | None:
    """Return what was found of an upload; None where nothing is kept."""
    kept = read_json(folder / REPORT_FILE)
    if kept is None:
        return None
    return Findings(
        **{
            **kept,
            "status": Status(kept["status"]),
            "problems": [problem_from_json(one) for one in kept["problems"]],
            "understood": Understood.from_json(kept["understood"]),
        }
    )


def load_rehearsal(folder: Path) -> Rehearsal:
    """Return what the map of the rehearsal shows; empty where nothing is kept."""
    kept = read_json(folder / MAP_FILE) or {"features": [], "rejected": []}
    return Rehearsal(kept["features"], [(row, lon, lat) for row, lon, lat in kept["rejected"]])


def forget(folder: Path) -> None:
    """Take away what was found, so that nothing of an earlier rehearsal is shown."""
    for name in (REPORT_FILE, MAP_FILE):
        (folder / name).unlink(missing_ok=True)


def problem_as_json(found: FoundProblem) -> dict[str, Any]:
    """Return a problem with what fills in its sentences, so that it can be told in another language later."""
    problem = found.problem
    return {
        "row": problem.row,
        "column": problem.column,
        "code": str(problem.code),
        "value": problem.value,
        "params": {name: one if isinstance(one, int | float) else str(one) for name, one in problem.params.items()},
        "label": found.label,
    }


def problem_from_json(kept: dict[str, Any]) -> FoundProblem:
    """Return what `problem_as_json` gave."""
    label = kept.pop("label")
    return FoundProblem(RowProblem(**{**kept, "code": ProblemCode(kept["code"])}), label)


def write_json(path: Path, data: Any) -> None:
    """Write a file as a whole: whoever reads it meanwhile gets the old one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    fresh.replace(path)


def read_json(path: Path) -> Any:
    """Return what a file holds; None where it is not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
