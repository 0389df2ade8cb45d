from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportersConfig(AppConfig):
    """How data come in and go out."""

    name = "importers"
    verbose_name = _("Import and export")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the button on the lists, and clear finished files and uploads away each night."""
        from importers.clearing import clear_uploads
        from importers.exporters.button import EXPORT
        from importers.exporters.tasks import clear_away_exports
        from jobs.schedule import Nightly, schedule
        from layers.extensions import register_list_action

        register_list_action(EXPORT)
        schedule(clear_away_exports, Nightly(hour=2, minute=45))
        schedule(clear_uploads, Nightly(hour=2, minute=50))
