"""Whom somebody looks for, and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from geocore.divisions import DivisionCode
from geocore.errors import GeocoreError
from geocore.phones import parse_phone
from layers.finding import By, tidy_name
from layers.forms.filters import DivisionField
from layers.forms.purpose import PurposeForm
from layers.personal import tidied_id_number
from layers.personal_words import personal_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TIDY: dict[str, Callable[[str], str]] = {By.ID_NUMBER: tidied_id_number, By.PHONE: parse_phone, By.NAME: tidy_name}


class PeopleForm(PurposeForm):
    """One ID number, phone or name; a name with the division in which it is looked for."""

    by = forms.ChoiceField(label=_("Known is"), choices=By.choices, initial=By.ID_NUMBER)
    value = forms.CharField(
        label=_("Number or name"),
        max_length=60,
        help_text=_("In full. It is not kept, only that you searched, and what for."),
        error_messages={"required": _("Give the whole number or name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    division = DivisionField(
        label=_("Division, for a name"),
        max_length=20,
        required=False,
        help_text=_("Code of the county, township or village, such as 451221. A number needs none."),
    )
    field_order = ("by", "value", "division", "purpose", "words")

    def __init__(self, data: Mapping[str, Any] | None = None, *, division: str = "") -> None:
        super().__init__(data)
        self.fields["division"].initial = division

    def clean(self) -> dict[str, Any]:
        """Bring the number or name into the form that it is kept in."""
        given = super().clean() or {}
        by, value = given.get("by"), given.get("value")
        if by and value:
            try:
                given["value"] = TIDY[by](value)
            except GeocoreError as error:
                self.add_error("value", personal_sentence(error))
        if by == By.NAME and not given.get("division") and "division" not in self.errors:
            self.add_error("division", _("Names are not indexed: say in which county, township or village."))
        return given

    def search(self) -> dict[str, Any]:
        """Return what `people_find` is asked; only after `is_valid()`."""
        given = self.cleaned_data
        prefix = DivisionCode.parse(given["division"]).prefix if given["division"] else ""
        return {"by": By(given["by"]), "value": given["value"], "division": prefix, "purpose": self.stated()}
