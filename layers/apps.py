from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LayersConfig(AppConfig):
    """The layers of the map."""

    name = "layers"
    verbose_name = _("Layers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.extensions import division_finders, grant_checks
        from layers import checks  # noqa: F401  registers the system checks
        from layers.concerned import divisions_concerned
        from layers.extensions import register_dossier_panel, register_list_action
        from layers.finding import FIND_PEOPLE
        from layers.grants import names_exist
        from layers.members import MEMBERS
        from layers.rights import restrict_rights

        register_dossier_panel(MEMBERS)
        register_list_action(FIND_PEOPLE)
        grant_checks.append(names_exist)
        division_finders.append(divisions_concerned)
        post_migrate.connect(restrict_rights, sender=self, dispatch_uid="layers.rights")
