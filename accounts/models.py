"""Users and their grants."""

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import extensions
from accounts.roles import Action, Role
from geocore.divisions import DivisionCode, DivisionCodeError


class User(AbstractUser):
    """Somebody with an account."""

    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: the language of the browser."),
    )

    def __str__(self) -> str:
        return self.display_name or self.username


def division_prefix(value: str) -> None:
    """Refuse what is not a division code prefix of 2, 4, 6, 9 or 12 digits.

    Raises
    ------
    ValidationError
        With the lengths that are accepted.
    """
    try:
        code = DivisionCode.parse(value)
    except DivisionCodeError as error:
        raise ValidationError(
            _("“%(value)s” is not a division code: give 2, 4, 6, 9 or 12 digits, such as 45, 4512 or 451221."),
            params={"value": value},
            code="division",
        ) from error
    if code.prefix != value:
        raise ValidationError(
            _("Write “%(value)s” without the closing zeros: %(prefix)s."),
            params={"value": value, "prefix": code.prefix},
            code="division",
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
    model_name="GrantEvent",
)
class Grant(models.Model):
    """A role given to a user: for a layer and an action, in a division or at one site.

    An empty `layer` or `action` means all that the role may do. Exactly one of `everywhere`, `division`
    and `site` says where.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    layer = models.CharField(_("layer"), max_length=40, blank=True, help_text=_("Empty: every layer."))
    action = models.CharField(
        _("action"), max_length=20, blank=True, choices=Action.choices, help_text=_("Empty: all that the role may do.")
    )
    everywhere = models.BooleanField(_("everywhere"), default=False)
    division = models.CharField(
        _("division"),
        max_length=12,
        blank=True,
        validators=[division_prefix],
        help_text=_("First digits of the division code: 45, 4512, 451221, 451221001."),
    )
    site = models.CharField(_("site"), max_length=40, blank=True, help_text=_("Code of one resettlement site."))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("granted by"),
    )
    granted_at = models.DateTimeField(_("granted at"), auto_now=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "layer", "action", "everywhere", "division", "site"], name="grant_once"
            ),
            models.CheckConstraint(
                name="grant_says_where",
                condition=(
                    Q(everywhere=True, division="", site="")
                    | (Q(everywhere=False, site="") & ~Q(division=""))
                    | (Q(everywhere=False, division="") & ~Q(site=""))
                ),
                violation_error_message=_("Say where: everywhere, or one division, or one site."),
            ),
        ]

    def __str__(self) -> str:
        where = _("everywhere") if self.everywhere else self.division or self.site
        return f"{self.user} · {self.get_role_display()} · {where}"

    def clean(self) -> None:
        """Refuse a layer or a site that nobody knows: such a grant would silently give nothing."""
        for check in extensions.grant_checks:
            check(self)
