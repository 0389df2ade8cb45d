"""Forms of logging in and of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest


def password_fits(request: HttpRequest, password: str) -> bool:
    """Return whether `password` is of who asks; failures count as failed logins do."""
    username = request.user.get_username()
    return authenticate(request, username=username, password=password) == request.user


class CodeForm(forms.Form):
    """A code of an authenticator application, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


class PasswordForm(forms.Form):
    """The password once more, before something that only its owner may do."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        """Refuse another password."""
        password: str = self.cleaned_data["password"]
        if not password_fits(self.request, password):
            raise forms.ValidationError(_("This is not your password. Nothing was changed."), code="password")
        return password


class PasswordChangeForm(DjangoPasswordChangeForm):
    """Django's, but guessing the old password here is throttled as it is at the login."""

    request: HttpRequest

    def clean_old_password(self) -> str:
        """Refuse another password."""
        password: str = self.cleaned_data["old_password"]
        if not password_fits(self.request, password):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password
