from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.staticfiles import apps as static_apps
from django.utils.translation import gettext_lazy as _

# What packages bring along and no browser asks for.
NOT_SERVED = [
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


class GisappConfig(AppConfig):
    """The shell: settings, checks, health, shared pages and map modules."""

    name = "gisapp"
    verbose_name = _("Resettlement One Map")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from gisapp import checks  # noqa: F401  registers the system checks
        from gisapp.backup.nightly import can_back_up
        from gisapp.logs import watch_queries
        from gisapp.tasks import BACKUPS, back_up
        from jobs.queues import served
        from jobs.schedule import Nightly, schedule

        connection_created.connect(watch_queries, dispatch_uid="gisapp.slow_queries")

        served[BACKUPS] = can_back_up
        if settings.BACKUP_DIR is not None:
            schedule(back_up, Nightly(*settings.BACKUP_AT))

        static_files = apps.get_app_config("staticfiles")
        assert isinstance(static_files, static_apps.StaticFilesConfig)
        static_files.ignore_patterns = [*static_apps.StaticFilesConfig.ignore_patterns, *NOT_SERVED]
