"""The auditor's question, parsed from the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.roles import Through
from geocore.divisions import DivisionCode
from layers.forms.filters import DivisionField
from layers.registry import all_layers
from oversight.trail.question import Kind, Place, PlaceError, TrailQuery
from oversight.trail.selectors import people_called


class DayField(forms.DateField):
    """A day as the browser's own picker writes it."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class TrailForm(forms.Form):
    """Filters of the trail; an answer that is not known is refused by name."""

    person = forms.CharField(label=gettext_lazy("Person"), max_length=80, required=False)
    since = DayField(gettext_lazy("From"))
    until = DayField(pgettext_lazy("last day", "Until"))
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    layer = forms.ChoiceField(label=gettext_lazy("Layer"), required=False)
    division = DivisionField(label=gettext_lazy("Division"), max_length=20, required=False)
    code = forms.CharField(label=pgettext_lazy("of a feature", "Code"), max_length=40, required=False)
    through = forms.ChoiceField(label=gettext_lazy("Way in"), required=False)
    reason = forms.CharField(label=gettext_lazy("Words of the reason"), max_length=80, required=False)
    before = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        every = [("", _("All"))]
        choices = {
            "kind": [*every, *Kind.choices],
            "layer": [*every, *((layer.key, layer.title) for layer in all_layers())],
            "through": [*every, *Through.choices],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
            field.error_messages["invalid_choice"] = _("“%(value)s” is none of the choices.")

    def clean_before(self) -> Place | None:
        """Return the place from which on older lines are asked for."""
        given = self.cleaned_data["before"]
        try:
            return Place.parse(given) if given else None
        except PlaceError as error:
            raise forms.ValidationError(_("The page of the list cannot be read: begin with the newest.")) from error

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return given

    def query(self) -> TrailQuery:
        """Return what is asked; only after `is_valid()`."""
        given = self.cleaned_data
        return TrailQuery(
            people=people_called(given["person"]) if given["person"] else None,
            since=midnight(given["since"]) if given["since"] else None,
            until=midnight(given["until"] + dt.timedelta(days=1)) if given["until"] else None,
            kind=given["kind"],
            layer=given["layer"],
            division=DivisionCode.parse(given["division"]).prefix if given["division"] else "",
            code=given["code"],
            through=given["through"],
            reason=given["reason"],
        )

    def problems(self) -> list[str]:
        """Return a sentence for each answer that cannot be read, with the name of its field."""
        return [
            f"{self.fields[name].label}: {text}" if name in self.fields and self.fields[name].label else str(text)
            for name, texts in self.errors.items()
            for text in texts
        ]


def midnight(day: dt.date) -> dt.datetime:
    """Return the first moment of a day where the office is."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
