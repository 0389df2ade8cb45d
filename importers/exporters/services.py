"""Writing a layer into a file: what may leave, the file itself, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.audit import EVERYWHERE, record_access
from accounts.context import acting_as
from accounts.models import AccessRecord
from accounts.roles import Action, Through
from geocore.crs import CGCS2000, CrsError, gauss_kruger, parse_crs
from geocore.divisions import DivisionCode
from importers.exporters.columns import columns_of
from importers.exporters.errors import ExportRefusedError
from importers.exporters.feed import Feed, Selection
from importers.exporters.formats import Takes
from importers.exporters.shipment import Shipment, untold
from importers.exporters.writers import WRITERS
from layers.concerned import divisions_exported
from layers.listing import ListQuery
from layers.selectors import Visibility, may, visibility_for

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from accounts.selectors import Asker
    from geocore.crs import Crs
    from importers.exporters.formats import Format
    from layers.spec import SpatialLayer

SHORTEST_REASON = 4
"""A reason has more letters than a nod."""
FIRST_ZONE, LAST_ZONE = 25, 45
"""Of the 3-degree zones of China."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to leave, and how.

    Attributes
    ----------
    user
        None: the system itself, everything.
    query
        The filters of the list page.
    crs, encoding
        As they are asked for; empty: CGCS2000 degrees, the format's own.
    personal
        Whether the personal properties of the layer leave too; then `reason` says why.
    """

    layer: SpatialLayer
    format: Format
    user: Asker | None = None
    query: ListQuery = field(default_factory=ListQuery)
    crs: str = ""
    encoding: str = ""
    personal: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """An order that was found to be in order."""

    order: ExportOrder
    crs: Crs
    encoding: str
    selection: Selection


def checked(order: ExportOrder) -> Ready:
    """Return what an order means, before anything is read.

    Raises
    ------
    ExportRefusedError
        The user may not, or the format cannot; the sentence says what.
    """
    layer, user = order.layer, order.user
    if user is not None and not may(layer, user=user, action=Action.EXPORT):
        raise ExportRefusedError(
            _("The account “%(name)s” was not granted to export this anywhere.") % {"name": user.get_username()}
        )
    if order.personal and not layer.personal:
        raise ExportRefusedError(_("“%(layer)s” has no personal properties.") % {"layer": layer.title})
    if order.personal and len(order.reason.strip()) < SHORTEST_REASON:
        raise ExportRefusedError(_("Personal properties leave for a stated reason only: say why, in a few words."))
    selection = selected(layer, user, order.query)
    crs = accepted_crs(order.crs) if order.crs else own_crs(order.format, selection)
    order.format.check_crs(crs)
    return Ready(order, crs, order.format.encoding(order.encoding), selection)


def selected(layer: SpatialLayer, user: Asker | None, query: ListQuery) -> Selection:
    """Return the rows of a layer that somebody may export and that `query` asks for; None may all."""
    if user is None:
        return Selection(Visibility(layer, everything=True), query)
    return Selection(visibility_for(layer, user=user, action=Action.EXPORT), query)


def own_crs(form: Format, selection: Selection) -> Crs:
    """Return the reference system of a file where none was asked for.

    Degrees; where the format knows Gauss-Kruger alone, the 3-degree zone, with its prefix, in which the rows lie.
    """
    if form.takes is not Takes.GAUSS_KRUGER:
        return CGCS2000
    zone = round(selection.longitude() / 3)
    return gauss_kruger(3, min(max(zone, FIRST_ZONE), LAST_ZONE), zone_prefix=True)


def accepted_crs(given: str) -> Crs:
    """Return the reference system that was asked for.

    Raises
    ------
    ExportRefusedError
        It is not accepted, or not allowed here.
    """
    try:
        crs = parse_crs(given)
    except CrsError as error:
        raise ExportRefusedError(str(error)) from error
    if crs.shifted and not settings.ALLOW_GCJ02:
        raise ExportRefusedError(
            _("%(crs)s is not allowed here: the setting GISAPP_ALLOW_GCJ02 is off.") % {"crs": crs.key}
        )
    return crs


def export_file(ready: Ready, path: Path, *, through: Through, step: Callable[[int], None] = untold) -> int:
    """Write the rows of an order to `path` and return how many there are; recorded in the same transaction.

    Parameters
    ----------
    path
        Replaced when the file is whole, and not before.
    step
        Is told how many rows are written.

    Raises
    ------
    ExportRefusedError
        A row cannot be written so; there is no file then.
    OSError
        The file cannot be written.
    """
    order = ready.order
    draft = path.with_name(f".part-{path.name}")  # GDAL looks at the ending
    try:
        with acting_as(order.user, through=through, reason=order.reason):
            rows = written(ready, draft, step)
            export_recorded(ready, rows, through=through)
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def written(ready: Ready, path: Path, step: Callable[[int], None]) -> int:
    """Write the rows and return how many there are."""
    order, count = ready.order, 0
    columns = columns_of(order.layer, personal=order.personal)

    def told(rows: int) -> None:
        nonlocal count
        count = rows
        step(rows)

    def rows() -> Iterator[pa.RecordBatch]:
        if not ready.selection.visible.nothing:
            with Feed.of(ready.selection, columns) as feed:
                yield from feed.batches()

    shipment = Shipment(order.layer, columns, rows, ready.crs, ready.encoding, ready.selection, told)
    WRITERS[order.format.key](shipment, path)
    return count


def export_recorded(ready: Ready, rows: int, *, through: Through) -> None:
    """Write down what leaves: the layer, how many rows, in which form, by which filters, and why."""
    order = ready.order
    region = order.query.region
    if order.user is None:
        divisions = {DivisionCode.parse(region).prefix if region else EVERYWHERE}
    else:
        divisions = divisions_exported(order.layer, user=order.user, action=Action.EXPORT, region=region)
    record_access(
        user=order.user,
        kind=AccessRecord.Kind.EXPORT,
        subject=order.layer.key,
        purpose=purpose(ready),
        through=through,
        rows=rows,
        divisions=divisions,
    )


def purpose(ready: Ready) -> str:
    """Return what is kept of an export besides its numbers, the reason first."""
    order, query = ready.order, ready.order.query
    told = {
        **{name: ",".join(map(str, values)) for name, values in query.among.items()},
        **{f"{name}_until": day.isoformat() for name, day in query.until.items()},
        **{f"{name}_missing": "1" for name in query.missing},
        **({"region": query.region} if query.region else {}),
        **({"q": query.words} if query.words else {}),
    }
    what = f"{order.layer.key}{order.format.ending} {ready.crs.key}" + (" +personal" if order.personal else "")
    filters = "&".join(f"{name}={value}" for name, value in told.items())
    return " · ".join(part for part in (order.reason.strip(), what, filters) if part)


def file_name(ready: Ready) -> str:
    """Return what the file is called: layer, division, reference system and day."""
    order = ready.order
    region = DivisionCode.parse(order.query.region).prefix if order.query.region else "all"
    crs = ready.crs.key.replace(":", "")
    return f"{order.layer.key}-{region}-{crs}-{localdate():%Y%m%d}{order.format.ending}"
