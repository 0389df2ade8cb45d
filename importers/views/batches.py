"""One committed batch, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from importers.selectors import batch_for, may_undo
from importers.showing import all_counts, target_title
from importers.undo import UndoRefusedError, batch_undo
from importers.views.access import import_page
from layers.registry import get_layer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from importers.models import ImportBatch


@never_cache
@require_safe
@import_page
def batch(request: HttpRequest, *, batch_id: UUID, **_arguments: Any) -> HttpResponse:
    """Show what a batch did, and whether it can be taken back."""
    row = batch_or_404(request, batch_id)
    layer = get_layer(row.layer)
    context = {
        "batch": row,
        "counts": all_counts(row.counts),
        "layer": layer,
        "mapping": [(target_title(layer, field).removesuffix(" *"), name) for field, name in row.mapping.items()],
        "undone": row.status == "undone",
        "may_undo": may_undo(user=request.user, layer=layer, batch=row),
    }
    return render(request, "importers/batch.html", context)


@require_POST
@import_page
def undo(request: HttpRequest, *, batch_id: UUID, **_arguments: Any) -> HttpResponse:
    """Take a batch back as a whole, or say what stands in the way."""
    row = batch_or_404(request, batch_id)
    try:
        undone = batch_undo(str(row.pk), user=request.user, reason=request.POST.get("reason", "")[:300])
    except UndoRefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Taken back: %(deleted)d deleted, %(restored)d restored.")
            % {"deleted": undone.deleted, "restored": undone.restored},
        )
    return redirect("importers:batch", batch_id=row.pk)


def batch_or_404(request: HttpRequest, batch_id: UUID) -> ImportBatch:
    """Return a batch that the reader may see; one of another area is as one that does not exist."""
    found = batch_for(user=request.user, batch_id=batch_id)
    if found is None:
        raise Http404
    return found
