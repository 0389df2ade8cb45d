from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpatialAnalysisConfig(AppConfig):
    """What the map tells."""

    name = "spatial_analysis"
    verbose_name = _("Spatial analysis")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the methods on the register and the panels on the dossiers."""
        from layers.extensions import register_dossier_panel
        from spatial_analysis import relocation_method  # noqa: F401  declares itself
        from spatial_analysis.panels import HOUSEHOLD_MOVE

        register_dossier_panel(HOUSEHOLD_MOVE)
