"""Taking one committed batch back, as a whole or not at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _
from psycopg2 import sql

from accounts.context import acting_as
from accounts.roles import Through
from importers.models import BatchStatus, ImportBatch
from importers.selectors import may_undo
from layers.registry import UnknownLayerError, get_layer, layer_of
from layers.spec import SpatialLayer
from layers.sqlfiles import compose

if TYPE_CHECKING:
    from accounts.selectors import Asker

KEPT = frozenset({"id", "code", "version", "scope_id"})
"""What a restored feature keeps: its identity, its number of versions, and what a trigger fills."""


class UnknownBatchError(LookupError):
    """There is no such batch."""


class UndoRefusedError(Exception):
    """The batch can't be taken back; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many features were deleted and restored."""

    deleted: int
    restored: int


def batch_undo(number: str, *, user: Asker | None = None, reason: str = "", using: str = DEFAULT_DB_ALIAS) -> Undone:
    """Delete what a batch added, restore what it changed, and return how many of each.

    Parameters
    ----------
    user
        Who may import into the place of every row of the batch; None: the system itself.
    reason
        Why; empty: that it is taken back says itself.

    Raises
    ------
    UnknownBatchError
        There is no such batch.
    UndoRefusedError
        It was undone before, the user may not import there, later edits touched its features, or other records refer
        to what it added.
    """
    try:
        batch = ImportBatch.objects.using(using).get(pk=uuid.UUID(number))
        layer = get_layer(batch.layer)
    except (ValueError, ImportBatch.DoesNotExist, UnknownLayerError) as error:
        raise UnknownBatchError(number) from error
    reason = reason.strip() or _("Import of %(file)s taken back") % {"file": batch.file_name}
    with acting_as(user, through=Through.IMPORT, reason=reason[:300], using=using):
        batch = ImportBatch.objects.using(using).select_for_update().get(pk=batch.pk)
        if batch.status == BatchStatus.UNDONE:
            raise UndoRefusedError(_("This batch was taken back before."))
        if user is not None and not may_undo(user=user, layer=layer, batch=batch):
            raise UndoRefusedError(
                _("Some of its rows lie where you may not import. Ask a data steward of the wider area.")
            )
        undone = take_back(layer, batch, using)
        batch.status = BatchStatus.UNDONE
        batch.save(using=using, update_fields=["status"])
    return undone


def take_back(layer: SpatialLayer, batch: ImportBatch, using: str) -> Undone:
    """Undo the rows of a batch in the running transaction."""
    events: Any = layer.model._meta.get_field("versions").related_model
    tables = {
        "table": sql.Identifier(layer.model._meta.db_table),
        "events": sql.Identifier(events._meta.db_table),
    }
    given: dict[str, Any] = {"batch": str(batch.pk), "finished_at": batch.finished_at}
    with connections[using].cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE").format(**tables))
        cursor.execute(compose("importers", "undo_touched", **tables), given)
        touched = [code for (code,) in cursor.fetchall()]
        if touched:
            raise UndoRefusedError(
                _("Later edits touched its features: %(codes)s. Restore these one by one instead.")
                % {"codes": ", ".join(touched)}
            )
        refuse_referred(layer, batch)
        cursor.execute(compose("importers", "undo_restore", assignments=assignments(layer), **tables), given)
        restored = cursor.rowcount
        cursor.execute(compose("importers", "undo_delete", table=tables["table"]), given)
        return Undone(deleted=cursor.rowcount, restored=restored)


def assignments(layer: SpatialLayer) -> sql.Composable:
    """Return the SQL that sets every column of `t` to its image `e`, but what only its own service writes."""
    columns = [
        str(field.column)
        for field in layer.model._meta.concrete_fields
        if not getattr(field, "generated", False)
        and field.name not in layer.protected
        and str(field.column) not in KEPT
        and not field.name.startswith("change")
    ]
    return sql.SQL(", ").join(sql.SQL("{0} = e.{0}").format(sql.Identifier(column)) for column in columns)


def refuse_referred(layer: SpatialLayer, batch: ImportBatch) -> None:
    """Refuse where living records of any layer, but those of the same batch, refer to a feature that was added."""
    manager: Any = layer.model._default_manager
    added = manager.filter(batch=batch.pk, version=1).values("code")
    for relation in layer.model._meta.related_objects:
        other: Any = relation.related_model
        if other == "self" or layer_of(other) is None:
            continue
        rows = other._default_manager.alive().filter(**{f"{relation.field.name}__code__in": added})
        if rows.exclude(batch=batch.pk).exists():
            raise UndoRefusedError(
                _("Other records (%(layer)s) already refer to features that it added. Change or delete those first.")
                % {"layer": other._meta.verbose_name_plural}
            )
