from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpatialAnalysisConfig(AppConfig):
    """What the map tells."""

    name = "spatial_analysis"
    verbose_name = _("Spatial analysis")
    default_auto_field = "django.db.models.BigAutoField"
