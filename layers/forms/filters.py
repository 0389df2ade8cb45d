"""The questions of a list page, parsed from its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geocore.divisions import DivisionCode, DivisionCodeError
from layers.listing import DrillDown, ListQuery, date_filters, reference_filters, sortable
from layers.presentation import label_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.selectors import Asker
    from layers.spec import SpatialLayer

INDENT = "\u2003"


class DivisionField(forms.CharField):
    """A division code of 2, 4, 6, 9 or 12 digits; gives its 12 digits."""

    def to_python(self, value: Any) -> str:
        """Return the code, or say that it is none."""
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return DivisionCode.parse(text).code
        except DivisionCodeError as error:
            raise forms.ValidationError(
                _("“%(given)s” is not a division code: give 2, 4, 6, 9 or 12 digits, such as 4512 or 451221."),
                params={"given": text},
            ) from error


class CodesField(forms.MultipleChoiceField):
    """Codes of other features, as a link from elsewhere gives them; which exist is not told."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, widget=forms.MultipleHiddenInput)
        self.validators = [ProhibitNullCharactersValidator()]

    def to_python(self, value: Any) -> list[str]:
        """Return the codes without empty ones."""
        return [code for code in super().to_python(value) if code]

    def validate(self, value: list[str]) -> None:
        """Accept any text that a code could be."""

    def run_validators(self, value: list[str]) -> None:
        """Check each code."""
        for one in value:
            super().run_validators(one)


class ListForm(forms.Form):
    """Filters, search and order of the list of one layer; every answer that is not known is refused by name."""

    q = forms.CharField(label=gettext_lazy("Search"), max_length=80, required=False)
    region = DivisionField(label=gettext_lazy("Division"), max_length=20, required=False)

    def __init__(self, layer: SpatialLayer, data: QueryDict, *, user: Asker) -> None:
        super().__init__(data)
        self.layer = layer
        self.references = reference_filters(layer)
        self.dates = date_filters(layer, user=user)
        self.fields["q"].widget.attrs.update({"type": "search", "placeholder": self.searched()})
        for name in layer.filters:
            self.fields[name] = self.choice_field(name, data.getlist(name))
        for name in self.references:
            self.fields[name] = CodesField(self.label(name))
        for name in self.dates:
            self.fields[f"{name}_until"] = forms.DateField(
                label=self.label(name), required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%d"]
            )
            self.fields[f"{name}_missing"] = forms.ChoiceField(
                label=self.label(name), choices=[("", ""), ("1", "1")], required=False, widget=forms.HiddenInput
            )
        self.fields["sort"] = forms.ChoiceField(
            label=_("Order"),
            choices=[("", ""), *((f"{sign}{name}", name) for name in sortable(layer) for sign in ("", "-"))],
            required=False,
            widget=forms.HiddenInput,
            error_messages={"invalid_choice": _("The list cannot be sorted by “%(value)s”.")},
        )

    def label(self, name: str) -> str:
        """Return the heading of a field of the layer."""
        return label_of(self.layer.model._meta.get_field(name))

    def searched(self) -> str:
        """Return the names of the fields that the search looks at."""
        fields: list[Any] = [self.layer.model._meta.get_field(name) for name in self.layer.search]
        return ", ".join(capfirst(str(found.verbose_name)) for found in fields)

    def choice_field(self, name: str, given: list[str]) -> forms.Field:
        """Return the field of a declared choice; several values, as links give them, are kept but not offered."""
        found: Any = self.layer.model._meta.get_field(name)
        several = len([value for value in given if value]) > 1
        choices = [*found.flatchoices]
        field = forms.TypedMultipleChoiceField(
            label=self.label(name),
            choices=choices,
            coerce=found.to_python,
            required=False,
            widget=forms.MultipleHiddenInput if several else OneOf,
            error_messages={"invalid_choice": _("“%(value)s” is none of the choices.")},
        )
        field.widget.choices = [("", _("All")), *choices]
        return field

    def query(self) -> ListQuery:
        """Return what is asked; only after `is_valid()`."""
        given = self.cleaned_data
        return ListQuery(
            among={name: given[name] for name in (*self.layer.filters, *self.references) if given[name]},
            until={name: given[f"{name}_until"] for name in self.dates if given[f"{name}_until"]},
            missing=tuple(name for name in self.dates if given[f"{name}_missing"]),
            region=given["region"],
            words=given["q"],
            sort=given["sort"],
        )

    def narrowed(self, *, everything: bool = False) -> list[str]:
        """Return in words what is asked beyond what the filters on the page show; only after `is_valid()`.

        Parameters
        ----------
        everything
            What the filters show too, for pages without them.
        """
        query = self.query()
        told = [f"{self.fields[name].label}: {given}" for name, given in self.plain(query) if everything and given]
        for name, values in query.among.items():
            words = [dict(self.layer.model._meta.get_field(name).flatchoices).get(one, one) for one in values]  # type: ignore[union-attr]
            if everything or name in self.references or len(values) > 1:
                told.append(f"{self.label(name)}: {', '.join(map(str, words))}")
        told += [
            _("%(field)s: until %(day)s") % {"field": self.label(name), "day": day.isoformat()}
            for name, day in query.until.items()
        ]
        told += [_("%(field)s: not given") % {"field": self.label(name)} for name in query.missing]
        return told

    def plain(self, query: ListQuery) -> tuple[tuple[str, str], ...]:
        """Return the fields that hold one text, with what is asked of them."""
        return ("region", query.region and DivisionCode.parse(query.region).prefix), ("q", query.words)

    def offer(self, places: DrillDown) -> None:
        """Make the division a select of what lies above and below the chosen one."""
        choices = [("", _("Whole area"))]
        choices += [(up.code, f"{INDENT * step}{up.name}") for step, up in enumerate(places.above)]
        depth = len(places.above)
        if places.chosen:
            choices.append((places.chosen.code, f"{INDENT * depth}{places.chosen.name}"))
            depth += 1
        choices += [(down.code, f"{INDENT * depth}{down.name}") for down in places.below]
        self.fields["region"].widget = forms.Select(choices=choices)
        if places.chosen:  # what was asked as a prefix is shown as the division it names
            given: Any = self.data
            asked = given.copy()
            asked["region"] = places.chosen.code
            self.data = asked

    def problems(self) -> list[str]:
        """Return a sentence for each answer that is refused."""
        return [
            f"{self.fields[name].label}: {sentence}" if name in self.fields else sentence
            for name, sentences in self.errors.items()
            for sentence in map(str, sentences)
        ]


class OneOf(forms.Select):
    """A select of one value for a field that would take several."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return the chosen values, without the empty one that stands for all."""
        return [value for value in data.getlist(name) if value]
