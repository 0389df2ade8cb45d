from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OgcApiConfig(AppConfig):
    """The layers for other programs."""

    name = "ogcapi"
    verbose_name = _("OGC API")
    default_auto_field = "django.db.models.BigAutoField"
