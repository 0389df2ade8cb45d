from django.contrib import admin
from django.http import HttpRequest

from importers.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin[ImportBatch]):
    """Batches are written by imports and by nothing else."""

    list_display = ("finished_at", "layer", "file_name", "status", "requested_by")
    list_filter = ("layer", "status")
    search_fields = ("file_name", "sha256", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        return False
