"""Form fields for what layers hold beside plain values: references, lists of words, items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geocore.divisions import DivisionCode, DivisionCodeError
from layers.item_words import item_label
from layers.registry import get_layer
from layers.selectors import features_for
from layers.site_items import GROUPS, validate_items

if TYPE_CHECKING:
    from accounts.selectors import Asker

_SEPARATORS = re.compile(r"[,;，、；\n]+")


class DayField(forms.DateField):
    """A day, picked from the browser's calendar or typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d", "%Y/%m/%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _("This is no day of the calendar: write it as 2020-10-31.")},
            **options,
        )


def whole_number(text: str | None) -> int:
    """Return the number that `text` is, or 0, which is no version."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


class CodeInput(forms.TextInput):
    """A text input that offers codes with their names."""

    template_name = "layers/widgets/code.html"

    def __init__(self, offered: list[tuple[str, str]]) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})
        self.offered = offered

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the template's context with the codes to offer and the name of the chosen one."""
        context = super().get_context(name, value, attrs)
        context["widget"]["offered"] = self.offered
        context["widget"]["chosen"] = dict(self.offered).get(str(value or ""), "")
        if self.offered:
            context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_codes"
        return context


class CodeField(forms.CharField):
    """The code of a feature of another layer; gives the feature. What the user may not see is not there."""

    def __init__(self, key: str, *, user: Asker, offered: list[tuple[str, str]], **options: Any) -> None:
        self.key, self.user = key, user
        super().__init__(widget=CodeInput(offered), max_length=40, **options)

    def clean(self, value: Any) -> Any:
        """Return the feature that the code names."""
        code = super().clean(value)
        if not code:
            return None
        if self.key == "regions":
            code = full_division(code)
        found = features_for(self.key, user=self.user).filter(code=code).first()
        if found is None:
            raise ValidationError(
                _("There is no %(one)s with the code “%(code)s” in your area."),
                params={"one": get_layer(self.key).title_one, "code": code},
                code="unknown_code",
            )
        return found


def full_division(text: str) -> str:
    """Return the 12 digits of a division code of any length; other text as it is."""
    try:
        return DivisionCode.parse(text).code
    except DivisionCodeError:
        return text


class WordsField(forms.CharField):
    """Several words in one line, parted by commas of either script."""

    def __init__(self, base: Any, **options: Any) -> None:
        self.base = base
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Return the words in one line."""
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        """Return the words, each checked by the column's own rule."""
        text = super().clean(value)
        words = [word.strip() for word in _SEPARATORS.split(text or "") if word.strip()]
        for word in words:
            self.base.run_validators(word)
        return words


class ItemsWidget(forms.Widget):
    """An input for each item of the twenty groups."""

    template_name = "layers/widgets/items.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the groups with their inputs."""
        context = super().get_context(name, value, attrs)
        given = value if isinstance(value, dict) else {}
        context["widget"]["groups"] = [
            {
                "title": title,
                "filled": bool(given.get(group)),
                "inputs": [
                    self.one_input(f"{name}.{group}.{item}", item, rule, (given.get(group) or {}).get(item))
                    for item, rule in schema["properties"].items()
                ],
            }
            for group, (title, schema) in GROUPS.items()
        ]
        return context

    @staticmethod
    def one_input(name: str, item: str, rule: dict[str, Any], value: Any) -> dict[str, Any]:
        """Return what the template needs for one item."""
        text = (
            {None: "", True: "true", False: "false"}.get(value, value)
            if isinstance(value, (bool, type(None)))
            else value
        )
        return {"name": name, "id": f"id_{name}", "label": item_label(item), "type": rule["type"], "value": text}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, dict[str, str]]:
        """Return the text of every item that was filled in."""
        found: dict[str, dict[str, str]] = {}
        for group, (_title, schema) in GROUPS.items():
            for item in schema["properties"]:
                text = (data.get(f"{name}.{group}.{item}") or "").strip()
                if text:
                    found.setdefault(group, {})[item] = text
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return False: empty items are answers too."""
        return False


class ItemsField(forms.Field):
    """The twenty groups of items of a site."""

    widget = ItemsWidget

    def clean(self, value: Any) -> dict[str, Any]:
        """Return the items with their types, checked by their schema."""
        items = {
            group: {item: typed(group, item, text) for item, text in given.items()}
            for group, given in (value or {}).items()
        }
        validate_items(items)
        return items


def typed(group: str, item: str, text: str) -> Any:
    """Return the text of an item as the type that its schema asks for."""
    title, schema = GROUPS[group]
    kind = schema["properties"][item]["type"]
    if kind == "boolean":
        return text == "true"
    if kind == "string":
        return text
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError as error:
        raise ValidationError(
            _("%(group)s, %(item)s: “%(text)s” is not a number."),
            params={"group": title, "item": item_label(item), "text": text},
            code="items",
        ) from error
