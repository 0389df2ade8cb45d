"""The forms of layers as somebody sends them in tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from layers.forms.feature import FeatureForm
from layers.models import Site
from layers.registry import all_layers
from layers.services import feature_update
from tests.factories import (
    SiteFactory,
    user_with,
)

every_layer = pytest.mark.parametrize("key", [layer.key for layer in all_layers()])
db = pytest.mark.django_db

# Full doubles, as a survey gives them: none of them survives a round trip through 6, 9 or 15 digits.
RING = (
    (107.25012345678912, 24.750123456789123),
    (107.25212345678935, 24.750123456781235),
    (107.25212345678911, 24.752123456789777),
    (107.25012345678912, 24.750123456789123),
)


def steward(division: str = "451221") -> User:
    return user_with(Role.STEWARD, division)


def surveyed() -> Site:
    made: Site = SiteFactory(geom=MultiPolygon(Polygon(RING), srid=4490))
    return made


def opened(user: User, path: str) -> tuple[Client, dict[str, Any]]:
    """Return the client and what a browser would send back of the page without touching it."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client, as_sent(client.get(path).context["form"])


def as_sent(form: FeatureForm) -> dict[str, Any]:
    """Return what a browser sends of a form as it was drawn."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        context = widget.get_context(bound.html_name, value, {"id": bound.auto_id})["widget"]
        if "subwidgets" in context:
            sent |= {part["name"]: part["value"] or "" for part in context["subwidgets"]}
        elif "groups" in context:
            sent |= {one["name"]: one["value"] for group in context["groups"] for one in group["inputs"]}
        elif context.get("type") == "checkbox":
            sent |= {bound.html_name: "on"} if value else {}
        else:
            text = context["value"]
            sent[bound.html_name] = (text[0] if text else "") if isinstance(text, list) else text or ""
    return sent


def save(user: User, path: str, **typed: Any) -> HttpResponse:
    """Open a page, type, and save."""
    client, sent = opened(user, path)
    return client.post(path, {**sent, **typed}, follow=True)


def colleague_saves(site: Site, **values: Any) -> None:
    feature_update(
        feature=site, base_version=site.version, values=values, user=steward(), reason="a colleague was quicker"
    )
