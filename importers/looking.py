"""Looking at an uploaded file: how it reads, and a rehearsal of its import with what the map needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _

from geocore.crs import parse_crs
from geocore.errors import GeocoreError
from importers.crs_clues import one_position_each
from importers.fields import squeezed
from importers.findings import Findings, Rehearsal, findings_of
from importers.preview import PreviewFeature, preview
from importers.problems import ImportRefusedError, ProblemCode, RowProblem, WrongUseError
from importers.readers import parts_of, read_file
from importers.rejected import write_rejected
from importers.report import Counts, Detected, Report, Status
from importers.services import ImportOrder, import_file
from importers.shapes import wanted_shapes
from importers.stage import Stage
from importers.suggestions import shortened
from importers.understanding import (
    DEGREE_DECIMALS,
    best_layer,
    diagnosed,
    meant,
    seen_columns,
    telling_texts,
)
from importers.understood import SeenPart, Understood

if TYPE_CHECKING:
    from geocore.arrays import GeometryArray
    from importers.readers import Source
    from layers.spec import SpatialLayer

MOST_REJECTED = 2_000
"""Positions of rejected rows that the map shows."""


@dataclass(slots=True)
class Looked:
    """What a look at a file found; `layer` is the one it was rehearsed for, None where none fits."""

    layer: SpatialLayer | None
    findings: Findings
    rehearsal: Rehearsal = field(default_factory=Rehearsal)


def look_at(order: ImportOrder, *, among: Sequence[SpatialLayer] = (), rejects: Path | None = None) -> Looked:
    """Return how a file reads and how its import would end.

    Parameters
    ----------
    among
        Where given, the layer is open: of these the one is taken of which most columns are known.
    rejects
        The folder into which the rejected rows are written as a file.
    """
    try:
        wanted = () if among else wanted_shapes(order.layer)
        source = read_file(order.path, order.encoding, part=order.part, wanted=wanted)
    except ImportRefusedError as refusal:
        understood = Understood(parts=seen_parts(order.path))
        return Looked(None if among else order.layer, refused(refusal.problem, None, understood))
    layer = best_layer(among, source) if among else order.layer
    names = {squeezed(column.name) for column in source.columns}
    columns = {name: target for name, target in order.columns.items() if squeezed(name) in names}
    units = {name: unit for name, unit in order.units.items() if squeezed(name) in names}
    understood = Understood(
        rows=len(source) + len(source.problems),
        part=source.part or "",
        parts=seen_parts(order.path),
        columns=seen_columns(layer, source, columns, units),
        texts=list(source.samples) or telling_texts(source),
    )
    if layer is None:
        problem = RowProblem(0, None, ProblemCode.NO_KNOWN_COLUMN, "", no_columns(source))
        return Looked(None, refused(problem, source, understood))
    return rehearsed(
        replace(order, layer=layer, columns=columns, units=units, part=source.part), source, understood, rejects
    )


def rehearsed(order: ImportOrder, source: Source, understood: Understood, rejects: Path | None) -> Looked:
    """Return the rehearsal of an order with the readings of its numbers."""
    understood.readings, understood.divisions, shapes = diagnosed(order, source)
    seen: list[PreviewFeature] = []

    def see(stage: Stage) -> None:
        seen.extend(preview(stage))

    try:
        report = import_file(replace(order, dry_run=True, look=see))
    except WrongUseError as error:
        detail = {"detail": str(error)}
        return Looked(order.layer, refused(RowProblem(0, None, ProblemCode.CONSTRAINT, "", detail), source, understood))
    findings = findings_of(report, understood, labels_of(order, source, report))
    if findings.rejected_rows and rejects is not None:
        write_rejected(source, report.problems, rejects, f"{order.path.stem}-{_('rejected')}")
    rejected = positions_of(findings, source, shapes)
    return Looked(order.layer, findings, Rehearsal([one.as_json() for one in seen], rejected))


def seen_parts(path: Path) -> list[SeenPart]:
    """Return the sheets or layers of a file; none where it can't even be opened."""
    try:
        return [SeenPart(one.name, one.rows) for one in parts_of(path)]
    except ImportRefusedError:
        return []


def refused(problem: RowProblem, source: Source | None = None, understood: Understood | None = None) -> Findings:
    """Return the findings of a file that is not imported as a whole."""
    understood = understood or Understood()
    detected = Detected(rows=understood.rows)
    if source is not None:
        detected.format, detected.encoding = source.format, source.encoding
    counts = Counts(read=understood.rows, rejected=understood.rows)
    return findings_of(Report(Status.REFUSED, "", detected, counts, problems=[problem]), understood, {})


def no_columns(source: Source) -> dict[str, str]:
    """Return what the sentence on unknown columns needs."""
    return {"detail": ", ".join(column.name[:40] for column in source.columns[:12]) or "-", "fields": "-"}


def labels_of(order: ImportOrder, source: Source, report: Report) -> Mapping[int, str]:
    """Return the code of each row with a problem, or its name, as the file has it."""
    said = {squeezed(name): target for name, target in order.columns.items()}
    by_field = {said.get(squeezed(c.name)) or meant(order.layer, c.name): c for c in reversed(source.columns)}
    column = by_field.get("code") or by_field.get("name")
    if column is None:
        return {}
    places = {int(number): place for place, number in enumerate(source.row_numbers)}
    wanted = {problem.row for problem in report.problems} & set(places)
    values = {row: column.values[places[row]].as_py() for row in wanted}
    return {row: shortened(str(value)) for row, value in values.items() if value is not None}


def positions_of(findings: Findings, source: Source, shapes: GeometryArray | None) -> list[tuple[int, float, float]]:
    """Return where the rejected rows lie that have a position, in CGCS2000 degrees."""
    if shapes is None or not findings.crs:
        return []
    try:
        crs = parse_crs(findings.crs)
    except GeocoreError:  # a transformation of the user's own
        return []
    rows = np.flatnonzero(np.isin(source.row_numbers, findings.rejected_rows))[:MOST_REJECTED]
    found = []
    for row in rows:
        places = crs.to_cgcs2000(one_position_each(shapes[row : row + 1]))
        if len(places) and np.isfinite(places).all() and (np.abs(places[0]) <= (180, 90)).all():
            lon, lat = np.round(places[0], DEGREE_DECIMALS).tolist()
            found.append((int(source.row_numbers[row]), lon, lat))
    return found
