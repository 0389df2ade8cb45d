from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Background work."""

    name = "jobs"
    verbose_name = _("Background jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Schedule what the house needs each night."""
        from jobs.schedule import Nightly, schedule
        from jobs.tasks import clear_away

        schedule(clear_away, Nightly(hour=2, minute=30))
