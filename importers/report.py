"""What an import found and did: the report that the command writes and the page shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from geocore.datum_evidence import CrsEvidence
from importers.problems import RowProblem


class Status(StrEnum):
    """How an import ended."""

    COMMITTED = "committed"
    REHEARSED = "rehearsed"
    PROBLEMS = "problems"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CrsCandidate:
    """A coordinate reference system that the numbers may be in, and what speaks for it.

    `share_inside` is the share of the rows compared that lie in known divisions; None where nothing could be compared.
    """

    crs: str
    evidence: str
    share_inside: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the report."""
        share = None if self.share_inside is None else round(self.share_inside, 4)
        return {"crs": self.crs, "evidence": self.evidence, "share_inside": share}


@dataclass(slots=True)
class Detected:
    """What was understood of the file."""

    file: str = ""
    """Name of the file; each problem of the written report has it."""
    format: str | None = None
    encoding: str | None = None
    part: str | None = None
    samples: Sequence[str] = ()
    """Texts of the file by which a person sees whether the encoding is right."""
    crs: str | None = None
    crs_candidates: Sequence[CrsCandidate] = ()
    rows: int = 0
    columns: Sequence[str] = ()
    """Names of the columns; not part of the written report."""
    outlines: Sequence[CrsEvidence] = ()
    """Figures behind the candidates where outlines were compared; not part of the written report."""

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the report."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "part": self.part,
            "samples": list(self.samples),
            "crs": self.crs,
            "crs_candidates": [candidate.as_json() for candidate in self.crs_candidates],
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the file by what became of them (or would have, had nothing been rejected); they add up to `read`."""

    read: int = 0
    add: int = 0
    change: int = 0
    same: int = 0
    rejected: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the entry of the report."""
        return {name: getattr(self, name) for name in ("read", "add", "change", "same", "rejected")}


@dataclass(slots=True)
class Report:
    """The whole answer. `batch` is the number of the committed batch."""

    status: Status
    reason: str = ""
    detected: Detected = field(default_factory=Detected)
    counts: Counts = field(default_factory=Counts)
    warnings: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    batch: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as the public contract has it."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "detected": self.detected.as_json(),
            "counts": self.counts.as_json(),
            "warnings": self.warnings,
            "problems": [
                {"file": self.detected.file, "sheet": self.detected.part, **problem.as_json()}
                for problem in self.problems
            ],
        }

    def write(self, path: Path) -> None:
        """Write the report as JSON in UTF-8."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
