from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportersConfig(AppConfig):
    """How data come in and go out."""

    name = "importers"
    verbose_name = _("Import and export")
    default_auto_field = "django.db.models.BigAutoField"
