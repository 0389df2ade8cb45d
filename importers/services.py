"""Importing a file into a layer: understood, checked row by row, rehearsed, and written as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import GrantedArea
from importers.assemble import Assembler
from importers.cells import REGIONS
from importers.columns import conversions, map_columns, shown
from importers.models import ImportBatch
from importers.problems import ImportRefusedError, ProblemCode
from importers.profiles import import_area
from importers.readers import Source, read_file, read_portions
from importers.report import Counts, Detected, Report, Status
from importers.rows import Collected, Rows
from importers.shapes import wanted_shapes
from importers.stage import Stage
from importers.write import Portion, Written, write
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
    area = import_right(order)
    order.step(0, _("Reading the file"))
    # closed at once: a refusal that is still being told must not hold the file, nor GDAL's settings for reading it
    with closing(read(order)) as sources:
        return run_through(order, detected, sources, area=area)


def run_through(order: ImportOrder, detected: Detected, sources: Iterator[Source], *, area: GrantedArea) -> Report:
    """Import what is read."""
    started = timezone.now()
    first = next(sources)
    detected.format, detected.encoding, detected.part = first.format, first.encoding, first.part
    detected.samples, detected.rows = first.samples, first.lines
    detected.columns = [column.name for column in first.columns]
    columns = map_columns(order.layer, first, order.columns, order.units)
    collected = Collected()
    collected.warn(conversions(columns))
    if columns.unused:
        collected.warn(
            [_("Columns that mean nothing here were left out: %(names)s.") % {"names": shown(columns.unused)}]
        )
    batch = ImportBatch(
        layer=order.layer.key,
        file_name=order.path.name[:255],
        sha256=sha256_of(order.path),
        format=first.format,
        encoding=first.encoding,
        pipeline=order.pipeline or "",
        mapping=columns.as_json(),
        reason=order.reason[:LONGEST_REASON],
        requested_by_id=None if order.user is None else order.user.pk,
        started_at=started,
    )
    assembler = Assembler(order, area=area, detected=detected)
    written = write(
        order,
        portions(order, chain([first], sources), assembler, collected),
        collected,
        area=area,
        batch=batch.pk,
        keep=lambda done: keep(batch, done, detected, order.using),
    )
    return report_of(written, detected, collected, batch)


def read(order: ImportOrder) -> Generator[Source]:
    """Yield the rows of the file of an order; divisions at once, since each may name another one as its parent."""
    wanted = wanted_shapes(order.layer)
    if order.layer.key == REGIONS:
        yield read_file(order.path, order.encoding, part=order.part, wanted=wanted)
    else:
        yield from read_portions(order.path, order.encoding, part=order.part, wanted=wanted)


def portions(
    order: ImportOrder, sources: Iterable[Source], assembler: Assembler, collected: Collected
) -> Iterator[Portion]:
    """Yield the portions of a file with what goes of each to the database; what is found is kept in `collected`."""
    detected = assembler.detected
    lines = 0
    for source in sources:
        lines += source.lines
        detected.rows = lines
        order.step(1, _("Checking the rows: %(rows)s so far") % {"rows": f"{detected.rows:,}"})
        collected.warn(source.warnings)
        collected.add(source.problems)
        if not len(source):
            continue
        rows = Rows.of(source.row_numbers)
        columns = map_columns(order.layer, source, order.columns, order.units)
        ready = assembler.assembled(source, columns, rows)
        collected.take(rows)
        yield Portion(rows, ready)
    order.step(2, _("Writing the rows"))


def report_of(written: Written, detected: Detected, collected: Collected, batch: ImportBatch) -> Report:
    """Return what is told of an import that has ended."""
    if collected.more_problems:
        collected.warnings.append(
            _("%(n)s more problems are not listed: only the first %(most)s are.")
            % {"n": f"{collected.more_problems:,}", "most": f"{len(collected.problems):,}"}
        )
    counts = counts_of(written, detected.rows)
    problems, warnings = collected.sorted_problems(), collected.warnings
    if written.kept:
        return Report(Status.COMMITTED, "", detected, counts, warnings, problems, batch=str(batch.pk))
    if problems:
        reason = _("%(rejected)d of %(read)d rows have problems; nothing was changed.") % {
            "rejected": counts.rejected,
            "read": counts.read,
        }
        return Report(Status.PROBLEMS, reason, detected, counts, warnings, problems)
    return Report(Status.REHEARSED, _("Rehearsed: nothing was changed."), detected, counts, warnings)


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


def keep(batch: ImportBatch, written: Written, detected: Detected, using: str) -> None:
    """Store the record of a batch that is about to be committed."""
    batch.crs = detected.crs or ""
    batch.counts = counts_of(written, detected.rows).as_json()
    batch.finished_at = timezone.now()
    batch.save(using=using, force_insert=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
