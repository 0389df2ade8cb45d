from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from importers.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin[ImportBatch]):
    """Batches are written by imports and by nothing else."""

    list_display = ("finished_at", "layer", "file_name", "status", "requested_by")
    list_filter = ("layer", "status")
    search_fields = ("file_name", "sha256", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        """Return the user's own batches; a superuser reads all. File names and counts tell of other areas' rows."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(requested_by_id=request.user.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False
