"""Texts that break out where they are not escaped, in every text field of every layer: taken from the register."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import CharField, Field, JSONField, TextField

from layers.spec import SpatialLayer
from tests.contract.world import references
from tests.factories import feature

MARK = "evil"
"""Name of what must never be an element, attribute or script."""
PAYLOADS = (
    "</script></title></textarea><img id=evil src=x onerror=alert(1)>\"'{{7*191}}{% now 'Y' %}${7*191}",
    "\"'><img id=evil onerror=alert(1)>{{7*191}}",
    "\"'><b id=evil>{{7*191}}",
    "'\"<b id=evil>",
    "<b>\"'",
)
"""The longest that fits is stored: out of a script, an element, an attribute in either quote; templates; addresses."""
COMPUTED = "1337"
"""What the templates in a payload would become."""


def payload_for(length: int | None) -> str:
    """Return the payload for a field of a length."""
    return next((one for one in PAYLOADS if length is None or len(one) <= length), "<b>"[:length])


def text_fields(layer: SpatialLayer) -> list[Field[Any, Any]]:
    """Return every field of a layer that can hold a text of somebody's choice."""
    return [
        field
        for field in layer.model._meta.concrete_fields
        if not field.is_relation
        and (
            (isinstance(field, (CharField, TextField)) and not field.choices)
            or isinstance(field, (JSONField, ArrayField))
        )
    ]


def value_for(field: Field[Any, Any]) -> Any:
    """Return a hostile value of a field: a text, or texts within an array or a JSON document."""
    if isinstance(field, ArrayField):
        return [payload_for(field.base_field.max_length)]
    if isinstance(field, JSONField):
        return {"water": {"source": PAYLOADS[0]}} if field.name == "items" else {PAYLOADS[0]: PAYLOADS[0]}
    return payload_for(field.max_length)


def hostile_feature(layer: SpatialLayer, features: dict[str, Any]) -> tuple[Any, set[str], dict[str, str]]:
    """Return a feature with a payload in each text field that takes one, those fields, and why the others did not."""
    place = {"at": "451221000000"} if layer.key == "regions" else {}
    one = feature(layer.key, **place, **references(layer, features))
    taken: set[str] = set()
    refused: dict[str, str] = {}
    for field in sorted(text_fields(layer), key=lambda field: field.name == "code"):
        try:
            with transaction.atomic():
                layer.model._default_manager.filter(pk=one.pk).update(**{field.name: value_for(field)})
            taken.add(field.name)
        except (DatabaseError, ValidationError) as error:
            refused[field.name] = str(error)
    one.refresh_from_db()
    return one, taken, refused


class Injected(HTMLParser):
    """Gathers what came of a payload in a page: elements, attributes and scripts that nobody wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.texts: list[str] = []
        self.script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [value for value in given.values() if value]
        self.script = (given.get("type") or "text/javascript") if tag == "script" else ""
        wrong = [name for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        addresses = [given.get(name) or "" for name in ("href", "src", "action", "formaction", "xlink:href")]
        strange = [
            one for one in addresses if one.strip().lower().startswith(("javascript:", "data:text", "vbscript:"))
        ]
        if given.get("id") == MARK or wrong or strange:
            self.found.append(self.get_starttag_text() or tag)

    def handle_endtag(self, tag: str) -> None:
        self.script = "" if tag == "script" else self.script

    def handle_data(self, data: str) -> None:
        # within a script a payload may only stand in a string, where "<" is written as \u003c or &lt;
        if self.script and "json" not in self.script and (f"<img id={MARK}" in data or "<b id=" in data):
            self.found.append(data)
        self.texts.append(data)


def injected(page: str) -> list[str]:
    """Return what a payload became in a page; nothing where all of it stayed text."""
    reader = Injected()
    reader.feed(page)
    reader.close()
    computed = [text for text in reader.texts if COMPUTED in text]
    return reader.found + computed


def told(page: str) -> str:
    """Return every text of a page as a person reads it."""
    reader = Injected()
    reader.feed(page)
    reader.close()
    return "\n".join(reader.texts)
