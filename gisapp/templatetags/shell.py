"""Tags of the page shell."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from gisapp.icons import ICONS, SPRITE
from gisapp.importmap import import_map as modules
from gisapp.map_texts import map_texts as words

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon for the eye only: the word beside it says the same.

    Raises
    ------
    ValueError
        If the sprite has no such icon.
    """
    if name not in ICONS:
        raise ValueError(f"no icon called {name}: add it to gisapp/icons.py and run script/icon-sprite")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


@register.simple_tag(takes_context=True)
def import_map(context: template.Context) -> SafeString:
    """Return the import map, the one script of a page that stands in the page; its nonce lets it through the CSP."""
    request: Any = context.get("request")
    nonce = getattr(request, "csp_nonce", "")
    # "<" cannot end the script element early: static addresses hold none, and json leaves nothing else to escape
    text = json.dumps(modules(), separators=(",", ":")).replace("<", "\\u003c")
    return format_html('<script type="importmap" nonce="{}">{}</script>', str(nonce), mark_safe(text))  # noqa: S308


@register.simple_tag
def map_texts() -> SafeString:
    """Return the words for the scripts of a map, as JSON in the page."""
    return json_script(words(), "map-texts")


@register.filter
def thousands(value: float | None) -> str:
    """Return a number with commas between thousands, in every language the same as on the reference screens."""
    return "" if value is None else f"{value:,}"


@register.filter
def field_type(field: Any) -> str:
    """Return the kind of a bound field's widget, such as `checkbox` or `select`, for the template of a field."""
    widget = field.field.widget
    return str(getattr(widget, "input_type", "") or type(widget).__name__.lower())
