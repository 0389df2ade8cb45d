"""Sign-ins, let in and refused, as access records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from accounts.audit import divisions_of, record_access
from accounts.models import AccessRecord, User
from accounts.roles import Through

if TYPE_CHECKING:
    from django.http import HttpRequest

SUBJECT = "accounts.User"


def signed_in(*, user: User, **_signal: Any) -> None:
    """Record who came in."""
    record(user, AccessRecord.Kind.SIGN_IN, Through.PAGE)


def refused(*, credentials: Mapping[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    """Record that somebody was refused, under the account that was named; a name that is none may be a password."""
    named = credentials.get(User.USERNAME_FIELD)
    user = User.objects.filter(username=named).first() if isinstance(named, str) and "\0" not in named else None
    record(user, AccessRecord.Kind.REFUSED, Through.PAGE if request is not None else Through.COMMAND)


def record(user: User | None, kind: AccessRecord.Kind, through: Through) -> None:
    """Write a sign-in down; it concerns the divisions that its account was granted."""
    divisions = set() if user is None else divisions_of(user)
    record_access(user=user, kind=kind, subject=SUBJECT, purpose="", through=through, divisions=divisions)
