"""The form of a feature, from the declaration of its layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from layers.forms.fields import CodeField, DayField, ItemsField, WordsField
from layers.forms.geometry import geometry_field, refuse_rounding
from layers.forms.reason import ReasonField
from layers.presentation import label_of, related_key
from layers.site_items import validate_items
from layers.suggestions import suggested
from layers.versions import same

if TYPE_CHECKING:
    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

LONG_TEXT = 200
"""Characters beyond which a text gets several lines."""


class FeatureForm(forms.Form):
    """The declared fields of a feature, its geometries, the version it starts from, and why it changes.

    Parameters
    ----------
    base
        The feature, or the image of the version that the user started from; None for a new feature.
    kept
        Values that stand in the form instead of those of `base`.
    """

    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    change_reason = ReasonField(required=False)

    def __init__(
        self,
        layer: SpatialLayer,
        *,
        user: Asker,
        base: Any = None,
        data: Mapping[str, Any] | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        self.layer, self.user, self.base = layer, user, base
        self.names = editable_fields(layer, new=base is None)
        super().__init__(data, initial={**self.stored_values(), **(kept or {})})
        for name in self.names:
            self.fields[name] = self.field_for(layer.model._meta.get_field(name))
        for found in self.visible_fields():
            described(found)

    def stored_values(self) -> dict[str, Any]:
        """Return the values that the form starts with."""
        if self.base is None:
            defaults = {found.name: found.get_default() for found in self.model_fields() if found.has_default()}
            return {**defaults, **self.layer.imports.defaults}
        return {found.name: getattr(self.base, found.attname) for found in self.model_fields()} | {
            "base_version": self.base.version
        }

    def model_fields(self) -> Iterator[Any]:
        """Yield the columns that the form fills."""
        for name in self.names:
            yield self.layer.model._meta.get_field(name)

    def field_for(self, found: Any) -> forms.Field:
        """Return the form field of a column."""
        options = {"label": label_of(found), "required": not found.blank, "help_text": found.help_text}
        if isinstance(found, GeometryField):
            return geometry_field(found, **options)
        if isinstance(found, ArrayField):
            return WordsField(found.base_field, **options)
        key = related_key(found)
        if key is not None:
            near = str(getattr(self.base, "region_id", "") or "")
            offered = suggested(key, layer=self.layer, user=self.user, near=near)
            return CodeField(key, user=self.user, offered=offered, **options)
        if validate_items in found.validators:
            return ItemsField(label=options["label"], required=False)
        return plain_field(found, label=options["label"])

    def clean(self) -> dict[str, Any]:
        """Refuse geometries that lost digits on their way."""
        given = super().clean() or self.cleaned_data
        for found in self.model_fields():
            if self.base is not None and isinstance(found, GeometryField) and found.name in given:
                try:
                    refuse_rounding(getattr(self.base, found.name), given[found.name])
                except ValidationError as error:
                    self.add_error(found.name, error)
        return given

    def changes(self) -> dict[str, Any]:
        """Return what the user entered that is not what `base` holds; only after `is_valid()`."""
        given = {name: self.cleaned_data[name] for name in self.names}
        if self.base is None:
            return {name: value for name, value in given.items() if value not in (None, "")}
        return {
            found.name: given[found.name]
            for found in self.model_fields()
            if not same(getattr(self.base, found.attname), stored_form(given[found.name]))
        }

    def refuse(self, error: ValidationError) -> None:
        """Take the sentences of a service to the fields they are about."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, problems in by_field.items():
            self.add_error(name if name in self.fields else None, problems)


def editable_fields(layer: SpatialLayer, *, new: bool) -> list[str]:
    """Return the columns that people may type: the declared groups and geometries, without protected ones.

    The code is given once, with a new feature.
    """
    grouped = [name for _title, names in layer.groups for name in names if name not in layer.protected]
    return list(dict.fromkeys((*(["code"] if new else []), *grouped, *layer.geometries)))


def stored_form(value: Any) -> Any:
    """Return a value as its column holds it: a feature becomes its code."""
    return getattr(value, "code", value) if isinstance(value, models.Model) else value


def plain_field(found: Any, *, label: str) -> forms.Field:
    """Return the form field of a number, text, date or choice."""
    field: forms.Field = found.formfield(label=label)
    if isinstance(found, models.DateField):
        field = DayField(label=label, required=field.required, help_text=field.help_text)
    elif found.choices:
        field.choices = [("", ""), *found.flatchoices]  # type: ignore[attr-defined]
    elif isinstance(found, models.CharField) and (found.max_length or 0) > LONG_TEXT:
        field.widget = forms.Textarea(attrs={"rows": 3, "maxlength": found.max_length})
    return field


def described(bound: forms.BoundField) -> None:
    """Tie the error list of a field to its input, for screen readers."""
    if bound.errors:
        bound.field.widget.attrs["aria-invalid"] = "true"
        bound.field.widget.attrs["aria-describedby"] = f"{bound.auto_id}_error"
