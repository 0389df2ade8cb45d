"""Importing a file into a layer: understood, checked row by row, rehearsed, and written as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import GrantedArea
from importers.assemble import assemble
from importers.columns import conversions, map_columns, shown
from importers.models import ImportBatch
from importers.problems import ImportRefusedError, ProblemCode
from importers.profiles import import_area
from importers.readers import read_file
from importers.report import Counts, Detected, Report, Status
from importers.rows import Rows
from importers.shapes import wanted_shapes
from importers.stage import Stage
from importers.write import Written, write
from layers.spec import SpatialLayer

if TYPE_CHECKING:
    from accounts.selectors import Asker

LONGEST_REASON = 300
STEPS = 3
BLOCK = 1 << 20


def unseen(_done: int, _words: str) -> None:
    """Tell nobody how far an import is."""


def unread(_stage: Stage) -> None:
    """Read nothing from the stage."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be imported, as the user asks for it.

    Attributes
    ----------
    user
        None: the system itself, everywhere.
    crs, encoding
        As the user names them; None: detect. "auto" as `crs`: what the evidence decides, even against the file.
    pipeline
        PROJ pipeline from the file's coordinates to CGCS2000 degrees, instead of a CRS; see `geocore.pipelines`.
    part
        Layer or sheet of the file; None: the only one that can be meant.
    columns
        Column to field, over the declared aliases.
    units
        Column to unit, such as "m2", over what its header says.
    defaults
        Field to value, for what the file does not give.
    dry_run
        Rehearse: everything is done and then taken back.
    accept_clean
        Rows with problems are left out and the others are written; else one problem keeps everything out.
    look
        Reads the stage before anything is written: matched, without the rejected rows.
    step
        Is told how many of `STEPS` are done, and what comes next.
    """

    layer: SpatialLayer
    path: Path
    user: Asker | None = None
    crs: str | None = None
    pipeline: str | None = None
    encoding: str | None = None
    part: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    accept_clean: bool = False
    reason: str = ""
    using: str = DEFAULT_DB_ALIAS
    step: Callable[[int, str], None] = unseen
    look: Callable[[Stage], None] = unread


def import_file(order: ImportOrder) -> Report:
    """Import a file and return what was found and done; with any problem nothing is changed.

    Raises
    ------
    importers.problems.WrongUseError
        The order names columns, fields or values that do not exist.
    """
    detected = Detected(file=order.path.name)
    try:
        return run(order, detected)
    except ImportRefusedError as refusal:
        counts = Counts(read=detected.rows, rejected=detected.rows)
        return Report(Status.REFUSED, str(refusal), detected, counts, problems=[refusal.problem])


def run(order: ImportOrder, detected: Detected) -> Report:
    """Import; `detected` is filled in as the file is understood."""
    started = timezone.now()
    area = import_right(order)
    order.step(0, _("Reading the file"))
    source = read_file(order.path, order.encoding, part=order.part, wanted=wanted_shapes(order.layer))
    detected.format, detected.encoding, detected.part = source.format, source.encoding, source.part
    detected.samples, detected.rows = source.samples, len(source) + len(source.problems)
    rows = Rows.of(source.row_numbers)
    rows.warnings += source.warnings
    rows.problems += source.problems
    detected.columns = [column.name for column in source.columns]
    columns = map_columns(order.layer, source, order.columns, order.units)
    rows.warnings += conversions(columns)
    if columns.unused:
        rows.warnings.append(
            _("Columns that mean nothing here were left out: %(names)s.") % {"names": shown(columns.unused)}
        )
    order.step(1, _("Checking the rows"))
    ready = assemble(order, source, columns, rows, area=area, detected=detected)
    batch = ImportBatch(
        layer=order.layer.key,
        file_name=order.path.name[:255],
        sha256=sha256_of(order.path),
        format=source.format,
        encoding=source.encoding,
        crs=detected.crs or "",
        pipeline=order.pipeline or "",
        mapping=columns.as_json(),
        reason=order.reason[:LONGEST_REASON],
        requested_by_id=None if order.user is None else order.user.pk,
        started_at=started,
    )
    order.step(2, _("Writing the rows"))
    written = write(
        order,
        ready,
        rows,
        area=area,
        batch=batch.pk,
        keep=lambda done: keep(batch, done, detected.rows, order.using),
    )
    problems = sorted(rows.problems, key=lambda problem: problem.row)
    counts = counts_of(written, detected.rows)
    if written.kept:
        return Report(Status.COMMITTED, "", detected, counts, rows.warnings, problems, batch=str(batch.pk))
    if problems:
        reason = _("%(rejected)d of %(read)d rows have problems; nothing was changed.") % {
            "rejected": counts.rejected,
            "read": counts.read,
        }
        return Report(Status.PROBLEMS, reason, detected, counts, rows.warnings, problems)
    return Report(Status.REHEARSED, _("Rehearsed: nothing was changed."), detected, counts, rows.warnings)


def import_right(order: ImportOrder) -> GrantedArea:
    """Return where the user may import into the layer.

    Raises
    ------
    ImportRefusedError
        Nowhere.
    """
    area = import_area(order.user, order.layer)
    if order.user is not None and area.nowhere:
        raise ImportRefusedError(ProblemCode.NO_IMPORT_RIGHT, order.user.get_username(), layer=order.layer.key)
    return area


def counts_of(written: Written, read: int) -> Counts:
    """Return the counts of a report; what was neither written nor found the same was rejected."""
    rejected = read - written.all
    return Counts(read, written.add, written.change, written.same, rejected)


def keep(batch: ImportBatch, written: Written, read: int, using: str) -> None:
    """Store the record of a batch that is about to be committed."""
    batch.counts = counts_of(written, read).as_json()
    batch.finished_at = timezone.now()
    batch.save(using=using, force_insert=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
