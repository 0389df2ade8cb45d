"""Sessions that are found by their user, and end in every process at once.

The engine of `SESSION_ENGINE`: Django's own, in a table with a column for the user. A session is a row and each
request reads it, so deleting the row ends it everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import Error, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.client import client_address

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from accounts.models import LoginSession, User

SEEN_EVERY = dt.timedelta(minutes=1)
"""How exact “last seen” is; a row written at each tile would cost more than it tells."""
LOGIN = "login"
"""Key in the session of where and with what it began."""


class SessionStore(DatabaseStore):
    """Django's sessions in the database, with their user, place and device in columns."""

    seen_at: dt.datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        from accounts.models import LoginSession

        return LoginSession

    def load(self) -> dict[str, Any]:
        """Return what the session holds, and remember when it was last seen."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # the stubs leave it out
        if row is None:
            return {}
        self.seen_at = row.seen_at
        held: dict[str, Any] = self.decode(row.session_data)
        return held

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row of this session."""
        row: Any = super().create_model_instance(data)
        login = data.get(LOGIN, {})
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address, row.agent = login.get("address"), login.get("agent", "")
        row.seen_at = timezone.now()
        return row


class SeenMiddleware:
    """Write down, at most once a minute, that a session is in use. Comes after the session's own middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session: Any = request.session
        seen_at = getattr(session, "seen_at", None)
        if seen_at and not session.modified and timezone.now() - seen_at > SEEN_EVERY:
            # a page must not fail for this where the disk is full, nor an answer that the database is away
            with suppress(Error), transaction.atomic():
                session.model.objects.filter(pk=session.session_key).update(seen_at=timezone.now())
        return response


def remember_login(*, request: HttpRequest, **_signal: Any) -> None:
    """Keep with a session where and with what it began."""
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")
    request.session[LOGIN] = {"address": client_address(request), "agent": agent[:255]}


user_logged_in.connect(remember_login, dispatch_uid="accounts.sessions")


def sessions_of(user: User) -> QuerySet[LoginSession]:
    """Return the sessions in which `user` is logged in, the latest first."""
    return user.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen_at")


def handle_of(session_key: str) -> str:
    """Return what names a session on a page: not its key, for whoever reads that has the session."""
    return salted_hmac("accounts.sessions", session_key).hexdigest()[:32]


def sessions_end(*, user: User, keep: str | None = None, handle: str | None = None) -> int:
    """End sessions of `user`, in every process at once, and return how many.

    Parameters
    ----------
    keep
        Key of a session that stays.
    handle
        Only the session with this handle.
    """
    keys = [row.pk for row in sessions_of(user) if row.pk != keep and (handle is None or handle_of(row.pk) == handle)]
    ended, _each = user.sessions.filter(pk__in=keys).delete()
    return ended
