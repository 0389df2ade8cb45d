"""One import as its page shows it, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from importers.fields import LEFT_OUT, is_required, targets_of, title_of
from importers.findings import Findings, load
from importers.forms import ENCODINGS, units_for
from importers.models import ImportBatch, UploadState
from importers.problems import ProblemCode, RowProblem
from importers.profiles import profiles_offered
from importers.selectors import job_of
from importers.showing_rows import ChangeTable, ProblemTable
from importers.understood import SeenPart
from importers.uploads import folder_of
from jobs.shown import ShownJob, shown
from layers.fields import field_of
from layers.registry import get_layer

if TYPE_CHECKING:
    from django.http import QueryDict

    from importers.models import MappingProfile, Upload
    from layers.spec import SpatialLayer

BY_STEP = {
    **dict.fromkeys((ProblemCode.NO_KNOWN_COLUMN, ProblemCode.AMBIGUOUS_COLUMNS, ProblemCode.CONSTRAINT), "mapping"),
    **dict.fromkeys(
        (
            ProblemCode.CRS_UNKNOWN,
            ProblemCode.CRS_SUSPECTED,
            ProblemCode.CRS_DOUBTED,
            ProblemCode.CRS_NOT_NAMED,
            ProblemCode.CRS_NOT_ALLOWED,
            ProblemCode.DATUM_REFUSED,
        ),
        "rehearsal",
    ),
}
"""Where a refusal is answered; every other one with another file or encoding."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step above the page; `state` is done, current or open."""

    key: str
    title: str
    note: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A coordinate reference system to choose; `percent` is None where nothing could be compared."""

    crs: str
    title: str
    evidence: str
    percent: float | None
    chosen: bool
    number: int


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the file with the field that it fills."""

    number: int
    name: str
    samples: Sequence[str]
    field: str
    choices: Sequence[str]
    unit: str
    units: Sequence[str]
    why: str
    suggested: str


class UploadPage:
    """An import at one step.

    Parameters
    ----------
    asked
        The step of the address; empty or unknown: the one that has something to decide.
    question
        What else the address asks: page, problem code, part of the table.
    """

    STEPS = ("file", "mapping", "rehearsal", "commit")

    def __init__(
        self, upload: Upload, layers: Sequence[SpatialLayer], *, asked: str, question: QueryDict | Mapping[str, str]
    ) -> None:
        self.upload = upload
        self.layers = layers
        self.question = question
        self.findings: Findings | None = load(folder_of(upload.pk))
        self.step = asked if asked in self.STEPS else self.present
        if self.job is not None and self.job.unfinished:
            self.step = "rehearsal" if upload.state == UploadState.NEW else "commit"

    @cached_property
    def job(self) -> ShownJob | None:
        """Return the job at work, or the last one."""
        job = job_of(self.upload)
        return None if job is None else shown(job)

    @property
    def busy(self) -> bool:
        """Return whether a job is at work."""
        return self.job is not None and self.job.unfinished

    @property
    def present(self) -> str:
        """Return the step at which something is to be decided."""
        if self.upload.state == UploadState.COMMITTED:
            return "commit"
        refusal = self.findings.refusal if self.findings else None
        if refusal is not None and self.upload.state == UploadState.REFUSED:
            return BY_STEP.get(refusal.code, "file")
        return "rehearsal"

    @property
    def template(self) -> str:
        """Return the template of the step."""
        return "importers/busy.html" if self.busy else f"importers/{self.step}.html"

    @cached_property
    def layer(self) -> SpatialLayer | None:
        """Return the layer that was chosen or guessed."""
        return get_layer(self.upload.layer) if self.upload.layer else None

    @property
    def committed(self) -> bool:
        """Return whether all is done."""
        return self.upload.state == UploadState.COMMITTED

    @property
    def clean(self) -> bool:
        """Return whether no row has a problem."""
        return self.upload.state == UploadState.CLEAN

    @property
    def gone(self) -> bool:
        """Return whether nothing is known of the file: it was never looked at, or its folder was cleared away."""
        return self.findings is None

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return the rows by what becomes of them."""
        counts = {name: count or 0 for name, count in all_counts(self.upload.counts).items()}
        counts["effect"] = counts["add"] + counts["change"]
        return counts

    @property
    def steps(self) -> list[Step]:
        """Return the steps with where the import is."""
        titles = {
            "file": pgettext("step", "File"),
            "mapping": pgettext("step", "Columns"),
            "rehearsal": pgettext("step", "Rehearsal"),
            "commit": pgettext("step", "Commit"),
        }
        address = reverse("importers:upload", kwargs={"upload_id": self.upload.pk})
        reached = self.STEPS.index(self.present) if not self.committed else len(self.STEPS)
        found = []
        for number, key in enumerate(self.STEPS):
            state = "current" if key == self.step else "done" if number < reached else "open"
            note = self.mapped if key == "mapping" and self.findings else ""
            found.append(Step(key, titles[key], note, state, f"{address}?step={key}"))
        return found

    @property
    def mapped(self) -> str:
        """Return how many columns fill a field."""
        assert self.findings is not None
        columns = self.findings.understood.columns
        return f"{sum(bool(one.field) for one in columns)}/{len(columns)}" if columns else ""

    @property
    def refusal(self) -> tuple[str, str] | None:
        """Return why the file as a whole is refused, and what to do on this page about it."""
        problem = self.findings.refusal if self.findings else None
        return None if problem is None else (problem.reason, remedy_here(problem))

    @property
    def cards(self) -> list[Card]:
        """Return the coordinate reference systems to choose from, the best supported first."""
        if self.findings is None:
            return []
        chosen = self.findings.crs
        return [
            Card(
                one.crs,
                one.title,
                one.evidence,
                None if one.share_inside is None else round(100 * one.share_inside, 1),
                one.crs == chosen,
                number,
            )
            for number, one in enumerate(self.findings.understood.readings, 1)
        ]

    @property
    def other_crs(self) -> str:
        """Return the chosen system where it is none of the cards."""
        chosen = str(self.upload.choices.get("crs", ""))
        return chosen if chosen not in {card.crs for card in self.cards} else ""

    @property
    def parts(self) -> list[SeenPart]:
        """Return the sheets or layers of the file to choose from; empty where there is but one."""
        parts = self.findings.understood.parts if self.findings else []
        return parts if len(parts) > 1 else []

    @property
    def encodings(self) -> list[str]:
        """Return the encodings offered: the present one, then the usual ones."""
        present = self.findings.encoding if self.findings else ""
        return list(dict.fromkeys(filter(None, (present, *ENCODINGS))))

    @property
    def columns(self) -> list[MappedColumn]:
        """Return the columns of the file with what each fills."""
        if self.findings is None or self.layer is None:
            return []
        return [
            MappedColumn(
                number,
                one.name,
                one.samples,
                one.field,
                code_list(self.layer, one.field),
                one.unit,
                units_for(one.field),
                one.why,
                target_title(self.layer, one.suggested) if one.suggested else "",
            )
            for number, one in enumerate(self.findings.understood.columns)
        ]

    @property
    def targets(self) -> list[tuple[str, str]]:
        """Return what a column may fill: name and title; what a feature needs is marked."""
        if self.layer is None:
            return []
        return [
            (LEFT_OUT, _("(leave out)")),
            *((name, target_title(self.layer, name)) for name in targets_of(self.layer)),
        ]

    @property
    def profiles(self) -> list[MappingProfile]:
        """Return the saved mappings for files with these columns."""
        if self.findings is None or self.layer is None:
            return []
        names = [one.name for one in self.findings.understood.columns]
        return profiles_offered(user=self.upload.owner, layer=self.layer, columns=names)

    @cached_property
    def problems(self) -> ProblemTable:
        """Return the problems of the rehearsal."""
        return ProblemTable(self.findings, self.question)

    @cached_property
    def changes(self) -> ChangeTable:
        """Return what would be added, changed and stay the same."""
        return ChangeTable(self.upload, self.layer, self.question)

    @property
    def part(self) -> str:
        """Return which table is shown below the map."""
        asked = self.question.get("part", "")
        if asked in {"problems", "change", "add", "same", "remarks"}:
            return str(asked)
        if self.counts["rejected"] or self.refusal:
            return "problems"
        return "change" if self.counts["change"] else "add"

    @property
    def batch(self) -> ImportBatch | None:
        """Return the batch that was committed."""
        return ImportBatch.objects.filter(pk=self.upload.batch).first() if self.upload.batch else None


def all_counts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the rows by what became of them; None for what nobody counted."""
    return {name: counts.get(name) for name in ("read", "add", "change", "same", "rejected")}


def remedy_here(problem: RowProblem) -> str:
    """Return what to do about a refused file on the page, where no options of a command can be typed."""
    here = {
        ProblemCode.CRS_NOT_NAMED: _("Choose the coordinate reference system on the left; the map shows each reading."),
        ProblemCode.CRS_SUSPECTED: _("Compare the readings on the map, and choose the right one on the left."),
        ProblemCode.CRS_DOUBTED: _("Compare the readings on the map, and choose the right one on the left."),
        ProblemCode.CRS_UNKNOWN: _("Choose the coordinate reference system on the left; the map shows each reading."),
        ProblemCode.ENCODING_UNKNOWN: _("Choose the encoding in which the sample values can be read."),
        ProblemCode.ENCODING_WRONG: _("Choose the encoding in which the sample values can be read."),
        ProblemCode.AMBIGUOUS_COLUMNS: _("Choose “leave out” for all of these columns but one."),
        ProblemCode.NO_KNOWN_COLUMN: _("Choose the layer, and say for each column what it means."),
    }
    return here.get(problem.code, problem.remedy)


def target_title(layer: SpatialLayer, name: str) -> str:
    """Return the title of what a column may fill."""
    point, dot, axis = name.partition(".")
    if dot:
        east = _("longitude or easting") if axis == "x" else _("latitude or northing")
        return f"{title_of(layer, point)}: {east}"
    needed = " *" if is_required(field_of(layer.model, name)) else ""
    return f"{title_of(layer, name)}{needed}"


def code_list(layer: SpatialLayer, name: str) -> list[str]:
    """Return the words that a field with a fixed list takes."""
    if not name or "." in name:
        return []
    choices: Any = getattr(field_of(layer.model, name), "flatchoices", None) or ()
    return [str(label) for _value, label in choices]
