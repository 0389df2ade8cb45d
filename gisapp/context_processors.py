"""What every page of the frame needs: its theme and the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from gisapp.navigation import entries_for
from gisapp.theme import DARK, LIGHT, theme_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return `theme`, `other_theme` and `navigation`; the rail is put together only where it is drawn."""
    theme = theme_of(request)
    user = getattr(request, "user", None)
    return {
        "theme": theme,
        "other_theme": LIGHT if theme == DARK else DARK,
        "navigation": SimpleLazyObject(lambda: entries_for(user=user, path=request.path)) if user else [],
    }
