from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TilesConfig(AppConfig):
    """How layers are drawn."""

    name = "tiles"
    verbose_name = _("Tiles")
    default_auto_field = "django.db.models.BigAutoField"
