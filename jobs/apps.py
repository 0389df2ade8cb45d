from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Background work."""

    name = "jobs"
    verbose_name = _("Background jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Schedule what the house needs each night, and tell how the queue is."""
        from accounts.service import readiness_checks, status_sections
        from jobs.schedule import Nightly, schedule
        from jobs.status import queue_section, worker_state
        from jobs.tasks import clear_away

        schedule(clear_away, Nightly(hour=2, minute=30))
        readiness_checks["worker"] = worker_state
        if queue_section not in status_sections:
            status_sections.append(queue_section)
