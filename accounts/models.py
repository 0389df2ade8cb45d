"""Users and their grants."""

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import extensions
from accounts.phone_secrets import new_phone_secret, phone_secret
from accounts.roles import Action, Role, Through
from accounts.sessions import SessionStore
from geocore.divisions import DivisionCode, DivisionCodeError


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    append_only=True,
    fields=["username", "is_active", "is_staff", "is_superuser"],
    model_name="StandingEvent",
)
class User(AbstractUser):
    """Somebody with an account; `StandingEvent` keeps who was switched on or off, or made an administrator."""

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


class LoginSession(AbstractBaseSession):
    """One browser in which somebody is logged in, or is about to."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("user")
    )
    address = models.GenericIPAddressField(_("address"), null=True)
    agent = models.CharField(_("device"), max_length=255, blank=True)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class Phone(TOTPDevice):
    """The authenticator application of a user; its secret lies under the master key of the environment."""

    class Meta:
        proxy = True
        verbose_name = _("phone of a second step")
        verbose_name_plural = _("phones of a second step")

    @classmethod
    def new(cls, user: User) -> "Phone":
        """Return a phone with a secret of its own, not stored yet; it asks for nothing until it is confirmed."""
        phone: Phone = cls(user=user, name="phone", confirmed=False, key=new_phone_secret(user.pk))
        return phone

    @property
    def bin_key(self) -> bytes:
        """The secret; `TOTPDevice` makes its codes and its address of it."""
        return phone_secret(self.key, self.user_id)


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


class AccessRecord(models.Model):
    """What somebody read, searched, exported or erased, and every sign-in: written by `accounts.audit.record_access`.

    Changes of personal rows, whose images nobody who audits may read, are written here by triggers of the database.
    """

    append_only = True

    class Kind(models.TextChoices):
        """What happened."""

        READ = "read", _("read personal data")
        SEARCH = "search", _("searched people")
        CHANGE = "change", _("changed personal data")
        EXPORT = "export", _("exported")
        ERASE = "erase", _("erased personal data")
        SIGN_IN = "sign_in", _("signed in")
        REFUSED = "refused", _("sign-in refused")

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("user"),
    )
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=60)
    codes = ArrayField(models.TextField(), verbose_name=_("codes"), default=list, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    through = models.CharField(_("through"), max_length=10, choices=Through.choices)
    request_id = models.CharField(_("number of the request"), max_length=64, blank=True)
    divisions = ArrayField(
        models.TextField(),
        verbose_name=_("divisions concerned"),
        default=list,
        blank=True,
        help_text=_("Division code prefixes; * is everywhere."),
    )
    within = ArrayField(
        models.TextField(),
        verbose_name=_("divisions concerned and all above them"),
        default=list,
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        indexes = [
            models.Index(fields=["at", "id"], name="access_by_time"),
            models.Index(fields=["user", "at", "id"], name="access_by_person"),
            GinIndex(fields=["within"], name="access_by_division"),
            GinIndex(fields=["codes"], name="access_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.subject}"
