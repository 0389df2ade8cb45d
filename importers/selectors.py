"""Which imports somebody may see: their own uploads, and the batches of their area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.roles import Action
from accounts.selectors import granted_areas
from importers.models import ImportBatch, Upload
from importers.profiles import import_area
from jobs.models import Job
from jobs.shown import UNFINISHED, state_of
from layers.registry import all_layers
from layers.selectors import owned_within

if TYPE_CHECKING:
    from accounts.selectors import Asker, GrantedArea
    from layers.spec import SpatialLayer


def importable_layers(*, user: Asker) -> list[SpatialLayer]:
    """Return the layers into which `user` may import anything."""
    roles = {layer.key: layer.access.roles(Action.IMPORT) for layer in all_layers()}
    areas = granted_areas(user=user, action=Action.IMPORT, roles_by_layer=roles)
    return [layer for layer in all_layers() if not areas[layer.key].nowhere]


def uploads_for(*, user: Asker) -> QuerySet[Upload]:
    """Return the uploads of `user`: nobody else ever sees a file that was handed in."""
    return Upload.objects.filter(owner_id=user.pk).select_related("owner")


def upload_for(*, user: Asker, upload_id: UUID) -> Upload | None:
    """Return an upload of `user`; None where it is not theirs or does not exist."""
    return uploads_for(user=user).filter(pk=upload_id).first()


def batches_for(*, user: Asker) -> QuerySet[ImportBatch]:
    """Return the batches that `user` may see, the newest first: their own, and those that lie wholly in their area.

    A batch that reaches beyond the area is left out, for its name and counts would tell of rows elsewhere.
    """
    seen = Q(requested_by_id=user.pk)
    for layer in importable_layers(user=user):
        area = import_area(user, layer)
        seen |= Q(layer=layer.key) if area.everywhere else within(layer, area)
    return ImportBatch.objects.filter(seen).select_related("requested_by").order_by("-finished_at", "-pk")


def within(layer: SpatialLayer, area: GrantedArea) -> Q:
    """Return the test that a batch has rows of the layer, all of them in the area."""
    manager: Any = layer.model._default_manager
    rows = manager.filter(batch=OuterRef("pk"))
    test = owned_within(layer, area)
    return Q(layer=layer.key) & Q(Exists(rows.filter(test))) & ~Q(Exists(rows.exclude(test)))


def batch_for(*, user: Asker, batch_id: UUID) -> ImportBatch | None:
    """Return a batch that `user` may see; None where there is none."""
    return batches_for(user=user).filter(pk=batch_id).first()


def may_undo(*, user: Asker, layer: SpatialLayer, batch: ImportBatch) -> bool:
    """Return whether `user` may import into the place of every row of a batch."""
    area = import_area(user, layer)
    if area.everywhere or area.nowhere:
        return area.everywhere
    manager: Any = layer.model._default_manager
    return not manager.filter(batch=batch.pk).exclude(owned_within(layer, area)).exists()


def running_job(upload: Upload) -> Job | None:
    """Return the job that waits or works for an upload."""
    job = job_of(upload)
    return job if job is not None and state_of(job) in UNFINISHED else None


def job_of(upload: Upload) -> Job | None:
    """Return the last job of an upload."""
    if upload.job_id is None:
        return None
    return Job.objects.select_related("task", "requester").filter(pk=upload.job_id).first()
