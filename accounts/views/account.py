"""One's own account: where one is logged in, the password, the second step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import second_factor
from accounts.client import masked
from accounts.devices import device_words
from accounts.forms import CodeForm, PasswordChangeForm, PasswordForm
from accounts.sessions import handle_of, sessions_end, sessions_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import LoginSession


@login_required
@require_GET
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show the own account."""
    user: Any = request.user
    context = {
        "sessions": [session_words(row, request.session.session_key) for row in sessions_of(user)],
        "two_step": second_factor.has_second_factor(user),
        "grants": user.grants.all(),
    }
    return render(request, "accounts/account.html", context)


def session_words(row: LoginSession, current: str | None) -> dict[str, Any]:
    """Return what the page says of a session."""
    return {
        "handle": handle_of(row.pk),
        "device": device_words(row.agent),
        "address": masked(row.address),
        "seen_at": row.seen_at,
        "current": row.pk == current,
    }


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one session, all others, or all with this one."""
    user: Any = request.user
    if request.POST.get("which") == "all":
        sessions_end(user=user)
        logout(request)
        return redirect("login")
    handle = None if request.POST.get("which") == "others" else request.POST.get("handle", "")
    ended = sessions_end(user=user, keep=request.session.session_key, handle=handle)
    if ended:
        said = ngettext("%(count)d device was logged out.", "%(count)d devices were logged out.", ended)
        messages.success(request, said % {"count": ended})
    else:
        messages.info(request, _("Nothing to log out: that device is not logged in any more."))
    return redirect("account")


class PasswordChangeView(auth_views.PasswordChangeView):
    """Change the password; every other device is logged out by it."""

    form_class = PasswordChangeForm

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.request = self.request
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        user: Any = self.request.user
        sessions_end(user=user, keep=self.request.session.session_key)
        return answer


@login_required
@require_GET
@never_cache
def two_step(request: HttpRequest) -> HttpResponse:
    """Show the second step: how to set it up, or how to take it away."""
    return two_step_page(request)


def two_step_page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page of the second step with the forms that fit its state.

    New recovery codes are part of the answer to whoever made them: in a session they would stand readable in the
    database until somebody looks.
    """
    user: Any = request.user
    active = second_factor.has_second_factor(user)
    device = second_factor.device_waiting(user)
    context = {
        "active": active,
        "device": device,
        "qr_code": second_factor.qr_code(device) if device else "",
        "secret": second_factor.secret_words(device) if device else "",
        "codes_left": second_factor.recovery_codes_left(user),
        "password_form": PasswordForm(request=request),
        "code_form": CodeForm(),
        **more,
    }
    return render(request, "accounts/two_step.html", context, status=status)


@login_required
@require_POST
@sensitive_post_parameters("password")
@never_cache
def two_step_change(request: HttpRequest) -> HttpResponse:
    """Begin, take away or renew, after the password."""
    user: Any = request.user
    form = PasswordForm(request.POST, request=request)
    if not form.is_valid():
        return two_step_page(request, status=400, password_form=form)
    match request.POST.get("action"):
        case "begin":
            second_factor.second_factor_begin(user=user)
        case "remove":
            second_factor.second_factor_remove(user=user)
            messages.success(request, _("Your password alone logs you in from now on."))
        case "renew" if second_factor.has_second_factor(user):
            return two_step_page(request, codes=second_factor.recovery_codes_renew(user=user))
    return redirect("two_step")


@login_required
@require_POST
@sensitive_post_parameters("code")
@never_cache
def two_step_confirm(request: HttpRequest) -> HttpResponse:
    """Take the phone into use once it shows the right code."""
    user: Any = request.user
    form = CodeForm(request.POST)
    codes = second_factor.second_factor_confirm(user=user, code=form.cleaned_data["code"]) if form.is_valid() else None
    if codes is None:
        form.add_error("code", _("This code does not fit. Wait for the next one of your phone, and try again."))
        return two_step_page(request, status=400, code_form=form)
    messages.success(request, _("From now on the code of your phone is asked for after the password."))
    return two_step_page(request, codes=codes)
