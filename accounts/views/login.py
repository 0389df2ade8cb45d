"""Logging in: the password, then the code where the account asks for one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.signals import user_login_failed
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import CodeForm
from accounts.lockout import locked_out
from accounts.models import User
from accounts.second_factor import code_fits, has_second_factor

if TYPE_CHECKING:
    from django.contrib.auth.forms import AuthenticationForm
    from django.http import HttpRequest

WAITING = "login_waiting"
PATIENCE = dt.timedelta(minutes=5)
"""How long a person may look for the phone after the password."""


class LoginView(auth_views.LoginView):
    """The password; nobody is logged in by it who has a second step."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in, or go on to the code."""
        user: Any = form.get_user()
        if not has_second_factor(user):
            return super().form_valid(form)
        # a new session: whoever knew the one before shall not be half logged in
        self.request.session.flush()
        self.request.session[WAITING] = {
            "user": user.pk,
            "backend": user.backend,
            "password": user.get_session_auth_hash(),
            "next": self.get_success_url(),
            "until": (timezone.now() + PATIENCE).timestamp(),
        }
        return redirect("login_code")


@sensitive_post_parameters("code")
@never_cache
def login_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and log in."""
    waiting = request.session.get(WAITING)
    user = user_waiting(waiting)
    if waiting is None or user is None:
        request.session.pop(WAITING, None)
        return redirect(resolve_url("login"))
    credentials = {"username": user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        return locked_out(request, None, credentials)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if code_fits(user=user, code=form.cleaned_data["code"]):
            del request.session[WAITING]
            login(request, user, backend=waiting["backend"])
            return HttpResponseRedirect(waiting["next"])
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        form.add_error("code", _("This code does not fit. Wait for the next one of your phone, and try again."))
    return render(request, "accounts/login_code.html", {"form": form}, status=400 if form.errors else 200)


def user_waiting(waiting: dict[str, Any] | None) -> User | None:
    """Return who gave the right password a moment ago in this session and has not changed it since."""
    if not waiting or waiting["until"] < timezone.now().timestamp():
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), waiting["password"]):
        return None
    return user
