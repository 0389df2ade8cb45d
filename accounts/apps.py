from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, roles, grants and audit."""

    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from accounts.rights import restrict_rights
        from accounts.sign_ins import refused, signed_in

        user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
        user_login_failed.connect(refused, dispatch_uid="accounts.refused")
        post_migrate.connect(restrict_rights, sender=self, dispatch_uid="accounts.rights")
