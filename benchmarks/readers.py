"""Requests to the site as a browser makes them, without the network between."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import Grant, User
from accounts.roles import Role
from accounts.sessions import SessionStore
from benchmarks.databases import PROVINCE

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Reader:
    """Somebody who is signed in, and reads through the WSGI application with all its middleware."""

    def __init__(self, user: User, application: Application) -> None:
        self.application = application
        self.user = user
        session = SessionStore()
        session[SESSION_KEY] = str(self.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = self.user.get_session_auth_hash()
        session.create()
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    def get(self, address: str, *, encoding: str = "identity") -> int:
        """Read an address to its end and return the number of bytes.

        Raises
        ------
        RuntimeError
            The answer was not a success: its speed says nothing.
        """
        status: list[str] = []
        length = 0
        answer = self.application(
            environ_of(address, encoding, self.cookie), lambda line, headers, error=None: status.append(line)
        )
        try:
            for portion in answer:
                length += len(portion)
        finally:
            getattr(answer, "close", lambda: None)()
        if not status[0].startswith((str(HTTPStatus.OK.value), str(HTTPStatus.NO_CONTENT.value))):
            raise RuntimeError(f"{address} answered {status[0]}")
        return length


def environ_of(address: str, encoding: str = "identity", cookie: str = "") -> dict[str, Any]:
    """Return the request for an address as a WSGI server hands it over."""
    parts = urlsplit(address)
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "HTTP_ACCEPT_ENCODING": encoding,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def leader() -> Reader:
    """Return a leader of the province, made where there is none yet."""
    return reader_with("bench_leader", Role.LEADER, PROVINCE)


def reader_with(username: str, role: Role, division: str) -> Reader:
    """Return somebody who holds a role in a division, made where there is nobody of that name yet."""
    from gisapp.wsgi import application

    user, _ = User.objects.get_or_create(username=username)
    Grant.objects.get_or_create(user=user, role=role, division=division)
    return Reader(user, application)
