"""Addresses of logging in and of one's own account.

Django's reset of passwords by mail is not among them: administrators set passwords here, and there is no mail server.
"""

from django.contrib.auth import views as auth_views
from django.urls import path

from accounts.views import account, login

urlpatterns = [
    path("login/", login.LoginView.as_view(), name="login"),
    path("login/code/", login.login_code, name="login_code"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("me/", account.account, name="account"),
    path("me/sessions/end/", account.end_sessions, name="end_sessions"),
    path("me/password/", account.PasswordChangeView.as_view(), name="password_change"),
    path("me/password/done/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("me/two-step/", account.two_step, name="two_step"),
    path("me/two-step/change/", account.two_step_change, name="two_step_change"),
    path("me/two-step/confirm/", account.two_step_confirm, name="two_step_confirm"),
]
