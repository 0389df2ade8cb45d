"""Plan targets are edited here; the tally keeps itself."""

from django.contrib import admin

from oversight.models import PlanTarget


@admin.register(PlanTarget)
class PlanTargetAdmin(admin.ModelAdmin[PlanTarget]):
    """What divisions are to reach, by year."""

    list_display = ("region_id", "year", "measure", "value")
    list_filter = ("year", "measure")
    search_fields = ("region__code", "region__name")
    raw_id_fields = ("region",)
