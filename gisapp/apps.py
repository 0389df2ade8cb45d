from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.translation import gettext_lazy as _


class GisappConfig(AppConfig):
    """The shell: settings, checks, health, shared pages and map modules."""

    name = "gisapp"
    verbose_name = _("Resettlement One Map")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gisapp import checks  # noqa: F401  registers the system checks


class StaticFiles(StaticFilesConfig):
    """Django's app for static files, that leaves behind what no browser asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "*.ts",
        "*.mts",
        "*-dev.mjs",
        "*.rtl.*",
        "tabler-flags*",
        "tabler-payments*",
        "tabler-socials*",
        "tabler-marketing*",
        "echarts.js",
        "echarts.esm.js",
        "echarts.esm.mjs",
        "echarts.esm.min.js",
        "echarts.common.js",
        "echarts.simple.js",
    ]
